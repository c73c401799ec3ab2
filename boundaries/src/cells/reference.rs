//! The reference of a cell: its centre, thought to be moved by an infinitesimal (ε, ε²), so that it
//! lies on no edge, on no line through two points of the data, and level with no vertex.

use geo::{Coord, Line};

use crate::geometry::predicate::orientation;

/// A point moved by (ε, ε²).
#[derive(Clone, Copy, Debug)]
pub(super) struct Reference(pub(super) Coord<f64>);

impl Reference {
    /// Whether it lies left of the line from `a` to `b`, two different points; exact.
    pub(super) fn is_left_of(self, a: Coord<f64>, b: Coord<f64>) -> bool {
        let side = orientation(a, b, self.0);
        if side != 0.0 {
            side > 0.0
        } else if a.y == b.y {
            // The line runs east or west, and ε² is northward.
            b.x > a.x
        } else {
            // ε is eastward: to the left of a line that runs south.
            b.y < a.y
        }
    }

    /// Whether the straight way from here to `point` crosses `edge`, on which `point` does not
    /// lie.
    ///
    /// A point on the line of the edge beyond its ends needs no care: both ends are then on one
    /// side of the way.
    pub(super) fn way_crosses(self, point: Coord<f64>, edge: Line<f64>) -> bool {
        self.is_left_of(point, edge.start) != self.is_left_of(point, edge.end)
            && self.is_left_of(edge.start, edge.end)
                != (orientation(edge.start, edge.end, point) > 0.0)
    }

    /// Whether the way between two references on one parallel crosses `edge`.
    pub(super) fn parallel_crosses(self, other: Self, edge: Line<f64>) -> bool {
        debug_assert!(self.0.y == other.0.y);
        self.is_level_with(edge)
            && self.is_left_of(edge.start, edge.end) != other.is_left_of(edge.start, edge.end)
    }

    /// Whether the way between two references on one meridian crosses `edge`.
    pub(super) fn meridian_crosses(self, other: Self, edge: Line<f64>) -> bool {
        debug_assert!(self.0.x == other.0.x);
        (edge.start.x <= self.0.x) != (edge.end.x <= self.0.x)
            && self.is_left_of(edge.start, edge.end) != other.is_left_of(edge.start, edge.end)
    }

    /// Whether `edge` lies west of here: whether the way from the far west crosses it.
    pub(super) fn is_east_of(self, edge: Line<f64>) -> bool {
        let downward = edge.end.y <= self.0.y;
        self.is_level_with(edge) && self.is_left_of(edge.start, edge.end) == downward
    }

    fn is_level_with(self, edge: Line<f64>) -> bool {
        (edge.start.y <= self.0.y) != (edge.end.y <= self.0.y)
    }
}
