//! `lapwing overlaps`: the lookup table of two layers.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lapwing::answers::{self, Choice};

use super::failure::Failure;
use super::locate;
#[cfg(feature = "parquet")]
use super::output::is_gzip;
use super::output::{Output, content_suffix};
use super::source::{self, SnapshotArgs};

#[derive(Debug, clap::Args)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum TableFormat {
    /// Comma-separated, with a header
    Csv,
    /// One JSON document
    Json,
    /// Apache Parquet, the columns of the CSV with their types
    #[cfg(feature = "parquet")]
    Parquet,
}

pub(super) fn run(args: &OverlapsArgs) -> Result<(), Failure> {
    let format = args.format.unwrap_or_else(|| by_suffix(&args.output));
    #[cfg(feature = "parquet")]
    if format == TableFormat::Parquet && is_gzip(&args.output) {
        let message = "a Parquet file is compressed within: leave .gz out";
        return Err(Failure::Usage(message.to_owned()));
    }
    let atlas = source::open(&args.snapshot)?;
    let choice = Choice { slivers: args.slivers, touches: args.touching };
    let table = answers::table(&atlas, &args.from, &args.to, locate::day(args.date), choice)
        .map_err(locate::failure_of)?;
    let mut output = Output::create(&args.output)?;
    let written = match format {
        TableFormat::Csv => write_pieces(&mut output, table.into_csv(&atlas)),
        TableFormat::Json => write_pieces(&mut output, table.into_json(&atlas)),
        #[cfg(feature = "parquet")]
        TableFormat::Parquet => lapwing::formats::parquet::write_table(&table, &atlas, &mut output),
    };
    written.map_err(|error| output.failed(&error))?;
    output.finish()
}

fn write_pieces(out: &mut impl Write, pieces: impl Iterator<Item = Vec<u8>>) -> io::Result<()> {
    for piece in pieces {
        out.write_all(&piece)?;
    }
    Ok(())
}

/// A table is CSV unless its name says otherwise.
fn by_suffix(output: &Path) -> TableFormat {
    match content_suffix(output).as_deref() {
        Some("json") => TableFormat::Json,
        #[cfg(feature = "parquet")]
        Some("parquet") => TableFormat::Parquet,
        _ => TableFormat::Csv,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_csv_unless_its_name_says_otherwise() {
        let format = |name: &str| by_suffix(Path::new(name));
        assert_eq!(format("parish_to_lap.json"), TableFormat::Json);
        assert_eq!(format("parish_to_lap.JSON.gz"), TableFormat::Json);
        assert_eq!(format("parish_to_lap.csv"), TableFormat::Csv);
        #[cfg(feature = "parquet")]
        assert_eq!(format("parish_to_lap.parquet"), TableFormat::Parquet);
        assert_eq!(format("-"), TableFormat::Csv);
    }
}
