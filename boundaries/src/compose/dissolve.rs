//! The geometry of one composed area, dissolved from its members.
//!
//! 1. Members taken together cancel their shared edges where these are exactly equal. The rest is
//!    their outline, in the members' own vertices bit for bit.
//! 2. The remaining edges of all operands (members, intersections, exclusions) are noded. Each face
//!    of the arrangement is inside the result or not, by the definition.
//! 3. Slivers are closed: gaps between members that are no wider than their drawing error are
//!    filled, and crumbs left by cutting are dropped.
//! 4. The boundary of the result is traced into polygons.
//!
//! T-junctions between neighbours need no extra tolerance. A vertex rounded off its neighbour's
//! straight edge leaves a sliver, which step 3 closes. Snapping the vertex to the edge would move a
//! vertex that other areas share.

use std::collections::HashSet;

use geo::{Area as _, Coord, MultiPolygon, Polygon};

use crate::validity::arrangement::Arrangement;
use crate::validity::crossings::Edge;
use crate::validity::exact::{self, Ring};
use crate::validity::nesting::point_inside;
use crate::validity::noding::{NodingError, cancel_opposite_edges};
use crate::validity::sliver::is_sliver;
use crate::validity::trace;

/// The largest crumb, as a share of what is kept. Crumbs appear where two drawings of the same line
/// are cut against each other.
const CRUMB_SHARE: f64 = 0.01;

/// The set operation for one area: the union of all `include`s (each intersected with its `within`,
/// if any), intersected with `intersect` if given, minus `exclude`.
#[derive(Debug, Default)]
pub(super) struct SetOperation<'a> {
    pub(super) include: Vec<(Operand<'a>, Option<Operand<'a>>)>,
    pub(super) intersect: Option<Operand<'a>>,
    pub(super) exclude: Operand<'a>,
}

/// Geometries whose union is one operand.
pub(super) type Operand<'a> = Vec<&'a MultiPolygon<f64>>;

/// A sliver that was closed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ClosedSliver {
    pub(super) at: Coord<f64>,
    pub(super) area_m2: f64,
    /// True for a dropped crumb, false for a filled gap.
    pub(super) crumb: bool,
}

/// Computes the geometry of a set operation, and lists the slivers closed on the way.
pub(super) fn dissolve(
    operation: &SetOperation<'_>,
    drawing_error_m: f64,
) -> Result<(MultiPolygon<f64>, Vec<ClosedSliver>), NodingError> {
    let mut edges: Vec<Edge> = Vec::new();
    let mut operands = 0;
    let mut add = |members: &[&MultiPolygon<f64>]| {
        edges.extend(cancel_opposite_edges(edges_of(members, operands)));
        operands += 1;
        operands - 1
    };
    let include: Vec<(u32, Option<u32>)> = operation
        .include
        .iter()
        .map(|(members, within)| (add(members), within.as_ref().map(|members| add(members))))
        .collect();
    let intersect = operation.intersect.as_ref().map(|members| add(members));
    let exclude = (!operation.exclude.is_empty()).then(|| add(&operation.exclude));

    let arrangement = Arrangement::of(edges)?;
    let is_inside = |counts: &[i32]| {
        let in_all = |operand: &Option<u32>| operand.is_none_or(|o| counts[o as usize] > 0);
        include.iter().any(|(members, within)| counts[*members as usize] > 0 && in_all(within))
            && in_all(&intersect)
            && exclude.is_none_or(|o| counts[o as usize] <= 0)
    };
    let mut state = FaceWalk {
        counts: vec![0; operands as usize],
        inside: vec![false; arrangement.cycle_count()],
        gap: vec![false; arrangement.cycle_count()],
    };
    arrangement.walk_faces(
        &mut state,
        |state, operand, by| state.counts[operand as usize] += by,
        |state, visit| {
            let inside = is_inside(&state.counts);
            let excluded = exclude.is_some_and(|o| state.counts[o as usize] > 0);
            state.inside[visit.cycle as usize] = inside;
            state.gap[visit.cycle as usize] =
                !inside && !excluded && arrangement.is_outer(visit.cycle);
        },
    );
    let FaceWalk { mut inside, gap, .. } = state;
    let mut closed = fill_gaps(&arrangement, &mut inside, &gap, operation, drawing_error_m);
    let whole = trace::polygons(&arrangement.boundary(&inside))
        .ok_or(NodingError { at: Coord::default() })?;
    if operands == 1 {
        return Ok((whole, closed));
    }
    let whole = without_crumbs(whole, drawing_error_m, &mut closed);
    Ok((whole, closed))
}

