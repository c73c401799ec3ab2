//! The arguments of `lapwing match`.

use std::path::PathBuf;

use lapwing::bulk::{OutputColumn, PlaceColumns};

use super::super::source::SnapshotArgs;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lapwing match county.lapwing patients.csv -o patients_with_laps.csv
  lapwing match county.lapwing patients.csv.gz -o out.csv.gz --layers lap,ward
  cut -d, -f1,4 patients.csv | lapwing match county.lapwing - -o - | grep near_boundary
  lapwing match county.lapwing patients.csv -o codes.csv --layers lap --add code

A CSV file needs a header with a column postcode, or lon and lat, or easting and northing; usual
variants of these names are recognised, others are named by --postcode-column and the like. Commas,
semicolons and tabs separate columns. The output is comma-separated UTF-8. It has every input
column, followed by status, the areas of each layer, confidence, boundary_distance_m, coverage,
unassigned and superseded_since. NDJSON has one query on each line: {\"postcode\": \"NN1 1ED\"}. Rows
keep their order. A bad row gets a status and does not stop the others.")]
pub(crate) struct MatchArgs {
    #[command(flatten)]
    pub(crate) snapshot: SnapshotArgs,
    /// Input file: .csv or .ndjson, optionally .gz ("-" for stdin)
    pub(crate) input: PathBuf,
    /// Output file ("-" for stdout; a name that ends in .gz is compressed)
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Input and output format [default: from the file suffix]
    #[arg(long, value_enum)]
    pub(crate) format: Option<RowFormat>,
    /// NDJSON: return each input object with the CSV columns as extra members
    #[arg(long)]
    pub(crate) flat: bool,
    /// Columns to read the location from, if the input has more than one kind
    #[arg(long, value_enum)]
    pub(crate) by: Option<PlaceColumnsArg>,
    /// Column with the postcode: its name, or its number from 1 (CSV only)
    #[arg(long, value_name = "COLUMN")]
    pub(crate) postcode_column: Option<String>,
    /// Column with the longitude
    #[arg(long, value_name = "COLUMN")]
    pub(crate) lon_column: Option<String>,
    /// Column with the latitude
    #[arg(long, value_name = "COLUMN")]
    pub(crate) lat_column: Option<String>,
    /// Column with the easting
    #[arg(long, value_name = "COLUMN")]
    pub(crate) easting_column: Option<String>,
    /// Column with the northing
    #[arg(long, value_name = "COLUMN")]
    pub(crate) northing_column: Option<String>,
    /// Columns to add besides the status, separated by commas (CSV and --flat only) [default: all but
    /// terminated and reason]
    #[arg(long, value_enum, value_name = "COLUMN,…", value_delimiter = ',')]
    pub(crate) add: Option<Vec<OutputColumnArg>>,
    /// Layers to answer for, separated by commas [default: all]
    #[arg(long, value_name = "LAYER,…", value_delimiter = ',')]
    pub(crate) layers: Option<Vec<String>>,
    /// Use the boundaries in force on this date
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<jiff::civil::Date>,
}

/// A format of bulk rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum RowFormat {
    /// Comma-separated values with a header
    Csv,
    /// One JSON object per line
    Ndjson,
}

/// The input columns that hold a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum PlaceColumnsArg {
    /// Column postcode
    Postcode,
    /// Columns lon and lat, in degrees
    Lonlat,
    /// Columns easting and northing, in metres
    Bng,
}

/// A column that `match` adds to each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum OutputColumnArg {
    /// Code of each area
    Code,
    /// Name of each area
    Name,
    /// Confidence level of the answer
    Confidence,
    /// Distance to the nearest boundary in metres
    #[value(name = "boundary_distance_m")]
    BoundaryDistance,
    /// Layers that may lack an area there
    Coverage,
    /// Share of the postcode's addresses in no area of a layer
    Unassigned,
    /// Since when boundaries of the answer are no longer in force
    #[value(name = "superseded_since")]
    SupersededSince,
    /// Month in which the postcode was terminated
    Terminated,
    /// Why the row has no answer
    Reason,
}

impl From<OutputColumnArg> for OutputColumn {
    fn from(column: OutputColumnArg) -> Self {
        match column {
            OutputColumnArg::Code => Self::Code,
            OutputColumnArg::Name => Self::Name,
            OutputColumnArg::Confidence => Self::Confidence,
            OutputColumnArg::BoundaryDistance => Self::BoundaryDistance,
            OutputColumnArg::Coverage => Self::Coverage,
            OutputColumnArg::Unassigned => Self::Unassigned,
            OutputColumnArg::SupersededSince => Self::SupersededSince,
            OutputColumnArg::Terminated => Self::Terminated,
            OutputColumnArg::Reason => Self::Reason,
        }
    }
}

impl From<PlaceColumnsArg> for PlaceColumns {
    fn from(columns: PlaceColumnsArg) -> Self {
        match columns {
            PlaceColumnsArg::Postcode => Self::Postcode,
            PlaceColumnsArg::Lonlat => Self::LngLat,
            PlaceColumnsArg::Bng => Self::Bng,
        }
    }
}
