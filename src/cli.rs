//! The command line, as clap reads it.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Args, Parser, Subcommand, ValueEnum};
use lapwing::crs::Crs;
use lapwing_boundaries::snapshot;
use lapwing_tiles::MAX_ZOOM;

use crate::commands::changes::ChangesArgs;
use crate::commands::fetch::FetchArgs;
use crate::commands::new::NewArgs;
use crate::config::ServeArgs;

static VERSION: LazyLock<String> = LazyLock::new(|| {
    format!("{} (snapshot format {})", env!("CARGO_PKG_VERSION"), snapshot::FORMAT)
});

/// The words that stand for the demonstration county wherever a snapshot is wanted.
pub(crate) const DEMO_WORDS: [&str; 2] = ["lyonesse", "demo"];

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
Example:
  lapwing build northamptonshire/catalogue.toml --data ~/downloads -o northamptonshire.lapwing

If any file is refused, nothing is written and an older snapshot of that name stays as it was.
The snapshot appears under its name only when it is whole.")]
pub(crate) struct BuildArgs {
    /// The catalogue: a TOML file that names the boundary files
    pub(crate) catalogue: PathBuf,
    /// The snapshot to write
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  lapwing check northamptonshire/catalogue.toml --data ~/downloads --report faults.json")]
pub(crate) struct CheckArgs {
    /// The catalogue: a TOML file that names the boundary files
    pub(crate) catalogue: PathBuf,
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
    /// Compare the ward that the postcode file publishes for each postcode with the ward in
    /// which the postcode lies, and list the published codes that no layer has
    #[arg(long)]
    pub(crate) postcodes: bool,
    /// Note the composed areas made of areas that are no longer in force on this day (today)
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<jiff::civil::Date>,
}

/// What `build` and `check` have in common.
#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    /// The folder of the data files, if they are not beside the catalogue
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Write every fault to this file as JSON ("-" for stdout)
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

/// The snapshot to read.
#[derive(Debug, Args)]
pub(crate) struct SnapshotArgs {
    /// A snapshot made by `lapwing build`, or the word "lyonesse" for the demonstration county
    #[arg(value_name = "SNAPSHOT")]
    pub(crate) snapshot: PathBuf,
    /// The seed of the demonstration county
    #[arg(long, value_name = "NUMBER", default_value_t = crate::config::SEED)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lapwing locate county.lapwing \"NN1 1ED\"
  lapwing locate county.lapwing -0.896,52.2355
  lapwing locate county.lapwing 475486,260275 --json")]
pub(crate) struct LocateArgs {
    #[command(flatten)]
    pub(crate) snapshot: SnapshotArgs,
    /// A postcode, LON,LAT in degrees, or EASTING,NORTHING in metres
    #[arg(allow_hyphen_values = true)]
    pub(crate) query: String,
    /// Only these layers, by comma
    #[arg(long, value_name = "LAYER,…", value_delimiter = ',')]
    pub(crate) layers: Option<Vec<String>>,
    /// The boundaries in force on this day
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<jiff::civil::Date>,
    /// The same JSON as the service's /v1/lookup
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  lapwing overlaps county.lapwing --from parish --to lap -o parish_to_lap.csv")]
pub(crate) struct OverlapsArgs {
    #[command(flatten)]
    pub(crate) snapshot: SnapshotArgs,
    /// The layer whose areas are asked about
    #[arg(long, value_name = "LAYER")]
    pub(crate) from: String,
    /// The layer that answers
    #[arg(long, value_name = "LAYER")]
    pub(crate) to: String,
    /// csv, json or parquet; told by the suffix of FILE if there is one
    #[arg(long, value_enum)]
    pub(crate) format: Option<TableFormat>,
    /// Keep overlaps that are only the two boundaries' drawing error, marked as slivers
    #[arg(long)]
    pub(crate) slivers: bool,
    /// Also list areas that share a boundary and no ground
    #[arg(long)]
    pub(crate) touching: bool,
    /// The boundaries in force on this day
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<jiff::civil::Date>,
    /// Where to write ("-" for stdout; .gz compresses)
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
}

/// The form of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    /// Comma-separated, with a header
    Csv,
    /// One JSON document
    Json,
    /// Apache Parquet, the columns of the CSV with their types
    #[cfg(feature = "parquet")]
    Parquet,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lapwing match county.lapwing patients.csv -o patients_with_laps.csv
  lapwing match county.lapwing patients.csv.gz -o out.csv.gz --layers lap,ward
  cut -d, -f1,4 patients.csv | lapwing match county.lapwing - -o - | grep near_boundary

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
    /// Which columns say where, if the header has several ways
    #[arg(long, value_enum)]
    pub(crate) by: Option<PlaceColumns>,
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

impl From<PlaceColumns> for lapwing::bulk::By {
    fn from(columns: PlaceColumns) -> Self {
        match columns {
            PlaceColumns::Postcode => Self::Postcode,
            PlaceColumns::Lonlat => Self::LngLat,
            PlaceColumns::Bng => Self::Bng,
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lapwing export county.lapwing lap -o laps.geojson
  lapwing export county.lapwing lap -o laps_bng.geojson.gz --crs EPSG:27700
  lapwing export county.lapwing ward -o wards.gpkg --crs EPSG:27700
  lapwing export county.lapwing lsoa -o lsoas.parquet
  lapwing export county.lapwing gp_practice -o practices.csv

The suffix of FILE tells the format: .geojson, .csv, .fgb (FlatGeobuf), .gpkg (GeoPackage) or
.parquet (GeoParquet). A GeoJSON or CSV is compressed if .gz follows.")]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) snapshot: SnapshotArgs,
    /// The layer to write
    pub(crate) layer: String,
    /// Where to write ("-" for stdout)
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// geojson, csv, fgb, gpkg or parquet; told by the suffix of FILE if there is one
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    pub(crate) format: Option<lapwing::formats::Format>,
    /// The coordinates of the geometry
    #[arg(long, value_name = "CRS", default_value = "EPSG:4326", value_parser = parse_crs)]
    pub(crate) crs: Crs,
    /// Add the geometry to a CSV, as WKT
    #[arg(long)]
    pub(crate) wkt: bool,
}

fn parse_format(text: &str) -> Result<lapwing::formats::Format, String> {
    lapwing::formats::Format::of_suffix(text).ok_or_else(|| {
        let known: Vec<&str> =
            lapwing::formats::Format::ALL.iter().map(|format| format.suffix()).collect();
        format!("write one of {}", known.join(", "))
    })
}

/// Files have the east first, whatever the CRS says: EPSG:4326 is longitude, latitude in them.
fn parse_crs(text: &str) -> Result<Crs, String> {
    match Crs::from_uri(text) {
        Ok(Crs::Epsg4326) => Ok(Crs::Crs84),
        Ok(crs) => Ok(crs),
        Err(_) => Err("write EPSG:4326 (longitude, latitude), EPSG:27700 (British National Grid) \
                       or EPSG:3857 (Web Mercator)"
            .to_owned()),
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lapwing tiles county.lapwing -o county.pmtiles
  lapwing tiles county.lapwing -o laps.pmtiles --layers lap,ward --zooms 0-12

The tiles are those that the service serves. Without --layers all layers are in them, each vintage
by its own id. The file appears under its name only when it is whole.")]
pub(crate) struct TilesArgs {
    #[command(flatten)]
    pub(crate) snapshot: SnapshotArgs,
    /// The PMTiles archive to write
    #[arg(long, short, value_name = "FILE.pmtiles")]
    pub(crate) output: PathBuf,
    /// Only these layers, by comma
    #[arg(long, value_name = "LAYER,…", value_delimiter = ',')]
    pub(crate) layers: Option<Vec<String>>,
    /// Of the layers named by their series: the boundaries in force on this day
    #[arg(long, value_name = "YYYY-MM-DD", requires = "layers")]
    pub(crate) date: Option<jiff::civil::Date>,
    /// The zooms, from 0 to 14
    #[arg(long, value_name = "FROM-TO", default_value = "0-14", value_parser = parse_zooms)]
    pub(crate) zooms: RangeInclusive<u8>,
}

fn parse_zooms(text: &str) -> Result<RangeInclusive<u8>, String> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let zoom = |text: &str| text.trim().parse().ok().filter(|zoom| *zoom <= MAX_ZOOM);
    match (zoom(from), zoom(to)) {
        (Some(from), Some(to)) if from <= to => Ok(from..=to),
        _ => Err(format!("write two zooms from 0 to {MAX_ZOOM}, the lesser first, as in 0-12")),
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  lapwing inspect county.lapwing")]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    pub(crate) snapshot: SnapshotArgs,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
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

    #[test]
    fn zooms_are_one_or_from_to() {
        assert_eq!(parse_zooms("0-14"), Ok(0..=14));
        assert_eq!(parse_zooms("9"), Ok(9..=9));
        for odd in ["14-0", "0-15", "-1", "", "a-b", "1-2-3"] {
            assert!(parse_zooms(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn every_layer_crs_has_a_name_and_others_are_refused() {
        assert_eq!(parse_crs("epsg:27700"), Ok(Crs::Epsg27700));
        assert_eq!(parse_crs("EPSG:4326"), Ok(Crs::Crs84), "the east first in files");
        assert!(parse_crs("EPSG:2154").unwrap_err().contains("EPSG:27700"));
    }
}
