//! The boundary of one area, ready for questions: where a point lies, and what ground it shares.

use geo::{Coord, Line, MultiPolygon, Rect};

use crate::geometry::predicate::{Position, position_among};
use crate::geometry::strips::Strips;

/// The edges of a valid geometry, sorted so that few are met by one question. Its own space, BNG
/// metres for areas.
#[derive(Debug)]
pub struct Outline {
    /// The edges of all rings, ring by ring.
    pub(crate) edges: Vec<Line<f64>>,
    /// Where each ring begins in `edges`; the last entry is the number of edges.
    pub(crate) rings: Vec<usize>,
    extent: Rect<f64>,
    pub(crate) perimeter_m: f64,
    pub(crate) strips: Strips,
}

impl Outline {
    /// Prepares a valid geometry: shells counter-clockwise, holes clockwise.
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

    /// Some of its vertices, `most` at most, from all along it.
    pub fn some_vertices(&self, most: usize) -> impl Iterator<Item = Coord<f64>> + '_ {
        let step = (self.edges.len() / most.max(1)).max(1);
        self.edges.iter().step_by(step).take(most).map(|edge| edge.start)
    }

    /// Where a point lies, by the boundary rule.
    pub fn position(&self, point: Coord<f64>) -> Position {
        position_among(self.strips.at(point.y).map(|place| self.edges[place]), point)
    }
}
