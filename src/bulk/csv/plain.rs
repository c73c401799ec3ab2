//! Rows without quotes: a row is a line, its cells lie between its commas, and it comes back as it
//! stands.

use std::ops::Range;

use lapwing_boundaries::atlas::{Atlas, Chosen};
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::postcode::Postcode;
use memchr::memchr3_iter;

use super::Columns;
use super::cells::{Scratch, Sureness};
use crate::answers::Place;
use crate::bulk::pen::Pen;
use crate::bulk::{Status, Tally};

/// So many rows are answered together, so that what memory is slow to give is waited for once for
/// all of them; more would need more of the fastest memory than there is.
const TOGETHER: usize = 16;

/// More than the cells of an answer usually take.
const ROOM_A_ROW: usize = 256;

/// A line, by where it and its cells are in the block.
#[derive(Clone, Debug, Default)]
struct Line {
    /// What comes back.
    kept: Range<usize>,
    /// So many cells of the header's it lacks.
    missing: usize,
    /// The cells that say where; `None` unless it has as many cells as the header.
    places: Option<[Range<usize>; 2]>,
}

/// Writes each line of a block with its answer.
pub(super) fn complete_all(
    block: &[u8],
    pen: &mut Pen,
    columns: &Columns,
    atlas: &Atlas,
    chosen: &[Chosen],
) -> Tally {
    let mut rows = Rows {
        block,
        columns,
        atlas,
        chosen,
        scratch: Scratch::default(),
        waiting: std::array::from_fn(|_| Line::default()),
        count: 0,
        tally: Tally::default(),
    };
    each_line(block, columns.count, columns.places.at(), |line| rows.take(line, pen));
    rows.answer(pen);
    rows.tally
}

/// Every line of a block without quotes that has anything in it.
fn each_line(block: &[u8], columns: usize, at: [usize; 2], mut take: impl FnMut(Line)) {
    let mut start = 0;
    let mut cell = 0;
    let mut number = 0;
    let mut cut = None;
    let mut places = [0..0, 0..0];
    let end_cell = |number: usize, cell: Range<usize>, places: &mut [Range<usize>; 2]| {
        if number == at[0] {
            places[0] = cell.clone();
        }
        if number == at[1] {
            places[1] = cell;
        }
    };
    let mut end_line = |line: Range<usize>, cells: usize, cut: Option<usize>, places| {
        if line.is_empty() {
            return;
        }
        let is_whole = cells == columns;
        take(Line {
            kept: line.start..cut.unwrap_or(line.end),
            missing: columns.saturating_sub(cells),
            places: if is_whole { Some(places) } else { None },
        });
    };
    for end in memchr3_iter(b',', b'\n', b'\r', block) {
        end_cell(number, cell..end, &mut places);
        number += 1;
        cell = end + 1;
        if block[end] == b',' {
            if number == columns {
                // There are more cells than the header has.
                cut = Some(end);
            }
            continue;
        }
        end_line(start..end, number, cut.take(), places.clone());
        (start, number) = (cell, 0);
    }
    if start < block.len() {
        end_cell(number, cell..block.len(), &mut places);
        end_line(start..block.len(), number + 1, cut, places);
    }
}

/// Lines that wait to be answered together.
struct Rows<'b> {
    block: &'b [u8],
    columns: &'b Columns,
    atlas: &'b Atlas,
    chosen: &'b [Chosen],
    scratch: Scratch,
    waiting: [Line; TOGETHER],
    count: usize,
    tally: Tally,
}

impl Rows<'_> {
    #[inline]
    fn take(&mut self, line: Line, pen: &mut Pen) {
        self.waiting[self.count] = line;
        self.count += 1;
        if self.count == TOGETHER {
            self.answer(pen);
        }
    }

    fn answer(&mut self, pen: &mut Pen) {
        let count = std::mem::take(&mut self.count);
        if self.columns.places.are_postcodes() {
            self.answer_postcodes(count, pen);
            return;
        }
        self.answer_positions(count, pen);
    }

    fn answer_positions(&mut self, count: usize, pen: &mut Pen) {
        let Columns { places, cells, .. } = self.columns;
        let read: [Result<Place, Status>; TOGETHER] = std::array::from_fn(|at| {
            let refused = Err(Status::Invalid);
            let Some(line) = self.waiting[..count].get(at) else { return refused };
            let Some([first, second]) = &line.places else { return refused };
            let place = places.read([&self.block[first.clone()], &self.block[second.clone()]]);
            let place = place.map_err(|(status, _)| status)?;
            let Place::LngLat(degrees) = place else { return Ok(place) };
            degrees.to_bng().map(|(at, _)| Place::Bng(at)).map_err(|_| Status::Outside)
        });
        let positions: [Option<Bng>; TOGETHER] = std::array::from_fn(|at| match read[at] {
            Ok(Place::Bng(at)) => Some(at),
            _ => None,
        });
        self.atlas.fetch_together(cells.layers(), &positions);
        for (at, place) in read.into_iter().enumerate().take(count) {
            self.copy(at, pen);
            let status = match place {
                Ok(place) => {
                    cells.put_place(pen, &mut self.scratch, self.atlas, self.chosen, place)
                }
                Err(status) => cells.put_refused(pen, status),
            };
            self.tally.count(status);
        }
    }

    fn answer_postcodes(&mut self, count: usize, pen: &mut Pen) {
        let cells = &self.columns.cells;
        let asked: [Option<Postcode>; TOGETHER] = std::array::from_fn(|at| {
            let [cell, _] = self.waiting[..count].get(at)?.places.as_ref()?;
            Postcode::read(&self.block[cell.clone()])
        });
        let known = self.atlas.known_together(&asked);
        let sureness: [Sureness; TOGETHER] = std::array::from_fn(|at| {
            known[at].as_ref().map(|known| cells.sureness_of(known)).unwrap_or_default()
        });
        for at in 0..count {
            let status = match (asked[at], &known[at]) {
                (Some(_), Some(known)) => {
                    self.copy(at, pen);
                    cells.put_known(pen, &mut self.scratch, self.atlas, known, sureness[at])
                }
                _ => self.answer_any(at, pen),
            };
            self.tally.count(status);
        }
    }

    fn answer_any(&mut self, at: usize, pen: &mut Pen) -> Status {
        self.copy(at, pen);
        let Columns { places, cells, .. } = self.columns;
        let cell = |cell: &Range<usize>| &self.block[cell.clone()];
        let Some([first, second]) = &self.waiting[at].places else {
            return cells.put_refused(pen, Status::Invalid);
        };
        match places.read([cell(first), cell(second)]) {
            Ok(place) => cells.put_place(pen, &mut self.scratch, self.atlas, self.chosen, place),
            Err((status, _)) => cells.put_refused(pen, status),
        }
    }

    /// Copies a line, filled up or cut to the header's columns.
    #[inline]
    fn copy(&self, at: usize, pen: &mut Pen) {
        let Line { kept, missing, .. } = &self.waiting[at];
        pen.make_room(kept.len() + missing + ROOM_A_ROW);
        pen.put_part(self.block, kept.start, kept.end);
        pen.repeat(b',', *missing);
    }
}
