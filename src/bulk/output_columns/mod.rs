//! What is added to rows that come back: a status, the areas of each layer, and how sure that is,
//! from parts that are ready.
//!
//! What [`answers::find`](crate::answers::find) gives for a place is what is written, but for what a
//! row has no room for; it is not made for that.

use lapwing_boundaries::atlas::{Atlas, Chosen, PrecomputedAnswer};
use lapwing_boundaries::cells::{CandidatesFound, CellsFound};
use lapwing_boundaries::confidence::{Basis, ConfidenceLevel, Evidence, overall};
use lapwing_boundaries::position::Bng;

use crate::answers::text_writer::Pen;
use crate::bulk::Status;

mod area_text;
mod batch;
mod format;
mod names;

use area_text::AreaTexts;
pub(super) use batch::{Asked, Rows, TOGETHER};
pub(super) use format::member;
pub(super) use format::{Cells, FlatMembers, Form};
use format::{put_distance, put_level, put_status};
pub use names::{AddedColumn, AddedColumns};
pub(crate) use names::{ERROR, QUERY, STATUS};

/// What is written of the answers from the layers asked for.
#[derive(Debug)]
pub(super) struct Added<F> {
    columns: AddedColumns,
    /// The layers that answer.
    layers: Vec<LayerAsked>,
    areas: AreaTexts<F>,
    /// What stands after the status of a row that has no answer.
    without_answer: Vec<u8>,
}

#[derive(Debug)]
struct LayerAsked {
    place: usize,
    /// The threshold of an answer that is based on a position, in metres.
    threshold_m: f64,
}

/// Positions, found together.
#[derive(Debug)]
struct PositionsFound {
    cells: CellsFound<TOGETHER>,
    /// Of each layer, if how sure the answers are is written.
    candidates: Vec<CandidatesFound<TOGETHER>>,
}

/// How sure an answer is.
#[derive(Clone, Copy, Debug)]
struct Sureness {
    level: Option<ConfidenceLevel>,
    /// Metres, not rounded; infinite where there is no boundary.
    distance: f64,
}

impl Sureness {
    /// Nothing is known of it.
    const UNKNOWN: Self = Self { level: None, distance: f64::INFINITY };

    /// The confidence of an answer from layers with these levels and distances.
    #[inline]
    fn of(layers: impl Iterator<Item = (ConfidenceLevel, f64)>) -> Self {
        overall(layers.map(|(level, distance)| ((), level, distance))).map_or(
            Self::UNKNOWN,
            |overall| Self { level: Some(overall.level), distance: overall.boundary_distance_m },
        )
    }
}

/// What is kept from one row to the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    holders: Vec<(usize, usize)>,
    text: Vec<u8>,
}

impl<F: Form> Added<F> {
    /// These columns for the chosen layers. The areas' texts are not ready yet.
    pub(super) fn new(atlas: &Atlas, chosen: &[Chosen], columns: AddedColumns) -> Self {
        let asked = |place: usize| LayerAsked {
            place,
            threshold_m: Basis::Position.threshold_m(atlas.layers()[place].layer().meta()),
        };
        let mut added = Self {
            columns,
            layers: chosen.iter().filter_map(|chosen| chosen.layer).map(asked).collect(),
            areas: AreaTexts::new(chosen, columns),
            without_answer: Vec::new(),
        };
        let mut pen = Pen::default();
        added.areas.put_none(&mut pen);
        added.put_sureness(&mut pen, Sureness::UNKNOWN);
        added.without_answer = pen.written().to_vec();
        added
    }

    /// Makes ready what pays for so many bytes of rows that wait to be answered, after so many rows;
    /// the latter of those that say postcodes.
    pub(super) fn make_ready(&mut self, atlas: &Atlas, bytes: usize, postcodes: u64) {
        self.areas.make_ready(atlas, bytes, postcodes);
    }

