//! Answers the rows of a block in batches.

use std::borrow::Cow;

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::postcode::Postcode;
use memchr::memchr;

use super::Columns;
use super::fallback::RowReader;
use super::scan::{RowSink, RowSpan};
use crate::answers::Place;
use crate::answers::text_writer::TextWriter;
use crate::bulk::csv_cell::cell;
use crate::bulk::output_columns::{BATCH_SIZE, BatchRows, PlaceBatch, Scratch};
use crate::bulk::{Status, Tally};

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
    tally: Tally,
}

impl RowSink for Lines<'_> {
    #[inline]
    fn row(&mut self, line: RowSpan) {
        self.waiting[self.asked.count()] = line;
        self.asked.put(self.place(&line));
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
        let cells_of_place = columns.places.at().map(|at| cells.get(at).unwrap_or_default());
        let place = match columns.places.read(cells_of_place) {
            _ if cells.len() != columns.count => Err(Status::Invalid),
            place => place.map_err(|(status, _)| status),
        };
        // The row is already written, so the batch must not copy it.
        self.waiting[0] = RowSpan::default();
        self.asked.put(place);
        self.answer();
        start + read
    }
}

impl Lines<'_> {
    fn answer(&mut self) {
        let Self { block, writer, columns, atlas, scratch, waiting, asked, tally, .. } = self;
        let mut rows = BlockRows { block, columns, lines: waiting };
        tally.add(columns.added.answer_batch(writer, scratch, atlas, asked, &mut rows));
    }

    /// Reads the place of a row.
    #[inline]
    fn place(&self, line: &RowSpan) -> Result<Place, Status> {
        let cells = line.places.ok_or(Status::Invalid)?.map(|cell| cell.of(self.block));
        let places = &self.columns.places;
        if places.are_postcodes() {
            if let Some(postcode) = Postcode::read(cells[0]) {
                return Ok(Place::Postcode(postcode));
            }
        } else if let Some(place) = places.read_numbers(cells) {
            return Ok(place);
        }
        let [first, second] = cells.map(unescaped);
        places.read([&first, &second]).map_err(|(status, _)| status)
    }
}

/// Rows that are copied from the block.
struct BlockRows<'b> {
    block: &'b [u8],
    columns: &'b Columns,
    lines: &'b [RowSpan; BATCH_SIZE],
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
        self.columns.added.put_unanswered(writer, status);
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
