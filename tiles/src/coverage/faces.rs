//! What an area's ground is, once its edges are on a coarse grid.
//!
//! Snapping can fold thin parts of an outline onto each other, and the source may hold small
//! faults of its own. So the ground is decided anew: every face that the outline winds around at
//! least once, counted with `x` to the right and `y` upward, is ground.

use super::arcs::undirected;
use super::rings::{Polygon, Star, polygons};
use crate::mercator::{Unit, cross};

/// The polygons of the ground that directed edges wind around. The edges must meet only at
/// vertices; they may repeat and cancel.
pub(super) fn ground(directed: impl IntoIterator<Item = (Unit, Unit, i32)>) -> Vec<Polygon> {
    let mut edges: Vec<((Unit, Unit), i32)> = directed
        .into_iter()
        .map(|(a, b, times)| {
            let (edge, way) = undirected(a, b);
            (edge, way * times)
        })
        .collect();
    edges.sort_unstable();
    let edges: Vec<Times> = edges
        .chunk_by(|e, f| e.0 == f.0)
        .map(|same| Times { edge: same[0].0, times: same.iter().map(|e| e.1).sum() })
        .filter(|e| e.times != 0)
        .collect();
    polygons(outline(&edges))
}

/// An edge and how often it is run from its lesser to its greater end.
#[derive(Clone, Copy, Debug)]
struct Times {
    edge: (Unit, Unit),
    times: i32,
}

/// The edges with ground on one side only, ground on their left.
fn outline(edges: &[Times]) -> Vec<(Unit, Unit)> {
    if let Some(simple) = one_way(edges) {
        return simple;
    }
    let star = Star::new(edges.iter().flat_map(|e| [e.edge, (e.edge.1, e.edge.0)]).collect());
    let halves = star.edges();
    let twin = |half: usize| {
        let (a, b) = halves[half];
        star.find((b, a))
    };
    let (cycle_of, cycles) = cycles(&star);
    let times = |half: usize| {
        let (edge, way) = undirected(halves[half].0, halves[half].1);
        edges.binary_search_by_key(&edge, |e| e.edge).map_or(0, |i| way * edges[i].times)
    };
    // The winding number of the face on the left of each cycle.
    let mut winding: Vec<Option<i32>> = vec![None; cycles.len()];
    for half in 0..halves.len() {
        // Half-edges are sorted by where they start: the first unseen one starts at the leftmost
        // vertex of its connected edges, and the last of that vertex's in the lower right or
        // upper right quarter has the outside on its left.
        if winding[cycle_of[half]].is_some() {
            continue;
        }
        let outside = star.leftmost_outer(half);
        let mut queue = vec![(cycle_of[outside], winding_at(halves[half].0, edges))];
        while let Some((cycle, around)) = queue.pop() {
            if winding[cycle].replace(around).is_none() {
                for &half in &cycles[cycle] {
                    let across = cycle_of[twin(half)];
                    if winding[across].is_none() {
                        queue.push((across, around - times(half)));
                    }
                }
            }
        }
    }
    let is_ground = |half: usize| winding[cycle_of[half]].is_some_and(|around| around > 0);
    (0..halves.len())
        .filter(|&half| is_ground(half) && !is_ground(twin(half)))
        .map(|half| halves[half])
        .collect()
}

/// The edges as they stand, where they are one counter-clockwise ring: the most common case.
fn one_way(edges: &[Times]) -> Option<Vec<(Unit, Unit)>> {
    if edges.iter().any(|e| e.times.abs() != 1) {
        return None;
    }
    let star = Star::new(
        edges.iter().map(|e| if e.times > 0 { e.edge } else { (e.edge.1, e.edge.0) }).collect(),
    );
    let one_ring = star.is_one_counter_clockwise_ring();
    one_ring.then(|| star.into_edges())
}

/// Of each half-edge the number of its cycle, and of each cycle its half-edges.
fn cycles(star: &Star) -> (Vec<usize>, Vec<Vec<usize>>) {
    let mut cycle_of = vec![usize::MAX; star.edges().len()];
    let mut cycles = Vec::new();
    for first in 0..star.edges().len() {
        if cycle_of[first] != usize::MAX {
            continue;
        }
        let mut cycle = Vec::new();
        let mut half = Some(first);
        while let Some(h) = half.filter(|&h| cycle_of[h] == usize::MAX) {
            cycle_of[h] = cycles.len();
            cycle.push(h);
            half = star.next(h);
        }
        cycles.push(cycle);
    }
    (cycle_of, cycles)
}

/// How often the edges wind around the ground just left of a vertex that nothing connected to it
/// lies left of.
fn winding_at(vertex: Unit, edges: &[Times]) -> i32 {
    let mut around = 0;
    for &Times { edge: (a, b), times } in edges {
        // Edges run from the lesser x; what ends left of the vertex cannot be right of it, and
        // the vertex's own edges are not met by a ray to the left.
        if a.x >= vertex.x || (a.y <= vertex.y) == (b.y <= vertex.y) {
            continue;
        }
        // A ray to the left meets the edge if the vertex lies right of it as it goes upward.
        let upward = b.y > a.y;
        let side = cross(a.into(), b.into(), vertex.into());
        if (side < 0) == upward && side != 0 {
            around += if upward { -times } else { times };
        }
    }
    around
}
