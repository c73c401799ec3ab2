//! `lapwing match`: adds areas to each row of a file of postcodes or positions.

mod args;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::mpsc::{channel, sync_channel};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use lapwing::bulk::{
    BulkError, BulkRequest, ColumnOptions, CsvRows, FlatRows, Gzip, NamedColumns, NdjsonRows,
    OutputColumn, PlaceColumns, RowEngine, Tally, TextEncoding,
};
use lapwing_boundaries::progress::Progress as _;

pub(crate) use args::{MatchArgs, RowFormat};

use super::locate;
use super::output::{Output, content_suffix, is_dash, is_gzip};
use super::progress::{ProgressReporter, Unit};
use super::source;
use crate::cli::failure::Failure;

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
    let named = named_columns(args);
    if format != RowFormat::Csv && !named.is_empty() {
        let why =
            "--postcode-column and the other options of columns apply to CSV: rename the members";
        return Err(Failure::Usage(why.to_owned()));
    }
    let added = |add: &Vec<_>| add.iter().copied().map(OutputColumn::from).collect();
    let columns = ColumnOptions {
        by: args.by.map(PlaceColumns::from),
        add: args.add.as_ref().map(added).unwrap_or_default(),
        named,
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
        if engine.encoding() != TextEncoding::Utf8 {
            eprintln!("read as {}, written as utf-8", engine.encoding().as_str());
        }
    }
    Ok(())
}

fn named_columns(args: &MatchArgs) -> NamedColumns {
    NamedColumns {
        postcode: args.postcode_column.clone(),
        lon: args.lon_column.clone(),
        lat: args.lat_column.clone(),
        easting: args.easting_column.clone(),
        northing: args.northing_column.clone(),
    }
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
        Some("csv" | "tsv" | "tab") => Ok(Some(RowFormat::Csv)),
        Some("ndjson" | "jsonl") => Ok(Some(RowFormat::Ndjson)),
        Some(suffix @ ("json" | "xlsx" | "xls" | "ods" | "parquet" | "zip")) => {
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
        error => Failure::Refused(format!("{file}: {}", as_options(&error.to_string()))),
    }
}

/// Writes the parameters of the service in a message as the options of this command.
fn as_options(message: &str) -> String {
    ["postcode", "lon", "lat", "easting", "northing"].iter().fold(
        message.to_owned(),
        |message, part| {
            let option = format!("--{part}-column");
            let message = message.replace(&format!("{part}_column=,"), &format!("{option},"));
            let message = message.replace(&format!("{part}_column= "), &format!("{option} "));
            let message = message.replace(&format!("{part}_column="), &format!("{option} "));
            message.trim_end().to_owned()
        },
    )
}

fn in_words(tally: Tally) -> String {
    let Tally { ok, not_found, invalid, outside, no_position, blank } = tally;
    let mut parts = vec![format!("{} rows: {ok} ok", tally.rows())];
    for (count, what) in [
        (not_found, "not found (postcode not in the snapshot)"),
        (invalid, "invalid (not a postcode or position)"),
        (outside, "outside (in no area)"),
        (no_position, "without position (postcode whose source gives none)"),
        (blank, "blank"),
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
    fn parameters_in_messages_become_options() {
        let message = "name it with postcode_column=, or lon_column= and lat_column=";
        let expected = "name it with --postcode-column, or --lon-column and --lat-column";
        assert_eq!(as_options(message), expected);
    }

    #[test]
    fn the_summary_omits_statuses_without_rows() {
        let tally = Tally { ok: 5, outside: 1, ..Tally::default() };
        assert_eq!(in_words(tally), "6 rows: 5 ok, 1 outside (in no area)");
    }
}
