//! The beginning of a CSV file: its separator, and which row is the header.
//!
//! Spreadsheets write semicolons where the comma is the decimal sign, tabs in "Unicode text", and a
//! line `sep=;` to tell each other. Reports have titles above the header.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::bulk::BulkError;
use crate::bulk::column_names::Fit;
use crate::bulk::input_columns::{ColumnOptions, Header, HeaderColumns};

/// The separators that are recognised. Among equals the first wins.
const SEPARATORS: [u8; 4] = *b",;\t|";

/// The rows among which the header is looked for. Titles are shorter.
const ROWS_TO_TRY: usize = 20;

/// The largest number of cells that rows can have beyond those of the header.
const MOST_SURPLUS: usize = 1000;

/// A CSV file whose header was found.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) separator: u8,
    pub(super) header: Vec<Vec<u8>>,
    /// Where the rows begin.
    pub(super) rows_at: usize,
    pub(super) places: HeaderColumns,
    /// The number of columns: those of the header, and more if the first rows have more.
    pub(super) width: usize,
}

/// A row, and where the next one begins.
struct Row {
    cells: Vec<Vec<u8>>,
    next: usize,
}

impl Row {
    fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| is_blank(cell))
    }
}

/// True if a cell has only white space.
pub(super) fn is_blank(cell: &[u8]) -> bool {
    String::from_utf8_lossy(cell).trim().is_empty()
}

/// Reads the start of a file. `is_whole` says that the file ends with `text`. Returns `None` if the
/// header does not end in `text`.
pub(super) fn read(
    text: &[u8],
    is_whole: bool,
    options: &ColumnOptions,
) -> Result<Option<Start>, BulkError> {
    check_is_text(text)?;
    let (stated, from) = separator_line(text);
    let separators = stated.map_or(SEPARATORS.to_vec(), |separator| vec![separator]);
    let mut best: Option<(bool, usize, Candidate)> = None;
    for separator in separators {
        let rows = rows_of(&text[from..], separator, is_whole, ROWS_TO_TRY);
        // Rows without content above the header.
        let first = rows.iter().position(|row| !row.is_blank());
        let Some(first) = first else { continue };
        let candidate = Candidate::new(separator, rows, first, options);
        let width = candidate.rows[first].cells.len();
        let is_sure = candidate.is_sure();
        let is_better =
            best.as_ref().is_none_or(|(sure, most, _)| (is_sure, width) > (*sure, *most));
        if is_better {
            best = Some((is_sure, width, candidate));
        }
    }
    let Some((_, _, Candidate { separator, mut rows, first, places })) = best else {
        return if is_whole { Err(BulkError::NoHeader) } else { Ok(None) };
    };
    let places = match places {
        Ok(places) => places,
        Err(error) => return Err(below_titles(&rows, first, options).unwrap_or(error)),
    };
    // A title can have the word, too: "Postcodes of clinics".
    let is_title = rows[first].cells.iter().filter(|cell| !is_blank(cell)).count() == 1;
    if is_title
        && places.fit == Fit::Likely
        && let Some(error) = below_titles(&rows, first, options)
    {
        return Err(error);
    }
    let Row { cells: header, next } = rows.swap_remove(first);
    let rows_at = from + next;
    let most = widest(&text[rows_at..], separator, is_whole).min(header.len() + MOST_SURPLUS);
    let width = header.len().max(most);
    Ok(Some(Start { separator, header, rows_at, places, width }))
}

/// The rows as one separator splits them, and the place that their header has.
struct Candidate {
    separator: u8,
    rows: Vec<Row>,
    /// The first row with content.
    first: usize,
    places: Result<HeaderColumns, BulkError>,
}

impl Candidate {
    fn new(separator: u8, rows: Vec<Row>, first: usize, options: &ColumnOptions) -> Self {
        let places = find(&rows, first, options);
        Self { separator, rows, first, places }
    }

    /// True if the header has a place by names that mean nothing else.
    fn is_sure(&self) -> bool {
        self.places.as_ref().is_ok_and(|places| places.fit != Fit::Likely)
    }
}

fn find(rows: &[Row], at: usize, options: &ColumnOptions) -> Result<HeaderColumns, BulkError> {
    let below: Vec<Vec<Vec<u8>>> = rows[at + 1..].iter().map(|row| row.cells.clone()).collect();
    HeaderColumns::find(Header { names: &rows[at].cells, rows: &below }, options)
}

