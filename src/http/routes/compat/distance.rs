//! Distances as MapIt and postcodes.io measure them: on the ellipsoid, not on the grid.

use geo::{Distance as _, Geodesic, Point};
use lapwing_boundaries::position::LngLat;

/// Returns the distance in metres on the WGS84 ellipsoid, as PostGIS does for `geography`.
/// Distances on the grid differ by up to 0.06 %.
pub(super) fn metres(from: LngLat, to: LngLat) -> f64 {
    Geodesic.distance(Point::new(from.lon(), from.lat()), Point::new(to.lon(), to.lat()))
}

/// Upper bound of grid distance divided by ellipsoidal distance. The scale factor is between 0.9996
/// on the central meridian and about 1.0006 at the edges of the grid.
pub(super) const GRID_MARGIN: f64 = 1.001;
