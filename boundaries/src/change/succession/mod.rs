//! The comparison of two vintages.

use std::f64::consts::PI;
use std::sync::OnceLock;

use geo::MultiPolygon;
use rayon::prelude::*;

use super::{Change, ChangeKind};
use crate::area::Area;
use crate::geometry::measure::measure_intersection;
use crate::geometry::outline::Outline;
use crate::layer::Layer;
use crate::overlap::{OverlapRow, Relation, sliver_tolerance_m, thinness_m};

mod view;

use view::View;

/// An overlap of at least this share of either area links the two, however narrow it is.
const MAIN_SHARE: f64 = 0.5;

/// An uncovered part smaller than this, in m², is a rounding error.
const ROUNDING_M2: f64 = 0.1;

/// The significance of an overlap or of an uncovered part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkStrength {
    /// A sliver, or a common boundary without area.
    None,
    /// No sliver, but narrower than the boundary error: it may be real, or due to generalisation.
    Doubtful,
    /// Certainly real.
    Sure,
}

/// One overlap of an area with an area of the other vintage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OverlapPart {
    /// The overlap; `from` is the queried area.
    pub row: OverlapRow,
    /// Its significance.
    pub strength: LinkStrength,
}

/// The changes of all areas of two vintages.
#[derive(Clone, Debug, PartialEq)]
pub struct AllChanges {
    /// The change of each area of the earlier vintage, in code order.
    pub changes: Vec<Change>,
    /// The origin of each area of the later vintage, in code order.
    pub origins: Vec<Change>,
}

/// One of the two vintages.
#[derive(Debug)]
struct ComparedLayer<'a> {
    layer: &'a Layer,
    /// True if its areas do not overlap, so that the parts that they cover can be summed.
    disjoint: bool,
    outlines: Vec<OnceLock<Outline>>,
    open: Vec<OnceLock<LinkStrength>>,
}

impl<'a> ComparedLayer<'a> {
    fn new(layer: &'a Layer, disjoint: bool) -> Self {
        let count = layer.areas().len();
        let mut outlines = Vec::new();
        let mut open = Vec::new();
        outlines.resize_with(count, OnceLock::new);
        open.resize_with(count, OnceLock::new);
        Self { layer, disjoint, outlines, open }
    }

    fn area(&self, index: usize) -> &'a Area {
        &self.layer.areas()[index]
    }

    fn outline(&self, index: usize) -> &Outline {
        self.outlines[index].get_or_init(|| Outline::new(self.area(index).geometry()))
    }
}

/// The comparison of an earlier and a later vintage. Measurements are made when they are first
/// needed, and kept.
#[derive(Debug)]
pub struct Succession<'a> {
    earlier: ComparedLayer<'a>,
    later: ComparedLayer<'a>,
    tolerance_m: f64,
    /// Sorted by both areas.
    rows: &'a [OverlapRow],
    strengths: Vec<OnceLock<LinkStrength>>,
    /// The start in `rows` of the rows of each earlier area, and the end.
    starts: Vec<u32>,
    /// The indices of rows sorted by later area, and the start of those of each area.
    back: Vec<u32>,
    back_starts: Vec<u32>,
}

/// For rows sorted by area: the start of the rows of each of `count` areas, and the end.
fn starts_of(count: usize, areas: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut starts = vec![0_u32; count + 1];
    for area in areas {
        starts[area as usize + 1] += 1;
    }
    for at in 0..count {
        starts[at + 1] += starts[at];
    }
    starts
}

