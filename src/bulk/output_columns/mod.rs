//! The columns that an answer adds to a row: a status, the areas of each layer, and the confidence,
//! from prepared text.
//!
//! The columns hold the facts that [`answers::find`](crate::answers::find) returns for a place,
//! without making that answer.

use lapwing_boundaries::atlas::{Atlas, ChosenLayer, Day, PrecomputedAnswer};
use lapwing_boundaries::cells::{CandidatesFound, CellsFound};
use lapwing_boundaries::confidence::{
    Basis, ConfidenceLevel, Coverage, CoverageGap, Evidence, LayerTrust, overall,
};
use lapwing_boundaries::gazetteer::Month;
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::postcode::Postcode;

use crate::answers::text_writer::TextWriter;
use crate::answers::{self, number};
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
    /// The column about boundaries that are no longer in force, which is the same in every row.
    superseded: Vec<u8>,
}

#[derive(Debug)]
struct OutputLayer {
    place: usize,
    /// The name by which it was requested.
    key: String,
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
    /// Why some layer does not answer for the place.
    gap: Option<CoverageGap>,
}

impl RowConfidence {
    /// No layer answered.
    const UNKNOWN: Self = Self { level: None, distance: f64::INFINITY, gap: None };

    /// The confidence of an answer from layers with these confidences. `incomplete` receives the
    /// positions of those that may lack an area.
    #[inline]
    fn of(layers: impl Iterator<Item = LayerTrust>, incomplete: &mut Vec<usize>) -> Self {
        incomplete.clear();
        let noted = layers.enumerate().inspect(|(at, trust)| {
            if trust.coverage == Coverage::Incomplete {
                incomplete.push(*at);
            }
        });
        overall(noted).map_or(Self::UNKNOWN, |overall| Self {
            level: Some(overall.level),
            distance: overall.boundary_distance_m,
            gap: overall.coverage.gap(),
        })
    }
}

/// Buffers that are reused for the next row.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    holders: Vec<(usize, usize)>,
    text: Vec<u8>,
    /// The layers of the row that may lack an area, by position among those requested.
    incomplete: Vec<usize>,
}

/// Why a row with a located place has no areas.
fn reason_of(status: Status) -> Option<&'static str> {
    (status == Status::Outside).then_some("the place is in no area of any layer")
}

