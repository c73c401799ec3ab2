//! Overlaps of areas: the area that two of them share, their relation, and the table of all pairs of
//! two layers.

use geo::MultiPolygon;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::area::Area;
use crate::geometry::measure::{IntersectionMeasures, measure_intersection};
use crate::geometry::outline::Outline;
use crate::index::AreaIndex;
use crate::layer::Layer;

/// The spatial relation of a first area to a second, ignoring the error of their boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// Both cover the same area.
    Equals,
    /// The first lies in the second.
    Within,
    /// The second lies in the first.
    Contains,
    /// They overlap partly.
    Partial,
    /// They share a boundary and no area.
    Touches,
}

impl Relation {
    /// The relation of the second area to the first.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Within => Self::Contains,
            Self::Contains => Self::Within,
            same => same,
        }
    }

    /// The name used in answers.
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

/// An overlap thinner than this counts as none: projection rounds positions to the millimetre, so two
/// boundaries that should coincide may be that far apart.
const ROUNDING_M: f64 = 0.001;

/// A sliver has less than this share of both areas, however thin it is.
pub(crate) const SLIVER_SHARE: f64 = 0.01;

/// An area lies in another if the rest of it has less than this share of it, and is as thin as the
/// drawing errors. More would be a part of its own, however thin: a narrow area has no thicker ones.
const REST_SHARE: f64 = 0.02;

/// The mean width of a polygon in metres: twice its area divided by its perimeter. Area and perimeter
/// are sums of many terms, so a perimeter below a millimetre is a rounding error and yields 0; the
/// quotient of two rounding errors would be arbitrary.
pub(crate) fn thinness_m(area_m2: f64, perimeter_m: f64) -> f64 {
    if perimeter_m > ROUNDING_M { 2.0 * area_m2 / perimeter_m } else { 0.0 }
}

/// The overlap of two areas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    /// The shared area, in m².
    pub shared_m2: f64,
    /// The relation of the first to the second.
    pub relation: Relation,
    /// True if the shared area may be due to the error of the two boundaries alone.
    pub sliver: bool,
}

/// Classifies the overlap of two areas of `first_m2` and `second_m2`, with boundary errors of up to
/// `tolerance_m`. Returns `None` if they neither overlap nor touch.
pub fn classify(
    shared: &IntersectionMeasures,
    first_m2: f64,
    second_m2: f64,
    tolerance_m: f64,
) -> Option<Overlap> {
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
        rest_m2 < REST_SHARE * whole_m2 && thinness_m(rest_m2, rest_perimeter_m) < tolerance_m
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

/// One row of the overlap table of two layers. Areas are identified by their index in code order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OverlapRow {
    /// The area of the first layer.
    pub from: u32,
    /// The area of the second layer.
    pub to: u32,
    /// The shared area, in m².
    pub shared_m2: f64,
    /// The relation of the first to the second.
    pub relation: Relation,
    /// True if the shared area may be due to the error of the two boundaries alone.
    pub sliver: bool,
    /// The number of live postcodes in both.
    pub postcodes: u32,
    /// The number of addresses in both.
    pub addresses: u32,
}

impl OverlapRow {
    /// The row from the second layer to the first.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { from: self.to, to: self.from, relation: self.relation.reversed(), ..self }
    }
}

impl OverlapRow {
    /// All rows from the second layer to the first, sorted.
    pub(crate) fn all_reversed(rows: &[Self]) -> Vec<Self> {
        let mut reversed: Vec<Self> = rows.iter().map(|row| row.reversed()).collect();
        reversed.sort_unstable_by_key(|row| (row.from, row.to));
        reversed
    }
}

/// The boundary error to assume for two layers: the larger of the two, in metres.
pub fn sliver_tolerance_m(first: &Layer, second: &Layer) -> f64 {
    first.meta().drawing_error_m().max(second.meta().drawing_error_m())
}

