//! The command line: arguments, configuration and one module per command.

use args::{Cli, Command};
use failure::Failure;

mod args;
mod commands;
mod config;
mod failure;

pub(crate) use args::read_command_line;

/// Runs the command that the command line names.
pub(crate) fn run(cli: Cli) -> Result<(), Failure> {
    let quiet = cli.quiet;
    match cli.command {
        Command::Serve(args) => commands::serve::run(&args, quiet),
        Command::Build(args) => commands::build::run(&args, quiet),
        Command::Check(args) => commands::check::run(&args, quiet),
        Command::New(args) => commands::new::run(&args, quiet),
        Command::Fetch(args) => commands::fetch::run(&args, quiet),
        Command::Locate(args) => commands::locate::run(&args),
        Command::Overlaps(args) => commands::overlaps::run(&args),
        Command::Changes(args) => commands::changes::run(&args),
        Command::Match(args) => commands::match_rows::run(&args, quiet),
        Command::Export(args) => commands::export::run(&args, quiet),
        Command::Tiles(args) => commands::tiles::run(&args, quiet),
        Command::Inspect(args) => commands::inspect::run(&args),
    }
}