impl<F: RowFormat> AnswerColumns<F> {
    /// Creates the columns for the chosen layers. The text of areas is not prepared yet.
    pub(super) fn new(
        atlas: &Atlas,
        chosen: &[ChosenLayer],
        columns: OutputColumnSet,
        day: Day,
    ) -> Self {
        let meta = |layer: usize| atlas.layers()[layer].layer().meta();
        let in_force = |chosen: &ChosenLayer| {
            let place = chosen.layer?;
            let threshold_m = Basis::Position.threshold_m(meta(place));
            Some(OutputLayer { place, key: chosen.key.to_string(), threshold_m })
        };
        let mut added = Self {
            columns,
            layers: chosen.iter().filter_map(in_force).collect(),
            areas: AreaColumnText::new(chosen, columns),
            without_answer: Vec::new(),
            superseded: Vec::new(),
        };
        let mut writer = TextWriter::default();
        added.areas.put_none(&mut writer);
        added.put_confidence(&mut writer, RowConfidence::UNKNOWN, &[]);
        if columns.contain(OutputColumn::Unassigned) {
            writer.put(F::NO_UNASSIGNED);
        }
        added.without_answer = writer.written().to_vec();
        if columns.contain(OutputColumn::SupersededSince) {
            added.without_answer.extend(F::NO_SUPERSEDED);
            let since = |layer: &OutputLayer| {
                let since = meta(layer.place).vintage.superseded_on(day.date())?;
                Some(format!("{}:{since}", layer.key))
            };
            let since: Vec<String> = added.layers.iter().filter_map(since).collect();
            added.superseded = if since.is_empty() {
                F::NO_SUPERSEDED.to_vec()
            } else {
                let [before, after] = F::SUPERSEDED;
                [before, since.join(";").as_bytes(), after].concat()
            };
        }
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
            || self.columns.contain(OutputColumn::Coverage)
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

    /// Writes the last columns, which few requests have.
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
    fn confidence_of(
        &self,
        known: &PrecomputedAnswer<'_>,
        incomplete: &mut Vec<usize>,
    ) -> RowConfidence {
        if known.is_by_addresses() {
            let trusts = self.layers().map(|place| known.trust(place));
            return RowConfidence::of(trusts, incomplete);
        }
        let trusts = self.layers.iter().map(|layer| {
            let distance = known.boundary_distance_m(layer.place).unwrap_or(f64::INFINITY);
            layer.trust(distance, known.coverage(layer.place), known.is_estimate())
        });
        RowConfidence::of(trusts, incomplete)
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
            let confidence = self.confidence_of(known, &mut scratch.incomplete);
            self.put_confidence(writer, confidence, &scratch.incomplete);
        }
        if self.columns.contain(OutputColumn::Unassigned) {
            self.put_unassigned(writer, known);
        }
        writer.put(&self.superseded);
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
        let (Scratch { holders, text, incomplete }, cells) = (scratch, atlas.cells().view());
        holders.clear();
        cells.locate_found(&found.cells, number, at, |layer, area, _| holders.push((layer, area)));
        let status = if holders.is_empty() { Status::Outside } else { Status::Ok };
        self.areas.put(writer, text, atlas, status, &holders.iter().copied());
        if self.has_confidence() {
            let trusts = self.layers.iter().zip(&found.candidates).map(|(layer, of)| {
                let distance = cells.distance_to_found(of, number, at).unwrap_or(f64::INFINITY);
                let found = holders.iter().map(|&(layer, _)| layer);
                let is_covered = found.clone().any(|of| of == layer.place);
                let ground = atlas.ground_among(layer.place, &found);
                layer.trust(distance, ground.coverage(is_covered, distance), false)
            });
            let confidence = RowConfidence::of(trusts, incomplete);
            self.put_confidence(writer, confidence, incomplete);
        }
        if self.columns.contain(OutputColumn::Unassigned) {
            writer.put(F::NO_UNASSIGNED);
        }
        writer.put(&self.superseded);
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
        RowConfidence { level, distance, gap }: RowConfidence,
        incomplete: &[usize],
    ) {
        if self.columns.contain(OutputColumn::Confidence) {
            put_level::<F>(writer, level);
        }
        if self.columns.contain(OutputColumn::BoundaryDistance) {
            put_distance::<F>(writer, distance);
        }
        if self.columns.contain(OutputColumn::Coverage) {
            let Some(gap) = gap else {
                writer.put(F::NO_COVERAGE);
                return;
            };
            let [before, after] = F::COVERAGE;
            writer.put(before);
            match gap {
                CoverageGap::Outside => writer.put(gap.as_str().as_bytes()),
                CoverageGap::Incomplete => {
                    let mut separator: &[u8] = b"";
                    for &at in incomplete {
                        writer.put(separator);
                        writer.put(gap.as_str().as_bytes());
                        writer.put(b":");
                        writer.put(self.layers[at].key.as_bytes());
                        separator = b";";
                    }
                }
            }
            writer.put(after);
        }
    }

    /// Writes, for each layer, the share of the postcode's addresses that are in none of its areas.
    #[inline]
    fn put_unassigned(&self, writer: &mut TextWriter, known: &PrecomputedAnswer<'_>) {
        let [before, after] = F::UNASSIGNED;
        let mut separator = before;
        for layer in &self.layers {
            let count = known.unassigned(layer.place);
            if count > 0 {
                writer.put(separator);
                writer.put(layer.key.as_bytes());
                writer.put(b":");
                number::share(writer, count as f64 / known.addresses() as f64);
                separator = b";";
            }
        }
        writer.put(if separator == before { F::NO_UNASSIGNED } else { after });
    }
}

impl OutputLayer {
    /// The confidence of the layer's answer for a position.
    #[inline]
    fn trust(&self, boundary_distance_m: f64, coverage: Coverage, is_estimate: bool) -> LayerTrust {
        let threshold_m = self.threshold_m;
        let is_split = false;
        Evidence { boundary_distance_m, threshold_m, is_split, is_estimate, coverage }.into()
    }
}
