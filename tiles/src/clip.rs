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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::twice_area;

    fn unit((x, y): (i32, i32)) -> Unit {
        Unit { x, y }
    }

    fn polygon(rings: &[&[(i32, i32)]]) -> Polygon {
        rings.iter().map(|ring| ring.iter().copied().map(unit).collect()).collect()
    }

    /// Twice the areas of what is left in the window from (0, 0) to (10, 10), by polygon.
    fn left(area: &[Polygon]) -> Vec<Vec<i128>> {
        let window = Window { low: unit((0, 0)), high: unit((10, 10)) };
        let mut areas: Vec<Vec<i128>> = clip(area, window)
            .iter()
            .map(|polygon| polygon.iter().map(|ring| twice_area(ring)).collect())
            .collect();
        areas.sort_unstable();
        areas
    }

    #[test]
    fn an_area_around_the_window_fills_it() {
        let around = [(-20, -20), (30, -20), (30, 30), (-20, 30)];
        assert_eq!(left(&[polygon(&[&around])]), [[200]]);
        let hole = [(-5, -5), (-5, 15), (15, 15), (15, -5)];
        assert!(left(&[polygon(&[&around, &hole])]).is_empty(), "the window lies in its hole");
    }

    #[test]
    fn an_area_inside_the_window_is_left_as_it_is() {
        let inside = [(2, 2), (8, 2), (8, 8)];
        assert_eq!(left(&[polygon(&[&inside])]), [[36]]);
    }

    #[test]
    fn an_area_beside_the_window_is_left_out_even_where_it_touches() {
        for beside in [
            [(20, 0), (30, 0), (30, 10)],
            [(10, 0), (30, 0), (10, 10)],
            [(10, 10), (30, 10), (30, 30)],
            [(-10, -10), (0, -10), (0, 0)],
        ] {
            assert!(left(&[polygon(&[&beside])]).is_empty(), "{beside:?}");
        }
    }

    #[test]
    fn an_area_across_a_side_is_closed_along_it() {
        // With a vertex where its edges cross the side, as every drawn area has.
        let across = [(5, 2), (10, 2), (20, 2), (20, 8), (10, 8), (5, 8)];
        assert_eq!(left(&[polygon(&[&across])]), [[60]]);
        let corner = [(-5, -5), (5, -5), (5, 0), (5, 5), (0, 5), (-5, 5)];
        assert_eq!(left(&[polygon(&[&corner])]), [[50]]);
    }

    #[test]
    fn an_edge_along_a_side_bounds_what_lies_inside() {
        let inside = [(0, 2), (6, 2), (6, 8), (0, 8)];
        assert_eq!(left(&[polygon(&[&inside])]), [[72]]);
        let all = [(0, 0), (10, 0), (10, 10), (0, 10)];
        assert_eq!(left(&[polygon(&[&all])]), [[200]]);
    }

    #[test]
    fn a_comb_across_a_side_falls_into_its_teeth() {
        let comb = [
            (-5, 1),
            (0, 1),
            (6, 1),
            (6, 3),
            (0, 3),
            (-3, 3),
            (-3, 5),
            (0, 5),
            (6, 5),
            (6, 7),
            (0, 7),
            (-5, 7),
        ];
        assert_eq!(left(&[polygon(&[&comb])]), [[24], [24]]);
    }

    #[test]
    fn a_hole_across_a_side_opens_the_area() {
        let all = [(-5, -5), (15, -5), (15, 15), (-5, 15)];
        let hole = [(-2, 4), (-2, 6), (0, 6), (4, 6), (4, 4), (0, 4)];
        assert_eq!(left(&[polygon(&[&all, &hole])]), [[200 - 16]]);
    }

    #[test]
    fn an_area_whose_tip_ends_in_the_windows_corner_is_cut_right() {
        let tip = [(0, 0), (8, 4), (4, 8)];
        assert_eq!(left(&[polygon(&[&tip])]), [[48]]);
        // The same tip taken away from an area that fills the window.
        let all = [(-5, -5), (15, -5), (15, 15), (-5, 15)];
        let hole = [(0, 0), (4, 8), (8, 4)];
        assert_eq!(left(&[polygon(&[&all, &hole])]), [vec![200, -48]]);
    }
}
