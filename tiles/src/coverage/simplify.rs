//! Each arc simplified once for each zoom, by Visvalingam and Whyatt's rule: the corner with the
//! least area goes first ("Line generalisation by repeated elimination of points", 1993).
//!
//! A corner goes only while no other vertex lies in its triangle, and while no other arc joins
//! its two neighbours by one edge. So no arc ever crosses or meets another, or itself, anew; and
//! since nodes stay and arcs are shared, neighbours keep the same boundary.
//!
//! The zooms are taken from the deepest to the shallowest, each going on from the last, so that
//! one number a vertex tells all results: the lowest zoom at which it is drawn.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use super::arcs::{Arcs, undirected};
use super::rows::Rows;
use crate::mercator::{Fine, cross};

/// Of each vertex of the arcs, the lowest zoom at which it is drawn. `limits` gives for each zoom
/// twice the area, in square fine steps, up to which corners go.
pub(super) fn lowest_zooms(arcs: &Arcs, limits: &[i64]) -> Vec<u8> {
    let mut lines = Lines::of(arcs);
    let mut lowest = vec![0_u8; arcs.points.len()];
    for (zoom, &limit) in limits.iter().enumerate().rev() {
        lines.straighten(limit, |vertex| lowest[vertex as usize] = zoom as u8 + 1);
    }
    // The last vertex of a free arc is its first once more.
    for arc in (0..arcs.len()).filter(|&arc| arcs.free[arc]) {
        let range = arcs.range(arc);
        lowest[range.end - 1] = lowest[range.start];
    }
    lowest
}

/// The vertices of all arcs, linked to those before and after them that still stand.
struct Lines<'a> {
    points: &'a [Fine],
    arc: Vec<u32>,
    before: Vec<u32>,
    after: Vec<u32>,
    stands: Vec<bool>,
    /// Whether the vertex is the end of an arc, which stays.
    end: Vec<bool>,
    /// Of each arc: how many of its vertices stand, and the fewest that may.
    count: Vec<u32>,
    least: Vec<u32>,
    single_edges: HashSet<(Fine, Fine)>,
    /// How often the corner of each vertex has changed: a queued corner of an older state is void.
    state: Vec<u32>,
}

impl<'a> Lines<'a> {
    fn of(arcs: &'a Arcs) -> Self {
        let total = arcs.points.len();
        let mut lines = Self {
            points: &arcs.points,
            arc: vec![0; total],
            before: (0..total as u32).map(|v| v.wrapping_sub(1)).collect(),
            after: (1..=total as u32).collect(),
            stands: vec![true; total],
            end: vec![false; total],
            count: Vec::with_capacity(arcs.len()),
            least: Vec::with_capacity(arcs.len()),
            single_edges: arcs.single_edges(),
            state: vec![0; total],
        };
        for arc in 0..arcs.len() {
            let range = arcs.range(arc);
            let (first, last) = (range.start, range.end - 1);
            lines.arc[range.clone()].fill(arc as u32);
            if arcs.free[arc] {
                // A free arc is a circle: its last vertex, the first once more, takes no part.
                lines.stands[last] = false;
                lines.before[first] = last as u32 - 1;
                lines.after[last - 1] = first as u32;
            } else {
                lines.end[first] = true;
                lines.end[last] = true;
            }
            // A ring keeps three vertices, and a ring hung on a node repeats that node.
            let closed = arcs.points[first] == arcs.points[last];
            lines.least.push(if arcs.free[arc] { 3 } else { 2 + 2 * u32::from(closed) });
            lines.count.push((range.len() - usize::from(arcs.free[arc])) as u32);
        }
        lines
    }

