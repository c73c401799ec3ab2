//! Common parts of all CSV loaders: opening files, finding columns, decoding text, and reporting
//! faults by line and column.

mod faults;
mod open;

use std::borrow::Cow;
use std::io::Read;

use ::csv::{ByteRecord, Reader, ReaderBuilder};

use crate::fault::{FaultKind, Severity};
use crate::manifest::nearest;

pub(crate) use faults::RowFaults;
pub(crate) use open::{has_extension, name_of, open, unreadable};

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

    /// Returns the text of a cell without surrounding white space.
    pub(crate) fn text(&self, column: usize) -> Cow<'c, str> {
        decode(self.bytes(column))
    }

    /// Returns the start of a cell, for messages.
    pub(crate) fn shown(&self, column: usize) -> String {
        self.text(column).chars().take(40).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.cells.len()
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
    reader: Reader<R>,
    cells: ByteRecord,
    next: usize,
    blank: usize,
    not_utf8: usize,
}

impl<R: Read> Rows<R> {
    pub(crate) fn new(source: R) -> Self {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(source);
        Self { reader, cells: ByteRecord::new(), next: 0, blank: 0, not_utf8: 0 }
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

    /// Returns the next row that is not blank. Returns `None` at the end, or after reporting a read
    /// error.
    pub(crate) fn next_row(&mut self, faults: &mut RowFaults<'_>) -> Option<Row<'_>> {
        loop {
            let before = self.reader.position().line();
            match self.reader.read_byte_record(&mut self.cells) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    let message = format!("the file cannot be read after line {before}: {error}");
                    faults.of_file(FaultKind::UnreadableFile, Severity::Error, message);
                    return None;
                }
            }
            let line = self.cells.position().map_or(before, ::csv::Position::line);
            let index = self.next;
            let start = self.cells.as_slice();
            if index == 0 && (start.starts_with(&[0xFF, 0xFE]) || start.starts_with(&[0xFE, 0xFF]))
            {
                let message = "the file is UTF-16: save it as CSV in UTF-8".to_owned();
                faults.of_file(FaultKind::UnreadableFile, Severity::Error, message);
                return None;
            }
            let row = Row { index, line, cells: &self.cells };
            if row.is_blank() {
                self.blank += 1;
                continue;
            }
            self.next += 1;
            if !row.is_utf8() {
                self.not_utf8 += 1;
            }
            return Some(Row { index, line, cells: &self.cells });
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

/// The column names.
pub(crate) struct Header {
    names: Vec<String>,
}

impl Header {
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the column with this name, preferring an exact match to one that ignores case.
    /// Reports a missing or duplicate column and returns `None`.
    pub(crate) fn find(&self, name: &str, faults: &mut RowFaults<'_>) -> Option<usize> {
        let columns = |same: &dyn Fn(&str) -> bool| -> Vec<usize> {
            (0..self.names.len()).filter(|&column| same(&self.names[column])).collect()
        };
        let mut found = columns(&|other| other == name);
        if found.is_empty() {
            found = columns(&|other| other.eq_ignore_ascii_case(name));
        }
        let message = match found[..] {
            [column] => return Some(column),
            [] => format!("the file has no column {name:?}; {}", self.hint(name)),
            _ => format!("the header has the column {name:?} twice: rename one"),
        };
        faults.of_column(name, FaultKind::BadField, Severity::Error, message);
        None
    }

    fn hint(&self, name: &str) -> String {
        if let [only] = &self.names[..]
            && let Some(mark) = [';', '\t', '|'].into_iter().find(|&mark| only.contains(mark))
        {
            return format!("its columns are separated by {mark:?}: save it with commas");
        }
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        match nearest(name, &names) {
            Some(meant) => format!("did you mean {meant:?}?"),
            None => format!("its columns are {}", names.join(", ")),
        }
    }
}
