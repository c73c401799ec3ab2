//! Conversion of degrees to spherical Mercator and to the two integer grids used for tiles.

use std::f64::consts::PI;

use crate::TileCoord;

/// Units along one side of a tile (MVT 2.1, section 4.1 `extent`). Every renderer expects 4096; it
/// is an eighth of a pixel for tiles drawn at 512 pixels.
pub const TILE_EXTENT: i32 = 4096;

/// Bits of the fine grid, which divides the world into 2^30 steps per side: 3.7 cm at the equator,
/// 2.3 cm in England, a sixteenth of a tile unit at z14. A product of two differences fits in 62
/// bits, so all predicates are exact in `i64`.
pub(crate) const FINE_BITS: u32 = 30;

/// Bits of a tile's extent: 2^12 units per tile.
const EXTENT_BITS: u32 = 12;

/// A position on the Web Mercator square (EPSG:3857 scaled to 1): `x` runs eastward from 0 at the
/// antimeridian to 1, `y` southward from 0 at 85.0511° north to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mercator {
    /// Eastward, 0 to 1.
    pub x: f64,
    /// Southward, 0 to 1.
    pub y: f64,
}

impl Mercator {
    /// Projects a WGS84 longitude and latitude in degrees. Positions outside the square are clamped
    /// to its edge.
    pub fn from_degrees(lon: f64, lat: f64) -> Self {
        let sin = lat.to_radians().sin();
        // At the poles the quotient is infinite or zero; the clamp gives the edge.
        let y = 0.5 - ((1.0 + sin) / (1.0 - sin)).ln() / (4.0 * PI);
        Self { x: (lon / 360.0 + 0.5).clamp(0.0, 1.0), y: y.clamp(0.0, 1.0) }
    }

    /// Returns longitude and latitude in degrees (WGS84).
    pub fn to_degrees(self) -> (f64, f64) {
        let lat = (PI * (1.0 - 2.0 * self.y)).sinh().atan().to_degrees();
        ((self.x - 0.5) * 360.0, lat)
    }

    /// Returns the nearest point of the fine grid.
    pub(crate) fn to_fine(self) -> FinePoint {
        let side = f64::from(1_u32 << FINE_BITS);
        FinePoint { x: (self.x * side).round() as i32, y: (self.y * side).round() as i32 }
    }
}

/// Returns west, south, east and north of a tile in degrees (WGS84).
pub fn tile_bounds(tile: TileCoord) -> [f64; 4] {
    let side = f64::from(1_u32 << tile.zoom());
    let corner = |column: u32, row: u32| {
        Mercator { x: f64::from(column) / side, y: f64::from(row) / side }.to_degrees()
    };
    let (west, north) = corner(tile.column(), tile.row());
    let (east, south) = corner(tile.column() + 1, tile.row() + 1);
    [west, south, east, north]
}

/// A point of the fine grid. `y` runs southward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FinePoint {
    pub(crate) x: i32,
    pub(crate) y: i32,
}

impl FinePoint {
    /// Returns the position of the point on the Mercator square.
    pub(crate) fn to_mercator(self) -> Mercator {
        let side = f64::from(1_u32 << FINE_BITS);
        Mercator { x: f64::from(self.x) / side, y: f64::from(self.y) / side }
    }
}

/// A point in tile units at one zoom, counted from the world's north-west corner. `y` runs
/// southward. Tile column `c` runs from `4096 c` to `4096 (c + 1)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TilePoint {
    pub(crate) x: i32,
    pub(crate) y: i32,
}

/// Returns the number of fine steps per tile unit at a zoom, as a power of two.
pub(crate) const fn unit_shift(zoom: u8) -> u32 {
    FINE_BITS - EXTENT_BITS - zoom as u32
}

/// Returns twice the signed area of a triangle: positive if `c` lies to the left of `a`→`b` with
/// `x` to the right and `y` upward. Tile rows run downward; the sign is the one that MVT 2.1
/// section 4.3.3.3 gives an exterior ring.
pub(crate) const fn cross(a: (i32, i32), b: (i32, i32), c: (i32, i32)) -> i64 {
    let (abx, aby) = (b.0 as i64 - a.0 as i64, b.1 as i64 - a.1 as i64);
    let (acx, acy) = (c.0 as i64 - a.0 as i64, c.1 as i64 - a.1 as i64);
    abx * acy - aby * acx
}

/// Returns the low and high corners of the bounding box of some points, or `None` without points.
pub(crate) fn bounding_box(mut points: impl Iterator<Item = FinePoint>) -> Option<[FinePoint; 2]> {
    let first = points.next()?;
    Some(points.fold([first, first], |[low, high], p| {
        [
            FinePoint { x: low.x.min(p.x), y: low.y.min(p.y) },
            FinePoint { x: high.x.max(p.x), y: high.y.max(p.y) },
        ]
    }))
}

impl From<FinePoint> for (i32, i32) {
    fn from(p: FinePoint) -> Self {
        (p.x, p.y)
    }
}

impl From<TilePoint> for (i32, i32) {
    fn from(p: TilePoint) -> Self {
        (p.x, p.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_of_the_world_are_the_corners_of_the_first_tile() {
        let [west, south, east, north] = tile_bounds(TileCoord::new(0, 0, 0).unwrap());
        assert_eq!((west, east), (-180.0, 180.0));
        // The edge latitude of EPSG:3857, atan(sinh(pi)).
        assert!((north - 85.051_128_779_806_59).abs() < 1e-9 && (south + north).abs() < 1e-9);
    }

    #[test]
    fn degrees_survive_the_fine_grid_within_one_step() {
        for (lon, lat) in [(-0.896_042, 52.235_518), (-180.0, -85.0), (179.999, 84.9), (0.0, 0.0)] {
            let (lon_back, lat_back) =
                Mercator::from_degrees(lon, lat).to_fine().to_mercator().to_degrees();
            // 360° / 2^30 is 3.4e-7°.
            assert!((lon - lon_back).abs() < 3.4e-7, "{lon} {lon_back}");
            assert!((lat - lat_back).abs() < 3.4e-7, "{lat} {lat_back}");
        }
    }

    #[test]
    fn the_poles_are_clamped_to_the_edge() {
        assert_eq!(Mercator::from_degrees(0.0, 90.0).y, 0.0);
        assert_eq!(Mercator::from_degrees(0.0, -90.0).y, 1.0);
        assert_eq!(Mercator::from_degrees(400.0, 0.0).x, 1.0);
    }

    #[test]
    fn sixteen_fine_steps_make_a_unit_at_the_deepest_zoom() {
        assert_eq!(1 << unit_shift(crate::MAX_ZOOM), 16);
    }
}
