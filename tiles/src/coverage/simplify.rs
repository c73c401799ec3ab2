//! Simplification of each arc, once for all zooms, by Visvalingam and Whyatt's rule: the corner
//! with the smallest area is dropped first ("Line generalisation by repeated elimination of
//! points", 1993).
//!
//! A corner is dropped only if no other vertex lies in its triangle and no other arc is a single
//! edge between its two neighbours. No arc therefore gains an intersection with another arc or
//! itself. Nodes stay and arcs are shared, so neighbours keep the same boundary.
//!
//! Zooms are processed from the deepest to the shallowest, each continuing from the last. One
//! number per vertex therefore holds all results: the lowest zoom at which it is drawn.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use super::arcs::{Arcs, undirected};
use super::point_index::PointIndex;
use crate::mercator::{FinePoint, cross};

/// Returns, for each vertex of the arcs, the lowest zoom at which it is drawn. `limits` has for
/// each zoom twice the largest area, in square fine steps, of the corners to drop.
pub(super) fn lowest_zooms(arcs: &Arcs, limits: &[i64]) -> Vec<u8> {
    let mut lines = Lines::of(arcs);
    let mut lowest = vec![0_u8; arcs.points.len()];
    for (zoom, &limit) in limits.iter().enumerate().rev() {
        lines.drop_corners(limit, |vertex| lowest[vertex as usize] = zoom as u8 + 1);
    }
    // The last vertex of a free arc repeats its first.
    for arc in (0..arcs.len()).filter(|&arc| arcs.free[arc]) {
        let range = arcs.range(arc);
        lowest[range.end - 1] = lowest[range.start];
    }
    lowest
}

/// The vertices of all arcs, each linked to its kept predecessor and successor.
struct Lines<'a> {
    points: &'a [FinePoint],
    arc: Vec<u32>,
    before: Vec<u32>,
    after: Vec<u32>,
    stands: Vec<bool>,
    /// True if the vertex is the end of an arc, which is always kept.
    end: Vec<bool>,
    /// For each arc: the number of kept vertices, and the minimum.
    count: Vec<u32>,
    least: Vec<u32>,
    single_edges: HashSet<(FinePoint, FinePoint)>,
    /// How often the corner of each vertex has changed. A queued corner with an older count is
    /// stale.
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
                // A free arc is a cycle: its last vertex, which repeats the first, is unused.
                lines.stands[last] = false;
                lines.before[first] = last as u32 - 1;
                lines.after[last - 1] = first as u32;
            } else {
                lines.end[first] = true;
                lines.end[last] = true;
            }
            // A free ring keeps three vertices. A ring attached to a node repeats that node.
            let closed = arcs.points[first] == arcs.points[last];
            lines.least.push(if arcs.free[arc] { 3 } else { 2 + 2 * u32::from(closed) });
            lines.count.push((range.len() - usize::from(arcs.free[arc])) as u32);
        }
        lines
    }

    /// Drops corners, smallest first, up to twice the area `limit`.
    fn drop_corners(&mut self, limit: i64, mut taken: impl FnMut(u32)) {
        let standing = || (0..self.points.len()).filter(|&v| self.stands[v]);
        let index = PointIndex::new(
            standing().map(|v| (self.points[v].x, self.points[v].y, v as u32)).collect(),
        );
        let mut queue: BinaryHeap<_> =
            standing().filter_map(|v| self.queued(v as u32, limit)).collect();
        while let Some(Reverse((_, vertex, state))) = queue.pop() {
            let v = vertex as usize;
            if !self.stands[v] || self.state[v] != state || !self.can_drop(vertex, &index) {
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

    /// Returns the queue entry of a vertex's corner, or `None` for an end or beyond the limit.
    fn queued(&self, vertex: u32, limit: i64) -> Option<Reverse<(i64, u32, u32)>> {
        if self.end[vertex as usize] {
            return None;
        }
        let [a, b, c] = self.corner(vertex);
        let area = cross(a.into(), b.into(), c.into()).abs();
        (area <= limit).then(|| Reverse((area, vertex, self.state[vertex as usize])))
    }

    fn corner(&self, vertex: u32) -> [FinePoint; 3] {
        let v = vertex as usize;
        [self.before[v], vertex, self.after[v]].map(|v| self.points[v as usize])
    }

    /// Returns the edge that would replace a corner.
    fn chord(&self, vertex: u32) -> (FinePoint, FinePoint) {
        let [a, _, c] = self.corner(vertex);
        undirected(a, c).0
    }

    /// Returns true if dropping the corner creates no intersection between arcs.
    fn can_drop(&self, vertex: u32, index: &PointIndex) -> bool {
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
            let point = FinePoint { x, y };
            self.stands[other as usize] && !corner.contains(&point) && contains(corner, point)
        })
    }
}

