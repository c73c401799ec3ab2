//! Distances as both services have them: on the ellipsoid, not on the grid.

use geo::{Distance as _, Geodesic, Point};
use lapwing_boundaries::position::LngLat;

/// Metres on the WGS84 ellipsoid, as PostGIS measures geography. On the grid they would be up to
/// 0.04 % less or more.
pub(super) fn metres(from: LngLat, to: LngLat) -> f64 {
    Geodesic.distance(Point::new(from.lon(), from.lat()), Point::new(to.lon(), to.lat()))
}

/// How much more a distance can be on the grid than on the ellipsoid: the scale factor is from
/// 0.9996 on the central meridian to about 1.0006 at the grid's edges.
pub(super) const GRID_MARGIN: f64 = 1.001;