    /// Takes corners away, the least first, up to the limit of twice their area.
    fn straighten(&mut self, limit: i64, mut taken: impl FnMut(u32)) {
        let standing = || (0..self.points.len()).filter(|&v| self.stands[v]);
        let index =
            Rows::new(standing().map(|v| (self.points[v].x, self.points[v].y, v as u32)).collect());
        let mut queue: BinaryHeap<_> =
            standing().filter_map(|v| self.queued(v as u32, limit)).collect();
        while let Some(Reverse((_, vertex, state))) = queue.pop() {
            let v = vertex as usize;
            if !self.stands[v] || self.state[v] != state || !self.may_go(vertex, &index) {
                continue;
            }
            let (before, after) = (self.before[v], self.after[v]);
            self.stands[v] = false;
            self.after[before as usize] = after;
            self.before[after as usize] = before;
            self.count[self.arc[v] as usize] -= 1;
            if self.end[before as usize] && self.end[after as usize] {
                self.single_edges.insert(self.chord(vertex));
            }
            taken(vertex);
            for neighbour in [before, after] {
                self.state[neighbour as usize] += 1;
                queue.extend(self.queued(neighbour, limit));
            }
        }
    }

    /// The corner of a vertex as it stands in the queue; none for an end or beyond the limit.
    fn queued(&self, vertex: u32, limit: i64) -> Option<Reverse<(i64, u32, u32)>> {
        if self.end[vertex as usize] {
            return None;
        }
        let [a, b, c] = self.corner(vertex);
        let area = cross(a.into(), b.into(), c.into()).abs();
        (area <= limit).then(|| Reverse((area, vertex, self.state[vertex as usize])))
    }

    fn corner(&self, vertex: u32) -> [Fine; 3] {
        let v = vertex as usize;
        [self.before[v], vertex, self.after[v]].map(|v| self.points[v as usize])
    }

    /// The edge that would stand in a corner's place.
    fn chord(&self, vertex: u32) -> (Fine, Fine) {
        let [a, _, c] = self.corner(vertex);
        undirected(a, c).0
    }

    /// Whether taking the corner away leaves every arc clear of every other.
    fn may_go(&self, vertex: u32, index: &Rows) -> bool {
        let v = vertex as usize;
        let arc = self.arc[v] as usize;
        if self.count[arc] <= self.least[arc] {
            return false;
        }
        let both_end = self.end[self.before[v] as usize] && self.end[self.after[v] as usize];
        if both_end && self.single_edges.contains(&self.chord(vertex)) {
            return false;
        }
        let corner = self.corner(vertex);
        let xs = corner.map(|p| p.x);
        let ys = corner.map(|p| p.y);
        let least = |v: [i32; 3]| v[0].min(v[1]).min(v[2]);
        let most = |v: [i32; 3]| v[0].max(v[1]).max(v[2]);
        !index.within((least(xs), least(ys)), (most(xs), most(ys))).any(|(x, y, other)| {
            let point = Fine { x, y };
            self.stands[other as usize] && !corner.contains(&point) && holds(corner, point)
        })
    }
}

/// Whether a triangle, its sides included, holds a point.
fn holds([a, b, c]: [Fine; 3], p: Fine) -> bool {
    let side = |a: Fine, b: Fine| cross(a.into(), b.into(), p.into());
    let sides = [side(a, b), side(b, c), side(c, a)];
    sides.iter().all(|&s| s >= 0) || sides.iter().all(|&s| s <= 0)
}

#[cfg(test)]
mod tests {
    use geo::{LineString, MultiPolygon, Polygon};

    use super::*;
    use crate::mercator::FINE_BITS;

    /// An area whose vertices are fine steps from the world's middle.
    fn area(points: &[(i32, i32)]) -> MultiPolygon {
        let middle = 1 << (FINE_BITS - 1);
        let degrees =
            |&(x, y): &(i32, i32)| Fine { x: middle + x, y: middle + y }.to_mercator().to_degrees();
        let ring = LineString::from(points.iter().map(degrees).collect::<Vec<_>>());
        Polygon::new(ring, vec![]).into()
    }

