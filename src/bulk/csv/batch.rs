//! The rows of a block, answered some at a time.

use std::borrow::Cow;

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::postcode::Postcode;
use memchr::memchr;

use super::Columns;
use super::fallback::RowReader;
use super::scan::{Line, Takes};
use crate::answers::Place;
use crate::answers::text_writer::Pen;
use crate::bulk::csv_cell::cell;
use crate::bulk::output_columns::{Asked, Rows, Scratch, TOGETHER};
use crate::bulk::{Status, Tally};

/// More than the cells of an answer usually take.
const ROOM_A_ROW: usize = 256;

/// Writes each row of a block with its answer.
pub(super) fn complete_all(block: &[u8], pen: &mut Pen, columns: &Columns, atlas: &Atlas) -> Tally {
    let mut lines = Lines {
        block,
        pen,
        columns,
        atlas,
        scratch: Scratch::default(),
        waiting: [Line::default(); TOGETHER],
        asked: Asked::default(),
        reader: RowReader::default(),
        tally: Tally::default(),
    };
    columns.wanted.each_line(block, &mut lines);
    lines.answer();
    lines.tally
}

/// Rows that wait to be answered together.
struct Lines<'b> {
    block: &'b [u8],
    pen: &'b mut Pen,
    columns: &'b Columns,
    atlas: &'b Atlas,
    scratch: Scratch,
    waiting: [Line; TOGETHER],
    /// Their places.
    asked: Asked,
    /// For rows whose quotes are not what they should be.
    reader: RowReader,
    tally: Tally,
}

impl Takes for Lines<'_> {
    #[inline]
    fn line(&mut self, line: Line) {
        self.waiting[self.asked.count()] = line;
        self.asked.put(self.place(&line));
        if self.asked.is_full() {
            self.answer();
        }
    }

    fn odd(&mut self, start: usize) -> usize {
        self.answer();
        let (read, cells) = self.reader.read(&self.block[start..]);
        let Some(cells) = cells else { return self.block.len() };
        let columns = self.columns;
        self.pen.with_vec(|row| {
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
        // It is written already: nothing more of it comes back.
        self.waiting[0] = Line::default();
        self.asked.put(place);
        self.answer();
        start + read
    }
}

impl Lines<'_> {
    fn answer(&mut self) {
        let Self { block, pen, columns, atlas, scratch, waiting, asked, tally, .. } = self;
        let mut rows = Standing { block, columns, lines: waiting };
        tally.add(columns.added.answer_together(pen, scratch, atlas, asked, &mut rows));
    }

    /// The place that a row says.
    #[inline]
    fn place(&self, line: &Line) -> Result<Place, Status> {
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

/// Rows that come back as they stand in the block.
struct Standing<'b> {
    block: &'b [u8],
    columns: &'b Columns,
    lines: &'b [Line; TOGETHER],
}

impl Rows for Standing<'_> {
    /// Copies a row, filled up or cut to the header's columns.
    #[inline]
    fn copy(&mut self, pen: &mut Pen, at: usize) {
        let Line { kept, missing, .. } = self.lines[at];
        let (from, to) = (kept.from as usize, kept.to as usize);
        pen.make_room(to - from + missing as usize + ROOM_A_ROW);
        pen.put_part(self.block, from, to);
        pen.repeat(b',', missing as usize);
    }

    fn refuse(&mut self, pen: &mut Pen, at: usize, status: Status) {
        self.copy(pen, at);
        self.columns.added.put_refused(pen, status);
        pen.put(b"\n");
    }
}

/// What is in quotes, with one quote for each two of it.
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
