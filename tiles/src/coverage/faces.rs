//! Faces: the polygons of an area once its edges are on a coarse grid.
//!
//! Snapping can fold thin parts of an outline onto each other, and the source can have small
//! faults. The interior is therefore recomputed: a face is inside if the outline winds around it at
//! least once, counted with `x` to the right and `y` upward.

use super::arcs::undirected;
use super::rings::{OutgoingEdges, Polygon, polygons};
use crate::mercator::{TilePoint, cross};

/// Returns the polygons that directed edges wind around. The edges must meet only at vertices; they
/// can repeat and cancel.
pub(super) fn interior(
    directed: impl IntoIterator<Item = (TilePoint, TilePoint, i32)>,
) -> Vec<Polygon> {
    let mut edges: Vec<((TilePoint, TilePoint), i32)> = directed
        .into_iter()
        .map(|(a, b, times)| {
            let (edge, way) = undirected(a, b);
            (edge, way * times)
        })
        .collect();
    edges.sort_unstable();
    let edges: Vec<CountedEdge> = edges
        .chunk_by(|e, f| e.0 == f.0)
        .map(|same| CountedEdge { edge: same[0].0, times: same.iter().map(|e| e.1).sum() })
        .filter(|e| e.times != 0)
        .collect();
    polygons(outline(&edges))
}

/// An edge, and the number of times it runs from its lesser to its greater end.
#[derive(Clone, Copy, Debug)]
struct CountedEdge {
    edge: (TilePoint, TilePoint),
    times: i32,
}