    /// The layers that answer.
    fn layers(&self) -> impl Iterator<Item = usize> + '_ {
        self.layers.iter().map(|layer| layer.place)
    }

    /// Whether how sure an answer is is written at all, which takes longer than to find the areas.
    #[inline]
    fn says_how_sure(&self) -> bool {
        self.columns.contain(AddedColumn::Confidence)
            || self.columns.contain(AddedColumn::BoundaryDistance)
    }

    /// The confidence of the answer of a known postcode.
    #[inline]
    fn confidence_of(&self, known: &PrecomputedAnswer<'_>) -> Sureness {
        let distance =
            |layer: &LayerAsked| known.boundary_distance_m(layer.place).unwrap_or(f64::INFINITY);
        if known.is_by_addresses() {
            let level = |layer: &LayerAsked| (known.level(layer.place), distance(layer));
            return Sureness::of(self.layers.iter().map(level));
        }
        self.confidence_of_position(self.layers.iter().map(distance), known.is_estimate())
    }

    /// The confidence of an answer based on a position with these distances to the boundaries of
    /// the layers, in metres.
    #[inline]
    fn confidence_of_position(
        &self,
        distances: impl Iterator<Item = f64>,
        is_estimate: bool,
    ) -> Sureness {
        Sureness::of(self.layers.iter().zip(distances).map(|(layer, boundary_distance_m)| {
            let threshold_m = layer.threshold_m;
            let evidence =
                Evidence { boundary_distance_m, threshold_m, is_split: false, is_estimate };
            (evidence.level(), boundary_distance_m)
        }))
    }

    /// Finds what is written of positions.
    fn find(&self, atlas: &Atlas, positions: &[Option<Bng>; TOGETHER]) -> PositionsFound {
        let cells = atlas.cells().view();
        let asked = self.layers().filter(|_| self.says_how_sure());
        PositionsFound {
            cells: cells.find_cells(positions),
            candidates: asked.map(|layer| cells.find_candidates(layer, positions)).collect(),
        }
    }

    /// Writes the answer of a known postcode.
    #[inline]
    fn put_known(
        &self,
        pen: &mut Pen,
        scratch: &mut Scratch,
        atlas: &Atlas,
        known: &PrecomputedAnswer<'_>,
    ) -> Status {
        let status = if known.is_outside(self.layers()) { Status::Outside } else { Status::Ok };
        self.areas.put_known(pen, &mut scratch.text, atlas, status, known);
        if self.says_how_sure() {
            self.put_sureness(pen, self.confidence_of(known));
        }
        pen.put(F::END);
        status
    }

    /// Writes the answer for a position, by its number among those that are found.
    fn put_position(
        &self,
        pen: &mut Pen,
        scratch: &mut Scratch,
        atlas: &Atlas,
        found: &PositionsFound,
        (number, at): (usize, Bng),
    ) -> Status {
        let (Scratch { holders, text }, cells) = (scratch, atlas.cells().view());
        holders.clear();
        cells.locate_found(&found.cells, number, at, |layer, area, _| holders.push((layer, area)));
        let status = if holders.is_empty() { Status::Outside } else { Status::Ok };
        self.areas.put(pen, text, atlas, status, &holders.iter().copied());
        if self.says_how_sure() {
            let distance = |of| cells.distance_to_found(of, number, at).unwrap_or(f64::INFINITY);
            let distances = found.candidates.iter().map(distance);
            self.put_sureness(pen, self.confidence_of_position(distances, false));
        }
        pen.put(F::END);
        status
    }

    /// Writes what is added to a row without an answer, but for its end.
    pub(super) fn put_refused(&self, pen: &mut Pen, status: Status) {
        put_status::<F>(pen, status);
        pen.put(&self.without_answer);
    }

    #[inline]
    fn put_sureness(&self, pen: &mut Pen, Sureness { level, distance }: Sureness) {
        if self.columns.contain(AddedColumn::Confidence) {
            put_level::<F>(pen, level);
        }
        if self.columns.contain(AddedColumn::BoundaryDistance) {
            put_distance::<F>(pen, distance);
        }
    }
}
