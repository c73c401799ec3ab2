//! The indexed boundary of one geometry, for point location and overlap measurement.

use geo::{Coord, Line, MultiPolygon, Rect};

use crate::geometry::predicate::{Position, position_among};
use crate::geometry::strips::Strips;

/// The edges of a valid geometry, sorted into horizontal strips so that a query visits few of them.
/// In the coordinate space of the geometry: BNG metres for areas.
#[derive(Debug)]
pub struct Outline {
    /// The edges of all rings, ring by ring.
    pub(crate) edges: Vec<Line<f64>>,
    /// The index in `edges` of the first edge of each ring, and finally the number of edges.
    pub(crate) rings: Vec<usize>,
    extent: Rect<f64>,
    pub(crate) perimeter_m: f64,
    pub(crate) strips: Strips,
}

impl Outline {
    /// Indexes a valid geometry, with shells counter-clockwise and holes clockwise.
    pub fn new(geometry: &MultiPolygon<f64>) -> Self {
        let mut edges = Vec::new();
        let mut rings = vec![0];
        for polygon in geometry {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                edges.extend(ring.lines().filter(|edge| edge.start != edge.end));
                rings.push(edges.len());
            }
        }
        let corner = |pick: fn(f64, f64) -> f64| {
            edges
                .iter()
                .map(|edge| edge.start)
                .reduce(|a, b| Coord { x: pick(a.x, b.x), y: pick(a.y, b.y) })
        };
        let extent = Rect::new(
            corner(f64::min).unwrap_or(Coord::zero()),
            corner(f64::max).unwrap_or(Coord::zero()),
        );
        let perimeter_m = edges.iter().map(|edge| edge.dx().hypot(edge.dy())).sum();
        let strips = Strips::new(&edges);
        Self { edges, rings, extent, perimeter_m, strips }
    }

    /// The bounding box.
    pub fn extent(&self) -> Rect<f64> {
        self.extent
    }

    /// At most `most` vertices, evenly spread over all edges.
    pub fn sample_vertices(&self, most: usize) -> impl Iterator<Item = Coord<f64>> + '_ {
        let step = (self.edges.len() / most.max(1)).max(1);
        self.edges.iter().step_by(step).take(most).map(|edge| edge.start)
    }

    /// Locates a point. Points on the boundary are [`Position::Boundary`].
    pub fn position(&self, point: Coord<f64>) -> Position {
        position_among(self.strips.at(point.y).map(|index| self.edges[index]), point)
    }
}
