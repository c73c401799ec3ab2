//! The command `lapwing`.

use std::process::ExitCode;

pub mod cli;

fn main() -> ExitCode {
    let cli = match cli::config::read_command_line(std::env::args_os().collect()) {
        Ok(cli) => cli,
        Err(failure) => return failure.tell(),
    };
    match cli::commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}
