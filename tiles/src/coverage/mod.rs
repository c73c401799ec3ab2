//! Areas as shared arcs, each simplified once for each zoom.
//!
//! 1. `arcs`: the rings of all areas of a layer are snapped to the fine grid, given a vertex
//!    wherever they meet (`crossings`, `snap`), and cut at the nodes;
//! 2. `simplify`: each vertex of each arc is told the lowest zoom that draws it;
//! 3. `zoom`: at a zoom, the arcs are snapped to tile units, and `faces` and `rings` put the
//!    polygons of each area together from them.
//!
//! So two neighbours have the same edges along their common boundary at every zoom and in every
//! tile, and each polygon is valid. Nothing here asks that the layer be a coverage: where areas
//! overlap, or leave ground out, their boundaries are cut at the crossings and stay so.

mod arcs;
mod crossings;
mod faces;
mod middle;
mod rings;
mod rows;
mod simplify;
mod snap;
mod threads;
mod zoom;

use std::sync::OnceLock;

use geo::{LineString, MultiPolygon};
use rayon::prelude::*;

use crate::MAX_ZOOM;
use crate::mercator::{FINE_BITS, Fine, Unit, unit_shift};
use crate::tileset::around;
use arcs::Arcs;
pub(crate) use middle::Middle;
#[cfg(test)]
pub(crate) use rings::twice_area;
pub(crate) use rings::{Polygon, polygons};
pub(crate) use zoom::{Drawn, Zoom};

/// Corners of less than this many square tile units are left out, by zoom: a quarter of a pixel
/// where tiles are drawn at 512 pixels. The deepest zoom is also drawn magnified, so there only
/// corners below one unit go.
const CORNER_AREA: i64 = 16;
const DEEPEST_CORNER_AREA: i64 = 1;

/// Simplifies areas together, in degrees (WGS84): the boundary of two neighbours stays one.
///
/// `tolerance` is in metres of EPSG:3857. Corners go while their triangles are not larger than its
/// square; that is the tolerance of GEOS's `CoverageSimplifier`. Nodes, where the boundaries of
/// several areas meet, stay; so does every area. The result is valid, with vertices of the grid
/// of 3.7 cm that all of this crate works on.
pub fn simplify(areas: &[MultiPolygon], tolerance: f64) -> Vec<MultiPolygon> {
    let arcs = Arcs::of(areas);
    let steps = tolerance / METRES_AROUND * f64::from(1_u32 << FINE_BITS);
    let lowest = simplify::lowest_zooms(&arcs, &[(2.0 * steps * steps) as i64]);
    let edges = |&(arc, times): &(u32, i32)| {
        let line = zoom::standing(&arcs, &lowest, arc as usize, 0);
        let line: Vec<Unit> = line.into_iter().map(|(x, y)| Unit { x, y }).collect();
        line.windows(2).map(|w| (w[0], w[1], times)).collect::<Vec<_>>()
    };
    let ring = |ring: Vec<Unit>| {
        let degrees = |p: Unit| Fine { x: p.x, y: p.y }.to_mercator().to_degrees();
        LineString::from(ring.into_iter().map(degrees).collect::<Vec<_>>())
    };
    arcs.of_area
        .iter()
        .map(|uses| {
            faces::ground(uses.iter().flat_map(edges))
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

/// Metres of EPSG:3857 around the world.
const METRES_AROUND: f64 = 2.0 * std::f64::consts::PI * 6_378_137.0;

/// The areas of a layer.
#[derive(Debug)]
pub(crate) struct Coverage {
    arcs: Arcs,
    /// Of each vertex of the arcs, the lowest zoom at which it is drawn.
    lowest: Vec<u8>,
    /// Of each area, its middle; none where the fine grid holds nothing of it.
    middles: Vec<Option<Middle>>,
    /// Each zoom is drawn when it is first asked for.
    zooms: [OnceLock<Zoom>; MAX_ZOOM as usize + 1],
}

impl Coverage {
    /// Prepares areas given in degrees, WGS84.
    pub(crate) fn of<'a>(areas: impl IntoIterator<Item = &'a MultiPolygon>) -> Self {
        let arcs = Arcs::of(areas);
        let limits: Vec<i64> = (0..=MAX_ZOOM)
            .map(|zoom| {
                let area = if zoom == MAX_ZOOM { DEEPEST_CORNER_AREA } else { CORNER_AREA };
                (2 * area) << (2 * unit_shift(zoom))
            })
            .collect();
        let lowest = simplify::lowest_zooms(&arcs, &limits);
        let middles = arcs.of_area.par_iter().map(|uses| Middle::of(&arcs, uses)).collect();
        Self { arcs, lowest, middles, zooms: Default::default() }
    }

    /// The areas as drawn at a zoom.
    pub(crate) fn at(&self, zoom: u8) -> &Zoom {
        self.zooms[usize::from(zoom.min(MAX_ZOOM))]
            .get_or_init(|| threads::apart(|| Zoom::of(self, zoom)))
    }

    /// The corners around all areas.
    pub(crate) fn extent(&self) -> Option<[Fine; 2]> {
        around(self.arcs.points.iter().copied())
    }

    /// The middle of each area: the place for its name.
    pub(crate) fn middles(&self) -> &[Option<Middle>] {
        &self.middles
    }
}
