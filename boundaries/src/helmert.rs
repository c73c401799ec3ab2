//! WGS84 to OSGB36 by the seven-parameter Helmert transformation, for positions outside the
//! OSTN15 grid.
//!
//! Source: Ordnance Survey, "A guide to coordinate systems in Great Britain" (2020): section 6.6
//! (the parameters, good to about 5 m), annex B (Cartesian coordinates), annex C (the Transverse
//! Mercator projection and its inverse).

/// An ellipsoid by its semi-axes in metres.
struct Ellipsoid {
    a: f64,
    b: f64,
}

impl Ellipsoid {
    fn eccentricity_squared(&self) -> f64 {
        1.0 - (self.b * self.b) / (self.a * self.a)
    }
}

const AIRY_1830: Ellipsoid = Ellipsoid { a: 6_377_563.396, b: 6_356_256.909 };
const GRS80: Ellipsoid = Ellipsoid { a: 6_378_137.0, b: 6_356_752.314_1 };

/// From WGS84 to OSGB36: metres, parts per million, seconds of arc (guide, section 6.6).
const TRANSLATION: [f64; 3] = [-446.448, 125.157, -542.060];
const SCALE_PPM: f64 = 20.4894;
const ROTATION_SECONDS: [f64; 3] = [-0.1502, -0.2470, -0.8421];

/// The National Grid's projection (guide, annex A.2).
const F0: f64 = 0.999_601_271_7;
const LAT0_DEGREES: f64 = 49.0;
const LON0_DEGREES: f64 = -2.0;
const E0: f64 = 400_000.0;
const N0: f64 = -100_000.0;

/// Longitude and latitude in WGS84 degrees to easting and northing in metres.
pub(crate) fn wgs84_to_osgb36(lon: f64, lat: f64) -> (f64, f64) {
    let wgs84 = to_cartesian(lon.to_radians(), lat.to_radians(), &GRS80);
    let (lambda, phi) = from_cartesian(helmert(wgs84, 1.0), &AIRY_1830);
    project(lambda, phi)
}

/// Easting and northing in metres to longitude and latitude in WGS84 degrees.
pub(crate) fn osgb36_to_wgs84(easting: f64, northing: f64) -> (f64, f64) {
    let (lambda, phi) = unproject(easting, northing);
    let osgb36 = to_cartesian(lambda, phi, &AIRY_1830);
    let (lambda, phi) = from_cartesian(helmert(osgb36, -1.0), &GRS80);
    (lambda.to_degrees(), phi.to_degrees())
}

/// The transformation, or with `sign` -1 its reverse (the rotations are small enough that changing
/// every sign reverses it to well under the method's own 5 m).
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
    // Annex B.2 iterates to convergence; ten rounds reach the last bit from any start.
    for _ in 0..10 {
        let nu = ellipsoid.a / (1.0 - e2 * phi.sin().powi(2)).sqrt();
        phi = (z + e2 * nu * phi.sin()).atan2(p);
    }
    (y.atan2(x), phi)
}

/// The meridional arc from the true origin (guide, equation C3).
fn meridional_arc(phi: f64) -> f64 {
    let phi0 = LAT0_DEGREES.to_radians();
    let n = (AIRY_1830.a - AIRY_1830.b) / (AIRY_1830.a + AIRY_1830.b);
    let (n2, n3) = (n * n, n * n * n);
    let (minus, plus) = (phi - phi0, phi + phi0);
    AIRY_1830.b
        * F0
        * ((1.0 + n + 1.25 * n2 + 1.25 * n3) * minus
            - (3.0 * n + 3.0 * n2 + 2.625 * n3) * minus.sin() * plus.cos()
            + (1.875 * n2 + 1.875 * n3) * (2.0 * minus).sin() * (2.0 * plus).cos()
            - 35.0 / 24.0 * n3 * (3.0 * minus).sin() * (3.0 * plus).cos())
}

/// The radii of curvature ν and ρ and η² at a latitude (guide, equation C2).
fn radii(phi: f64) -> (f64, f64, f64) {
    let e2 = AIRY_1830.eccentricity_squared();
    let w = 1.0 - e2 * phi.sin().powi(2);
    let nu = AIRY_1830.a * F0 / w.sqrt();
    let rho = AIRY_1830.a * F0 * (1.0 - e2) / w.powf(1.5);
    (nu, rho, nu / rho - 1.0)
}

