//! The areas of a layer as drawn at one zoom, in tile units.
//!
//! 1. Each arc is taken with the vertices that this zoom draws.
//! 2. It gets a vertex wherever it crosses the line at which some tile will be clipped, so that
//!    clipping never has to round, and neighbouring tiles show the same line.
//! 3. All arcs are snapped to tile units together.
//! 4. The rings of each area are put together again from its arcs.

use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::Coverage;
use super::arcs::Arcs;
use super::faces::ground;
use super::rings::Polygon;
use super::snap::{HotCells, Point, cell};
use crate::clip::{BUFFER, Window};
use crate::mercator::{Fine, TILE_EXTENT, Unit, unit_shift};

/// One area at one zoom.
#[derive(Debug)]
pub(crate) struct Drawn {
    /// The number of the area in its layer.
    pub(crate) area: u32,
    pub(crate) polygons: Vec<Polygon>,
}

/// A drawn area's number, found by its extent.
type Found = GeomWithData<Rectangle<[i32; 2]>, u32>;

/// All areas of a layer that are drawn at one zoom.
#[derive(Debug)]
pub(crate) struct Zoom {
    drawn: Vec<Drawn>,
    index: RTree<Found>,
}

impl Zoom {
    /// Draws the areas of a coverage.
    pub(super) fn of(coverage: &Coverage, zoom: u8) -> Self {
        let lines = snapped(coverage, zoom);
        let arcs = &coverage.arcs;
        let drawn: Vec<Drawn> = arcs
            .of_area
            .par_iter()
            .enumerate()
            .filter_map(|(area, uses)| {
                let edges = uses.iter().flat_map(|&(arc, times)| {
                    lines[arc as usize].windows(2).map(move |w| (w[0], w[1], times))
                });
                let mut polygons = ground(edges);
                if polygons.is_empty() {
                    polygons.push(vec![coverage.stand_in(area, zoom)?]);
                }
                Some(Drawn { area: area as u32, polygons })
            })
            .collect();
        let boxes = drawn
            .iter()
            .enumerate()
            .map(|(number, drawn)| GeomWithData::new(extent(&drawn.polygons), number as u32))
            .collect();
        Self { drawn, index: RTree::bulk_load(boxes) }
    }

    /// All areas drawn.
    pub(crate) fn drawn(&self) -> &[Drawn] {
        &self.drawn
    }

    /// The areas whose extents meet the window, in their order in the layer.
    pub(crate) fn meeting(&self, window: Window) -> impl Iterator<Item = &Drawn> {
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

/// The arcs of a coverage in tile units.
fn snapped(coverage: &Coverage, zoom: u8) -> Vec<Vec<Unit>> {
    let shift = unit_shift(zoom);
    let lines: Vec<Vec<Point>> = (0..coverage.arcs.len())
        .into_par_iter()
        .map(|arc| standing(&coverage.arcs, &coverage.lowest, arc, zoom))
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
            out.into_iter().map(|(x, y)| Unit { x, y }).collect()
        })
        .collect()
}

/// Adds the cells in which an edge crosses a line at which tiles are clipped: the buffer's width
/// to either side of each line between tiles.
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
            // other_from + (at - from) (other_to - other_from) / (to - from), rounded as `cell`
            // rounds: half upward, in cells of 2^shift.
            let run = i128::from(to) - i128::from(from);
            let rise = i128::from(other_to) - i128::from(other_from);
            let num = i128::from(other_from) * run + (i128::from(at) - i128::from(from)) * rise;
            let (num, den) = (num * run.signum(), run.abs() << shift);
            let row = (2 * num + den).div_euclid(2 * den) as i32;
            hot.push(if across { (row, line) } else { (line, row) });
        }
    }
}

/// The vertices of an arc that a zoom draws.
pub(super) fn standing(arcs: &Arcs, lowest: &[u8], arc: usize, zoom: u8) -> Vec<Point> {
    let range = arcs.range(arc);
    let mut line: Vec<Point> =
        range.clone().filter(|&v| lowest[v] <= zoom).map(|v| arcs.points[v].into()).collect();
    // A free arc whose first vertex has gone closes on the first that stands.
    if arcs.free[arc] && lowest[range.start] > zoom {
        line.extend(line.first().copied());
    }
    line
}

impl Coverage {
    /// What is drawn for an area that snapping has left nothing of: a square of one unit around
    /// its middle, while its ground is at least one square unit.
    fn stand_in(&self, area: usize, zoom: u8) -> Option<Vec<Unit>> {
        let shift = unit_shift(zoom);
        let middle = self.middles[area].as_ref()?;
        if middle.twice_area < 2 << (2 * shift) {
            return None;
        }
        let Fine { x, y } = middle.at;
        let (x, y) = (x >> shift, y >> shift);
        Some([(0, 0), (1, 0), (1, 1), (0, 1)].map(|(dx, dy)| Unit { x: x + dx, y: y + dy }).into())
    }
}