/// Returns every pair of areas of two layers that overlap or touch, sorted by `from` and `to`. The
/// counts of postcodes and addresses are zero.
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
                let shared = measure_intersection(
                    &first_index.outlines()[from],
                    &second_index.outlines()[to],
                );
                let other_m2 = second.areas()[to].area_m2();
                let overlap = classify(&shared, area.area_m2(), other_m2, tolerance_m)?;
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

/// Returns the overlaps of a valid polygon with the areas of a layer, in code order. The polygon is
/// taken as exact, so the tolerance is that of the layer.
pub fn overlaps_with_polygon(
    polygon: &MultiPolygon<f64>,
    layer: &Layer,
    index: &AreaIndex,
) -> Vec<(usize, Overlap)> {
    use geo::Area as _;
    let requested = Outline::new(polygon);
    let asked_m2 = polygon.unsigned_area();
    let mut found: Vec<_> = index
        .meeting(requested.extent())
        .filter_map(|area_index| {
            let area = &layer.areas()[area_index];
            let shared = measure_intersection(&requested, &index.outlines()[area_index]);
            classify(&shared, asked_m2, area.area_m2(), layer.meta().drawing_error_m())
                .map(|overlap| (area_index, overlap))
        })
        .collect();
    found.sort_unstable_by_key(|(area_index, _)| *area_index);
    found
}

/// The part of an area that no area of a layer covers, in m². `rows` are its overlaps with that
/// layer. If the areas of the layer are `disjoint`, their shares are summed; otherwise the geometry
/// is overlaid.
pub(crate) fn uncovered_by_m2(
    requested: &Area,
    rows: impl Iterator<Item = OverlapRow>,
    others: &Layer,
    disjoint: bool,
) -> f64 {
    if disjoint {
        let covered: f64 = rows.map(|row| row.shared_m2).sum();
        return (requested.area_m2() - covered).max(0.0);
    }
    uncovered_m2(requested.geometry(), covering(rows, others))
}

/// The part of `asked` that none of `covering` covers, in m². The covering areas may overlap one
/// another.
///
/// The overlay algorithm of `geo` may panic on unusual input. In that case the result is the part
/// that the largest single overlap leaves uncovered, an upper bound.
pub fn uncovered_m2<'a>(
    requested: &MultiPolygon<f64>,
    covering: impl Iterator<Item = &'a MultiPolygon<f64>>,
) -> f64 {
    use geo::Area as _;
    let covering: Vec<_> = covering.collect();
    let by_overlay = uncovered_geometry(requested, covering.iter().copied());
    by_overlay
        .map_or_else(|| uncovered_by_largest_m2(requested, &covering), |rest| rest.unsigned_area())
}

/// The geometries of the areas that overlap the area of these rows.
pub(crate) fn covering(
    rows: impl Iterator<Item = OverlapRow>,
    others: &Layer,
) -> impl Iterator<Item = &MultiPolygon<f64>> {
    rows.filter(|row| row.relation != Relation::Touches)
        .map(|row| others.areas()[row.to as usize].geometry())
}

/// The geometry of the part of `asked` that none of `covering` covers. Returns `None` if the overlay
/// algorithm panics.
pub(crate) fn uncovered_geometry<'a>(
    requested: &MultiPolygon<f64>,
    covering: impl Iterator<Item = &'a MultiPolygon<f64>>,
) -> Option<MultiPolygon<f64>> {
    use geo::BooleanOps as _;
    let covering: Vec<_> = covering.collect();
    std::panic::catch_unwind(|| {
        covering.iter().fold(requested.clone(), |rest, area| rest.difference(*area))
    })
    .ok()
}

fn uncovered_by_largest_m2(requested: &MultiPolygon<f64>, covering: &[&MultiPolygon<f64>]) -> f64 {
    use geo::Area as _;
    let measured = Outline::new(requested);
    let largest = covering
        .iter()
        .map(|area| measure_intersection(&measured, &Outline::new(area)).area_m2)
        .fold(0.0, f64::max);
    (requested.unsigned_area() - largest).max(0.0)
}
