//! One module a command; data go to stdout or a file, talk to stderr.

pub(crate) mod build;
pub(crate) mod changes;
pub(crate) mod check;
pub(crate) mod export;
pub(crate) mod failure;
mod fault_report;
pub(crate) mod fetch;
pub(crate) mod inspect;
pub(crate) mod load_catalogue;
pub(crate) mod locate;
mod log;
mod match_rows;
pub(crate) mod new;
mod output;
pub(crate) mod overlaps;
mod progress;
mod published;
mod serve;
pub(crate) mod source;
mod superseded;
mod table;
pub(crate) mod tiles;

use failure::Failure;

use crate::cli::args::{Cli, Command};

/// Does what the command line asks for.
pub(crate) fn run(cli: Cli) -> Result<(), Failure> {
    let quiet = cli.quiet;
    match cli.command {
        Command::Serve(args) => serve::run(&args, quiet),
        Command::Build(args) => build::run(&args, quiet),
        Command::Check(args) => check::run(&args, quiet),
        Command::New(args) => new::run(&args, quiet),
        Command::Fetch(args) => fetch::run(&args, quiet),
        Command::Locate(args) => locate::run(&args),
        Command::Overlaps(args) => overlaps::run(&args),
        Command::Changes(args) => changes::run(&args),
        Command::Match(args) => match_rows::run(&args, quiet),
        Command::Export(args) => export::run(&args, quiet),
        Command::Tiles(args) => tiles::run(&args, quiet),
        Command::Inspect(args) => inspect::run(&args),
    }
}
