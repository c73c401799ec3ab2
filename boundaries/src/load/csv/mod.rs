//! Common parts of all CSV loaders: opening files, finding columns, decoding text, and reporting
//! faults by line and column.

mod columns;
mod faults;
mod header;
mod lines;
mod open;

use std::borrow::Cow;
use std::io::Read;

use ::csv::{ByteRecord, Reader, ReaderBuilder};

use crate::fault::{FaultKind, Severity};
use crate::text::composed;

pub(crate) use columns::Role;
pub(crate) use faults::{BadRows, Outcome, RowFaults};
pub(crate) use header::Header;
use lines::{LineCounter, WithoutMark};
pub(crate) use open::{has_extension, name_of, open, open_entry, unreadable};

/// One row of a CSV: its index, its line and its cells.
pub(crate) struct Row<'c> {
    /// Index among the data rows, from 0.
    pub(crate) index: usize,
    /// Line in the file, from 1.
    pub(crate) line: u64,
    cells: &'c ByteRecord,
}

impl<'c> Row<'c> {
    /// Returns a cell without surrounding white space. Empty if the row is too short.
    pub(crate) fn bytes(&self, column: usize) -> &'c [u8] {
        self.cells.get(column).unwrap_or_default().trim_ascii()
    }

    /// Returns the text of a cell in Unicode's composed form, without surrounding white space.
    pub(crate) fn text(&self, column: usize) -> Cow<'c, str> {
        match decode(self.bytes(column)) {
            Cow::Borrowed(text) => composed(text.trim()),
            Cow::Owned(text) => Cow::Owned(composed(text.trim()).into_owned()),
        }
    }

    /// Returns the start of a cell, for messages.
    pub(crate) fn shown(&self, column: usize) -> String {
        self.text(column).chars().take(40).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Returns true if the row has text beyond the columns of the header. Rows that are too short
    /// are usual, because Excel drops empty cells at the end.
    pub(crate) fn overflows(&self, width: usize) -> bool {
        self.cells.iter().skip(width).any(|cell| !cell.trim_ascii().is_empty())
    }

    /// Returns true if all cells are empty, as in the rows of commas that spreadsheets leave
    /// behind.
    pub(crate) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim_ascii().is_empty())
    }

    fn is_utf8(&self) -> bool {
        std::str::from_utf8(self.cells.as_slice()).is_ok()
    }
}

/// Decodes UTF-8, or otherwise Windows-1252, which includes the printable characters of Latin-1.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// A CSV reader: comma-separated, quoted as in RFC 4180, with any line ends, with or without a
/// byte-order mark.
pub(crate) struct Rows<R> {
    reader: Reader<LineCounter<WithoutMark<R>>>,
    cells: ByteRecord,
    next: usize,
    /// The line of a row that was put back.
    put_back: Option<u64>,
    blank: usize,
    not_utf8: usize,
}

impl<R: Read> Rows<R> {
    pub(crate) fn new(source: R) -> Self {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(LineCounter::new(WithoutMark::new(source)));
        let cells = ByteRecord::new();
        Self { reader, cells, next: 0, put_back: None, blank: 0, not_utf8: 0 }
    }

    /// Returns how many rows were read, without the header and blank rows.
    pub(crate) const fn count(&self) -> usize {
        self.next
    }

    /// Returns the first row as column names. Returns `None` if there is no row; a read error is
    /// reported.
    pub(crate) fn header(&mut self, faults: &mut RowFaults<'_>) -> Option<Header> {
        let names = {
            let row = self.next_row(faults)?;
            (0..row.len()).map(|column| row.text(column).into_owned()).collect()
        };
        self.next = 0;
        Some(Header { names })
    }

    /// Returns the first row if it is a header. Otherwise it is the first row of data, and stays to
    /// be read.
    pub(crate) fn header_unless(
        &mut self,
        is_data: impl Fn(&Row<'_>) -> bool,
        faults: &mut RowFaults<'_>,
    ) -> FirstRow {
        let Some(row) = self.next_row(faults) else { return FirstRow::None };
        let (line, is_data) = (row.line, is_data(&row));
        let names = (0..row.len()).map(|column| row.text(column).into_owned()).collect();
        self.next = 0;
        if is_data {
            self.put_back = Some(line);
            FirstRow::Data
        } else {
            FirstRow::Header(Header { names })
        }
    }

    /// Returns the next row that is not blank. Returns `None` at the end, or after reporting a read
    /// error.
    pub(crate) fn next_row(&mut self, faults: &mut RowFaults<'_>) -> Option<Row<'_>> {
        let line = match self.put_back.take() {
            Some(line) => line,
            None => self.read_row(faults)?,
        };
        let index = self.next;
        self.next += 1;
        let row = Row { index, line, cells: &self.cells };
        if !row.is_utf8() {
            self.not_utf8 += 1;
        }
        Some(row)
    }

    /// Reads the next row that is not blank and returns its line.
    fn read_row(&mut self, faults: &mut RowFaults<'_>) -> Option<u64> {
        loop {
            let before = self.reader.position().byte();
            let is_row = self.reader.read_byte_record(&mut self.cells);
            let start = self.cells.position().map_or(before, ::csv::Position::byte);
            let line = self.reader.get_mut().line_at(start);
            match is_row {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    let message = format!("the file cannot be read after line {line}: {error}");
                    faults.of_file(FaultKind::UnreadableFile, Severity::Error, message);
                    return None;
                }
            }
            let index = self.next;
            let start = self.cells.as_slice();
            if index == 0 && (start.starts_with(&[0xFF, 0xFE]) || start.starts_with(&[0xFE, 0xFF]))
            {
                let message = "the file is UTF-16: save it as CSV in UTF-8".to_owned();
                faults.of_file(FaultKind::UnreadableFile, Severity::Error, message);
                return None;
            }
            if (Row { index, line, cells: &self.cells }).is_blank() {
                self.blank += 1;
                continue;
            }
            return Some(line);
        }
    }

    /// Reports the counts of blank rows and of rows in other encodings, once per file.
    pub(crate) fn finish(self, faults: &mut RowFaults<'_>) {
        if self.blank > 0 {
            let message = format!("{} blank rows were left out", self.blank);
            faults.of_file(FaultKind::LeftOut, Severity::Note, message);
        }
        if self.not_utf8 > 0 {
            let message = format!(
                "{} rows are not UTF-8 and were read as Windows-1252 (Latin-1): check their \
                 accents, or save the file as UTF-8",
                self.not_utf8
            );
            faults.of_file(FaultKind::BadField, Severity::Note, message);
        }
    }
}

/// Reports a row with text beyond the columns, or, if bad rows are errors, with any other number of
/// columns. Returns true if it must not be read.
pub(crate) fn wrong_width(
    row: &Row<'_>,
    width: usize,
    of: &str,
    faults: &mut RowFaults<'_>,
) -> bool {
    let is_wrong = if faults.is_strict() { row.len() != width } else { row.overflows(width) };
    if is_wrong {
        let message = format!(
            "the row has {} columns but the {of} has {width}: look for an extra comma or quote",
            row.len(),
        );
        faults.bad_row(row, None, None, FaultKind::BadField, &message, Outcome::LeftOut);
    }
    is_wrong
}

/// The first row of a file that may have no header.
pub(crate) enum FirstRow {
    /// The file is empty or cannot be read, which is reported.
    None,
    /// The first row is data.
    Data,
    /// The first row names the columns.
    Header(Header),
}
