//! The columns that an answer adds to a row: a status, the areas of each layer, and the confidence,
//! from prepared text.
//!
//! The columns hold the facts that [`answers::find`](crate::answers::find) returns for a place,
//! without making that answer.

use lapwing_boundaries::atlas::{Atlas, ChosenLayer, PrecomputedAnswer};
use lapwing_boundaries::cells::{CandidatesFound, CellsFound};
use lapwing_boundaries::confidence::{Basis, ConfidenceLevel, Evidence, overall};
use lapwing_boundaries::gazetteer::Month;
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::postcode::Postcode;

use crate::answers;
use crate::answers::text_writer::TextWriter;
use crate::bulk::Status;

mod area_text;
mod batch;
mod format;
mod names;

use area_text::AreaColumnText;
pub(super) use batch::{BATCH_SIZE, BatchRows, PlaceBatch};
pub(super) use format::member;
pub(super) use format::{CsvFormat, FlatJsonFormat, RowFormat};
use format::{put_distance, put_level, put_status};
pub(super) use names::{ERROR, QUERY, STATUS};
pub use names::{OutputColumn, OutputColumnSet};

/// Writes the output columns for some layers.
#[derive(Debug)]
pub(super) struct AnswerColumns<F> {
    columns: OutputColumnSet,
    /// The layers in force on the day.
    layers: Vec<OutputLayer>,
    areas: AreaColumnText<F>,
    /// The text after the status of a row without an answer.
    without_answer: Vec<u8>,
}

#[derive(Debug)]
struct OutputLayer {
    place: usize,
    /// The threshold of an answer that is based on a position, in metres.
    threshold_m: f64,
}

/// Positions of a batch, located.
#[derive(Debug)]
struct LocatedBatch {
    cells: CellsFound<BATCH_SIZE>,
    /// For each layer, if the confidence is written.
    candidates: Vec<CandidatesFound<BATCH_SIZE>>,
}

/// The confidence of a row.
#[derive(Clone, Copy, Debug)]
struct RowConfidence {
    level: Option<ConfidenceLevel>,
    /// Metres, not rounded. Infinite without a boundary.
    distance: f64,
}

impl RowConfidence {
    /// No layer answered.
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

/// Buffers that are reused for the next row.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    holders: Vec<(usize, usize)>,
    text: Vec<u8>,
}

/// Why a row with a located place has no areas.
fn reason_of(status: Status) -> Option<&'static str> {
    (status == Status::Outside).then_some("the place is in no area of any layer")
}

impl<F: RowFormat> AnswerColumns<F> {
    /// Creates the columns for the chosen layers. The text of areas is not prepared yet.
    pub(super) fn new(atlas: &Atlas, chosen: &[ChosenLayer], columns: OutputColumnSet) -> Self {
        let asked = |place: usize| OutputLayer {
            place,
            threshold_m: Basis::Position.threshold_m(atlas.layers()[place].layer().meta()),
        };
        let mut added = Self {
            columns,
            layers: chosen.iter().filter_map(|chosen| chosen.layer).map(asked).collect(),
            areas: AreaColumnText::new(chosen, columns),
            without_answer: Vec::new(),
        };
        let mut writer = TextWriter::default();
        added.areas.put_none(&mut writer);
        added.put_confidence(&mut writer, RowConfidence::UNKNOWN);
        added.without_answer = writer.written().to_vec();
        added
    }

    /// Prepares text that pays off for this many bytes of input and after this many postcodes.
    pub(super) fn prepare(&mut self, atlas: &Atlas, bytes: usize, postcodes: u64) {
        self.areas.prepare(atlas, bytes, postcodes);
    }

