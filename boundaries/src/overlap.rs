//! Area by area: how much ground two areas share, what that makes of them, and all pairs of two
//! layers.

use geo::MultiPolygon;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::area::Area;
use crate::geometry::measure::{Shared, shared_ground};
use crate::geometry::outline::Outline;
use crate::index::AreaIndex;
use crate::layer::Layer;

/// What one area is to another, read from the first to the second, their drawing error set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// Both cover the same ground.
    Equals,
    /// The first lies in the second.
    Within,
    /// The second lies in the first.
    Contains,
    /// They share some ground.
    Partial,
    /// They share a boundary and no ground.
    Touches,
}

impl Relation {
    /// The relation read from the second area to the first.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Within => Self::Contains,
            Self::Contains => Self::Within,
            same => same,
        }
    }

    /// The word used in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equals => "equals",
            Self::Within => "within",
            Self::Contains => "contains",
            Self::Partial => "partial",
            Self::Touches => "touches",
        }
    }
}

/// Ground thinner than this is nothing at all: positions are rounded to the millimetre where they
/// are projected, so two boundaries meant to be one may lie that far apart.
const ROUNDING_M: f64 = 0.001;

/// A sliver is under this share of both areas, however thin.
pub(crate) const SLIVER_SHARE: f64 = 0.01;

/// The mean width of ground: twice its area over its perimeter, metres. Both come from sums of
/// many terms, so what is bounded by less than a millimetre is what the sums' rounding left of
/// nothing, and the quotient of two such remainders would be any number.
pub(crate) fn thinness_m(area_m2: f64, perimeter_m: f64) -> f64 {
    if perimeter_m > ROUNDING_M { 2.0 * area_m2 / perimeter_m } else { 0.0 }
}

/// What two areas share and what that makes of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    /// The shared ground, BNG m².
    pub shared_m2: f64,
    /// From the first to the second.
    pub relation: Relation,
    /// Whether the shared ground is only the two boundaries' drawing error.
    pub sliver: bool,
}

/// Judges the measure of two areas of `first_m2` and `second_m2`, drawn with errors up to
/// `tolerance_m`; `None` where they have nothing to do with each other.
pub fn judge(shared: &Shared, first_m2: f64, second_m2: f64, tolerance_m: f64) -> Option<Overlap> {
    let tolerance_m = tolerance_m.max(ROUNDING_M);
    let thinness = thinness_m(shared.area_m2, shared.perimeter_m);
    if thinness < ROUNDING_M {
        return shared.in_contact.then_some(Overlap {
            shared_m2: 0.0,
            relation: Relation::Touches,
            sliver: false,
        });
    }
    let sliver = thinness < tolerance_m
        && shared.area_m2 < SLIVER_SHARE * first_m2
        && shared.area_m2 < SLIVER_SHARE * second_m2;
    let is_all_of = |whole_m2: f64, rest_perimeter_m: f64| {
        let rest_m2 = (whole_m2 - shared.area_m2).max(0.0);
        rest_m2 < SLIVER_SHARE * whole_m2 && thinness_m(rest_m2, rest_perimeter_m) < tolerance_m
    };
    let first_within = is_all_of(first_m2, shared.rest_of_first_perimeter_m);
    let second_within = is_all_of(second_m2, shared.rest_of_second_perimeter_m);
    let relation = match (first_within, second_within) {
        (true, true) => Relation::Equals,
        (true, false) => Relation::Within,
        (false, true) => Relation::Contains,
        (false, false) => Relation::Partial,
    };
    Some(Overlap { shared_m2: shared.area_m2, relation, sliver })
}

/// One row of the table of two layers: areas named by their places in code order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OverlapRow {
    /// The area of the first layer.
    pub from: u32,
    /// The area of the second layer.
    pub to: u32,
    /// The shared ground, BNG m².
    pub shared_m2: f64,
    /// From the first to the second.
    pub relation: Relation,
    /// Whether the shared ground is only the two boundaries' drawing error.
    pub sliver: bool,
    /// How many live postcodes both hold.
    pub postcodes: u32,
    /// How many addresses both hold.
    pub addresses: u32,
}

impl OverlapRow {
    /// The row read from the second layer to the first.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { from: self.to, to: self.from, relation: self.relation.reversed(), ..self }
    }
}

impl OverlapRow {
    /// Rows read from the second layer to the first, in order.
    pub(crate) fn all_reversed(rows: &[Self]) -> Vec<Self> {
        let mut reversed: Vec<Self> = rows.iter().map(|row| row.reversed()).collect();
        reversed.sort_unstable_by_key(|row| (row.from, row.to));
        reversed
    }
}

/// The drawing error of two layers together: the coarser of the two, metres.
pub fn sliver_tolerance_m(first: &Layer, second: &Layer) -> f64 {
    first.meta().drawing_error_m().max(second.meta().drawing_error_m())
}

