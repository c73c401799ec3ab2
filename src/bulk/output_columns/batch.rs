//! Answers rows in batches, so that the cache misses of a batch overlap.

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::postcode::Postcode;

use super::{AnswerColumns, RowFormat, Scratch};
use crate::answers::Place;
use crate::answers::text_writer::TextWriter;
use crate::bulk::{Status, Tally};

/// Rows in a batch. Larger batches do not fit the fastest cache.
pub(in crate::bulk) const BATCH_SIZE: usize = 16;

/// The places of a batch of rows.
#[derive(Debug)]
pub(in crate::bulk) struct PlaceBatch {
    postcodes: [Option<Postcode>; BATCH_SIZE],
    positions: [Option<Bng>; BATCH_SIZE],
    /// The status of a row without an answer.
    otherwise: [Status; BATCH_SIZE],
    count: usize,
    /// True if any row has a postcode, and if any has a position.
    have_postcodes: bool,
    have_positions: bool,
}

impl Default for PlaceBatch {
    fn default() -> Self {
        Self {
            postcodes: [None; BATCH_SIZE],
            positions: [None; BATCH_SIZE],
            otherwise: [Status::Invalid; BATCH_SIZE],
            count: 0,
            have_postcodes: false,
            have_positions: false,
        }
    }
}

impl PlaceBatch {
    /// Adds the place of a row, or the status of a row without one.
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

    /// The number of rows.
    #[inline]
    pub(in crate::bulk) fn count(&self) -> usize {
        self.count
    }

    /// True if the batch is full.
    #[inline]
    pub(in crate::bulk) fn is_full(&self) -> bool {
        self.count == BATCH_SIZE
    }

    fn clear(&mut self) {
        self.count = 0;
        (self.have_postcodes, self.have_positions) = (false, false);
    }
}

/// The rows of a batch, which the output repeats.
pub(in crate::bulk) trait BatchRows {
    /// Writes the part of a row that the output repeats, up to the start of the answer.
    fn copy(&mut self, writer: &mut TextWriter, at: usize);

    /// Writes a whole row without an answer.
    fn refuse(&mut self, writer: &mut TextWriter, at: usize, status: Status);
}

impl<F: RowFormat> AnswerColumns<F> {
    /// Writes the rows with their answers and empties the batch.
    #[inline]
    pub(in crate::bulk) fn answer_batch(
        &self,
        writer: &mut TextWriter,
        scratch: &mut Scratch,
        atlas: &Atlas,
        asked: &mut PlaceBatch,
        rows: &mut impl BatchRows,
    ) -> Tally {
        let mut tally = Tally::default();
        // Entries beyond `count` are left over from earlier batches. Looking them up is harmless.
        let known = asked.have_postcodes.then(|| atlas.precomputed_batch(&asked.postcodes));
        if let Some(known) = &known {
            self.areas.prefetch(known);
        }
        let found = asked.have_positions.then(|| self.find(atlas, &asked.positions));
        for at in 0..asked.count {
            let status = if let Some(known) = known.as_ref().and_then(|known| known.answer(at)) {
                rows.copy(writer, at);
                self.put_known(writer, scratch, atlas, (asked.postcodes[at], &known))
            } else if let (Some(found), Some(position)) = (&found, asked.positions[at]) {
                rows.copy(writer, at);
                self.put_position(writer, scratch, atlas, found, (at, position))
            } else {
                let status = match (asked.otherwise[at], asked.postcodes[at]) {
                    (Status::NotFound, Some(postcode)) if atlas.facts(postcode).is_some() => {
                        Status::NoPosition
                    }
                    (status, _) => status,
                };
                rows.refuse(writer, at, status);
                status
            };
            tally.count(status);
        }
        asked.clear();
        tally
    }
}