/// Latitude and longitude in radians on Airy 1830 to the grid (guide, annex C.1).
fn project(lambda: f64, phi: f64) -> (f64, f64) {
    let (nu, rho, eta2) = radii(phi);
    let (s, c) = phi.sin_cos();
    let (t2, t4) = (phi.tan().powi(2), phi.tan().powi(4));
    let l = lambda - LON0_DEGREES.to_radians();

    let i = meridional_arc(phi) + N0;
    let ii = nu / 2.0 * s * c;
    let iii = nu / 24.0 * s * c.powi(3) * (5.0 - t2 + 9.0 * eta2);
    let iii_a = nu / 720.0 * s * c.powi(5) * (61.0 - 58.0 * t2 + t4);
    let iv = nu * c;
    let v = nu / 6.0 * c.powi(3) * (nu / rho - t2);
    let vi = nu / 120.0 * c.powi(5) * (5.0 - 18.0 * t2 + t4 + 14.0 * eta2 - 58.0 * t2 * eta2);

    let northing = i + ii * l.powi(2) + iii * l.powi(4) + iii_a * l.powi(6);
    let easting = E0 + iv * l + v * l.powi(3) + vi * l.powi(5);
    (easting, northing)
}

/// The grid to latitude and longitude in radians on Airy 1830 (guide, annex C.2).
fn unproject(easting: f64, northing: f64) -> (f64, f64) {
    let mut phi = LAT0_DEGREES.to_radians() + (northing - N0) / (AIRY_1830.a * F0);
    // Each round gains about three digits; the guide stops at 0.01 mm, ten rounds are past it.
    for _ in 0..10 {
        phi += (northing - N0 - meridional_arc(phi)) / (AIRY_1830.a * F0);
    }
    let (nu, rho, eta2) = radii(phi);
    let t = phi.tan();
    let (t2, t4, t6) = (t.powi(2), t.powi(4), t.powi(6));
    let sec = 1.0 / phi.cos();
    let e = easting - E0;

    let vii = t / (2.0 * rho * nu);
    let viii = t / (24.0 * rho * nu.powi(3)) * (5.0 + 3.0 * t2 + eta2 - 9.0 * t2 * eta2);
    let ix = t / (720.0 * rho * nu.powi(5)) * (61.0 + 90.0 * t2 + 45.0 * t4);
    let x = sec / nu;
    let xi = sec / (6.0 * nu.powi(3)) * (nu / rho + 2.0 * t2);
    let xii = sec / (120.0 * nu.powi(5)) * (5.0 + 28.0 * t2 + 24.0 * t4);
    let xii_a = sec / (5040.0 * nu.powi(7)) * (61.0 + 662.0 * t2 + 1320.0 * t4 + 720.0 * t6);

    let lambda =
        LON0_DEGREES.to_radians() + x * e - xi * e.powi(3) + xii * e.powi(5) - xii_a * e.powi(7);
    (lambda, phi - vii * e.powi(2) + viii * e.powi(4) - ix * e.powi(6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guides_worked_example_projects_to_the_millimetre() {
        // Annex C.1: Caister water tower on Airy 1830, 52°39'27.2531"N 1°43'4.5177"E.
        let phi = (52.0 + 39.0 / 60.0 + 27.2531 / 3600.0_f64).to_radians();
        let lambda = (1.0 + 43.0 / 60.0 + 4.5177 / 3600.0_f64).to_radians();
        let (easting, northing) = project(lambda, phi);
        assert!((easting - 651_409.903).abs() < 0.001, "{easting}");
        assert!((northing - 313_177.270).abs() < 0.001, "{northing}");
        let (back_lambda, back_phi) = unproject(easting, northing);
        assert!((back_lambda - lambda).abs() < 1e-10 && (back_phi - phi).abs() < 1e-10);
    }

    #[test]
    fn helmert_is_within_five_metres_of_ostn15() {
        for (lon, lat) in
            [(1.716_073_973, 52.658_007_833), (-0.9, 52.24), (-5.2, 50.1), (-1.2, 60.2)]
        {
            let exact = lonlat_bng::convert_osgb36(lon, lat).unwrap();
            let (e, n) = wgs84_to_osgb36(lon, lat);
            assert!((e - exact.0).hypot(n - exact.1) < 5.0, "{lon} {lat}: {e} {n} {exact:?}");
        }
    }

    #[test]
    fn out_and_back_is_within_a_few_millimetres() {
        for (lon, lat) in [(-9.5, 51.0), (2.5, 53.0), (-3.0, 48.9), (-4.0, 61.5)] {
            let (e, n) = wgs84_to_osgb36(lon, lat);
            let (lon2, lat2) = osgb36_to_wgs84(e, n);
            assert!((lon - lon2).abs() < 1e-6 && (lat - lat2).abs() < 1e-6, "{lon} {lat}");
        }
    }
}
