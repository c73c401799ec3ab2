//! `lapwing match`: adds areas to each row of a file of postcodes or positions.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{channel, sync_channel};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use lapwing::bulk::{
    BulkError, BulkRequest, ColumnOptions, CsvRows, FlatRows, Gzip, NdjsonRows, OutputColumn,
    PlaceColumns, RowEngine, Tally,
};
use lapwing_boundaries::progress::Progress as _;

use super::locate;
use super::output::{Output, content_suffix, is_dash, is_gzip};
use super::progress::{ProgressReporter, Unit};
use super::source::{self, SnapshotArgs};
use crate::cli::failure::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lapwing match county.lapwing patients.csv -o patients_with_laps.csv
  lapwing match county.lapwing patients.csv.gz -o out.csv.gz --layers lap,ward
  cut -d, -f1,4 patients.csv | lapwing match county.lapwing - -o - | grep near_boundary
  lapwing match county.lapwing patients.csv -o codes.csv --layers lap --add code

A CSV file needs a header with a column postcode, or lon and lat, or easting and northing. The
output has every input column, followed by status, the areas of each layer, confidence,
boundary_distance_m, coverage, unassigned and superseded_since. NDJSON has one query on each line: {\"postcode\": \"NN1 1ED\"}. Rows keep their
order. A bad row gets a status and does not stop the others.")]
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
    /// Columns to add besides the status, separated by commas (CSV and --flat only)
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

/// The size of one read.
const PIECE_BYTES: usize = 256 << 10;

pub(crate) fn run(args: &MatchArgs, quiet: bool) -> Result<(), Failure> {
    let format = format_of(args)?;
    let atlas = source::open(&args.snapshot)?;
    let ask = BulkRequest { layers: args.layers.clone(), day: locate::day(args.date) };
    let refused = |error: BulkError| refusal(error, &args.input);
    let has_columns = format == RowFormat::Csv || args.flat;
    if !has_columns && (args.by.is_some() || args.add.is_some()) {
        let why = "--by and --add apply to CSV and flat NDJSON: add --flat";
        return Err(Failure::Usage(why.to_owned()));
    }
    let added = |add: &Vec<_>| add.iter().copied().map(OutputColumn::from).collect();
    let columns = ColumnOptions {
        by: args.by.map(PlaceColumns::from),
        add: args.add.as_ref().map(added).unwrap_or_default(),
    };
    let mut engine: Box<dyn RowEngine + '_> = match format {
        RowFormat::Csv => Box::new(CsvRows::new(&atlas, &ask, columns).map_err(refused)?),
        RowFormat::Ndjson if args.flat => {
            Box::new(FlatRows::new(&atlas, &ask, columns).map_err(refused)?)
        }
        RowFormat::Ndjson => Box::new(NdjsonRows::new(&atlas, &ask).map_err(refused)?),
    };

    let progress = ProgressReporter::of(quiet, Unit::Bytes);
    let input = open(&args.input, &progress)?;
    let output = Output::create_uncompressed(&args.output)?;
    let gzip = is_gzip(&args.output).then(|| Gzip::new(Compression::new(PACKED)));
    let output = side_by_side(input, &args.input, engine.as_mut(), gzip, output)?;
    output.finish()?;
    progress.finish();
    if !quiet {
        eprintln!("{}", in_words(engine.tally()));
    }
    Ok(())
}

/// The gzip level. A file is written once, so a smaller one is worth a little more time.
const PACKED: u32 = 6;

/// The capacity of the channels between reading, matching and writing.
const WAITING: usize = 2;

/// Reads, matches and writes concurrently, so that decompression has its own thread. A stage that
/// is ahead waits for the others.
fn side_by_side(
    mut input: Box<dyn Read + Send + '_>,
    name: &Path,
    engine: &mut dyn RowEngine,
    mut gzip: Option<Gzip>,
    mut output: Output,
) -> Result<Output, Failure> {
    let (read, pieces) = sync_channel::<io::Result<Vec<u8>>>(WAITING);
    // Buffers are reused once their rows have been matched.
    let (empty, empties) = channel::<Vec<u8>>();
    let (answered, answers) = sync_channel::<Vec<Bytes>>(WAITING);
    let refused = |error: BulkError| refusal(error, name);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            loop {
                let mut piece = empties.try_recv().unwrap_or_default();
                piece.resize(PIECE_BYTES, 0);
                let next = match input.read(&mut piece) {
                    Ok(0) => return,
                    Ok(length) => {
                        piece.truncate(length);
                        Ok(piece)
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => Err(error),
                };
                let failed = next.is_err();
                // The receiver is gone if matching has failed.
                if read.send(next).is_err() || failed {
                    return;
                }
            }
        });
        let writing = scope.spawn(move || {
            for piece in answers.into_iter().flatten() {
                output.write_all(&piece).map_err(|error| output.failed(&error))?;
            }
            Ok(output)
        });
        let answer = move || -> Result<(), Failure> {
            // The receiver is gone if writing has failed; the writer returns the error at the end.
            let mut send = |answer: Vec<Bytes>| -> Result<bool, Failure> {
                if answer.is_empty() {
                    return Ok(true);
                }
                let answer = match &mut gzip {
                    Some(gzip) => gzip.pack(&answer)?,
                    None => answer,
                };
                Ok(answered.send(answer).is_ok())
            };
            for piece in pieces {
                let piece = piece.map_err(|error| Failure::unreadable(name, &error))?;
                if !send(engine.push(&piece).map_err(refused)?)? {
                    return Ok(());
                }
                let _ = empty.send(piece);
            }
            while let Some(answer) = engine.finish().map_err(refused)? {
                if !send(answer)? {
                    return Ok(());
                }
            }
            if let Some(gzip) = gzip.take() {
                let _ = answered.send(gzip.finish());
            }
            Ok(())
        };
        // Runs on a rayon thread, so that the pool is not woken for every batch.
        let done = rayon::scope(|_| answer());
        let written = writing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        done.and(written)
    })
}

