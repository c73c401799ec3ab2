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