impl<'a> Succession<'a> {
    /// Compares two vintages, each with a flag that is true if its areas are disjoint. `rows` are
    /// their overlaps, as [`crate::overlap::pairs`] returns them.
    pub fn new(
        (earlier, earlier_disjoint): (&'a Layer, bool),
        (later, later_disjoint): (&'a Layer, bool),
        rows: &'a [OverlapRow],
    ) -> Self {
        let mut back: Vec<u32> = (0..rows.len() as u32).collect();
        back.sort_by_key(|&row| rows[row as usize].to);
        let mut strengths = Vec::new();
        strengths.resize_with(rows.len(), OnceLock::new);
        Self {
            tolerance_m: sliver_tolerance_m(earlier, later),
            starts: starts_of(earlier.areas().len(), rows.iter().map(|row| row.from)),
            back_starts: starts_of(later.areas().len(), rows.iter().map(|row| row.to)),
            earlier: ComparedLayer::new(earlier, earlier_disjoint),
            later: ComparedLayer::new(later, later_disjoint),
            rows,
            strengths,
            back,
        }
    }

    /// The change of an area of the earlier vintage.
    pub fn change_of(&self, area: usize) -> Change {
        self.forward().change(area)
    }

    /// The origin of an area of the later vintage.
    pub fn origin_of(&self, area: usize) -> Change {
        let read = self.backward().change(area);
        Change {
            kind: read.kind.reversed(),
            alternative: read.alternative.map(ChangeKind::reversed),
            lost_m2: read.gained_m2,
            gained_m2: read.lost_m2,
            ..read
        }
    }

    /// The changes of all earlier areas and the origins of all later ones, computed on all cores.
    pub fn all(&self) -> AllChanges {
        let of_earlier = 0..self.earlier.layer.areas().len();
        let of_later = 0..self.later.layer.areas().len();
        AllChanges {
            changes: of_earlier.into_par_iter().map(|area| self.change_of(area)).collect(),
            origins: of_later.into_par_iter().map(|area| self.origin_of(area)).collect(),
        }
    }

    /// The areas of the later vintage that overlap or touch an earlier area.
    pub fn successors_of(&self, area: usize) -> Vec<OverlapPart> {
        self.forward().parts(area)
    }

    /// The areas of the earlier vintage that overlap or touch a later area. The rows are from the
    /// later to the earlier.
    pub fn predecessors_of(&self, area: usize) -> Vec<OverlapPart> {
        self.backward().parts(area)
    }

    /// The part of an earlier area that the later vintage does not cover, in m².
    pub fn abandoned_m2(&self, area: usize) -> f64 {
        self.forward().uncovered_m2(area)
    }

    /// The part of a later area that the earlier vintage did not cover, in m².
    pub fn newly_covered_m2(&self, area: usize) -> f64 {
        self.backward().uncovered_m2(area)
    }

    /// The tolerance of the comparison: the larger boundary error of the two layers, in metres.
    pub fn tolerance_m(&self) -> f64 {
        self.tolerance_m
    }

    fn forward(&self) -> View<'_, 'a> {
        View { of: self, backward: false }
    }

    fn backward(&self) -> View<'_, 'a> {
        View { of: self, backward: true }
    }

    fn strength(&self, index: usize) -> LinkStrength {
        *self.strengths[index].get_or_init(|| {
            let row = &self.rows[index];
            if row.sliver || row.relation == Relation::Touches {
                return LinkStrength::None;
            }
            let (from, to) = (row.from as usize, row.to as usize);
            let smaller = self.earlier.area(from).area_m2().min(self.later.area(to).area_m2());
            let measure = || {
                let shared =
                    measure_intersection(self.earlier.outline(from), self.later.outline(to));
                thinness_m(shared.area_m2, shared.perimeter_m)
            };
            assess(row.shared_m2, smaller, self.tolerance_m, measure)
        })
    }
}

/// Assesses an overlap or an uncovered part that is no sliver, from its area, the area that it is
/// compared with, and its mean width. The width is computed only if the areas do not decide.
fn assess(
    m2: f64,
    whole_m2: f64,
    tolerance_m: f64,
    thinness_m: impl FnOnce() -> f64,
) -> LinkStrength {
    // A disc has the largest mean width of all shapes of an area: 2πr² / 2πr = r.
    let sure = m2 >= MAIN_SHARE * whole_m2
        || ((m2 / PI).sqrt() >= tolerance_m && thinness_m() >= tolerance_m);
    if sure { LinkStrength::Sure } else { LinkStrength::Doubtful }
}

fn perimeter_m(geometry: &MultiPolygon<f64>) -> f64 {
    let rings = geometry.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    rings.flat_map(geo::LineString::lines).map(|edge| edge.dx().hypot(edge.dy())).sum()
}
