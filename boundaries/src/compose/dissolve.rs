//! The ground of one composed area, out of that of its members.
//!
//! 1. The edges of members that are taken together cancel where they run exactly against each
//!    other, so that what is left is their outline, in the members' own vertices bit for bit.
//! 2. What is left of all operands (the members, what they are cut to, what is taken away) is noded
//!    and its faces are judged: each is ground or not, by the definition.
//! 3. Slivers are closed: voids between members that are no more than their drawing error become
//!    ground, and crumbs that cutting leaves are dropped.
//! 4. The boundary of the ground is put together to polygons.
//!
//! Edges of neighbours that meet only in T-junctions need no tolerance of their own: a vertex that
//! was rounded off its neighbour's straight edge leaves a sliver between the two, which step 3
//! closes. Moving the vertex onto the edge instead would change a shared vertex for all the other
//! areas that have it.

use std::collections::HashSet;

use geo::{Area as _, Coord, MultiPolygon, Polygon};

use crate::validity::arrangement::Arrangement;
use crate::validity::crossings::Edge;
use crate::validity::exact::{self, Ring};
use crate::validity::nesting::point_inside;
use crate::validity::noding::{Unsettled, uncancelled};
use crate::validity::sliver::is_sliver;
use crate::validity::trace;

/// Cutting two drawings of the same line leaves crumbs; a crumb is less than this share of what is
/// kept.
const CRUMB_SHARE: f64 = 0.01;

/// What an area is made of: ground in some `include` (within its `within`, if it has one), within
/// the `intersect`, if there is one, and outside the `exclude`.
#[derive(Debug, Default)]
pub(super) struct Recipe<'a> {
    pub(super) include: Vec<(Grounds<'a>, Option<Grounds<'a>>)>,
    pub(super) intersect: Option<Grounds<'a>>,
    pub(super) exclude: Grounds<'a>,
}

/// Ground that counts as one: in any of these.
pub(super) type Grounds<'a> = Vec<&'a MultiPolygon<f64>>;

/// A sliver that was closed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Closed {
    pub(super) at: Coord<f64>,
    pub(super) area_m2: f64,
    /// Whether it was a crumb that was dropped, rather than a void that was filled.
    pub(super) crumb: bool,
}

/// The ground of a recipe, and the slivers closed in it.
pub(super) fn ground(
    recipe: &Recipe<'_>,
    drawing_error_m: f64,
) -> Result<(MultiPolygon<f64>, Vec<Closed>), Unsettled> {
    let mut edges: Vec<Edge> = Vec::new();
    let mut operands = 0;
    let mut add = |members: &[&MultiPolygon<f64>]| {
        edges.extend(uncancelled(edges_of(members, operands)));
        operands += 1;
        operands - 1
    };
    let include: Vec<(u32, Option<u32>)> = recipe
        .include
        .iter()
        .map(|(members, within)| (add(members), within.as_ref().map(|members| add(members))))
        .collect();
    let intersect = recipe.intersect.as_ref().map(|members| add(members));
    let exclude = (!recipe.exclude.is_empty()).then(|| add(&recipe.exclude));

    let arrangement = Arrangement::of(edges)?;
    let is_ground = |counts: &[i32]| {
        let in_all = |operand: &Option<u32>| operand.is_none_or(|o| counts[o as usize] > 0);
        include.iter().any(|(members, within)| counts[*members as usize] > 0 && in_all(within))
            && in_all(&intersect)
            && exclude.is_none_or(|o| counts[o as usize] <= 0)
    };
    let mut state = State {
        counts: vec![0; operands as usize],
        ground: vec![false; arrangement.cycle_count()],
        void: vec![false; arrangement.cycle_count()],
    };
    arrangement.walk_faces(
        &mut state,
        |state, operand, by| state.counts[operand as usize] += by,
        |state, visit| {
            let ground = is_ground(&state.counts);
            let taken = exclude.is_some_and(|o| state.counts[o as usize] > 0);
            state.ground[visit.cycle as usize] = ground;
            state.void[visit.cycle as usize] =
                !ground && !taken && arrangement.is_outer(visit.cycle);
        },
    );
    let State { mut ground, void, .. } = state;
    let mut closed = fill_voids(&arrangement, &mut ground, &void, recipe, drawing_error_m);
    let whole = trace::polygons(&arrangement.boundary(&ground))
        .ok_or(Unsettled { at: Coord::default() })?;
    if operands == 1 {
        return Ok((whole, closed));
    }
    let whole = without_crumbs(whole, drawing_error_m, &mut closed);
    Ok((whole, closed))
}

/// Where the walk over the faces stands, and what it has found of each cycle's face.
struct State {
    counts: Vec<i32>,
    ground: Vec<bool>,
    /// Bounded, not ground, and not taken away on purpose.
    void: Vec<bool>,
}

/// Makes ground of the voids that are slivers.
fn fill_voids(
    arrangement: &Arrangement,
    ground: &mut [bool],
    void: &[bool],
    recipe: &Recipe<'_>,
    drawing_error_m: f64,
) -> Vec<Closed> {
    let mut closed = Vec::new();
    let mut own_holes: Option<HashSet<RingKey>> = None;
    for region in arrangement.regions(void) {
        if !is_sliver(region.area_m2, region.perimeter_m, drawing_error_m) {
            continue;
        }
        let around = arrangement.cycle_points(region.cycles[0]);
        // A small hole that a member has itself is somebody's garden, not a drawing error.
        let mut hole = around.clone();
        hole.reverse();
        if own_holes.get_or_insert_with(|| holes_of(recipe)).contains(&ring_key(&hole)) {
            continue;
        }
        for cycle in region.cycles {
            ground[cycle as usize] = true;
        }
        closed.push(Closed { at: point_inside(&[&around]), area_m2: region.area_m2, crumb: false });
    }
    closed
}

/// The edges of some geometries, all as one operand.
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

/// Leaves out the polygons that are only what two drawings of one line differ by.
fn without_crumbs(
    ground: MultiPolygon<f64>,
    drawing_error_m: f64,
    closed: &mut Vec<Closed>,
) -> MultiPolygon<f64> {
    let total = ground.unsigned_area();
    let mut stays = |polygon: &Polygon<f64>| {
        let shell = open(polygon.exterior());
        let (area_m2, perimeter_m) = (exact::signed_area(&shell).abs(), exact::perimeter(&shell));
        if area_m2 >= CRUMB_SHARE * total || !is_sliver(area_m2, perimeter_m, drawing_error_m) {
            return true;
        }
        closed.push(Closed { at: point_inside(&[&shell]), area_m2, crumb: true });
        false
    };
    MultiPolygon(ground.0.into_iter().filter(|polygon| stays(polygon)).collect())
}

fn open(line: &geo::LineString<f64>) -> Ring {
    line.0[..line.0.len().saturating_sub(1)].to_vec()
}

/// A ring's points as bits, from its westernmost point.
type RingKey = Vec<(u64, u64)>;

fn ring_key(ring: &[Coord<f64>]) -> RingKey {
    let west = (0..ring.len()).min_by(|&i, &j| exact::order(ring[i], ring[j])).unwrap_or(0);
    ring.iter().cycle().skip(west).take(ring.len()).map(|p| exact::key(*p)).collect()
}

/// The holes that the members have themselves.
fn holes_of(recipe: &Recipe<'_>) -> HashSet<RingKey> {
    let members = recipe.include.iter().flat_map(|(members, _)| members);
    members
        .flat_map(|geometry| geometry.iter())
        .flat_map(Polygon::interiors)
        .map(|hole| ring_key(&open(hole)))
        .collect()
}
