//! The exact predicates under every answer: on which side, inside or on the boundary.

use geo::{Coord, Line, MultiPolygon};
use serde::{Deserialize, Serialize};

/// Where a point lies in an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Position {
    /// In its interior.
    Inside,
    /// On its boundary, which belongs to it.
    Boundary,
    /// Outside it.
    Outside,
}

/// Twice the signed area of the triangle `a b c`: above zero when `c` lies left of the line from
/// `a` to `b`, exactly zero when on it. The sign is exact for any finite input (Shewchuk,
/// "Adaptive precision floating-point arithmetic and fast robust geometric predicates", 1997).
pub fn orientation(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> f64 {
    let point = |c: Coord<f64>| robust::Coord { x: c.x, y: c.y };
    robust::orient2d(point(a), point(b), point(c))
}

/// Whether `point` lies on the closed segment `edge`, exactly.
pub fn on_edge(edge: Line<f64>, point: Coord<f64>) -> bool {
    let between = |a: f64, b: f64, v: f64| a.min(b) <= v && v <= a.max(b);
    between(edge.start.x, edge.end.x, point.x)
        && between(edge.start.y, edge.end.y, point.y)
        && orientation(edge.start, edge.end, point) == 0.0
}

/// Where `point` lies in the ground bounded by `edges`, the edges of all rings of a valid
/// geometry: by the parity of the edges that a ray eastward crosses.
///
/// A ray that passes through a vertex counts it once, since an edge owns its lower end and not its
/// upper one. So for a point on no boundary, exactly one of the areas of a coverage says `Inside`.
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
        // An upward edge is east of the point when the point is on its left; a downward one when
        // it is on its right.
        let side = if upward || downward { orientation(start, end, point) } else { 0.0 };
        if (upward && side > 0.0) || (downward && side < 0.0) {
            inside = !inside;
        }
    }
    if inside { Position::Inside } else { Position::Outside }
}

/// Where `point` lies in a valid geometry; both in the same space.
pub fn position_in(geometry: &MultiPolygon<f64>, point: Coord<f64>) -> Position {
    position_among(edges_of(geometry), point)
}

/// Every edge of every ring of a geometry.
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
    fn a_hole_is_outside_and_its_rim_is_boundary() {
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
    fn the_next_float_beside_a_slanted_edge_is_told_from_the_edge() {
        let edge = Line::new(at(475_000.1, 260_000.3), at(475_003.1, 260_001.3));
        let middle = at(475_001.5, 260_000.766_666_7);
        let side = orientation(edge.start, edge.end, middle);
        let nudged = orientation(edge.start, edge.end, at(middle.x, middle.y.next_down()));
        assert!(side != nudged);
    }
}
