//! Two vintages side by side, and the reading of one from the other.

use std::f64::consts::PI;
use std::sync::OnceLock;

use geo::MultiPolygon;
use rayon::prelude::*;

use super::{Change, ChangeKind};
use crate::area::Area;
use crate::layer::Layer;
use crate::measure::shared_ground;
use crate::outline::Outline;
use crate::overlap::{
    OverlapRow, Relation, SLIVER_SHARE, sliver_tolerance_m, thinness_m, uncovered_ground,
    uncovered_m2,
};

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

/// A succession read in one direction: `here` is where the asked area is.
#[derive(Clone, Copy)]
struct View<'s, 'a> {
    of: &'s Succession<'a>,
    backward: bool,
}

impl<'s, 'a> View<'s, 'a> {
    fn turned(self) -> Self {
        Self { backward: !self.backward, ..self }
    }

    fn here(self) -> &'s Side<'a> {
        if self.backward { &self.of.later } else { &self.of.earlier }
    }

    fn there(self) -> &'s Side<'a> {
        self.turned().here()
    }

    /// The places of the rows of an area.
    fn places(self, area: usize) -> impl Iterator<Item = usize> + 's {
        let Succession { starts, back, back_starts, .. } = self.of;
        let starts = if self.backward { back_starts } else { starts };
        let range = starts[area] as usize..starts[area + 1] as usize;
        range.map(move |at| if self.backward { back[at] as usize } else { at })
    }

    fn row(self, place: usize) -> OverlapRow {
        let row = self.of.rows[place];
        if self.backward { row.reversed() } else { row }
    }

    fn parts(self, area: usize) -> Vec<Part> {
        let part = |place| Part { row: self.row(place), weight: self.of.weight(place) };
        self.places(area).map(part).collect()
    }

    fn uncovered_m2(self, area: usize) -> f64 {
        let asked = self.here().area(area);
        if self.there().disjoint {
            let covered: f64 = self.places(area).map(|place| self.row(place).shared_m2).sum();
            return (asked.area_m2() - covered).max(0.0);
        }
        uncovered_m2(asked.geometry(), self.covering(area))
    }

    fn covering(self, area: usize) -> impl Iterator<Item = &'a MultiPolygon<f64>> + 's {
        let there = self.there();
        self.places(area)
            .map(move |place| self.row(place))
            .filter(|row| row.relation != Relation::Touches)
            .map(move |row| there.area(row.to as usize).geometry())
    }

    /// What the uncovered ground of an area tells.
    fn open(self, area: usize) -> Weight {
        *self.here().open[area].get_or_init(|| {
            let whole_m2 = self.here().area(area).area_m2();
            let (m2, tolerance_m) = (self.uncovered_m2(area), self.of.tolerance_m);
            if m2 < ROUNDING_M2 {
                return Weight::None;
            }
            let thinness = || {
                let rest = uncovered_ground(self.here().area(area).geometry(), self.covering(area));
                // Where the overlay fails, its ground is thought thin: a doubt, not a claim.
                rest.map_or(0.0, |rest| thinness_m(m2, perimeter_m(&rest)))
            };
            match weigh(m2, whole_m2, tolerance_m, thinness) {
                Weight::Doubtful if m2 < SLIVER_SHARE * whole_m2 => Weight::None,
                weight => weight,
            }
        })
    }

    fn is_open(self, area: usize, doubtful: bool) -> bool {
        counts(self.open(area), doubtful)
    }

    /// The areas there that an area here is linked to, in code order.
    fn links(self, area: usize, doubtful: bool) -> Vec<usize> {
        self.places(area)
            .filter(|&place| counts(self.of.weight(place), doubtful))
            .map(|place| self.row(place).to as usize)
            .collect()
    }

    /// Whether an area here is linked to that one there alone.
    fn is_all_in(self, area: usize, other: usize, doubtful: bool) -> bool {
        !self.is_open(area, doubtful) && self.links(area, doubtful) == [other]
    }

    fn counterpart(self, area: usize) -> Option<OverlapRow> {
        let whole = self.here().area(area).area_m2();
        self.places(area).map(|place| self.row(place)).find(|row| {
            let other = self.there().area(row.to as usize).area_m2();
            row.shared_m2 > MAIN_SHARE * whole && row.shared_m2 > MAIN_SHARE * other
        })
    }

    fn change(self, area: usize) -> Change {
        let counterpart = self.counterpart(area);
        let kind = self.read(area, counterpart, false);
        let perhaps = self.read(area, counterpart, true);
        let rest = |whole: f64, row: &OverlapRow| (whole - row.shared_m2).max(0.0);
        let lost = |row| rest(self.here().area(area).area_m2(), row);
        let gained = |row: &OverlapRow| rest(self.there().area(row.to as usize).area_m2(), row);
        Change {
            kind,
            or: (perhaps != kind).then_some(perhaps),
            counterpart: counterpart.map(|row| row.to as usize),
            lost_m2: counterpart.as_ref().map(lost),
            gained_m2: counterpart.as_ref().map(gained),
        }
    }

    /// The kind, as the module's documentation says it.
    fn read(self, area: usize, counterpart: Option<OverlapRow>, doubtful: bool) -> ChangeKind {
        let back = self.turned();
        let links = self.links(area, doubtful);
        if links.is_empty() {
            let uncovered = self.uncovered_m2(area) > MAIN_SHARE * self.here().area(area).area_m2();
            return if uncovered { ChangeKind::Abolished } else { ChangeKind::Reorganised };
        }
        let into_one = !self.is_open(area, doubtful) && links.len() == 1;
        let sources = if into_one { back.links(links[0], doubtful) } else { Vec::new() };
        if into_one {
            let other = links[0];
            if let Some(row) = counterpart
                && back.is_all_in(other, area, doubtful)
            {
                return self.same_ground(area, row.to as usize);
            }
            let all_of_all = sources.iter().all(|&source| self.is_all_in(source, other, doubtful));
            if sources.len() > 1 && !back.is_open(other, doubtful) && all_of_all {
                return ChangeKind::Merged;
            }
        } else if !self.is_open(area, doubtful)
            && links.iter().all(|&other| back.is_all_in(other, area, doubtful))
        {
            return ChangeKind::Split;
        }
        match counterpart {
            Some(_) => ChangeKind::MovedBoundary,
            None if into_one && sources.len() > 1 => ChangeKind::Merged,
            None => ChangeKind::Reorganised,
        }
    }

    fn same_ground(self, area: usize, other: usize) -> ChangeKind {
        let (here, there) = (self.here().area(area), self.there().area(other));
        match (here.code() == there.code(), here.name() == there.name()) {
            (true, true) => ChangeKind::Unchanged,
            (true, false) => ChangeKind::Renamed,
            (false, _) => ChangeKind::Recoded,
        }
    }
}

fn counts(weight: Weight, doubtful: bool) -> bool {
    weight == Weight::Sure || (doubtful && weight == Weight::Doubtful)
}