/// The error for a header that comes after other rows.
fn below_titles(rows: &[Row], first: usize, options: &ColumnOptions) -> Option<BulkError> {
    let is_header = |&at: &usize| rows[at].cells.len() > 1 && find(rows, at, options).is_ok();
    let at = (first + 1..rows.len()).find(is_header)?;
    let words = |row: &Row| -> String {
        let cells = row.cells.iter().filter(|cell| !is_blank(cell));
        let cells: Vec<String> =
            cells.map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        cells.join(", ").chars().take(100).collect()
    };
    let (first, header) = (words(&rows[first]), words(&rows[at]));
    Some(BulkError::RowsAboveHeader { first, row: at + 1, header })
}

/// Refuses files of other formats, which would otherwise be read as rows of nonsense.
fn check_is_text(text: &[u8]) -> Result<(), BulkError> {
    let save = "save it as CSV (\"CSV UTF-8\" in Excel)";
    let (what, advice) = match text {
        [b'P', b'K', 3, 4, ..] => ("an .xlsx or other zip file", save),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => ("an .xls spreadsheet", save),
        [b'%', b'P', b'D', b'F', ..] => ("a PDF", save),
        [0x1F, 0x8B, ..] => ("compressed with gzip", "send it with Content-Encoding: gzip"),
        _ if text.contains(&0) => ("binary", save),
        _ => return Ok(()),
    };
    Err(BulkError::NotText { what, advice })
}

/// The separator of a first line such as `sep=;`, and where the next line begins.
fn separator_line(text: &[u8]) -> (Option<u8>, usize) {
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    let Some(end) = end else { return (None, 0) };
    let line = text[..end].trim_ascii_end();
    let line = line.strip_prefix(b"\"").unwrap_or(line);
    let line = line.strip_suffix(b"\"").unwrap_or(line);
    match line {
        // Trimming has removed a tab.
        [s, e, p, b'=', separator @ ..] if [s, e, p].map(u8::to_ascii_lowercase) == *b"sep" => {
            match separator {
                [] => (Some(b'\t'), end),
                &[separator] if separator.is_ascii() && separator != b'"' => (Some(separator), end),
                _ => (None, 0),
            }
        }
        _ => (None, 0),
    }
}

/// The first rows.
fn rows_of(text: &[u8], separator: u8, is_whole: bool, most: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for_each_row(text, separator, is_whole, |cells, next| {
        rows.push(Row { cells: cells.iter().map(<[u8]>::to_vec).collect(), next });
        rows.len() < most
    });
    rows
}

/// The largest number of cells up to the last one with content.
fn widest(text: &[u8], separator: u8, is_whole: bool) -> usize {
    let mut widest = 0;
    for_each_row(text, separator, is_whole, |cells, _| {
        let last = cells.iter().rposition(|cell| !is_blank(cell));
        widest = widest.max(last.map_or(0, |last| last + 1));
        true
    });
    widest
}

/// The cells of a row, one after another, and where each ends.
struct Cells<'r> {
    bytes: &'r [u8],
    ends: &'r [usize],
}

impl Cells<'_> {
    fn iter(&self) -> impl DoubleEndedIterator<Item = &[u8]> + ExactSizeIterator {
        (0..self.ends.len()).map(|at| {
            let start = if at == 0 { 0 } else { self.ends[at - 1] };
            &self.bytes[start..self.ends[at]]
        })
    }
}

