//! Rows answered some at a time, so that what memory is slow to give is waited for once for all of
//! them.

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::postcode::Postcode;

use super::{Added, Form, Scratch};
use crate::answers::Place;
use crate::answers::text_writer::Pen;
use crate::bulk::{Status, Tally};

/// So many rows are answered together; more would need more of the fastest memory than there is.
pub(in crate::bulk) const TOGETHER: usize = 16;

/// The places that rows say.
#[derive(Debug)]
pub(in crate::bulk) struct Asked {
    postcodes: [Option<Postcode>; TOGETHER],
    positions: [Option<Bng>; TOGETHER],
    /// What becomes of a row whose postcode is not known and that has no position.
    otherwise: [Status; TOGETHER],
    count: usize,
    /// Whether there are any postcodes, and positions.
    have_postcodes: bool,
    have_positions: bool,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            postcodes: [None; TOGETHER],
            positions: [None; TOGETHER],
            otherwise: [Status::Invalid; TOGETHER],
            count: 0,
            have_postcodes: false,
            have_positions: false,
        }
    }
}

impl Asked {
    /// Takes the place of another row in, or what becomes of the row.
    #[inline]
    pub(in crate::bulk) fn put(&mut self, place: Result<Place, Status>) {
        let at = self.count;
        self.count += 1;
        self.postcodes[at] = None;
        self.positions[at] = None;
        self.otherwise[at] = match place {
            Ok(Place::Postcode(postcode)) => {
                self.postcodes[at] = Some(postcode);
                Status::NotFound
            }
            Ok(Place::Bng(position)) => {
                self.positions[at] = Some(position);
                Status::Outside
            }
            Ok(Place::LngLat(degrees)) => {
                self.positions[at] = degrees.to_bng().ok().map(|(position, _)| position);
                Status::Outside
            }
            Err(status) => status,
        };
        self.have_postcodes |= self.postcodes[at].is_some();
        self.have_positions |= self.positions[at].is_some();
    }

    /// How many there are.
    #[inline]
    pub(in crate::bulk) fn count(&self) -> usize {
        self.count
    }

    /// Whether no other has room.
    #[inline]
    pub(in crate::bulk) fn is_full(&self) -> bool {
        self.count == TOGETHER
    }

    fn clear(&mut self) {
        self.count = 0;
        (self.have_postcodes, self.have_positions) = (false, false);
    }
}

/// Rows that come back with their answers.
pub(in crate::bulk) trait Rows {
    /// Writes what comes back of a row, up to where the answer begins.
    fn copy(&mut self, pen: &mut Pen, at: usize);

    /// Writes a row without an answer, whole.
    fn refuse(&mut self, pen: &mut Pen, at: usize, status: Status);
}

impl<F: Form> Added<F> {
    /// Writes rows with the answers for the places that they say, which are asked for no more.
    #[inline]
    pub(in crate::bulk) fn answer_together(
        &self,
        pen: &mut Pen,
        scratch: &mut Scratch,
        atlas: &Atlas,
        asked: &mut Asked,
        rows: &mut impl Rows,
    ) -> Tally {
        let mut tally = Tally::default();
        // After the last there may be those of earlier rows, which are looked up in vain.
        let known = asked.have_postcodes.then(|| atlas.precomputed_batch(&asked.postcodes));
        if let Some(known) = &known {
            self.areas.prefetch(known);
        }
        let found = asked.have_positions.then(|| self.find(atlas, &asked.positions));
        for at in 0..asked.count {
            let status = if let Some(known) = known.as_ref().and_then(|known| known.answer(at)) {
                rows.copy(pen, at);
                self.put_known(pen, scratch, atlas, &known)
            } else if let (Some(found), Some(position)) = (&found, asked.positions[at]) {
                rows.copy(pen, at);
                self.put_position(pen, scratch, atlas, found, (at, position))
            } else {
                rows.refuse(pen, at, asked.otherwise[at]);
                asked.otherwise[at]
            };
            tally.count(status);
        }
        asked.clear();
        tally
    }
}
