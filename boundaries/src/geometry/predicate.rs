//! Exact predicates: on which side of a line, on an edge, inside an area.

use geo::{Coord, Line, MultiPolygon};
use serde::{Deserialize, Serialize};

/// The position of a point relative to an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Position {
    /// In the interior.
    Inside,
    /// On the boundary, which belongs to the area.
    Boundary,
    /// Outside.
    Outside,
}

/// Twice the signed area of the triangle `a b c`: positive if `c` lies left of the line from `a` to
/// `b`, zero if it lies on the line. The sign is exact for any finite input (Shewchuk,
/// "Adaptive precision floating-point arithmetic and fast robust geometric predicates", 1997).
pub fn orientation(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> f64 {
    let point = |c: Coord<f64>| robust::Coord { x: c.x, y: c.y };
    robust::orient2d(point(a), point(b), point(c))
}

/// Returns true if `point` lies on the closed segment `edge`. Exact.
pub fn on_edge(edge: Line<f64>, point: Coord<f64>) -> bool {
    let between = |a: f64, b: f64, v: f64| a.min(b) <= v && v <= a.max(b);
    between(edge.start.x, edge.end.x, point.x)
        && between(edge.start.y, edge.end.y, point.y)
        && orientation(edge.start, edge.end, point) == 0.0
}

/// Locates `point` relative to a valid geometry with these `edges`, by the parity of the edges that
/// a ray to the east crosses.
///
/// An edge includes its lower end and excludes its upper one, so a ray through a vertex crosses one
/// of the two edges. In a coverage, a point on no boundary is therefore `Inside` exactly one area.
pub fn position_among(edges: impl Iterator<Item = Line<f64>>, point: Coord<f64>) -> Position {
    let mut inside = false;
    for edge in edges {
        let Line { start, end } = edge;
        if start.y.max(end.y) < point.y
            || start.y.min(end.y) > point.y
            || start.x.max(end.x) < point.x
        {
            continue;
        }
        if on_edge(edge, point) {
            return Position::Boundary;
        }
        let upward = start.y <= point.y && point.y < end.y;
        let downward = end.y <= point.y && point.y < start.y;
        // An upward edge is east of the point if the point is on its left; a downward edge, if the
        // point is on its right.
        let side = if upward || downward { orientation(start, end, point) } else { 0.0 };
        if (upward && side > 0.0) || (downward && side < 0.0) {
            inside = !inside;
        }
    }
    if inside { Position::Inside } else { Position::Outside }
}

/// Locates `point` relative to a valid geometry in the same coordinate space.
pub fn position_in(geometry: &MultiPolygon<f64>, point: Coord<f64>) -> Position {
    position_among(edges_of(geometry), point)
}

/// The edges of all rings of a geometry.
pub fn edges_of(geometry: &MultiPolygon<f64>) -> impl Iterator<Item = Line<f64>> + '_ {
    geometry.iter().flat_map(|polygon| {
        std::iter::once(polygon.exterior())
            .chain(polygon.interiors())
            .flat_map(geo::LineString::lines)
    })
}

#[cfg(test)]
mod tests {
    use geo::polygon;

    use super::*;

    fn at(x: f64, y: f64) -> Coord<f64> {
        Coord { x, y }
    }

    fn square_with_hole() -> MultiPolygon<f64> {
        MultiPolygon::new(vec![polygon!(
            exterior: [(x: 0., y: 0.), (x: 10., y: 0.), (x: 10., y: 10.), (x: 0., y: 10.)],
            interiors: [[(x: 4., y: 4.), (x: 4., y: 6.), (x: 6., y: 6.), (x: 6., y: 4.)]],
        )])
    }

    #[test]
    fn the_interior_of_a_hole_is_outside_and_its_ring_is_boundary() {
        let area = square_with_hole();
        assert_eq!(position_in(&area, at(5.0, 5.0)), Position::Outside);
        assert_eq!(position_in(&area, at(4.0, 5.0)), Position::Boundary);
        assert_eq!(position_in(&area, at(2.0, 5.0)), Position::Inside);
    }

    #[test]
    fn corners_and_edges_are_boundary() {
        let area = square_with_hole();
        for point in [at(0.0, 0.0), at(10.0, 10.0), at(5.0, 0.0), at(5.0, 10.0), at(0.0, 3.3)] {
            assert_eq!(position_in(&area, point), Position::Boundary, "{point:?}");
        }
    }

    #[test]
    fn a_ray_through_a_vertex_counts_it_once() {
        let area = square_with_hole();
        assert_eq!(position_in(&area, at(-1.0, 0.0)), Position::Outside);
        assert_eq!(position_in(&area, at(-1.0, 10.0)), Position::Outside);
        assert_eq!(position_in(&area, at(1.0, 4.0)), Position::Inside);
        assert_eq!(position_in(&area, at(1.0, 6.0)), Position::Inside);
    }

    #[test]
    fn the_next_float_beside_a_sloping_edge_is_not_on_the_edge() {
        let edge = Line::new(at(475_000.1, 260_000.3), at(475_003.1, 260_001.3));
        let middle = at(475_001.5, 260_000.766_666_7);
        let side = orientation(edge.start, edge.end, middle);
        let nudged = orientation(edge.start, edge.end, at(middle.x, middle.y.next_down()));
        assert!(side != nudged);
    }
}
