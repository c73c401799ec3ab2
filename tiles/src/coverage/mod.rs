//! Areas as shared arcs, simplified once per zoom.
//!
//! 1. `arcs`: the rings of all areas of a layer are snapped to the fine grid, get a vertex wherever
//!    they meet (`crossings`, `snap`), and are cut at the nodes.
//! 2. `simplify`: each vertex of each arc gets the lowest zoom at which it is drawn.
//! 3. `zoom`: for one zoom, the arcs are snapped to tile units, and `faces` and `rings` assemble
//!    the polygons of each area.
//!
//! Two neighbours therefore have the same edges along their common boundary at every zoom and in
//! every tile, and each polygon is valid. The layer need not be a coverage: where areas overlap or
//! leave gaps, their boundaries are cut at the crossings and stay as they are.
//!
//! Weighed against GEOS' `CoverageSimplifier` (a C++ library; simplifies for one tolerance at a
//! time), the TopoJSON tools (snap without noding, so simplified arcs can cross) and `geo`'s
//! `SimplifyVwPreserve` (simplifies each polygon separately, so neighbours come apart).

mod arcs;
mod crossings;
mod draw_pool;
mod faces;
mod point_index;
mod pole;
mod rings;
mod simplify;
mod snap;
mod zoom;

use std::sync::OnceLock;

use geo::{LineString, MultiPolygon};
use rayon::prelude::*;

use crate::MAX_ZOOM;
use crate::mercator::bounding_box;
use crate::mercator::{FINE_BITS, FinePoint, TilePoint, unit_shift};
use arcs::Arcs;
pub(crate) use pole::Pole;
#[cfg(test)]
pub(crate) use rings::twice_area;
pub(crate) use rings::{Polygon, polygons};
pub(crate) use zoom::{DrawnArea, Zoom};

/// Corners with less than this area in square tile units are dropped: a quarter of a pixel for
/// tiles drawn at 512 pixels. The deepest zoom is also shown magnified, so there the limit is one
/// unit.
const CORNER_AREA: i64 = 16;
const DEEPEST_CORNER_AREA: i64 = 1;

/// Simplifies areas together, in degrees (WGS84). The common boundary of two neighbours stays
/// common.
///
/// `tolerance` is in metres of EPSG:3857. A corner is dropped if the area of its triangle is at
/// most the square of the tolerance, as in GEOS' `CoverageSimplifier`. Nodes, where the boundaries
/// of several areas meet, stay, and so does every area. The result is valid, with vertices on this
/// crate's fine grid of 3.7 cm.
pub fn simplify(areas: &[MultiPolygon], tolerance: f64) -> Vec<MultiPolygon> {
    let arcs = Arcs::of(areas);
    let steps = tolerance / METRES_AROUND * f64::from(1_u32 << FINE_BITS);
    let lowest = simplify::lowest_zooms(&arcs, &[(2.0 * steps * steps) as i64]);
    let edges = |&(arc, times): &(u32, i32)| {
        let line = zoom::kept_vertices(&arcs, &lowest, arc as usize, 0);
        let line: Vec<TilePoint> = line.into_iter().map(|(x, y)| TilePoint { x, y }).collect();
        line.windows(2).map(|w| (w[0], w[1], times)).collect::<Vec<_>>()
    };
    let ring = |ring: Vec<TilePoint>| {
        let degrees = |p: TilePoint| FinePoint { x: p.x, y: p.y }.to_mercator().to_degrees();
        LineString::from(ring.into_iter().map(degrees).collect::<Vec<_>>())
    };
    arcs.of_area
        .iter()
        .map(|uses| {
            faces::interior(uses.iter().flat_map(edges))
                .into_iter()
                .map(|polygon| {
                    let mut rings = polygon.into_iter().map(ring);
                    let shell = rings.next().unwrap_or_else(|| LineString::new(Vec::new()));
                    geo::Polygon::new(shell, rings.collect())
                })
                .collect()
        })
        .collect()
}

/// The circumference of the world in metres of EPSG:3857.
const METRES_AROUND: f64 = 2.0 * std::f64::consts::PI * 6_378_137.0;

/// The areas of a layer.
#[derive(Debug)]
pub(crate) struct Coverage {
    arcs: Arcs,
    /// For each vertex of the arcs, the lowest zoom at which it is drawn.
    lowest: Vec<u8>,
    /// For each area its pole, or `None` if nothing of it is left on the fine grid.
    poles: Vec<Option<Pole>>,
    /// The zooms, each drawn on first use.
    zooms: [OnceLock<Zoom>; MAX_ZOOM as usize + 1],
}

impl Coverage {
    /// Prepares areas in degrees (WGS84).
    pub(crate) fn of<'a>(areas: impl IntoIterator<Item = &'a MultiPolygon>) -> Self {
        let arcs = Arcs::of(areas);
        let limits: Vec<i64> = (0..=MAX_ZOOM)
            .map(|zoom| {
                let area = if zoom == MAX_ZOOM { DEEPEST_CORNER_AREA } else { CORNER_AREA };
                (2 * area) << (2 * unit_shift(zoom))
            })
            .collect();
        let lowest = simplify::lowest_zooms(&arcs, &limits);
        let poles = arcs.of_area.par_iter().map(|uses| Pole::of(&arcs, uses)).collect();
        Self { arcs, lowest, poles, zooms: Default::default() }
    }

    /// Returns the areas as drawn at a zoom.
    pub(crate) fn at(&self, zoom: u8) -> &Zoom {
        self.zooms[usize::from(zoom.min(MAX_ZOOM))]
            .get_or_init(|| draw_pool::run(|| Zoom::of(self, zoom)))
    }

    /// Returns the bounding box of all areas.
    pub(crate) fn extent(&self) -> Option<[FinePoint; 2]> {
        bounding_box(self.arcs.points.iter().copied())
    }

    /// Returns the pole of each area, the position of its label.
    pub(crate) fn poles(&self) -> &[Option<Pole>] {
        &self.poles
    }
}
