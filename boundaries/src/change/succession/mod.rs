//! Two vintages side by side, and the reading of one from the other.

use std::f64::consts::PI;
use std::sync::OnceLock;

use geo::MultiPolygon;
use rayon::prelude::*;

use super::{Change, ChangeKind};
use crate::area::Area;
use crate::geometry::measure::shared_ground;
use crate::geometry::outline::Outline;
use crate::layer::Layer;
use crate::overlap::{OverlapRow, Relation, sliver_tolerance_m, thinness_m};

mod view;

use view::View;

/// An overlap of at least this share of either area links them, however thin it is.
const MAIN_SHARE: f64 = 0.5;

/// Uncovered ground of less is what sums of many terms left of nothing.
const ROUNDING_M2: f64 = 0.1;

/// What an overlap, or uncovered ground, tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// A sliver, or a common boundary without ground.
    None,
    /// Thinner than the drawing error, and no sliver: it may be ground, and may be the drawings'
    /// difference.
    Doubtful,
    /// Ground.
    Sure,
}

/// One overlap of an area with an area of the other vintage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// The overlap, `from` the area asked about.
    pub row: OverlapRow,
    /// What it tells.
    pub weight: Weight,
}

/// The changes of all areas of two vintages.
#[derive(Clone, Debug, PartialEq)]
pub struct AllChanges {
    /// What became of each area of the earlier vintage, in code order.
    pub changes: Vec<Change>,
    /// How each area of the later vintage came about, in code order.
    pub origins: Vec<Change>,
}

/// One of the two vintages.
#[derive(Debug)]
struct Side<'a> {
    layer: &'a Layer,
    /// Whether its areas share no ground, so that what they cover can be summed up.
    disjoint: bool,
    outlines: Vec<OnceLock<Outline>>,
    open: Vec<OnceLock<Weight>>,
}

impl<'a> Side<'a> {
    fn new(layer: &'a Layer, disjoint: bool) -> Self {
        let count = layer.areas().len();
        let mut outlines = Vec::new();
        let mut open = Vec::new();
        outlines.resize_with(count, OnceLock::new);
        open.resize_with(count, OnceLock::new);
        Self { layer, disjoint, outlines, open }
    }

    fn area(&self, place: usize) -> &'a Area {
        &self.layer.areas()[place]
    }

    fn outline(&self, place: usize) -> &Outline {
        self.outlines[place].get_or_init(|| Outline::new(self.area(place).geometry()))
    }
}

/// An earlier and a later vintage, and what became of the one in the other. What a question needs
/// is measured when it is asked, and kept.
#[derive(Debug)]
pub struct Succession<'a> {
    earlier: Side<'a>,
    later: Side<'a>,
    tolerance_m: f64,
    /// In order of both areas.
    rows: &'a [OverlapRow],
    weights: Vec<OnceLock<Weight>>,
    /// Where the rows of each earlier area begin in `rows`.
    starts: Vec<u32>,
    /// The places of the rows of each later area, and where those of each begin.
    back: Vec<u32>,
    back_starts: Vec<u32>,
}

/// Where the rows of each of `count` areas begin, for rows in order of areas, and the end.
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
    /// Two vintages with `rows`, every pair of their areas that share ground, in order of both
    /// ([`crate::overlap::pairs`]), and whether the areas of each share no ground among themselves.
    pub fn new(
        (earlier, earlier_disjoint): (&'a Layer, bool),
        (later, later_disjoint): (&'a Layer, bool),
        rows: &'a [OverlapRow],
    ) -> Self {
        let mut back: Vec<u32> = (0..rows.len() as u32).collect();
        back.sort_by_key(|&row| rows[row as usize].to);
        let mut weights = Vec::new();
        weights.resize_with(rows.len(), OnceLock::new);
        Self {
            tolerance_m: sliver_tolerance_m(earlier, later),
            starts: starts_of(earlier.areas().len(), rows.iter().map(|row| row.from)),
            back_starts: starts_of(later.areas().len(), rows.iter().map(|row| row.to)),
            earlier: Side::new(earlier, earlier_disjoint),
            later: Side::new(later, later_disjoint),
            rows,
            weights,
            back,
        }
    }

    /// What became of an area of the earlier vintage.
    pub fn change_of(&self, area: usize) -> Change {
        self.forward().change(area)
    }

    /// How an area of the later vintage came about.
    pub fn origin_of(&self, area: usize) -> Change {
        let read = self.backward().change(area);
        Change {
            kind: read.kind.turned(),
            or: read.or.map(ChangeKind::turned),
            lost_m2: read.gained_m2,
            gained_m2: read.lost_m2,
            ..read
        }
    }

    /// What became of every earlier area and how every later one came about, on all cores.
    pub fn all(&self) -> AllChanges {
        let of_earlier = 0..self.earlier.layer.areas().len();
        let of_later = 0..self.later.layer.areas().len();
        AllChanges {
            changes: of_earlier.into_par_iter().map(|area| self.change_of(area)).collect(),
            origins: of_later.into_par_iter().map(|area| self.origin_of(area)).collect(),
        }
    }

    /// The areas of the later vintage that an earlier one shares ground or a boundary with.
    pub fn successors_of(&self, area: usize) -> Vec<Part> {
        self.forward().parts(area)
    }

    /// The areas of the earlier vintage that a later one shares ground or a boundary with; the
    /// rows read from the later to the earlier.
    pub fn predecessors_of(&self, area: usize) -> Vec<Part> {
        self.backward().parts(area)
    }

    /// The ground of an earlier area that the later vintage does not cover, m².
    pub fn abandoned_m2(&self, area: usize) -> f64 {
        self.forward().uncovered_m2(area)
    }

    /// The ground of a later area that the earlier vintage did not cover, m².
    pub fn new_ground_m2(&self, area: usize) -> f64 {
        self.backward().uncovered_m2(area)
    }

    /// The drawing error of the two vintages together: the coarser of the two, metres.
    pub fn tolerance_m(&self) -> f64 {
        self.tolerance_m
    }

    fn forward(&self) -> View<'_, 'a> {
        View { of: self, backward: false }
    }

    fn backward(&self) -> View<'_, 'a> {
        View { of: self, backward: true }
    }

    fn weight(&self, place: usize) -> Weight {
        *self.weights[place].get_or_init(|| {
            let row = &self.rows[place];
            if row.sliver || row.relation == Relation::Touches {
                return Weight::None;
            }
            let (from, to) = (row.from as usize, row.to as usize);
            let smaller = self.earlier.area(from).area_m2().min(self.later.area(to).area_m2());
            let measure = || {
                let shared = shared_ground(self.earlier.outline(from), self.later.outline(to));
                thinness_m(shared.area_m2, shared.perimeter_m)
            };
            weigh(row.shared_m2, smaller, self.tolerance_m, measure)
        })
    }
}

/// Weighs ground that is no sliver, by its m², by those of the area it is to be held against, and by
/// its thinness, which is asked for only where it decides.
fn weigh(m2: f64, whole_m2: f64, tolerance_m: f64, thinness_m: impl FnOnce() -> f64) -> Weight {
    // Of all shapes of a measure a disc is the thickest, 2πr² / 2πr.
    let sure = m2 >= MAIN_SHARE * whole_m2
        || ((m2 / PI).sqrt() >= tolerance_m && thinness_m() >= tolerance_m);
    if sure { Weight::Sure } else { Weight::Doubtful }
}

fn perimeter_m(ground: &MultiPolygon<f64>) -> f64 {
    let rings = ground.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
    rings.flat_map(geo::LineString::lines).map(|edge| edge.dx().hypot(edge.dy())).sum()
}
