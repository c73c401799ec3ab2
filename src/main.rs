//! The command `lapwing`.

mod cli;
mod commands;

use std::process::ExitCode;

use clap::Parser as _;
use commands::failure::Failure;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse().map_err(Failure::CommandLine) {
        Ok(cli) => cli,
        Err(failure) => return failure.tell(),
    };
    match commands::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}