/// Returns the edges with the interior on one side only, directed with the interior on their left.
fn outline(edges: &[CountedEdge]) -> Vec<(TilePoint, TilePoint)> {
    if let Some(simple) = one_way(edges) {
        return simple;
    }
    let outgoing =
        OutgoingEdges::new(edges.iter().flat_map(|e| [e.edge, (e.edge.1, e.edge.0)]).collect());
    let halves = outgoing.edges();
    let twin = |half: usize| {
        let (a, b) = halves[half];
        outgoing.find((b, a))
    };
    let (cycle_of, cycles) = cycles(&outgoing);
    let times = |half: usize| {
        let (edge, way) = undirected(halves[half].0, halves[half].1);
        edges.binary_search_by_key(&edge, |e| e.edge).map_or(0, |i| way * edges[i].times)
    };
    // The winding number of the face to the left of each cycle.
    let mut winding: Vec<Option<i32>> = vec![None; cycles.len()];
    for half in 0..halves.len() {
        // Half-edges are sorted by their start: the first unseen one starts at the leftmost vertex
        // of its component, and `leftmost_outer` gives the one with the unbounded face on its left.
        if winding[cycle_of[half]].is_some() {
            continue;
        }
        let outside = outgoing.leftmost_outer(half);
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
    let is_inside = |half: usize| winding[cycle_of[half]].is_some_and(|around| around > 0);
    (0..halves.len())
        .filter(|&half| is_inside(half) && !is_inside(twin(half)))
        .map(|half| halves[half])
        .collect()
}

/// Returns the edges unchanged if they form a single counter-clockwise ring, the most common case.
fn one_way(edges: &[CountedEdge]) -> Option<Vec<(TilePoint, TilePoint)>> {
    if edges.iter().any(|e| e.times.abs() != 1) {
        return None;
    }
    let outgoing = OutgoingEdges::new(
        edges.iter().map(|e| if e.times > 0 { e.edge } else { (e.edge.1, e.edge.0) }).collect(),
    );
    let one_ring = outgoing.is_one_counter_clockwise_ring();
    one_ring.then(|| outgoing.into_edges())
}

/// Returns the cycle of each half-edge, and the half-edges of each cycle.
fn cycles(outgoing: &OutgoingEdges) -> (Vec<usize>, Vec<Vec<usize>>) {
    let mut cycle_of = vec![usize::MAX; outgoing.edges().len()];
    let mut cycles = Vec::new();
    for first in 0..outgoing.edges().len() {
        if cycle_of[first] != usize::MAX {
            continue;
        }
        let mut cycle = Vec::new();
        let mut half = Some(first);
        while let Some(h) = half.filter(|&h| cycle_of[h] == usize::MAX) {
            cycle_of[h] = cycles.len();
            cycle.push(h);
            half = outgoing.next(h);
        }
        cycles.push(cycle);
    }
    (cycle_of, cycles)
}

/// Returns the winding number just left of a vertex that is the leftmost of its component.
fn winding_at(vertex: TilePoint, edges: &[CountedEdge]) -> i32 {
    let mut around = 0;
    for &CountedEdge { edge: (a, b), times } in edges {
        // Edges run from the lesser x: an edge that starts at or right of the vertex is not met by
        // a ray to the left. Neither are the vertex's own edges.
        if a.x >= vertex.x || (a.y <= vertex.y) == (b.y <= vertex.y) {
            continue;
        }
        // A ray to the left meets an upward edge if the vertex lies to its right.
        let upward = b.y > a.y;
        let side = cross(a.into(), b.into(), vertex.into());
        if (side < 0) == upward && side != 0 {
            around += if upward { -times } else { times };
        }
    }
    around
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::rings::twice_area;

    /// Returns the edges of a closed ring given without its repeated point.
    fn ring(points: &[(i32, i32)]) -> Vec<(TilePoint, TilePoint, i32)> {
        let unit = |&(x, y): &(i32, i32)| TilePoint { x, y };
        let next = points.iter().cycle().skip(1);
        points.iter().zip(next).map(|(a, b)| (unit(a), unit(b), 1)).collect()
    }

    /// Returns twice the areas of each polygon's rings, sorted.
    fn areas(rings: &[&[(i32, i32)]]) -> Vec<Vec<i128>> {
        let polygons = interior(rings.iter().flat_map(|points| ring(points)));
        let mut areas: Vec<Vec<i128>> = polygons
            .iter()
            .map(|polygon| polygon.iter().map(|ring| twice_area(ring)).collect())
            .collect();
        areas.sort_unstable();
        areas
    }

    const BIG: [(i32, i32); 4] = [(0, 0), (10, 0), (10, 10), (0, 10)];

    #[test]
    fn a_ring_bounds_its_interior() {
        assert_eq!(areas(&[&BIG]), [[200]]);
    }

    #[test]
    fn a_clockwise_ring_has_no_interior() {
        assert!(areas(&[&[(0, 10), (10, 10), (10, 0), (0, 0)]]).is_empty());
    }

    #[test]
    fn edges_folded_onto_each_other_vanish() {
        // A square with a spike.
        let thorn = [(0, 0), (10, 0), (10, 5), (20, 5), (10, 5), (10, 10), (0, 10)];
        assert_eq!(areas(&[&thorn]), [[200]]);
        assert!(areas(&[&[(0, 0), (9, 5)]]).is_empty());
    }

    #[test]
    fn a_ring_pinched_at_a_point_becomes_two_polygons() {
        let bow = [(0, 0), (5, 5), (10, 0), (10, 10), (5, 5), (0, 10)];
        assert_eq!(areas(&[&bow]), [[50], [50]]);
    }

    #[test]
    fn a_hole_that_touches_its_exterior_ring_stays_a_hole() {
        let hole = [(0, 0), (2, 6), (6, 2)];
        assert_eq!(areas(&[&BIG, &hole]), [vec![200, -32]]);
        // The same as one ring that touches itself.
        let one = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0), (2, 6), (6, 2)];
        assert_eq!(areas(&[&one]), [vec![200, -32]]);
    }

    #[test]
    fn an_island_in_a_hole_is_a_separate_polygon() {
        let lake = [(2, 2), (2, 8), (8, 8), (8, 2)];
        let island = [(4, 4), (6, 4), (6, 6), (4, 6)];
        assert_eq!(areas(&[&BIG, &lake, &island]), [vec![8], vec![200, -72]]);
        // Even if it touches the hole.
        let tip = [(2, 2), (6, 4), (6, 6), (4, 6)];
        assert_eq!(areas(&[&BIG, &lake, &tip]), [vec![16], vec![200, -72]]);
    }

    #[test]
    fn a_hole_outside_its_exterior_ring_has_no_effect() {
        let astray = [(20, 0), (20, 5), (25, 5)];
        assert_eq!(areas(&[&BIG, &astray]), [[200]]);
    }

    #[test]
    fn overlapping_rings_are_merged() {
        assert_eq!(areas(&[&BIG, &BIG]), [[200]]);
        let inner = [(2, 2), (4, 2), (4, 4), (2, 4)];
        assert_eq!(areas(&[&BIG, &inner]), [[200]]);
        let beside = [(10, 0), (20, 0), (20, 10), (10, 10)];
        assert_eq!(areas(&[&BIG, &beside]), [[400]]);
    }

    #[test]
    fn a_hole_that_cuts_a_polygon_in_two_leaves_two_polygons() {
        let cut = [(5, 0), (4, 5), (5, 10), (6, 5)];
        let touched = [(0, 0), (5, 0), (10, 0), (10, 10), (5, 10), (0, 10)];
        assert_eq!(areas(&[&touched, &cut]), [[90], [90]]);
    }

    #[test]
    fn parts_are_found_wherever_they_lie() {
        let far = [(100, -50), (103, -50), (103, -47)];
        let below = [(1, -9), (5, -9), (5, -5)];
        assert_eq!(areas(&[&BIG, &far, &below]), [vec![9], vec![16], vec![200]]);
    }
}
