//! The reference of a cell: its centre, offset by an infinitesimal (ε, ε²), so that it is on no edge,
//! on no line through two vertices, and has the y coordinate of no vertex.

use geo::{Coord, Line};

use crate::geometry::predicate::orientation;

/// A point offset by (ε, ε²).
#[derive(Clone, Copy, Debug)]
pub(super) struct Reference(pub(super) Coord<f64>);

impl Reference {
    /// Returns true if it is left of the line from `a` to `b`, two different points. Exact.
    pub(super) fn is_left_of(self, a: Coord<f64>, b: Coord<f64>) -> bool {
        let side = orientation(a, b, self.0);
        if side != 0.0 {
            side > 0.0
        } else if a.y == b.y {
            // The line runs east-west, and ε² points north.
            b.x > a.x
        } else {
            // ε points east: to the left of a line that runs south.
            b.y < a.y
        }
    }

    /// Returns true if the segment from here to `point` crosses `edge`. `point` must not be on `edge`.
    ///
    /// If `point` is on the extension of the edge, both ends are on one side of the segment, so the
    /// result is false.
    pub(super) fn segment_crosses(self, point: Coord<f64>, edge: Line<f64>) -> bool {
        self.is_left_of(point, edge.start) != self.is_left_of(point, edge.end)
            && self.is_left_of(edge.start, edge.end)
                != (orientation(edge.start, edge.end, point) > 0.0)
    }

    /// Returns true if the segment between two references with the same y crosses `edge`.
    pub(super) fn parallel_crosses(self, other: Self, edge: Line<f64>) -> bool {
        debug_assert!(self.0.y == other.0.y);
        self.is_level_with(edge)
            && self.is_left_of(edge.start, edge.end) != other.is_left_of(edge.start, edge.end)
    }

    /// Returns true if the segment between two references with the same x crosses `edge`.
    pub(super) fn meridian_crosses(self, other: Self, edge: Line<f64>) -> bool {
        debug_assert!(self.0.x == other.0.x);
        (edge.start.x <= self.0.x) != (edge.end.x <= self.0.x)
            && self.is_left_of(edge.start, edge.end) != other.is_left_of(edge.start, edge.end)
    }

    /// Returns true if `edge` is west of here: if a ray from the far west to here crosses it.
    pub(super) fn is_east_of(self, edge: Line<f64>) -> bool {
        let downward = edge.end.y <= self.0.y;
        self.is_level_with(edge) && self.is_left_of(edge.start, edge.end) == downward
    }

    fn is_level_with(self, edge: Line<f64>) -> bool {
        (edge.start.y <= self.0.y) != (edge.end.y <= self.0.y)
    }
}
