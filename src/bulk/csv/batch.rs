//! Answers the rows of a block in batches.

use std::borrow::Cow;

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::postcode::Postcode;
use memchr::memchr;

use super::Columns;
use super::fallback::{Cells, RowReader};
use super::scan::{RowSink, RowSpan};
use super::start::is_blank;
use crate::answers::Place;
use crate::answers::text_writer::TextWriter;
use crate::bulk::csv_cell::cell;
use crate::bulk::output_columns::{BATCH_SIZE, BatchRows, PlaceBatch, Scratch};
use crate::bulk::{RowError, Status, Tally, locate};

/// The cells of an answer are usually shorter, in bytes.
const ROOM_A_ROW: usize = 256;

/// Writes each row of a block with its answer.
pub(super) fn complete_all(
    block: &[u8],
    writer: &mut TextWriter,
    columns: &Columns,
    atlas: &Atlas,
) -> Tally {
    let mut lines = Lines {
        block,
        writer,
        columns,
        atlas,
        scratch: Scratch::default(),
        waiting: [RowSpan::default(); BATCH_SIZE],
        asked: PlaceBatch::default(),
        reader: RowReader::default(),
        rewritten: None,
        tally: Tally::default(),
    };
    columns.finder.each_row(block, &mut lines);
    lines.answer();
    lines.tally
}

/// Rows that wait for their batch.
struct Lines<'b> {
    block: &'b [u8],
    writer: &'b mut TextWriter,
    columns: &'b Columns,
    atlas: &'b Atlas,
    scratch: Scratch,
    waiting: [RowSpan; BATCH_SIZE],
    /// The places of the rows.
    asked: PlaceBatch,
    /// Reads rows with malformed quotes.
    reader: RowReader,
    /// The place of the row in the batch, if `reader` has read it.
    rewritten: Option<Result<Place, RowError>>,
    tally: Tally,
}

impl RowSink for Lines<'_> {
    #[inline]
    fn row(&mut self, line: RowSpan) {
        self.waiting[self.asked.count()] = line;
        self.asked.put(place(self.block, self.columns, &line));
        if self.asked.is_full() {
            self.answer();
        }
    }

    fn malformed(&mut self, start: usize) -> usize {
        self.answer();
        let (read, cells) = self.reader.read(&self.block[start..]);
        let Some(cells) = cells else { return self.block.len() };
        let columns = self.columns;
        self.writer.with_vec(|row| {
            for at in 0..columns.count {
                if at > 0 {
                    row.push(b',');
                }
                cell(row, cells.get(at).unwrap_or_default());
            }
        });
        let place = place_of_cells(columns, &cells);
        self.rewritten = Some(place.clone());
        let place = place.map_err(|(status, _)| status);
        // The row is already written, so the batch must not copy it.
        self.waiting[0] = RowSpan::default();
        self.asked.put(place);
        self.answer();
        self.rewritten = None;
        start + read
    }
}

impl Lines<'_> {
    fn answer(&mut self) {
        let Self {
            block, writer, columns, atlas, scratch, waiting, asked, rewritten, tally, ..
        } = self;
        let rewritten = rewritten.as_ref();
        let mut rows = BlockRows { block, columns, atlas, lines: waiting, rewritten };
        tally.add(columns.added.answer_batch(writer, scratch, atlas, asked, &mut rows));
    }
}

/// Reads the place of a row.
#[inline]
fn place(block: &[u8], columns: &Columns, line: &RowSpan) -> Result<Place, Status> {
    let cells = line.places.map(|cell| cell.of(block));
    if line.cells as usize <= columns.named {
        let places = &columns.places;
        if places.are_postcodes() {
            if let Some(postcode) = Postcode::read(cells[0]) {
                return Ok(Place::Postcode(postcode));
            }
        } else if let Some(place) = places.read_numbers(cells) {
            return Ok(place);
        }
    }
    place_or_reason(block, columns, line).map_err(|(status, _)| status)
}