/// The format of the rows: given by `--format`, or by the suffix of the input, or of the output if
/// the input is stdin. Output and input have the same format.
fn format_of(args: &MatchArgs) -> Result<RowFormat, Failure> {
    let (input, output) = (by_suffix(&args.input)?, by_suffix(&args.output)?);
    let format = args.format.or(input).or(output).unwrap_or(RowFormat::Csv);
    if output.is_some_and(|output| output != format) {
        return Err(Failure::Usage(format!(
            "the output has the format of the input: give {} another suffix, or convert the file \
             first",
            args.output.display()
        )));
    }
    Ok(format)
}

fn by_suffix(path: &Path) -> Result<Option<RowFormat>, Failure> {
    match content_suffix(path).as_deref() {
        Some("csv") => Ok(Some(RowFormat::Csv)),
        Some("ndjson" | "jsonl") => Ok(Some(RowFormat::Ndjson)),
        Some(suffix @ ("json" | "xlsx" | "xls" | "ods" | "tsv" | "parquet" | "zip")) => {
            Err(Failure::Usage(format!(
                "{} ends in .{suffix}, which `match` cannot read or write: save it as .csv or \
                 .ndjson",
                path.display()
            )))
        }
        _ => Ok(None),
    }
}

fn open<'a>(
    path: &Path,
    progress: &'a ProgressReporter,
) -> Result<Box<dyn Read + Send + 'a>, Failure> {
    if is_dash(path) {
        progress.begin("matching", 0);
        return Ok(Box::new(Counted { inner: io::stdin(), progress }));
    }
    let unreadable = |error: io::Error| Failure::unreadable(path, &error);
    let file = File::open(path).map_err(unreadable)?;
    progress.begin("matching", file.metadata().map_err(unreadable)?.len());
    let counted = Counted { inner: file, progress };
    Ok(if is_gzip(path) { Box::new(MultiGzDecoder::new(counted)) } else { Box::new(counted) })
}

/// Reports progress in bytes read, before decompression.
struct Counted<'a, R> {
    inner: R,
    progress: &'a ProgressReporter,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.progress.advance(read as u64);
        Ok(read)
    }
}

fn refusal(error: BulkError, input: &Path) -> Failure {
    let file = if is_dash(input) { "stdin".to_owned() } else { input.display().to_string() };
    match error {
        BulkError::Answer(error) => locate::failure_of(error),
        BulkError::SeveralPlaces { ways } => Failure::Usage(format!(
            "{file}: the header has more than one kind of location, {ways}: choose one with --by \
             postcode, --by lonlat or --by bng"
        )),
        error => Failure::Refused(format!("{file}: {error}")),
    }
}

fn in_words(tally: Tally) -> String {
    let Tally { ok, not_found, invalid, outside } = tally;
    let mut parts = vec![format!("{} rows: {ok} ok", tally.rows())];
    for (count, what) in [
        (not_found, "not found (postcode not in the snapshot)"),
        (invalid, "invalid (not a postcode or position)"),
        (outside, "outside (in no area)"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_determines_the_format() {
        let format = |name: &str| by_suffix(Path::new(name)).ok();
        assert_eq!(format("patients.csv.gz"), Some(Some(RowFormat::Csv)));
        assert_eq!(format("patients.jsonl"), Some(Some(RowFormat::Ndjson)));
        assert_eq!(format("-"), Some(None));
        assert_eq!(format("patients.txt"), Some(None));
        assert_eq!(format("patients.xlsx"), None);
    }

    #[test]
    fn the_summary_omits_statuses_without_rows() {
        let tally = Tally { ok: 5, outside: 1, ..Tally::default() };
        assert_eq!(in_words(tally), "6 rows: 5 ok, 1 outside (in no area)");
    }
}
