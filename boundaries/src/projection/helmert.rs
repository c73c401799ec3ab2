//! The seven-parameter Helmert transformation between WGS84 and OSGB36, for positions outside the
//! OSTN15 grid.
//!
//! Source: Ordnance Survey, "A guide to coordinate systems in Great Britain" (2020): section 6.6
//! (the parameters, good to about 5 m), annex B (Cartesian coordinates).

use crate::projection::transverse_mercator::{AIRY_1830, Ellipsoid, GRS80, TransverseMercator};

/// The parameters from WGS84 to OSGB36: metres, parts per million, seconds of arc (guide, section
/// 6.6).
const TRANSLATION: [f64; 3] = [-446.448, 125.157, -542.060];
const SCALE_PPM: f64 = 20.4894;
const ROTATION_SECONDS: [f64; 3] = [-0.1502, -0.2470, -0.8421];

/// Converts WGS84 longitude and latitude in degrees to easting and northing in metres.
pub(crate) fn wgs84_to_osgb36(lon: f64, lat: f64) -> (f64, f64) {
    let wgs84 = to_cartesian(lon.to_radians(), lat.to_radians(), &GRS80);
    let (lambda, phi) = from_cartesian(helmert(wgs84, 1.0), &AIRY_1830);
    TransverseMercator::on_airy_1830().project(lambda.to_degrees(), phi.to_degrees())
}

/// Converts easting and northing in metres to WGS84 longitude and latitude in degrees.
pub(crate) fn osgb36_to_wgs84(easting: f64, northing: f64) -> (f64, f64) {
    let (lon, lat) = TransverseMercator::on_airy_1830().unproject(easting, northing);
    let osgb36 = to_cartesian(lon.to_radians(), lat.to_radians(), &AIRY_1830);
    let (lambda, phi) = from_cartesian(helmert(osgb36, -1.0), &GRS80);
    (lambda.to_degrees(), phi.to_degrees())
}

/// Applies the transformation, or its inverse if `sign` is -1. The rotations are so small that
/// negating all parameters inverts it with an error far below the method's own 5 m.
fn helmert([x, y, z]: [f64; 3], sign: f64) -> [f64; 3] {
    let [tx, ty, tz] = TRANSLATION.map(|t| sign * t);
    let [rx, ry, rz] = ROTATION_SECONDS.map(|r| sign * (r / 3600.0).to_radians());
    let s = 1.0 + sign * SCALE_PPM * 1e-6;
    [tx + s * x - rz * y + ry * z, ty + rz * x + s * y - rx * z, tz - ry * x + rx * y + s * z]
}

fn to_cartesian(lambda: f64, phi: f64, ellipsoid: &Ellipsoid) -> [f64; 3] {
    let e2 = ellipsoid.eccentricity_squared();
    let nu = ellipsoid.a / (1.0 - e2 * phi.sin().powi(2)).sqrt();
    [nu * phi.cos() * lambda.cos(), nu * phi.cos() * lambda.sin(), (1.0 - e2) * nu * phi.sin()]
}

fn from_cartesian([x, y, z]: [f64; 3], ellipsoid: &Ellipsoid) -> (f64, f64) {
    let e2 = ellipsoid.eccentricity_squared();
    let p = x.hypot(y);
    let mut phi = z.atan2(p * (1.0 - e2));
    // Annex B.2 iterates until the value converges; ten rounds are always enough.
    for _ in 0..10 {
        let nu = ellipsoid.a / (1.0 - e2 * phi.sin().powi(2)).sqrt();
        phi = (z + e2 * nu * phi.sin()).atan2(p);
    }
    (y.atan2(x), phi)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::projection::ostn15;

    #[test]
    fn helmert_is_within_five_metres_of_ostn15() {
        for (lon, lat) in
            [(1.716_073_973, 52.658_007_833), (-0.9, 52.24), (-5.2, 50.1), (-1.2, 60.2)]
        {
            let exact = ostn15::to_grid(lon, lat).unwrap();
            let (e, n) = wgs84_to_osgb36(lon, lat);
            assert!((e - exact.0).hypot(n - exact.1) < 5.0, "{lon} {lat}: {e} {n} {exact:?}");
        }
    }

    #[test]
    fn a_round_trip_is_within_a_millionth_of_a_degree() {
        for (lon, lat) in [(-9.5, 51.0), (2.5, 53.0), (-3.0, 48.9), (-4.0, 61.5)] {
            let (e, n) = wgs84_to_osgb36(lon, lat);
            let (lon2, lat2) = osgb36_to_wgs84(e, n);
            assert!((lon - lon2).abs() < 1e-6 && (lat - lat2).abs() < 1e-6, "{lon} {lat}");
        }
    }
}