/// Reads the place of a row that is not usual.
fn place_or_reason(block: &[u8], columns: &Columns, line: &RowSpan) -> Result<Place, RowError> {
    let row = &block[line.kept.from as usize..line.end as usize];
    let is_longer = line.cells as usize > columns.named;
    let mut reader = RowReader::default();
    if is_longer && let (_, Some(cells)) = reader.read(row) {
        return place_of_cells(columns, &cells);
    }
    let [first, second] = line.places.map(|cell| unescaped(cell.of(block)));
    columns.places.read([&first, &second]).map_err(|error| blank_or(error, row))
}

/// Replaces the error of a row without content.
fn blank_or(error: RowError, row: &[u8]) -> RowError {
    let is_empty = |c: char| c.is_whitespace() || matches!(c, ',' | '"');
    if String::from_utf8_lossy(row).chars().all(is_empty) {
        return (Status::Blank, "the row is empty".into());
    }
    error
}

/// Reads the place of a row from all its cells.
fn place_of_cells(columns: &Columns, cells: &Cells<'_>) -> Result<Place, RowError> {
    let is_filled = |at: usize| cells.get(at).is_some_and(|cell| !is_blank(cell));
    let refuse = |why: String| Err((Status::Invalid, why.into()));
    let (count, named) = (cells.len(), columns.named);
    if (columns.count..count).any(is_filled) {
        return refuse(format!(
            "the row has {count} cells and the header {named}: the cells after the first {} are \
             left out",
            columns.count
        ));
    }
    // A comma without quotes moves the cells after it. A cell that is a postcode was not moved, but
    // any number can be a coordinate.
    if !columns.places.are_postcodes() && (named..count).any(is_filled) {
        return refuse(format!(
            "the row has {count} cells and the header {named}: put quotes around cells with commas"
        ));
    }
    let [first, second] = columns.places.at().map(|at| cells.get(at).unwrap_or_default());
    columns.places.read([first, second]).map_err(|error| {
        let is_empty = (0..count).all(|at| !is_filled(at));
        if is_empty { (Status::Blank, "the row is empty".into()) } else { error }
    })
}

/// Rows that are copied from the block.
struct BlockRows<'b> {
    block: &'b [u8],
    columns: &'b Columns,
    atlas: &'b Atlas,
    lines: &'b [RowSpan; BATCH_SIZE],
    rewritten: Option<&'b Result<Place, RowError>>,
}

impl BlockRows<'_> {
    /// Why a row has no answer.
    fn reason(&self, at: usize) -> Option<String> {
        let place = self
            .rewritten
            .cloned()
            .unwrap_or_else(|| place_or_reason(self.block, self.columns, &self.lines[at]));
        let found = place.and_then(|place| locate(self.atlas, place, &[]).map(|_| ()));
        found.err().map(|(_, reason)| reason.in_words(self.atlas))
    }
}

impl BatchRows for BlockRows<'_> {
    /// Copies a row, padded or cut to the number of columns in the header.
    #[inline]
    fn copy(&mut self, writer: &mut TextWriter, at: usize) {
        let RowSpan { kept, missing, .. } = self.lines[at];
        let (from, to) = (kept.from as usize, kept.to as usize);
        writer.reserve(to - from + missing as usize + ROOM_A_ROW);
        writer.put_span(self.block, from, to);
        writer.repeat(b',', missing as usize);
    }

    fn refuse(&mut self, writer: &mut TextWriter, at: usize, status: Status) {
        self.copy(writer, at);
        let added = &self.columns.added;
        let reason = if added.has_reason() { self.reason(at) } else { None };
        added.put_unanswered(writer, status, reason.as_deref());
        writer.put(b"\n");
    }
}

/// Replaces each doubled quote in a quoted cell by one.
fn unescaped(cell: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'"', cell).is_none() {
        return Cow::Borrowed(cell);
    }
    let mut plain = Vec::with_capacity(cell.len());
    let mut is_second = false;
    for &byte in cell {
        is_second = byte == b'"' && !is_second;
        if !is_second {
            plain.push(byte);
        }
    }
    Cow::Owned(plain)
}