    /// How many vertices of each arc stand at zoom 0, where corners up to `limit` go.
    fn standing(areas: &[MultiPolygon], limit: i64) -> Vec<usize> {
        let arcs = Arcs::of(areas);
        let lowest = lowest_zooms(&arcs, &[limit]);
        (0..arcs.len()).map(|arc| arcs.range(arc).filter(|&v| lowest[v] == 0).count()).collect()
    }

    #[test]
    fn the_boundary_of_two_areas_is_one_arc_and_keeps_its_nodes() {
        let west = area(&[(0, 0), (100, 0), (103, 20), (98, 50), (100, 100), (0, 100)]);
        let east = area(&[(100, 0), (300, 0), (300, 100), (100, 100), (98, 50), (103, 20)]);
        let mut counts = standing(&[west, east], 0);
        counts.sort_unstable();
        assert_eq!(counts, [4, 4, 4], "two outer arcs, one common");
        let west = area(&[(0, 0), (100, 0), (103, 20), (98, 50), (100, 100), (0, 100)]);
        let east = area(&[(100, 0), (300, 0), (300, 100), (100, 100), (98, 50), (103, 20)]);
        let mut counts = standing(&[west, east], 1000);
        counts.sort_unstable();
        assert_eq!(counts, [2, 4, 4], "the common one is straight, the outer ones too large");
    }

    #[test]
    fn an_island_never_goes_below_three_vertices() {
        let island = area(&[(0, 0), (50, -9), (100, 0), (109, 50), (100, 100), (50, 109)]);
        // Three, and the first once more where it stands.
        assert!((3..=4).contains(&standing(&[island], i64::MAX)[0]));
    }

    #[test]
    fn a_bay_with_an_island_in_it_is_not_cut_off() {
        let shore =
            area(&[(0, 0), (200, 0), (200, 100), (120, 100), (100, 20), (80, 100), (0, 100)]);
        let island = area(&[(98, 60), (102, 60), (100, 66)]);
        let limit = 2 * 40 * 80;
        let alone = standing(std::slice::from_ref(&shore), limit)[0];
        let arcs = standing(&[shore, island], limit);
        assert!(arcs.iter().any(|&count| count > alone), "{alone} alone, {arcs:?} with the island");
    }

    #[test]
    fn two_arcs_between_the_same_nodes_never_fall_together() {
        // A lens between two areas: both its sides run from node to node.
        let lens = area(&[(100, 0), (104, 50), (100, 100), (96, 50)]);
        let west = area(&[(0, 0), (100, 0), (96, 50), (100, 100), (0, 100)]);
        let east = area(&[(100, 0), (200, 0), (200, 100), (100, 100), (104, 50)]);
        let arcs = Arcs::of(&[lens, west, east]);
        let lowest = lowest_zooms(&arcs, &[i64::MAX]);
        let lens_vertices: usize = arcs.of_area[0]
            .iter()
            .map(|&(arc, _)| arcs.range(arc as usize).filter(|&v| lowest[v] == 0).count())
            .sum();
        // Two arcs of two ends each, and one vertex that keeps them apart.
        assert_eq!(lens_vertices, 5);
    }

    #[test]
    fn what_a_shallow_zoom_draws_every_deeper_one_draws() {
        let ring: Vec<(i32, i32)> = (0..64)
            .map(|i| {
                let angle = f64::from(i) / 64.0 * std::f64::consts::TAU;
                let reach = 1000.0 + 200.0 * f64::from(i * 37 % 11);
                ((reach * angle.cos()) as i32, (reach * angle.sin()) as i32)
            })
            .collect();
        let arcs = Arcs::of(&[area(&ring)]);
        let lowest = lowest_zooms(&arcs, &[4_000_000, 400_000, 40_000]);
        let drawn = |zoom: u8| lowest.iter().filter(|&&lowest| lowest <= zoom).count();
        assert!(3 < drawn(0) && drawn(0) < drawn(1) && drawn(1) < drawn(2), "{lowest:?}");
    }
}