/// Every pair of areas of two layers that share ground or touch, in order of `from` and `to`, the
/// counts still zero.
pub fn pairs(
    (first, first_index): (&Layer, &AreaIndex),
    (second, second_index): (&Layer, &AreaIndex),
) -> Vec<OverlapRow> {
    let tolerance_m = sliver_tolerance_m(first, second);
    let rows_of = |from: usize| {
        let area = &first.areas()[from];
        let mut rows: Vec<OverlapRow> = second_index
            .meeting(area.extent())
            .filter_map(|to| {
                let shared =
                    shared_ground(&first_index.outlines()[from], &second_index.outlines()[to]);
                let other_m2 = second.areas()[to].area_m2();
                let overlap = judge(&shared, area.area_m2(), other_m2, tolerance_m)?;
                Some(OverlapRow {
                    from: from as u32,
                    to: to as u32,
                    shared_m2: overlap.shared_m2,
                    relation: overlap.relation,
                    sliver: overlap.sliver,
                    postcodes: 0,
                    addresses: 0,
                })
            })
            .collect();
        rows.sort_unstable_by_key(|row| row.to);
        rows
    };
    (0..first.len()).into_par_iter().map(rows_of).collect::<Vec<_>>().concat()
}

/// What a caller's own valid polygon shares with the areas of a layer, in code order. The caller's
/// drawing is taken as exact, so the tolerance is the layer's alone.
pub fn with_polygon(
    polygon: &MultiPolygon<f64>,
    layer: &Layer,
    index: &AreaIndex,
) -> Vec<(usize, Overlap)> {
    use geo::Area as _;
    let asked = Outline::new(polygon);
    let asked_m2 = polygon.unsigned_area();
    let mut found: Vec<_> = index
        .meeting(asked.extent())
        .filter_map(|place| {
            let area = &layer.areas()[place];
            let shared = shared_ground(&asked, &index.outlines()[place]);
            judge(&shared, asked_m2, area.area_m2(), layer.meta().drawing_error_m())
                .map(|overlap| (place, overlap))
        })
        .collect();
    found.sort_unstable_by_key(|(place, _)| *place);
    found
}

/// The ground of an area that no area of a layer covers, in m²; `rows` are its pairs with those, and
/// only if these are `disjoint`, so that no ground is in two of them, is what they cover summed up.
pub(crate) fn uncovered_by_m2(
    asked: &Area,
    rows: impl Iterator<Item = OverlapRow>,
    others: &Layer,
    disjoint: bool,
) -> f64 {
    if disjoint {
        let covered: f64 = rows.map(|row| row.shared_m2).sum();
        return (asked.area_m2() - covered).max(0.0);
    }
    uncovered_m2(asked.geometry(), covering(rows, others))
}

/// The ground of `asked` that none of `covering` covers, in m², where the covering areas may
/// overlap one another and so cannot simply be summed up.
///
/// The overlay library is the one part here that may fail on odd input, by panic; then what the
/// largest one covers is the least that can be said.
pub fn uncovered_m2<'a>(
    asked: &MultiPolygon<f64>,
    covering: impl Iterator<Item = &'a MultiPolygon<f64>>,
) -> f64 {
    use geo::Area as _;
    let covering: Vec<_> = covering.collect();
    let by_overlay = uncovered_ground(asked, covering.iter().copied());
    by_overlay.map_or_else(|| least_uncovered_m2(asked, &covering), |rest| rest.unsigned_area())
}

/// The grounds of the areas of a layer that share some with the one of these rows.
pub(crate) fn covering(
    rows: impl Iterator<Item = OverlapRow>,
    others: &Layer,
) -> impl Iterator<Item = &MultiPolygon<f64>> {
    rows.filter(|row| row.relation != Relation::Touches)
        .map(|row| others.areas()[row.to as usize].geometry())
}

/// The ground of `asked` that none of `covering` covers; `None` where the overlay library fails.
pub(crate) fn uncovered_ground<'a>(
    asked: &MultiPolygon<f64>,
    covering: impl Iterator<Item = &'a MultiPolygon<f64>>,
) -> Option<MultiPolygon<f64>> {
    use geo::BooleanOps as _;
    let covering: Vec<_> = covering.collect();
    std::panic::catch_unwind(|| {
        covering.iter().fold(asked.clone(), |rest, area| rest.difference(*area))
    })
    .ok()
}

fn least_uncovered_m2(asked: &MultiPolygon<f64>, covering: &[&MultiPolygon<f64>]) -> f64 {
    use geo::Area as _;
    let measured = Outline::new(asked);
    let largest = covering
        .iter()
        .map(|area| shared_ground(&measured, &Outline::new(area)).area_m2)
        .fold(0.0, f64::max);
    (asked.unsigned_area() - largest).max(0.0)
}
