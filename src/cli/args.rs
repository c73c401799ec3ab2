//! The command line, as clap reads it. What a command takes stands beside the command.

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Args, Parser, Subcommand, ValueEnum};
use lapwing_boundaries::snapshot;

use crate::cli::commands::build::BuildArgs;
use crate::cli::commands::changes::ChangesArgs;
use crate::cli::commands::check::CheckArgs;
use crate::cli::commands::export::ExportArgs;
use crate::cli::commands::fetch::FetchArgs;
use crate::cli::commands::inspect::InspectArgs;
use crate::cli::commands::locate::LocateArgs;
use crate::cli::commands::new::NewArgs;
use crate::cli::commands::overlaps::OverlapsArgs;
use crate::cli::commands::source::SnapshotArgs;
use crate::cli::commands::tiles::TilesArgs;
use crate::cli::config::ServeArgs;

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
  lapwing new --authority E06000062 -o county      where is what published?
  lapwing fetch county/catalogue.toml              bring it here
  lapwing check county/catalogue.toml              is anything wrong with the files?
  lapwing build county/catalogue.toml -o county.lapwing
  lapwing serve county.lapwing                     and answer from it

Exit codes: 0 done, 1 the data were refused, 2 wrong usage."
)]
pub(crate) struct Cli {
    /// Tell nothing of long work; errors are still told.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Answer over HTTP: lookups, overlaps, layers.
    Serve(ServeArgs),
    /// Write a catalogue for an authority of England.
    New(NewArgs),
    /// Bring the files that a catalogue names from where they are published.
    Fetch(FetchArgs),
    /// Put all that a catalogue names into one snapshot file.
    Build(BuildArgs),
    /// Say everything that is wrong with the files of a catalogue, and where.
    Check(CheckArgs),
    /// Say in which areas one place lies.
    Locate(LocateArgs),
    /// Write the lookup table between two layers, with shares.
    Overlaps(OverlapsArgs),
    /// Say what became of the areas of a layer from one vintage to another.
    Changes(ChangesArgs),
    /// Add their areas to a file of postcodes or positions.
    Match(MatchArgs),
    /// Write one layer as GeoJSON or CSV.
    Export(ExportArgs),
    /// Write all map tiles as one PMTiles file, for static hosting.
    Tiles(TilesArgs),
    /// Say what a snapshot holds.
    Inspect(InspectArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lapwing match county.lapwing patients.csv -o patients_with_laps.csv
  lapwing match county.lapwing patients.csv.gz -o out.csv.gz --layers lap,ward
  cut -d, -f1,4 patients.csv | lapwing match county.lapwing - -o - | grep near_boundary
  lapwing match county.lapwing patients.csv -o codes.csv --layers lap --add code

A CSV needs a header with a column postcode, or lon and lat, or easting and northing. Every column
comes back, then status, the areas of each layer, confidence and boundary_distance_m. NDJSON has a
question a line: {\"postcode\": \"NN1 1ED\"}. Rows keep their order and a bad row stops nothing.")]
pub(crate) struct MatchArgs {
    #[command(flatten)]
    pub(crate) snapshot: SnapshotArgs,
    /// The file to read, .csv or .ndjson, perhaps with .gz ("-" for stdin)
    pub(crate) input: PathBuf,
    /// Where to write ("-" for stdout; .gz compresses)
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// csv or ndjson; told by the suffix of the file if it has one
    #[arg(long, value_enum)]
    pub(crate) format: Option<RowFormat>,
    /// Of NDJSON, answer each line with its own members and those that CSV has as columns
    #[arg(long)]
    pub(crate) flat: bool,
    /// Which columns say where, if the header (or a flat line) has several ways
    #[arg(long, value_enum)]
    pub(crate) by: Option<PlaceColumns>,
    /// Only these of the columns that are added to a CSV (or a flat line) beside the status, by comma
    #[arg(long, value_enum, value_name = "COLUMN,…", value_delimiter = ',')]
    pub(crate) add: Option<Vec<AddedColumn>>,
    /// Only these layers, by comma
    #[arg(long, value_name = "LAYER,…", value_delimiter = ',')]
    pub(crate) layers: Option<Vec<String>>,
    /// The boundaries in force on this day
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<jiff::civil::Date>,
}

/// The form of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RowFormat {
    /// Comma-separated, with a header
    Csv,
    /// A JSON object a line
    Ndjson,
}

/// The columns that say where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlaceColumns {
    /// postcode
    Postcode,
    /// lon and lat, degrees
    Lonlat,
    /// easting and northing, metres
    Bng,
}

/// The columns that are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AddedColumn {
    /// the code of each area
    Code,
    /// the name of each area
    Name,
    /// how sure the answer is
    Confidence,
    /// how far the nearest boundary is, metres
    #[value(name = "boundary_distance_m")]
    BoundaryDistance,
}

impl From<AddedColumn> for lapwing::bulk::AddedColumn {
    fn from(column: AddedColumn) -> Self {
        match column {
            AddedColumn::Code => Self::Code,
            AddedColumn::Name => Self::Name,
            AddedColumn::Confidence => Self::Confidence,
            AddedColumn::BoundaryDistance => Self::BoundaryDistance,
        }
    }
}

impl From<PlaceColumns> for lapwing::bulk::By {
    fn from(columns: PlaceColumns) -> Self {
        match columns {
            PlaceColumns::Postcode => Self::Postcode,
            PlaceColumns::Lonlat => Self::LngLat,
            PlaceColumns::Bng => Self::Bng,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound_and_every_command_has_an_example() {
        let command = Cli::command();
        command.clone().debug_assert();
        for sub in command.get_subcommands() {
            let help = sub.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains(&format!("lapwing {}", sub.get_name())), "{}", sub.get_name());
        }
    }
}
