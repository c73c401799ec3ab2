//! `lapwing overlaps`: writes the lookup table between two layers.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lapwing::answers::{self, Choice};

use super::locate;
#[cfg(feature = "parquet")]
use super::output::is_gzip;
use super::output::{Output, content_suffix};
use super::source::{self, SnapshotArgs};
use crate::cli::failure::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  lapwing overlaps county.lapwing --from parish --to lap -o parish_to_lap.csv")]
pub(crate) struct OverlapsArgs {
    #[command(flatten)]
    pub(crate) snapshot: SnapshotArgs,
    /// Layer whose areas are looked up
    #[arg(long, value_name = "LAYER")]
    pub(crate) from: String,
    /// Layer to look them up in
    #[arg(long, value_name = "LAYER")]
    pub(crate) to: String,
    /// Output format [default: from the suffix of FILE, else csv]
    #[arg(long, value_enum)]
    pub(crate) format: Option<TableFormat>,
    /// Include slivers: overlaps that are within the drawing error of the two boundaries
    #[arg(long)]
    pub(crate) slivers: bool,
    /// Include areas that share a boundary but no land
    #[arg(long)]
    pub(crate) touching: bool,
    /// Write a row for each area of the first layer, also for one that overlaps none of the second
    #[arg(long)]
    pub(crate) all: bool,
    /// Use the boundaries in force on this date
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<jiff::civil::Date>,
    /// Output file ("-" for stdout; a name that ends in .gz is compressed)
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
}

/// The output format of `overlaps`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum TableFormat {
    /// Comma-separated values with a header
    Csv,
    /// One JSON document
    Json,
    /// Apache Parquet, with the columns of the CSV file
    #[cfg(feature = "parquet")]
    Parquet,
}

pub(crate) fn run(args: &OverlapsArgs) -> Result<(), Failure> {
    let format = args.format.unwrap_or_else(|| by_suffix(&args.output));
    #[cfg(feature = "parquet")]
    if format == TableFormat::Parquet && is_gzip(&args.output) {
        let message = "a Parquet file is already compressed: remove .gz from the name";
        return Err(Failure::Usage(message.to_owned()));
    }
    let atlas = source::open(&args.snapshot)?;
    let choice = Choice { slivers: args.slivers, touches: args.touching };
    let day = locate::day(args.date);
    let table = answers::table(&atlas, &args.from, &args.to, day, choice, args.all)
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

/// The format of a file name; CSV unless the suffix is another.
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
    fn a_table_is_csv_unless_the_suffix_is_another() {
        let format = |name: &str| by_suffix(Path::new(name));
        assert_eq!(format("parish_to_lap.json"), TableFormat::Json);
        assert_eq!(format("parish_to_lap.JSON.gz"), TableFormat::Json);
        assert_eq!(format("parish_to_lap.csv"), TableFormat::Csv);
        #[cfg(feature = "parquet")]
        assert_eq!(format("parish_to_lap.parquet"), TableFormat::Parquet);
        assert_eq!(format("-"), TableFormat::Csv);
    }
}