/// Returns true if a triangle, including its sides, contains a point.
fn contains([a, b, c]: [FinePoint; 3], p: FinePoint) -> bool {
    let side = |a: FinePoint, b: FinePoint| cross(a.into(), b.into(), p.into());
    let sides = [side(a, b), side(b, c), side(c, a)];
    sides.iter().all(|&s| s >= 0) || sides.iter().all(|&s| s <= 0)
}

#[cfg(test)]
mod tests {
    use geo::{LineString, MultiPolygon, Polygon};

    use super::*;
    use crate::mercator::FINE_BITS;

    /// Returns an area with vertices given in fine steps from the middle of the world.
    fn area(points: &[(i32, i32)]) -> MultiPolygon {
        let middle = 1 << (FINE_BITS - 1);
        let degrees = |&(x, y): &(i32, i32)| {
            FinePoint { x: middle + x, y: middle + y }.to_mercator().to_degrees()
        };
        let ring = LineString::from(points.iter().map(degrees).collect::<Vec<_>>());
        Polygon::new(ring, vec![]).into()
    }

    /// Returns the number of vertices of each arc kept at zoom 0 if corners up to `limit` are
    /// dropped.
    fn kept(areas: &[MultiPolygon], limit: i64) -> Vec<usize> {
        let arcs = Arcs::of(areas);
        let lowest = lowest_zooms(&arcs, &[limit]);
        (0..arcs.len()).map(|arc| arcs.range(arc).filter(|&v| lowest[v] == 0).count()).collect()
    }

    #[test]
    fn a_common_boundary_is_one_arc_and_keeps_its_nodes() {
        let west = area(&[(0, 0), (100, 0), (103, 20), (98, 50), (100, 100), (0, 100)]);
        let east = area(&[(100, 0), (300, 0), (300, 100), (100, 100), (98, 50), (103, 20)]);
        let mut counts = kept(&[west, east], 0);
        counts.sort_unstable();
        assert_eq!(counts, [4, 4, 4], "two outer arcs and a common one");
        let west = area(&[(0, 0), (100, 0), (103, 20), (98, 50), (100, 100), (0, 100)]);
        let east = area(&[(100, 0), (300, 0), (300, 100), (100, 100), (98, 50), (103, 20)]);
        let mut counts = kept(&[west, east], 1000);
        counts.sort_unstable();
        assert_eq!(
            counts,
            [2, 4, 4],
            "the common arc is straight, the corners of the outer ones are too large"
        );
    }

    #[test]
    fn an_island_keeps_at_least_three_vertices() {
        let island = area(&[(0, 0), (50, -9), (100, 0), (109, 50), (100, 100), (50, 109)]);
        // Three, plus the repeated first one if it is kept.
        assert!((3..=4).contains(&kept(&[island], i64::MAX)[0]));
    }

    #[test]
    fn a_bay_that_contains_an_island_is_not_cut_off() {
        let shore =
            area(&[(0, 0), (200, 0), (200, 100), (120, 100), (100, 20), (80, 100), (0, 100)]);
        let island = area(&[(98, 60), (102, 60), (100, 66)]);
        let limit = 2 * 40 * 80;
        let alone = kept(std::slice::from_ref(&shore), limit)[0];
        let arcs = kept(&[shore, island], limit);
        assert!(arcs.iter().any(|&count| count > alone), "{alone} alone, {arcs:?} with the island");
    }

    #[test]
    fn two_arcs_between_the_same_nodes_never_become_equal() {
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
        // Two arcs with two ends each, and one vertex that keeps them apart.
        assert_eq!(lens_vertices, 5);
    }

    #[test]
    fn a_vertex_drawn_at_one_zoom_is_drawn_at_all_deeper_ones() {
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