    /// The layers in force on the day, by position in the atlas.
    fn layers(&self) -> impl Iterator<Item = usize> + '_ {
        self.layers.iter().map(|layer| layer.place)
    }

    /// True if a column needs the confidence, which takes longer to find than the areas.
    #[inline]
    fn has_confidence(&self) -> bool {
        self.columns.contain(OutputColumn::Confidence)
            || self.columns.contain(OutputColumn::BoundaryDistance)
    }

    /// True if the month of termination is written.
    fn has_terminated(&self) -> bool {
        self.columns.contain(OutputColumn::Terminated)
    }

    /// True if the reason is written.
    #[inline]
    pub(super) fn has_reason(&self) -> bool {
        self.columns.contain(OutputColumn::Reason)
    }

    /// Writes the columns after the confidence, which few requests have.
    #[inline]
    fn put_notes(&self, writer: &mut TextWriter, month: Option<Month>, reason: Option<&str>) {
        if !self.has_terminated() && !self.has_reason() {
            return;
        }
        writer.with_vec(|out| {
            if self.has_terminated() {
                let month = month.map(answers::month);
                F::text(out, OutputColumn::Terminated.as_str(), month.as_deref());
            }
            if self.has_reason() {
                F::text(out, OutputColumn::Reason.as_str(), reason);
            }
        });
    }

    /// The confidence of the answer of a known postcode.
    #[inline]
    fn confidence_of(&self, known: &PrecomputedAnswer<'_>) -> RowConfidence {
        let distance =
            |layer: &OutputLayer| known.boundary_distance_m(layer.place).unwrap_or(f64::INFINITY);
        if known.is_by_addresses() {
            let level = |layer: &OutputLayer| (known.level(layer.place), distance(layer));
            return RowConfidence::of(self.layers.iter().map(level));
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
    ) -> RowConfidence {
        RowConfidence::of(self.layers.iter().zip(distances).map(|(layer, boundary_distance_m)| {
            let threshold_m = layer.threshold_m;
            let evidence =
                Evidence { boundary_distance_m, threshold_m, is_split: false, is_estimate };
            (evidence.level(), boundary_distance_m)
        }))
    }

    /// Locates the positions of a batch.
    fn find(&self, atlas: &Atlas, positions: &[Option<Bng>; BATCH_SIZE]) -> LocatedBatch {
        let cells = atlas.cells().view();
        let asked = self.layers().filter(|_| self.has_confidence());
        LocatedBatch {
            cells: cells.find_cells(positions),
            candidates: asked.map(|layer| cells.find_candidates(layer, positions)).collect(),
        }
    }

    /// Writes the answer of a known postcode.
    #[inline]
    fn put_known(
        &self,
        writer: &mut TextWriter,
        scratch: &mut Scratch,
        atlas: &Atlas,
        (postcode, known): (Option<Postcode>, &PrecomputedAnswer<'_>),
    ) -> Status {
        let status = if known.is_outside(self.layers()) { Status::Outside } else { Status::Ok };
        self.areas.put_known(writer, &mut scratch.text, atlas, status, known);
        if self.has_confidence() {
            self.put_confidence(writer, self.confidence_of(known));
        }
        let facts = || atlas.facts(postcode?)?.terminated;
        let month = if self.has_terminated() { facts() } else { None };
        self.put_notes(writer, month, reason_of(status));
        writer.put(F::END);
        status
    }

    /// Writes the answer for the position with this number in the batch.
    fn put_position(
        &self,
        writer: &mut TextWriter,
        scratch: &mut Scratch,
        atlas: &Atlas,
        found: &LocatedBatch,
        (number, at): (usize, Bng),
    ) -> Status {
        let (Scratch { holders, text }, cells) = (scratch, atlas.cells().view());
        holders.clear();
        cells.locate_found(&found.cells, number, at, |layer, area, _| holders.push((layer, area)));
        let status = if holders.is_empty() { Status::Outside } else { Status::Ok };
        self.areas.put(writer, text, atlas, status, &holders.iter().copied());
        if self.has_confidence() {
            let distance = |of| cells.distance_to_found(of, number, at).unwrap_or(f64::INFINITY);
            let distances = found.candidates.iter().map(distance);
            self.put_confidence(writer, self.confidence_of_position(distances, false));
        }
        self.put_notes(writer, None, reason_of(status));
        writer.put(F::END);
        status
    }

    /// Writes the columns of a row without an answer, except for its end.
    pub(super) fn put_unanswered(
        &self,
        writer: &mut TextWriter,
        status: Status,
        reason: Option<&str>,
    ) {
        put_status::<F>(writer, status);
        writer.put(&self.without_answer);
        self.put_notes(writer, None, reason);
    }

    #[inline]
    fn put_confidence(
        &self,
        writer: &mut TextWriter,
        RowConfidence { level, distance }: RowConfidence,
    ) {
        if self.columns.contain(OutputColumn::Confidence) {
            put_level::<F>(writer, level);
        }
        if self.columns.contain(OutputColumn::BoundaryDistance) {
            put_distance::<F>(writer, distance);
        }
    }
}
