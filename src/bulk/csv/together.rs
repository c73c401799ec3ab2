//! Rows answered some at a time.

use std::borrow::Cow;

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::postcode::Postcode;
use memchr::memchr;

use super::Columns;
use super::cells::{Scratch, Sureness};
use super::lines::{Line, Takes};
use super::odd::RowReader;
use crate::answers::Place;
use crate::bulk::write::cell;
use crate::bulk::{Status, Tally};
use crate::pen::Pen;

/// So many rows are answered together, so that what memory is slow to give is waited for once for
/// all of them; more would need more of the fastest memory than there is.
const TOGETHER: usize = 16;

/// More than the cells of an answer usually take.
const ROOM_A_ROW: usize = 256;

/// Writes each row of a block with its answer.
pub(super) fn complete_all(block: &[u8], pen: &mut Pen, columns: &Columns, atlas: &Atlas) -> Tally {
    let mut rows = Rows {
        block,
        pen,
        columns,
        atlas,
        scratch: Scratch::default(),
        waiting: [Line::default(); TOGETHER],
        count: 0,
        reader: RowReader::default(),
        tally: Tally::default(),
    };
    columns.wanted.each_line(block, &mut rows);
    rows.answer();
    rows.tally
}

/// Rows that wait to be answered together.
struct Rows<'b> {
    block: &'b [u8],
    pen: &'b mut Pen,
    columns: &'b Columns,
    atlas: &'b Atlas,
    scratch: Scratch,
    waiting: [Line; TOGETHER],
    count: usize,
    /// For rows whose quotes are not what they should be.
    reader: RowReader,
    tally: Tally,
}

impl Takes for Rows<'_> {
    #[inline]
    fn line(&mut self, line: Line) {
        self.waiting[self.count] = line;
        self.count += 1;
        if self.count == TOGETHER {
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
        let places = columns.places.at().map(|at| cells.get(at).unwrap_or_default());
        let place = match columns.places.read(places) {
            _ if cells.len() != columns.count => Err(Status::Invalid),
            place => place.map_err(|(status, _)| status),
        };
        self.put(place);
        start + read
    }
}

impl Rows<'_> {
    fn answer(&mut self) {
        let count = std::mem::take(&mut self.count);
        if self.columns.places.are_postcodes() {
            self.answer_postcodes(count);
        } else {
            self.answer_positions(count);
        }
    }

    fn answer_positions(&mut self, count: usize) {
        let read: [Result<Place, Status>; TOGETHER] = std::array::from_fn(|at| {
            let line = self.waiting[..count].get(at).ok_or(Status::Invalid)?;
            let place = self.place(line)?;
            let Place::LngLat(degrees) = place else { return Ok(place) };
            degrees.to_bng().map(|(at, _)| Place::Bng(at)).map_err(|_| Status::Outside)
        });
        let positions: [Option<Bng>; TOGETHER] = std::array::from_fn(|at| match read[at] {
            Ok(Place::Bng(at)) => Some(at),
            _ => None,
        });
        self.atlas.fetch_together(self.columns.cells.layers(), &positions);
        for (at, place) in read.into_iter().enumerate().take(count) {
            self.copy(at);
            self.put(place);
        }
    }

    fn answer_postcodes(&mut self, count: usize) {
        let cells = &self.columns.cells;
        let asked: [Option<Postcode>; TOGETHER] = std::array::from_fn(|at| {
            let [cell, _] = self.waiting[..count].get(at)?.places?;
            Postcode::read(cell.of(self.block))
        });
        let known = self.atlas.known_together(&asked);
        cells.prefetch_areas(&known);
        let sureness: [Sureness; TOGETHER] = std::array::from_fn(|at| {
            known[at].as_ref().map(|known| cells.sureness_of(known)).unwrap_or_default()
        });
        for at in 0..count {
            self.copy(at);
            if let Some(known) = &known[at] {
                let status =
                    cells.put_known(self.pen, &mut self.scratch, self.atlas, known, sureness[at]);
                self.tally.count(status);
            } else {
                let place = self.place(&self.waiting[at]);
                self.put(place);
            }
        }
    }

    /// The place that a row says.
    fn place(&self, line: &Line) -> Result<Place, Status> {
        let cells = line.places.ok_or(Status::Invalid)?.map(|cell| cell.of(self.block));
        let places = &self.columns.places;
        if let Some(place) = places.read_numbers(cells) {
            return Ok(place);
        }
        let [first, second] = cells.map(unescaped);
        places.read([&first, &second]).map_err(|(status, _)| status)
    }

    /// Writes the answer for a place.
    fn put(&mut self, place: Result<Place, Status>) {
        let cells = &self.columns.cells;
        let status = match place {
            Ok(place) => cells.put_place(self.pen, &mut self.scratch, self.atlas, place),
            Err(status) => cells.put_refused(self.pen, status),
        };
        self.tally.count(status);
    }

    /// Copies a row, filled up or cut to the header's columns.
    #[inline]
    fn copy(&mut self, at: usize) {
        let Line { kept, missing, .. } = self.waiting[at];
        let (from, to) = (kept.from as usize, kept.to as usize);
        self.pen.make_room(to - from + missing as usize + ROOM_A_ROW);
        self.pen.put_part(self.block, from, to);
        self.pen.repeat(b',', missing as usize);
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
