//! An area's polygons cut to a tile and its buffer.
//!
//! Zooms are drawn with a vertex wherever an edge crosses a line at which some tile is clipped
//! (`coverage::zoom`), so every edge lies on one side of the window's sides: an edge is kept or
//! left as it is, nothing is rounded, and what comes out is as valid as what went in.
//!
//! 1. Keep the edges inside the window; those on its sides are left to step 3.
//! 2. Tell whether the ground begins just inside the window's first corner.
//! 3. Walk around the sides. Wherever kept edges end, ground begins or stops; sides along ground
//!    become edges.
//! 4. Put the rings together.

use crate::TileCoord;
use crate::coverage::{Polygon, polygons};
use crate::mercator::{TILE_EXTENT, Unit, cross};

/// How far around a tile its areas are drawn, in tile units: eight pixels where tiles are drawn
/// at 512, more than any line is wide.
pub(crate) const BUFFER: i32 = 64;

/// A tile with its buffer, in tile units of the world at its zoom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) low: Unit,
    pub(crate) high: Unit,
}

impl Window {
    /// The window of a tile.
    pub(crate) fn of(tile: TileCoord) -> Self {
        let low = origin(tile);
        let reach = TILE_EXTENT + BUFFER;
        Self {
            low: Unit { x: low.x - BUFFER, y: low.y - BUFFER },
            high: Unit { x: low.x + reach, y: low.y + reach },
        }
    }

    /// Whether the middle of an edge lies inside, not on a side. Coordinates are doubled.
    fn holds_middle(&self, a: Unit, b: Unit) -> bool {
        let (x, y) = (a.x + b.x, a.y + b.y);
        2 * self.low.x < x && x < 2 * self.high.x && 2 * self.low.y < y && y < 2 * self.high.y
    }

    /// Whether an edge lies beyond one of the sides, or on it.
    fn is_beyond(&self, a: Unit, b: Unit) -> bool {
        (a.x <= self.low.x && b.x <= self.low.x)
            || (a.x >= self.high.x && b.x >= self.high.x)
            || (a.y <= self.low.y && b.y <= self.low.y)
            || (a.y >= self.high.y && b.y >= self.high.y)
    }

    /// How far along the sides a point on them lies, from the low corner along the low side first.
    fn along(&self, p: Unit) -> Option<i64> {
        let (width, height) =
            (i64::from(self.high.x - self.low.x), i64::from(self.high.y - self.low.y));
        let (x, y) = (i64::from(p.x - self.low.x), i64::from(p.y - self.low.y));
        match (x, y) {
            (x, 0) => Some(x),
            (x, y) if x == width => Some(width + y),
            (x, y) if y == height => Some(2 * width + height - x),
            (0, y) => Some(2 * (width + height) - y),
            _ => None,
        }
    }

    /// The corners.
    fn corners(&self) -> [Unit; 4] {
        let Self { low, high } = *self;
        [low, Unit { x: high.x, y: low.y }, high, Unit { x: low.x, y: high.y }]
    }
}

/// The north-west corner of a tile.
pub(crate) fn origin(tile: TileCoord) -> Unit {
    let (column, row) = tile.place();
    Unit { x: column * TILE_EXTENT, y: row * TILE_EXTENT }
}

/// The part of an area's polygons inside a window.
pub(crate) fn clip(area: &[Polygon], window: Window) -> Vec<Polygon> {
    let mut kept: Vec<(Unit, Unit)> = Vec::new();
    let mut stops: Vec<Stop> = Vec::new();
    let mut ground = false;
    let mut all_inside = true;
    for (a, b) in edges(area) {
        ground ^= meets_ray(a, b, window.low);
        if window.is_beyond(a, b) || !window.holds_middle(a, b) {
            all_inside = false;
            continue;
        }
        stops.extend([a, b].into_iter().filter_map(|p| Some((window.along(p)?, p, true))));
        kept.push((a, b));
    }
    if all_inside {
        return area.to_vec();
    }
    if kept.is_empty() && !ground {
        return Vec::new();
    }
    stops.extend(window.corners().into_iter().filter_map(|p| Some((window.along(p)?, p, false))));
    stops.sort_unstable();
    walk_sides(&stops, ground, &mut kept);
    polygons(kept)
}

/// A stop on the way around the sides: how far along, where, and whether an edge ends there or it
/// is only a corner.
type Stop = (i64, Unit, bool);

/// Adds the sides along which there is ground. The stops are in order, the low corner first;
/// `ground` tells of the side after it.
fn walk_sides(stops: &[Stop], mut ground: bool, kept: &mut Vec<(Unit, Unit)>) {
    let low_corner = stops[0].1;
    let mut from = low_corner;
    // What ends in the low corner was counted by the ray that told `ground`.
    for here in stops.chunk_by(|a, b| a.0 == b.0).skip(1) {
        if ground {
            kept.push((from, here[0].1));
        }
        from = here[0].1;
        ground ^= here.iter().filter(|stop| stop.2).count() % 2 == 1;
    }
    if ground {
        kept.push((from, low_corner));
    }
}

/// All edges of an area's polygons.
fn edges(area: &[Polygon]) -> impl Iterator<Item = (Unit, Unit)> {
    area.iter()
        .flatten()
        .flat_map(|ring| ring.iter().copied().zip(ring.iter().copied().cycle().skip(1)))
}

/// Whether a ray to greater `x`, from a point moved by a trifle to greater `x` and by a trifle of
/// that trifle to greater `y`, meets an edge.
fn meets_ray(a: Unit, b: Unit, from: Unit) -> bool {
    if (a.y <= from.y) == (b.y <= from.y) {
        return false;
    }
    let side = cross(a.into(), b.into(), from.into());
    if b.y > a.y { side > 0 } else { side < 0 }
}
