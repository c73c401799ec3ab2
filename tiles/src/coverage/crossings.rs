//! Crossings between the edges of a layer, on the fine grid.
//!
//! A true coverage has no crossings. Layers from several sources and overlapping areas do. Every
//! crossing becomes a vertex of both edges before arcs are cut.

use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::snap::Point;
use crate::mercator::cross;

/// An undirected edge: its lesser end, its greater end.
pub(super) type Edge = (Point, Point);

/// Returns the grid points nearest to the places where the interiors of two edges cross. `edges`
/// must be distinct. Edges that only touch or overlap are handled by their vertices.
pub(super) fn crossings(edges: &[Edge]) -> Vec<Point> {
    let tree = RTree::bulk_load(
        edges
            .iter()
            .enumerate()
            .map(|(number, &(a, b))| {
                GeomWithData::new(
                    Rectangle::from_corners(
                        [i64::from(a.0), i64::from(a.1)],
                        [i64::from(b.0), i64::from(b.1)],
                    ),
                    number,
                )
            })
            .collect(),
    );
    edges
        .par_iter()
        .enumerate()
        .flat_map_iter(|(number, &edge)| {
            let extent = AABB::from_corners(
                [i64::from(edge.0.0), i64::from(edge.0.1)],
                [i64::from(edge.1.0), i64::from(edge.1.1)],
            );
            tree.locate_in_envelope_intersecting(extent)
                .filter(move |other| other.data > number)
                .filter_map(move |other| crossing(edge, edges[other.data]))
        })
        .collect()
}

/// Returns the grid point nearest to the crossing of the interiors of two edges.
fn crossing((a, b): Edge, (c, d): Edge) -> Option<Point> {
    let (from_c, from_d) = (cross(a, b, c), cross(a, b, d));
    let (from_a, from_b) = (cross(c, d, a), cross(c, d, b));
    if from_c.signum() * from_d.signum() >= 0 || from_a.signum() * from_b.signum() >= 0 {
        return None;
    }
    let (num, den) = (i128::from(from_a), i128::from(from_a) - i128::from(from_b));
    let along = |from: i32, to: i32| {
        let step = i128::from(to) - i128::from(from);
        // Rounded half upward, as in `snap::cell`.
        let (num, den) = (2 * num * step * den.signum() + den.abs(), 2 * den.abs());
        from + num.div_euclid(den) as i32
    };
    Some((along(a.0, b.0), along(a.1, b.1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crossing_edges_meet_at_the_nearest_grid_point() {
        assert_eq!(crossings(&[((0, 0), (10, 10)), ((0, 9), (10, 0))]), [(5, 5)]);
        assert_eq!(crossing(((0, 0), (3, 3)), ((0, 3), (3, 0))), Some((2, 2)));
        assert_eq!(crossing(((-3, -3), (0, 0)), ((-3, 0), (0, -3))), Some((-1, -1)));
    }

    #[test]
    fn touching_and_overlapping_edges_do_not_cross() {
        let base = ((0, 0), (10, 0));
        for other in [((10, 0), (12, 5)), ((5, 0), (5, 5)), ((2, 0), (20, 0)), ((0, 1), (10, 1))] {
            assert_eq!(crossing(base, other), None, "{other:?}");
        }
    }
}
