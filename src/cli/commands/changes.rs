//! `lapwing changes`: how every area of a layer changed between two vintages.

use std::io::Write as _;
use std::path::PathBuf;

use lapwing::answers;

use super::locate;
use super::output::{Output, content_suffix};
use super::source::{self, SnapshotArgs};
use crate::cli::failure::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lapwing changes county.lapwing --layer ward -o changes.csv
  lapwing changes county.lapwing --layer ward --from ward_2013 --to 2024-05-01 -o changes.json

Every area of the earlier vintage is unchanged, renamed, recoded, split, merged, moved_boundary,
reorganised or abolished. An area of the later vintage without a predecessor is created.")]
pub(crate) struct ChangesArgs {
    #[command(flatten)]
    pub(crate) snapshot: SnapshotArgs,
    /// Layer: a series, or any vintage of it
    #[arg(long, value_name = "LAYER")]
    pub(crate) layer: String,
    /// Earlier vintage: a layer id or a date [default: the one before --to]
    #[arg(long, value_name = "VINTAGE")]
    pub(crate) from: Option<String>,
    /// Later vintage: a layer id or a date [default: the one after --from, else the one in force]
    #[arg(long, value_name = "VINTAGE")]
    pub(crate) to: Option<String>,
    /// Date of the later vintage, if neither --from nor --to is given
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<jiff::civil::Date>,
    /// Output format [default: from the suffix of FILE, else csv]
    #[arg(long, value_enum)]
    pub(crate) format: Option<ChangesFormat>,
    /// Output file ("-" for stdout; a name that ends in .gz is compressed)
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
}

/// The output format of `changes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ChangesFormat {
    /// One row for each pair of areas
    Csv,
    /// One JSON document
    Json,
}

pub(crate) fn run(args: &ChangesArgs) -> Result<(), Failure> {
    let by_suffix = || match content_suffix(&args.output).as_deref() {
        Some("json") => ChangesFormat::Json,
        _ => ChangesFormat::Csv,
    };
    let format = args.format.unwrap_or_else(by_suffix);
    let atlas = source::open(&args.snapshot)?;
    let (from, to) = (args.from.as_deref(), args.to.as_deref());
    let changes = answers::changes(&atlas, &args.layer, from, to, locate::day(args.date))
        .map_err(locate::failure_of)?;
    let mut output = Output::create(&args.output)?;
    let written = match format {
        ChangesFormat::Csv => output.write_all(&changes.to_csv()),
        ChangesFormat::Json => serde_json::to_writer_pretty(&mut output, &changes)
            .map_err(std::io::Error::from)
            .and_then(|()| output.write_all(b"\n")),
    };
    written.map_err(|error| output.failed(&error))?;
    output.finish()
}
