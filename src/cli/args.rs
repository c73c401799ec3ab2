//! The command line: global options and the list of commands. Each command declares its own
//! arguments in its own module.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::LazyLock;

use clap::parser::ValueSource;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use lapwing_boundaries::snapshot;

use crate::cli::commands::build::BuildArgs;
use crate::cli::commands::changes::ChangesArgs;
use crate::cli::commands::check::CheckArgs;
use crate::cli::commands::export::ExportArgs;
use crate::cli::commands::fetch::FetchArgs;
use crate::cli::commands::inspect::InspectArgs;
use crate::cli::commands::locate::LocateArgs;
use crate::cli::commands::match_rows::MatchArgs;
use crate::cli::commands::new::NewArgs;
use crate::cli::commands::overlaps::OverlapsArgs;
use crate::cli::commands::tiles::TilesArgs;
use crate::cli::config::{self, ServeArgs};
use crate::cli::failure::Failure;

static VERSION: LazyLock<String> = LazyLock::new(|| {
    format!("{} (snapshot format {})", env!("CARGO_PKG_VERSION"), snapshot::FORMAT)
});

/// Which Local Area Partnership, ward and parish is this? Boundary files go in; lookups, overlaps
/// and map layers come out.
///
/// Without a command, `lapwing` serves Lyonesse, a demonstration county that does not exist.
#[derive(Debug, Parser)]
#[command(
    name = "lapwing",
    version = VERSION.as_str(),
    max_term_width = 100,
    after_help = "\
A county of England:
  lapwing new --authority E06000062 -o county      write a catalogue
  lapwing fetch county/catalogue.toml              download its files
  lapwing check county/catalogue.toml              list every problem in them
  lapwing build county/catalogue.toml -o county.lapwing
  lapwing serve county.lapwing                     serve the result

Exit codes: 0 success, 1 the data were refused, 2 wrong usage."
)]
pub(crate) struct Cli {
    /// Suppress progress output. Errors are still printed.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve lookups, overlaps and layers over HTTP.
    Serve(ServeArgs),
    /// Write a catalogue for a local authority in England.
    New(NewArgs),
    /// Download the files that a catalogue names from their publishers.
    Fetch(FetchArgs),
    /// Build one snapshot file from a catalogue.
    Build(BuildArgs),
    /// List every problem in the files of a catalogue, with its location.
    Check(CheckArgs),
    /// Find the areas that contain a postcode or a point.
    Locate(LocateArgs),
    /// Write the lookup table between two layers, with shares.
    Overlaps(OverlapsArgs),
    /// List how the areas of a layer changed between two vintages.
    Changes(ChangesArgs),
    /// Add areas to each row of a file of postcodes or positions.
    Match(MatchArgs),
    /// Export one layer to a GIS or table format.
    Export(ExportArgs),
    /// Write all map tiles as one PMTiles file, for static hosting.
    Tiles(TilesArgs),
    /// Describe the contents of a snapshot.
    Inspect(InspectArgs),
}

/// Reads the command line, the environment and the configuration file.
pub(crate) fn read_command_line(mut args: Vec<OsString>) -> Result<Cli, Failure> {
    let command_line = Failure::CommandLine;
    // Without a command, `lapwing` serves Lyonesse.
    let any = Cli::command().subcommand_required(false).arg_required_else_help(false);
    let matches = any.try_get_matches_from(&args).map_err(command_line)?;
    let serve = match matches.subcommand() {
        None => {
            args.push("serve".into());
            Cli::command().try_get_matches_from(&args).map_err(command_line)?
        }
        Some(_) => matches,
    };
    let Some(("serve", given)) = serve.subcommand() else {
        return Cli::from_arg_matches(&serve).map_err(command_line);
    };
    if let Some(file) = given.get_one::<PathBuf>("config") {
        let is_set = |id: &str| {
            let source = given.value_source(id);
            !matches!(source, None | Some(ValueSource::DefaultValue))
        };
        let bytes =
            std::fs::read_to_string(file).map_err(|error| Failure::unreadable(file, &error))?;
        let from_file = config::flags_of(&bytes, file)?;
        let flags = from_file.into_iter().filter(|(id, _)| !is_set(id)).map(|(_, flag)| flag);
        // The first "serve" is the command itself: no option before it takes a value.
        let position = args.iter().position(|arg| arg == OsStr::new("serve")).unwrap_or(0) + 1;
        args.splice(position..position, flags);
    }
    let matches = Cli::command().try_get_matches_from(&args).map_err(command_line)?;
    Cli::from_arg_matches(&matches).map_err(command_line)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent_and_every_command_has_an_example() {
        let command = Cli::command();
        command.clone().debug_assert();
        for sub in command.get_subcommands() {
            let help = sub.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains(&format!("lapwing {}", sub.get_name())), "{}", sub.get_name());
        }
    }
}
