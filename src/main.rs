//! The command `lapwing`.

mod cli;
mod commands;
mod config;

use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match config::read_command_line(std::env::args_os().collect()) {
        Ok(cli) => cli,
        Err(failure) => return failure.tell(),
    };
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}
