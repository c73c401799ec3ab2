//! Clipping of an area's polygons to a tile and its buffer.
//!
//! Areas are drawn with a vertex wherever an edge crosses a clip line of some tile
//! (`coverage::zoom`). Every edge therefore lies on one side of each side of the window, so edges
//! are kept or dropped whole, nothing is rounded, and the result is as valid as the input.
//!
//! 1. Keep the edges inside the window. Those on its sides are handled in step 3.
//! 2. Determine whether the area covers the start of the first side.
//! 3. Walk around the sides. The coverage changes wherever a kept edge ends. Covered sides become
//!    edges.
//! 4. Assemble the rings.

use crate::TileCoord;
use crate::coverage::{Polygon, polygons};
use crate::mercator::{TILE_EXTENT, TilePoint, cross};

/// The buffer around a tile in which areas are drawn, in tile units: eight pixels for tiles drawn
/// at 512 pixels, wider than any line.
pub(crate) const BUFFER: i32 = 64;

/// A tile with its buffer, in world tile units at its zoom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) low: TilePoint,
    pub(crate) high: TilePoint,
}

impl Window {
    /// Returns the window of a tile.
    pub(crate) fn of(tile: TileCoord) -> Self {
        let low = origin(tile);
        let reach = TILE_EXTENT + BUFFER;
        Self {
            low: TilePoint { x: low.x - BUFFER, y: low.y - BUFFER },
            high: TilePoint { x: low.x + reach, y: low.y + reach },
        }
    }

    /// Returns true if the middle of an edge lies inside, not on a side. Coordinates are doubled.
    fn holds_middle(&self, a: TilePoint, b: TilePoint) -> bool {
        let (x, y) = (a.x + b.x, a.y + b.y);
        2 * self.low.x < x && x < 2 * self.high.x && 2 * self.low.y < y && y < 2 * self.high.y
    }

    /// Returns true if an edge lies beyond one of the sides or on it.
    fn is_beyond(&self, a: TilePoint, b: TilePoint) -> bool {
        (a.x <= self.low.x && b.x <= self.low.x)
            || (a.x >= self.high.x && b.x >= self.high.x)
            || (a.y <= self.low.y && b.y <= self.low.y)
            || (a.y >= self.high.y && b.y >= self.high.y)
    }

    /// Returns the position of a point on the sides: the distance along them from the low corner,
    /// starting with the low `y` side. `None` if the point is not on a side.
    fn along(&self, p: TilePoint) -> Option<i64> {
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

    /// Returns the four corners.
    fn corners(&self) -> [TilePoint; 4] {
        let Self { low, high } = *self;
        [low, TilePoint { x: high.x, y: low.y }, high, TilePoint { x: low.x, y: high.y }]
    }
}

/// Returns the north-west corner of a tile.
pub(crate) fn origin(tile: TileCoord) -> TilePoint {
    let (column, row) = tile.column_row();
    TilePoint { x: column * TILE_EXTENT, y: row * TILE_EXTENT }
}

/// Returns the part of an area's polygons inside a window.
pub(crate) fn clip(area: &[Polygon], window: Window) -> Vec<Polygon> {
    let mut kept: Vec<(TilePoint, TilePoint)> = Vec::new();
    let mut stops: Vec<Stop> = Vec::new();
    let mut covered = false;
    let mut all_inside = true;
    for (a, b) in edges(area) {
        covered ^= meets_ray(a, b, window.low);
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
    if kept.is_empty() && !covered {
        return Vec::new();
    }
    stops.extend(window.corners().into_iter().filter_map(|p| Some((window.along(p)?, p, false))));
    stops.sort_unstable();
    walk_sides(&stops, covered, &mut kept);
    polygons(kept)
}

/// A stop on the walk around the sides: its position, its point, and whether an edge ends there
/// (otherwise it is only a corner).
type Stop = (i64, TilePoint, bool);

/// Adds the covered sides. The stops are in order, starting with the low corner; `covered` is the
/// state just after it.
fn walk_sides(stops: &[Stop], mut covered: bool, kept: &mut Vec<(TilePoint, TilePoint)>) {
    let low_corner = stops[0].1;
    let mut from = low_corner;
    // Edges that end in the low corner are already counted in `covered`.
    for here in stops.chunk_by(|a, b| a.0 == b.0).skip(1) {
        if covered {
            kept.push((from, here[0].1));
        }
        from = here[0].1;
        covered ^= here.iter().filter(|stop| stop.2).count() % 2 == 1;
    }
    if covered {
        kept.push((from, low_corner));
    }
}

/// Returns all edges of an area's polygons.
fn edges(area: &[Polygon]) -> impl Iterator<Item = (TilePoint, TilePoint)> {
    area.iter()
        .flatten()
        .flat_map(|ring| ring.iter().copied().zip(ring.iter().copied().cycle().skip(1)))
}

/// Returns true if a ray towards greater `x` meets an edge. It starts at a point displaced
/// infinitesimally towards greater `x` and, infinitesimally less, towards greater `y`.
fn meets_ray(a: TilePoint, b: TilePoint, from: TilePoint) -> bool {
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

    fn unit((x, y): (i32, i32)) -> TilePoint {
        TilePoint { x, y }
    }

    fn polygon(rings: &[&[(i32, i32)]]) -> Polygon {
        rings.iter().map(|ring| ring.iter().copied().map(unit).collect()).collect()
    }

    /// Returns twice the areas of the rings left in the window from (0, 0) to (10, 10), by polygon.
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
        assert!(left(&[polygon(&[&around, &hole])]).is_empty(), "the window is inside the hole");
    }

    #[test]
    fn an_area_inside_the_window_is_unchanged() {
        let inside = [(2, 2), (8, 2), (8, 8)];
        assert_eq!(left(&[polygon(&[&inside])]), [[36]]);
    }

    #[test]
    fn an_area_that_only_touches_the_window_is_dropped() {
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
    fn an_edge_along_a_side_bounds_an_area_inside() {
        let inside = [(0, 2), (6, 2), (6, 8), (0, 8)];
        assert_eq!(left(&[polygon(&[&inside])]), [[72]]);
        let all = [(0, 0), (10, 0), (10, 10), (0, 10)];
        assert_eq!(left(&[polygon(&[&all])]), [[200]]);
    }

    #[test]
    fn a_comb_across_a_side_is_cut_into_its_teeth() {
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
    fn an_area_with_its_tip_in_the_windows_corner_is_clipped_correctly() {
        let tip = [(0, 0), (8, 4), (4, 8)];
        assert_eq!(left(&[polygon(&[&tip])]), [[48]]);
        // The same tip as a hole in an area that fills the window.
        let all = [(-5, -5), (15, -5), (15, 15), (-5, 15)];
        let hole = [(0, 0), (4, 8), (8, 4)];
        assert_eq!(left(&[polygon(&[&all, &hole])]), [vec![200, -48]]);
    }
}
