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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::rings::twice_area;

    /// The edges of a closed ring given without its repeat.
    fn ring(points: &[(i32, i32)]) -> Vec<(Unit, Unit, i32)> {
        let unit = |&(x, y): &(i32, i32)| Unit { x, y };
        let next = points.iter().cycle().skip(1);
        points.iter().zip(next).map(|(a, b)| (unit(a), unit(b), 1)).collect()
    }

    /// Twice the areas of each polygon's shell and holes, sorted.
    fn areas(rings: &[&[(i32, i32)]]) -> Vec<Vec<i128>> {
        let polygons = ground(rings.iter().flat_map(|points| ring(points)));
        let mut areas: Vec<Vec<i128>> = polygons
            .iter()
            .map(|polygon| polygon.iter().map(|ring| twice_area(ring)).collect())
            .collect();
        areas.sort_unstable();
        areas
    }

    const BIG: [(i32, i32); 4] = [(0, 0), (10, 0), (10, 10), (0, 10)];

    #[test]
    fn a_ring_is_its_own_ground() {
        assert_eq!(areas(&[&BIG]), [[200]]);
    }

    #[test]
    fn a_ring_wound_the_other_way_is_no_ground() {
        assert!(areas(&[&[(0, 10), (10, 10), (10, 0), (0, 0)]]).is_empty());
    }

    #[test]
    fn edges_folded_onto_each_other_vanish() {
        // A square with a thorn that goes out and comes back.
        let thorn = [(0, 0), (10, 0), (10, 5), (20, 5), (10, 5), (10, 10), (0, 10)];
        assert_eq!(areas(&[&thorn]), [[200]]);
        assert!(areas(&[&[(0, 0), (9, 5)]]).is_empty());
    }

    #[test]
    fn a_ring_pinched_at_a_point_is_two_polygons() {
        let bow = [(0, 0), (5, 5), (10, 0), (10, 10), (5, 5), (0, 10)];
        assert_eq!(areas(&[&bow]), [[50], [50]]);
    }

    #[test]
    fn a_hole_that_touches_its_shell_stays_a_hole() {
        let hole = [(0, 0), (2, 6), (6, 2)];
        assert_eq!(areas(&[&BIG, &hole]), [vec![200, -32]]);
        // As one ring that touches itself, it is the same.
        let one = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0), (2, 6), (6, 2)];
        assert_eq!(areas(&[&one]), [vec![200, -32]]);
    }

    #[test]
    fn an_island_in_a_lake_is_a_polygon_of_its_own() {
        let lake = [(2, 2), (2, 8), (8, 8), (8, 2)];
        let island = [(4, 4), (6, 4), (6, 6), (4, 6)];
        assert_eq!(areas(&[&BIG, &lake, &island]), [vec![8], vec![200, -72]]);
        // Even where it touches the shore.
        let tip = [(2, 2), (6, 4), (6, 6), (4, 6)];
        assert_eq!(areas(&[&BIG, &lake, &tip]), [vec![16], vec![200, -72]]);
    }

    #[test]
    fn a_hole_outside_its_shell_takes_nothing_away() {
        let astray = [(20, 0), (20, 5), (25, 5)];
        assert_eq!(areas(&[&BIG, &astray]), [[200]]);
    }

    #[test]
    fn ground_given_twice_is_taken_once() {
        assert_eq!(areas(&[&BIG, &BIG]), [[200]]);
        let inner = [(2, 2), (4, 2), (4, 4), (2, 4)];
        assert_eq!(areas(&[&BIG, &inner]), [[200]]);
        let beside = [(10, 0), (20, 0), (20, 10), (10, 10)];
        assert_eq!(areas(&[&BIG, &beside]), [[400]]);
    }

    #[test]
    fn holes_that_cut_the_ground_in_two_leave_two_polygons() {
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
