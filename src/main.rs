//! The command `lapwing`.

use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    let done = cli::read_command_line(std::env::args_os().collect()).and_then(cli::run);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
