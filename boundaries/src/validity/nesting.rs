//! Roles of rings: exterior ring or hole, and of which polygon.
//!
//! Most formats state the roles. A shapefile does not: it winds exterior rings clockwise and holes
//! counter-clockwise, but too many writers get that wrong. Ungrouped rings get their role by
//! containment: a ring inside an even number of others is an exterior ring, and inside an odd
//! number a hole of the smallest ring around it.

use std::collections::{HashMap, HashSet};

use geo::Coord;
use rstar::{AABB, RTree};

use super::crossings::edges_of;
use super::exact::{self, Ray, Ring, key};
use crate::fault::RingRef;

/// A clean ring with its role.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RoleRing {
    /// Its location in the file.
    pub(super) from: RingRef,
    /// The number of its polygon, shared by all rings of the polygon.
    pub(super) polygon: u32,
    /// True if it bounds a hole.
    pub(super) hole: bool,
    /// Its points.
    pub(super) points: Ring,
}

/// Assigns roles to rings that the file does not group.
pub(super) fn by_containment(rings: Vec<(RingRef, Ring)>) -> Vec<RoleRing> {
    let sizes: Vec<f64> =
        rings.iter().map(|(_, points)| exact::signed_area(points).abs()).collect();
    let larger = |a: usize, b: usize| sizes[a].total_cmp(&sizes[b]).then(b.cmp(&a)).is_gt();
    let tree = RTree::bulk_load(edges_of(rings.iter().map(|(_, points)| points)));
    let around: Vec<Vec<usize>> = rings
        .iter()
        .enumerate()
        .map(|(i, (_, points))| {
            if rings.len() == 1 {
                return Vec::new();
            }
            let p = point_inside(&[points.as_slice()]);
            let mut odd: HashSet<usize> = HashSet::new();
            for edge in tree
                .locate_in_envelope_intersecting(AABB::from_corners([p.x, p.y], [f64::MAX, p.y]))
            {
                let ring = edge.ring as usize;
                let crosses = matches!(exact::crosses_ray(edge.a, edge.b, p), Ray::Up | Ray::Down);
                if crosses && larger(ring, i) && !odd.remove(&ring) {
                    odd.insert(ring);
                }
            }
            odd.into_iter().collect()
        })
        .collect();
    let mut role_rings: Vec<RoleRing> = Vec::with_capacity(rings.len());
    for (i, (from, points)) in rings.into_iter().enumerate() {
        let hole = around[i].len() % 2 == 1;
        let smallest = around[i].iter().copied().reduce(|a, b| if larger(a, b) { b } else { a });
        let polygon = if hole { smallest.unwrap_or(i) } else { i };
        role_rings.push(RoleRing { from, polygon: polygon as u32, hole, points });
    }
    role_rings
}

/// Returns a point well inside the area bounded by `rings` under the even-odd rule: the middle of
/// the longest inner stretch of the horizontal line that is farthest from any vertex.
pub(crate) fn point_inside(rings: &[&[Coord<f64>]]) -> Coord<f64> {
    let mut ys: Vec<f64> = rings.iter().copied().flatten().map(|p| p.y).collect();
    ys.sort_by(f64::total_cmp);
    let (mut y, mut gap) = (ys.first().copied().unwrap_or_default(), 0.0);
    for pair in ys.windows(2) {
        if pair[1] - pair[0] > gap {
            gap = pair[1] - pair[0];
            y = pair[0] + gap / 2.0;
        }
    }
    let mut xs: Vec<f64> = rings
        .iter()
        .flat_map(|ring| exact::edges(ring))
        .filter(|(a, b)| (a.y <= y) != (b.y <= y))
        .map(|(a, b)| a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x))
        .collect();
    xs.sort_by(f64::total_cmp);
    let widest = xs.chunks_exact(2).max_by(|s, t| (s[1] - s[0]).total_cmp(&(t[1] - t[0])));
    match widest {
        Some(stretch) => Coord { x: f64::midpoint(stretch[0], stretch[1]), y },
        None => rings.iter().copied().flatten().next().copied().unwrap_or_default(),
    }
}

/// Removes duplicate rings: a hole that appears twice in its polygon, or a polygon that appears
/// twice. Returns the removed rings.
///
/// Rings are equal if they have the same points in the same order from any start; if `grouped`, in
/// either direction. Otherwise two equal rings in opposite directions could be an exterior ring and
/// its hole, and are left for the later checks.
pub(super) fn drop_duplicates(rings: &mut Vec<RoleRing>, grouped: bool) -> Vec<RoleRing> {
    if rings.len() < 2 {
        return Vec::new();
    }
    let keys: Vec<RingKey> = rings.iter().map(|r| ring_key(&r.points, grouped)).collect();
    let mut holes_of: HashMap<u32, Vec<&RingKey>> = HashMap::new();
    let mut seen: HashMap<(Option<u32>, &RingKey), usize> = HashMap::new();
    let mut duplicate = vec![false; rings.len()];
    for (i, ring) in rings.iter().enumerate().filter(|(_, r)| r.hole) {
        if seen.insert((Some(ring.polygon), &keys[i]), i).is_some() {
            duplicate[i] = true;
        } else {
            holes_of.entry(ring.polygon).or_default().push(&keys[i]);
        }
    }
    for holes in holes_of.values_mut() {
        holes.sort_unstable();
    }
    let mut duplicate_polygons = HashSet::new();
    for (i, ring) in rings.iter().enumerate().filter(|(_, r)| !r.hole) {
        if let Some(&first) = seen.get(&(None, &keys[i])) {
            if holes_of.get(&ring.polygon) == holes_of.get(&rings[first].polygon) {
                duplicate_polygons.insert(ring.polygon);
            }
        } else {
            seen.insert((None, &keys[i]), i);
        }
    }
    let (mut kept, mut dropped) = (Vec::new(), Vec::new());
    for (i, ring) in std::mem::take(rings).into_iter().enumerate() {
        let out = duplicate[i] || duplicate_polygons.contains(&ring.polygon);
        if out { dropped.push(ring) } else { kept.push(ring) }
    }
    *rings = kept;
    dropped
}

/// The points of a ring as bits.
type RingKey = Vec<(u64, u64)>;

/// Returns the points of a ring in an order that does not depend on its start or, if `either_way`,
/// on its direction.
fn ring_key(points: &[Coord<f64>], either_way: bool) -> RingKey {
    let from_least = |mut keys: RingKey| {
        let least = (0..keys.len()).min_by_key(|&i| (keys[i], keys[(i + 1) % keys.len()]));
        keys.rotate_left(least.unwrap_or(0));
        keys
    };
    let forth = from_least(points.iter().map(|p| key(*p)).collect());
    if !either_way {
        return forth;
    }
    let back = from_least(points.iter().rev().map(|p| key(*p)).collect());
    forth.min(back)
}