/// State of the walk over the faces: the current operand counts, and the results per cycle.
struct FaceWalk {
    counts: Vec<i32>,
    inside: Vec<bool>,
    /// Bounded, outside the result, and not excluded on purpose.
    gap: Vec<bool>,
}

/// Adds the gaps that are slivers to the result.
fn fill_gaps(
    arrangement: &Arrangement,
    inside: &mut [bool],
    gap: &[bool],
    operation: &SetOperation<'_>,
    drawing_error_m: f64,
) -> Vec<ClosedSliver> {
    let mut closed = Vec::new();
    let mut own_holes: Option<HashSet<RingKey>> = None;
    for region in arrangement.regions(gap) {
        if !is_sliver(region.area_m2, region.perimeter_m, drawing_error_m) {
            continue;
        }
        let around = arrangement.cycle_points(region.cycles[0]);
        // Keep a small hole that a member itself has: it is real, not a drawing error.
        let mut hole = around.clone();
        hole.reverse();
        if own_holes.get_or_insert_with(|| holes_of(operation)).contains(&ring_key(&hole)) {
            continue;
        }
        for cycle in region.cycles {
            inside[cycle as usize] = true;
        }
        closed.push(ClosedSliver {
            at: point_inside(&[&around]),
            area_m2: region.area_m2,
            crumb: false,
        });
    }
    closed
}

/// Returns the edges of some geometries as one operand.
fn edges_of(members: &[&MultiPolygon<f64>], operand: u32) -> Vec<Edge> {
    members
        .iter()
        .flat_map(|geometry| geometry.iter())
        .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
        .flat_map(geo::LineString::lines)
        .enumerate()
        .map(|(i, line)| Edge { ring: operand, index: i as u32, a: line.start, b: line.end })
        .collect()
}

/// Drops the polygons that are crumbs.
fn without_crumbs(
    geometry: MultiPolygon<f64>,
    drawing_error_m: f64,
    closed: &mut Vec<ClosedSliver>,
) -> MultiPolygon<f64> {
    let total = geometry.unsigned_area();
    let mut stays = |polygon: &Polygon<f64>| {
        let shell = open(polygon.exterior());
        let (area_m2, perimeter_m) = (exact::signed_area(&shell).abs(), exact::perimeter(&shell));
        if area_m2 >= CRUMB_SHARE * total || !is_sliver(area_m2, perimeter_m, drawing_error_m) {
            return true;
        }
        closed.push(ClosedSliver { at: point_inside(&[&shell]), area_m2, crumb: true });
        false
    };
    MultiPolygon(geometry.0.into_iter().filter(|polygon| stays(polygon)).collect())
}

fn open(line: &geo::LineString<f64>) -> Ring {
    line.0[..line.0.len().saturating_sub(1)].to_vec()
}

/// A ring's coordinates as bits, starting at its westernmost point.
type RingKey = Vec<(u64, u64)>;

fn ring_key(ring: &[Coord<f64>]) -> RingKey {
    let west = (0..ring.len()).min_by(|&i, &j| exact::order(ring[i], ring[j])).unwrap_or(0);
    ring.iter().cycle().skip(west).take(ring.len()).map(|p| exact::key(*p)).collect()
}

/// Returns the holes of the members themselves.
fn holes_of(operation: &SetOperation<'_>) -> HashSet<RingKey> {
    let members = operation.include.iter().flat_map(|(members, _)| members);
    members
        .flat_map(|geometry| geometry.iter())
        .flat_map(Polygon::interiors)
        .map(|hole| ring_key(&open(hole)))
        .collect()
}
