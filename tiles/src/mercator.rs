//! Degrees to spherical Mercator, and to the two grids of whole numbers that tiles are made on.

use std::f64::consts::PI;

use crate::TileCoord;

/// Units along one side of a tile (MVT 2.1, section 4.1 `extent`): 4096 is what every renderer
/// expects, an eighth of a pixel where tiles are drawn at 512 pixels.
pub const TILE_EXTENT: i32 = 4096;

/// The fine grid divides the world into 2^30 steps a side: 3.7 cm at the equator, 2.3 cm in
/// England, a sixteenth of a tile unit at z14. Products of two differences fit in 62 bits, so all
/// predicates on it are exact in `i64`.
pub(crate) const FINE_BITS: u32 = 30;

/// The zoom-14 limit of the grids: 2^12 units a tile.
const EXTENT_BITS: u32 = 12;

/// A place on the square of the Web Mercator world (EPSG:3857 scaled to 1): `x` from 0 at the
/// antimeridian eastward to 1, `y` from 0 at 85.0511° north southward to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mercator {
    /// Eastward, 0 to 1.
    pub x: f64,
    /// Southward, 0 to 1.
    pub y: f64,
}

impl Mercator {
    /// The place of a WGS84 longitude and latitude in degrees. Latitudes beyond the square are
    /// taken to its edge, as are longitudes beyond ±180°.
    pub fn from_degrees(lon: f64, lat: f64) -> Self {
        let sin = lat.to_radians().sin();
        // At the poles the quotient is infinite; the clamp then gives the edge.
        let y = 0.5 - ((1.0 + sin) / (1.0 - sin)).ln() / (4.0 * PI);
        Self { x: (lon / 360.0 + 0.5).clamp(0.0, 1.0), y: y.clamp(0.0, 1.0) }
    }

    /// Longitude and latitude in degrees, WGS84.
    pub fn to_degrees(self) -> (f64, f64) {
        let lat = (PI * (1.0 - 2.0 * self.y)).sinh().atan().to_degrees();
        ((self.x - 0.5) * 360.0, lat)
    }

    /// The nearest point of the fine grid.
    pub(crate) fn to_fine(self) -> Fine {
        let side = f64::from(1_u32 << FINE_BITS);
        Fine { x: (self.x * side).round() as i32, y: (self.y * side).round() as i32 }
    }
}

/// West, south, east, north of a tile in degrees, WGS84.
pub fn tile_bounds(tile: TileCoord) -> [f64; 4] {
    let side = f64::from(1_u32 << tile.zoom());
    let corner = |column: u32, row: u32| {
        Mercator { x: f64::from(column) / side, y: f64::from(row) / side }.to_degrees()
    };
    let (west, north) = corner(tile.column(), tile.row());
    let (east, south) = corner(tile.column() + 1, tile.row() + 1);
    [west, south, east, north]
}

/// A point of the fine grid, `y` southward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Fine {
    pub(crate) x: i32,
    pub(crate) y: i32,
}

impl Fine {
    /// Where the point stands on the world.
    pub(crate) fn to_mercator(self) -> Mercator {
        let side = f64::from(1_u32 << FINE_BITS);
        Mercator { x: f64::from(self.x) / side, y: f64::from(self.y) / side }
    }
}

/// A point in tile units counted from the world's north-west corner at one zoom, `y` southward:
/// tile column `c` runs from `4096 c` to `4096 (c + 1)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Unit {
    pub(crate) x: i32,
    pub(crate) y: i32,
}

/// Fine steps to the tile unit at a zoom, as a power of two.
pub(crate) const fn unit_shift(zoom: u8) -> u32 {
    FINE_BITS - EXTENT_BITS - zoom as u32
}

/// Twice the signed area of the triangle: positive where `c` lies to the left of `a` to `b`, with
/// `x` to the right and `y` upward. Tile rows run downward; the sign is the one MVT 2.1 section
/// 4.3.3.3 gives an exterior ring.
pub(crate) const fn cross(a: (i32, i32), b: (i32, i32), c: (i32, i32)) -> i64 {
    let (abx, aby) = (b.0 as i64 - a.0 as i64, b.1 as i64 - a.1 as i64);
    let (acx, acy) = (c.0 as i64 - a.0 as i64, c.1 as i64 - a.1 as i64);
    abx * acy - aby * acx
}

impl From<Fine> for (i32, i32) {
    fn from(p: Fine) -> Self {
        (p.x, p.y)
    }
}

impl From<Unit> for (i32, i32) {
    fn from(p: Unit) -> Self {
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
    fn degrees_come_back_from_the_fine_grid_within_its_step() {
        for (lon, lat) in [(-0.896_042, 52.235_518), (-180.0, -85.0), (179.999, 84.9), (0.0, 0.0)] {
            let (lon_back, lat_back) =
                Mercator::from_degrees(lon, lat).to_fine().to_mercator().to_degrees();
            // 360° / 2^30 is 3.4e-7°.
            assert!((lon - lon_back).abs() < 3.4e-7, "{lon} {lon_back}");
            assert!((lat - lat_back).abs() < 3.4e-7, "{lat} {lat_back}");
        }
    }

    #[test]
    fn the_poles_are_taken_to_the_edge() {
        assert_eq!(Mercator::from_degrees(0.0, 90.0).y, 0.0);
        assert_eq!(Mercator::from_degrees(0.0, -90.0).y, 1.0);
        assert_eq!(Mercator::from_degrees(400.0, 0.0).x, 1.0);
    }

    #[test]
    fn sixteen_fine_steps_make_a_unit_at_the_deepest_zoom() {
        assert_eq!(1 << unit_shift(crate::MAX_ZOOM), 16);
    }
}
