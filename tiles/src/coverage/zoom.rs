//! The areas of a layer drawn at one zoom, in tile units.
//!
//! 1. Take the vertices of each arc that this zoom draws.
//! 2. Add a vertex wherever an arc crosses a clip line of some tile, so that clipping never rounds
//!    and neighbouring tiles show the same line.
//! 3. Snap all arcs together to tile units.
//! 4. Assemble the rings of each area from its arcs.

use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::Coverage;
use super::arcs::Arcs;
use super::faces::interior;
use super::rings::Polygon;
use super::snap::{HotCells, Point, cell};
use crate::clip::{BUFFER, Window};
use crate::mercator::{FinePoint, TILE_EXTENT, TilePoint, unit_shift};

/// One area at one zoom.
#[derive(Debug)]
pub(crate) struct DrawnArea {
    /// The index of the area in its layer.
    pub(crate) area: u32,
    pub(crate) polygons: Vec<Polygon>,
}

/// The index of a drawn area, with its extent.
type Found = GeomWithData<Rectangle<[i32; 2]>, u32>;

/// All areas of a layer that are drawn at one zoom.
#[derive(Debug)]
pub(crate) struct Zoom {
    drawn: Vec<DrawnArea>,
    index: RTree<Found>,
}

impl Zoom {
    /// Draws the areas of a coverage.
    pub(super) fn of(coverage: &Coverage, zoom: u8) -> Self {
        let lines = snapped(coverage, zoom);
        let arcs = &coverage.arcs;
        let drawn: Vec<DrawnArea> = arcs
            .of_area
            .par_iter()
            .enumerate()
            .filter_map(|(area, uses)| {
                let edges = uses.iter().flat_map(|&(arc, times)| {
                    lines[arc as usize].windows(2).map(move |w| (w[0], w[1], times))
                });
                let mut polygons = interior(edges);
                if polygons.is_empty() {
                    polygons.push(vec![coverage.placeholder(area, zoom)?]);
                }
                Some(DrawnArea { area: area as u32, polygons })
            })
            .collect();
        let boxes = drawn
            .iter()
            .enumerate()
            .map(|(number, drawn)| GeomWithData::new(extent(&drawn.polygons), number as u32))
            .collect();
        Self { drawn, index: RTree::bulk_load(boxes) }
    }

    /// Returns all drawn areas.
    pub(crate) fn drawn(&self) -> &[DrawnArea] {
        &self.drawn
    }

    /// Returns the areas whose extents meet the window, in layer order.
    pub(crate) fn meeting(&self, window: Window) -> impl Iterator<Item = &DrawnArea> {
        let extent =
            AABB::from_corners([window.low.x, window.low.y], [window.high.x, window.high.y]);
        let mut found: Vec<u32> =
            self.index.locate_in_envelope_intersecting(extent).map(|found| found.data).collect();
        found.sort_unstable();
        found.into_iter().map(|number| &self.drawn[number as usize])
    }
}

fn extent(polygons: &[Polygon]) -> Rectangle<[i32; 2]> {
    let (mut low, mut high) = ([i32::MAX; 2], [i32::MIN; 2]);
    for p in polygons.iter().flat_map(|polygon| &polygon[0]) {
        low = [low[0].min(p.x), low[1].min(p.y)];
        high = [high[0].max(p.x), high[1].max(p.y)];
    }
    Rectangle::from_corners(low, high)
}

/// Returns the arcs of a coverage in tile units.
fn snapped(coverage: &Coverage, zoom: u8) -> Vec<Vec<TilePoint>> {
    let shift = unit_shift(zoom);
    let lines: Vec<Vec<Point>> = (0..coverage.arcs.len())
        .into_par_iter()
        .map(|arc| kept_vertices(&coverage.arcs, &coverage.lowest, arc, zoom))
        .collect();
    let hot: Vec<Point> = lines
        .par_iter()
        .flat_map_iter(|line| {
            let mut hot: Vec<Point> = line.iter().map(|&p| cell(p, shift)).collect();
            for pair in line.windows(2) {
                clip_crossings(pair[0], pair[1], shift, &mut hot);
            }
            hot
        })
        .collect();
    let hot = HotCells::new(hot, shift);
    lines
        .into_par_iter()
        .map(|line| {
            let mut out = vec![cell(line[0], shift)];
            for pair in line.windows(2) {
                hot.route(pair[0], pair[1], &mut out);
            }
            out.into_iter().map(|(x, y)| TilePoint { x, y }).collect()
        })
        .collect()
}

/// Adds the cells in which an edge crosses a clip line: the lines at the buffer's distance on
/// either side of each tile boundary.
fn clip_crossings(a: Point, b: Point, shift: u32, hot: &mut Vec<Point>) {
    let extent = TILE_EXTENT;
    for ([from, to], [other_from, other_to], across) in
        [([a.0, b.0], [a.1, b.1], false), ([a.1, b.1], [a.0, b.0], true)]
    {
        if from == to {
            continue;
        }
        let (low, high) = (from.min(to), from.max(to));
        let first = (low >> shift).div_euclid(extent) - 1;
        let last = (high >> shift).div_euclid(extent) + 1;
        let lines =
            (first..=last).flat_map(|tile| [tile * extent - BUFFER, tile * extent + BUFFER]);
        for line in lines {
            let at = i64::from(line) << shift;
            if at <= i64::from(low) || at >= i64::from(high) {
                continue;
            }
            // other_from + (at - from) (other_to - other_from) / (to - from), rounded half upward
            // like `cell`, in cells of 2^shift.
            let run = i128::from(to) - i128::from(from);
            let rise = i128::from(other_to) - i128::from(other_from);
            let num = i128::from(other_from) * run + (i128::from(at) - i128::from(from)) * rise;
            let (num, den) = (num * run.signum(), run.abs() << shift);
            let row = (2 * num + den).div_euclid(2 * den) as i32;
            hot.push(if across { (row, line) } else { (line, row) });
        }
    }
}

/// Returns the vertices of an arc that a zoom draws.
pub(super) fn kept_vertices(arcs: &Arcs, lowest: &[u8], arc: usize, zoom: u8) -> Vec<Point> {
    let range = arcs.range(arc);
    let mut line: Vec<Point> =
        range.clone().filter(|&v| lowest[v] <= zoom).map(|v| arcs.points[v].into()).collect();
    // A free arc whose first vertex was dropped closes at its first kept vertex.
    if arcs.free[arc] && lowest[range.start] > zoom {
        line.extend(line.first().copied());
    }
    line
}

impl Coverage {
    /// Returns the placeholder for an area that snapping reduced to nothing: a square of one unit
    /// around its pole, if its area is at least one square unit.
    fn placeholder(&self, area: usize, zoom: u8) -> Option<Vec<TilePoint>> {
        let shift = unit_shift(zoom);
        let pole = self.poles[area].as_ref()?;
        if pole.twice_area < 2 << (2 * shift) {
            return None;
        }
        let FinePoint { x, y } = pole.at;
        let (x, y) = (x >> shift, y >> shift);
        Some(
            [(0, 0), (1, 0), (1, 1), (0, 1)]
                .map(|(dx, dy)| TilePoint { x: x + dx, y: y + dy })
                .into(),
        )
    }
}