/// Calls `visit` with each row and with where the next one begins, until it returns false. Empty lines
/// are no rows.
fn for_each_row(
    text: &[u8],
    separator: u8,
    is_whole: bool,
    mut visit: impl FnMut(Cells<'_>, usize) -> bool,
) {
    let mut reader = reader(separator);
    let (mut bytes, mut ends) = (vec![0; text.len() + 1], vec![0; 1 << 10]);
    let mut at = 0;
    loop {
        let (mut filled, mut ended) = (0, 0);
        let is_row = loop {
            let (result, read, wrote, cells) =
                reader.read_record(&text[at..], &mut bytes[filled..], &mut ends[ended..]);
            at += read;
            filled += wrote;
            ended += cells;
            match result {
                // The end of the text may be in the middle of a row.
                ReadRecordResult::InputEmpty if !is_whole => break false,
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => bytes.resize(bytes.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
                ReadRecordResult::Record => break true,
                ReadRecordResult::End => break false,
            }
        };
        if !is_row || !visit(Cells { bytes: &bytes, ends: &ends[..ended] }, at) {
            return;
        }
    }
}

fn reader(separator: u8) -> Reader {
    ReaderBuilder::new().delimiter(separator).build()
}

/// Rewrites rows with another separator as rows with commas.
#[derive(Debug)]
pub(super) struct Rewriter {
    reader: Box<Reader>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// The part of `bytes` and of `ends` that the current row fills.
    filled: usize,
    ended: usize,
}

impl Rewriter {
    pub(super) fn new(separator: u8) -> Self {
        let mut reader = Box::new(reader(separator));
        let (mut bytes, mut ends) = (vec![0; 1 << 10], vec![0; 1 << 6]);
        // Skip the start state, in which the reader would drop a byte order mark.
        let _ = reader.read_record(b"\n", &mut bytes, &mut ends);
        Self { reader, bytes, ends, filled: 0, ended: 0 }
    }

    /// The length of the row that has not ended yet, in bytes.
    pub(super) fn unfinished_row(&self) -> usize {
        self.filled
    }

    /// Rewrites the next part of the text.
    pub(super) fn push(&mut self, mut text: &[u8], is_last: bool) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len() + text.len() / 8);
        // An empty text would be taken for the end.
        while is_last || !text.is_empty() {
            let (result, read, wrote, cells) = self.reader.read_record(
                text,
                &mut self.bytes[self.filled..],
                &mut self.ends[self.ended..],
            );
            text = &text[read..];
            self.filled += wrote;
            self.ended += cells;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.bytes.resize(self.bytes.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => self.write(&mut out),
                ReadRecordResult::End => break,
            }
        }
        out
    }

    fn write(&mut self, out: &mut Vec<u8>) {
        let ends = &self.ends[..self.ended];
        let starts = std::iter::once(0).chain(ends.iter().copied());
        for (at, (start, &end)) in starts.zip(ends).enumerate() {
            if at > 0 {
                out.push(b',');
            }
            super::cell(out, &self.bytes[start..end]);
        }
        if self.filled == 0 && ends.len() == 1 {
            // An empty line would be no row.
            out.extend_from_slice(b"\"\"");
        }
        out.push(b'\n');
        (self.filled, self.ended) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn start(text: &str) -> Result<Start, BulkError> {
        read(text.as_bytes(), true, &ColumnOptions::default()).map(|start| start.expect("whole"))
    }

    #[test]
    fn the_separator_is_the_one_that_shows_a_place() {
        for (text, separator) in [
            ("id,postcode\n", b','),
            ("id;postcode\n", b';'),
            ("id\tpostcode\r\n", b'\t'),
            ("id|postcode\n", b'|'),
            ("postcode\n", b','),
            ("sep=;\r\nid;postcode\r\n", b';'),
            ("\"sep=;\"\nid;postcode\n", b';'),
            ("SEP=\t\nid\tpostcode\n", b'\t'),
            ("Name, first;postcode\n", b';'),
            ("id,\"a;b;c;d\",postcode\n", b','),
            ("Address, town;Home Postcode;x\n", b';'),
            (";;;\n\nid;postcode;;\n", b';'),
        ] {
            assert_eq!(start(text).map(|start| start.separator), Ok(separator), "{text:?}");
        }
    }

    #[test]
    fn titles_above_the_header_are_named() {
        let error = start("Clinics,,\nas of May,,\n\nid,postcode,x\n1,NN1 1AA,\n").unwrap_err();
        let expected =
            "row 1 is no header: it has \"Clinics\". Row 3 looks like the header (id, postcode, x)";
        assert!(error.to_string().starts_with(expected), "{error}");
        let error = start("Postcodes of clinics,\nid,postcode\n1,NN1 1AA\n").unwrap_err();
        assert!(matches!(error, BulkError::RowsAboveHeader { row: 2, .. }), "{error}");
    }

    #[test]
    fn the_width_is_that_of_the_longest_row_without_empty_cells_at_its_end() {
        let width = |rows: &str| start(&format!("id,postcode\n{rows}")).unwrap().width;
        assert_eq!(width("1,NN1 1AA\n2\n"), 2);
        assert_eq!(width("1,NN1 1AA,,,\n"), 2);
        assert_eq!(width("1,NN1 1AA,,x,\n"), 4);
    }

    proptest! {
        #[test]
        fn rewritten_rows_have_the_same_cells(
            rows in proptest::collection::vec(
                proptest::collection::vec("[a,;\"\\n ]{0,4}", 1..5), 1..8,
            ),
            size in 1_usize..40,
        ) {
            let mut writer = csv::WriterBuilder::new().delimiter(b';').flexible(true)
                .from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = writer.into_inner().unwrap();
            let mut rewriter = Rewriter::new(b';');
            let mut out = Vec::new();
            for chunk in text.chunks(size) {
                out.extend(rewriter.push(chunk, false));
            }
            out.extend(rewriter.push(b"", true));
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true)
                .from_reader(&out[..]);
            let back: Vec<Vec<String>> = reader.records()
                .map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
            prop_assert_eq!(back, rows);
        }
    }
}
