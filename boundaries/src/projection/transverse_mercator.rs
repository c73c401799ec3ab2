//! The transverse Mercator projection of the National Grid, on either ellipsoid.
//!
//! Source: Ordnance Survey, "A guide to coordinate systems in Great Britain" (2020), annexes A and
//! C; "Transformations and OSGM15 user guide" (version 1.3), annex B, has the same on GRS80. The
//! series have the same number of terms as in the guides. Sines of multiples of the latitude are
//! computed from the sine and cosine of the latitude, so that projecting evaluates one pair of them
//! and unprojecting three.

use std::sync::LazyLock;

/// The National Grid's projection (guide, annex A.2).
const F0: f64 = 0.999_601_271_7;
const LAT0_DEGREES: f64 = 49.0;
const LON0_DEGREES: f64 = -2.0;
const E0: f64 = 400_000.0;
const N0: f64 = -100_000.0;

/// An ellipsoid by its semi-axes in metres.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ellipsoid {
    pub(crate) a: f64,
    b: f64,
}

/// The ellipsoid of OSGB36.
pub(crate) const AIRY_1830: Ellipsoid = Ellipsoid { a: 6_377_563.396, b: 6_356_256.909 };
/// The ellipsoid of ETRS89, practically also that of WGS84.
pub(crate) const GRS80: Ellipsoid = Ellipsoid { a: 6_378_137.0, b: 6_356_752.314_1 };

impl Ellipsoid {
    pub(crate) const fn eccentricity_squared(&self) -> f64 {
        1.0 - (self.b * self.b) / (self.a * self.a)
    }
}

/// The projection on one ellipsoid, with its constants precomputed.
#[derive(Debug)]
pub(crate) struct TransverseMercator {
    /// The semi-major axis, scaled, in metres.
    a: f64,
    e2: f64,
    /// The coefficients of the meridional arc (guide, equation C3) in metres: of the latitude in
    /// radians, and of the sines of two, four and six times the latitude.
    arc: [f64; 4],
    /// The meridional arc at the true origin, in metres.
    arc_at_origin: f64,
    /// The coefficients of the inverse series, in radians: of the sines of two, four and six times
    /// the arc expressed as an angle.
    footpoint: [f64; 3],
}

static ON_AIRY_1830: LazyLock<TransverseMercator> =
    LazyLock::new(|| TransverseMercator::new(AIRY_1830));
static ON_GRS80: LazyLock<TransverseMercator> = LazyLock::new(|| TransverseMercator::new(GRS80));

/// The sines of two, four and six times an angle, from its sine and cosine.
fn sines((sin, cos): (f64, f64)) -> [f64; 3] {
    let (sin2, cos2) = (2.0 * sin * cos, (cos - sin) * (cos + sin));
    [sin2, 2.0 * sin2 * cos2, sin2 * (3.0 - 4.0 * sin2 * sin2)]
}

impl TransverseMercator {
    /// The projection between OSGB36 degrees and the National Grid.
    pub(crate) fn on_airy_1830() -> &'static Self {
        &ON_AIRY_1830
    }

    /// The projection between ETRS89 degrees and the metres to which OSTN15 applies its shifts.
    pub(crate) fn on_grs80() -> &'static Self {
        &ON_GRS80
    }

    fn new(ellipsoid: Ellipsoid) -> Self {
        let Ellipsoid { a, b } = ellipsoid;
        let n = (a - b) / (a + b);
        let (n2, n3) = (n * n, n * n * n);
        // The guide's sin(φ - φ0) cos(φ + φ0) equals (sin 2φ - sin 2φ0) / 2.
        let scale = b * F0;
        let arc = [
            scale * (1.0 + n + 1.25 * n2 + 1.25 * n3),
            -scale * (3.0 * n + 3.0 * n2 + 2.625 * n3) / 2.0,
            scale * (1.875 * n2 + 1.875 * n3) / 2.0,
            -scale * 35.0 / 24.0 * n3 / 2.0,
        ];
        let footpoint = [1.5 * n - 27.0 / 32.0 * n3, 21.0 / 16.0 * n2, 151.0 / 96.0 * n3];
        let mut projection = Self {
            a: a * F0,
            e2: ellipsoid.eccentricity_squared(),
            arc,
            arc_at_origin: 0.0,
            footpoint,
        };
        let origin = LAT0_DEGREES.to_radians();
        projection.arc_at_origin = projection.meridional_arc(origin, origin.sin_cos());
        projection
    }

    /// The length of the meridian from the true origin to a latitude, in metres.
    fn meridional_arc(&self, phi: f64, sin_cos: (f64, f64)) -> f64 {
        let [two, four, six] = sines(sin_cos);
        let [a0, a2, a4, a6] = self.arc;
        a0 * phi + a2 * two + a4 * four + a6 * six - self.arc_at_origin
    }

    /// The radii of curvature ν and ρ and η² at a latitude (guide, equation C2).
    fn radii(&self, sin: f64) -> (f64, f64, f64) {
        let w = 1.0 - self.e2 * sin * sin;
        let nu = self.a / w.sqrt();
        let rho = nu * (1.0 - self.e2) / w;
        (nu, rho, nu / rho - 1.0)
    }

    /// Converts longitude and latitude in degrees to easting and northing in metres (guide, annex
    /// C.1).
    pub(crate) fn project(&self, lon: f64, lat: f64) -> (f64, f64) {
        let phi = lat.to_radians();
        let (s, c) = phi.sin_cos();
        let (nu, rho, eta2) = self.radii(s);
        let (c2, t) = (c * c, s / c);
        let (c3, c5) = (c2 * c, c2 * c2 * c);
        let t2 = t * t;
        let t4 = t2 * t2;

        let i = self.meridional_arc(phi, (s, c)) + N0;
        let ii = nu / 2.0 * s * c;
        let iii = nu / 24.0 * s * c3 * (5.0 - t2 + 9.0 * eta2);
        let iii_a = nu / 720.0 * s * c5 * (61.0 - 58.0 * t2 + t4);
        let iv = nu * c;
        let v = nu / 6.0 * c3 * (nu / rho - t2);
        let vi = nu / 120.0 * c5 * (5.0 - 18.0 * t2 + t4 + 14.0 * eta2 - 58.0 * t2 * eta2);

        let l = lon.to_radians() - LON0_DEGREES.to_radians();
        let l2 = l * l;
        let northing = i + l2 * (ii + l2 * (iii + l2 * iii_a));
        let easting = E0 + l * (iv + l2 * (v + l2 * vi));
        (easting, northing)
    }

    /// The latitude of a northing on the central meridian, in radians.
    fn footpoint(&self, northing: f64) -> f64 {
        let arc = northing - N0;
        let mu = (arc + self.arc_at_origin) / self.arc[0];
        let [two, four, six] = sines(mu.sin_cos());
        let [f2, f4, f6] = self.footpoint;
        let phi = mu + f2 * two + f4 * four + f6 * six;
        // The series is accurate to 0.01 mm; one Newton step makes it exact to the last bit.
        let sin_cos = phi.sin_cos();
        phi + (arc - self.meridional_arc(phi, sin_cos)) / self.radii(sin_cos.0).1
    }

    /// Converts easting and northing in metres to longitude and latitude in degrees (guide, annex
    /// C.2).
    pub(crate) fn unproject(&self, easting: f64, northing: f64) -> (f64, f64) {
        let phi = self.footpoint(northing);
        let (s, c) = phi.sin_cos();
        let (nu, rho, eta2) = self.radii(s);
        let (t, sec) = (s / c, 1.0 / c);
        let t2 = t * t;
        let (t4, t6) = (t2 * t2, t2 * t2 * t2);
        let nu2 = nu * nu;
        let (nu3, nu5, nu7) = (nu2 * nu, nu2 * nu2 * nu, nu2 * nu2 * nu2 * nu);

        let vii = t / (2.0 * rho * nu);
        let viii = t / (24.0 * rho * nu3) * (5.0 + 3.0 * t2 + eta2 - 9.0 * t2 * eta2);
        let ix = t / (720.0 * rho * nu5) * (61.0 + 90.0 * t2 + 45.0 * t4);
        let x = sec / nu;
        let xi = sec / (6.0 * nu3) * (nu / rho + 2.0 * t2);
        let xii = sec / (120.0 * nu5) * (5.0 + 28.0 * t2 + 24.0 * t4);
        let xii_a = sec / (5040.0 * nu7) * (61.0 + 662.0 * t2 + 1320.0 * t4 + 720.0 * t6);

        let e = easting - E0;
        let e2 = e * e;
        let phi = phi - e2 * (vii - e2 * (viii - e2 * ix));
        let lambda = LON0_DEGREES.to_radians() + e * (x - e2 * (xi - e2 * (xii - e2 * xii_a)));
        (lambda.to_degrees(), phi.to_degrees())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guides_worked_example_projects_to_the_millimetre() {
        // Annex C.1: Caister water tower on Airy 1830, 52°39'27.2531"N 1°43'4.5177"E.
        let lat = 52.0 + 39.0 / 60.0 + 27.2531 / 3600.0;
        let lon = 1.0 + 43.0 / 60.0 + 4.5177 / 3600.0;
        let (easting, northing) = TransverseMercator::on_airy_1830().project(lon, lat);
        assert!((easting - 651_409.903).abs() < 0.001, "{easting}");
        assert!((northing - 313_177.270).abs() < 0.001, "{northing}");
    }

    #[test]
    fn the_footpoint_latitude_inverts_the_meridional_arc() {
        for ellipsoid in [TransverseMercator::on_airy_1830(), TransverseMercator::on_grs80()] {
            for step in 0..=140 {
                let phi = (48.0 + 0.1 * f64::from(step)).to_radians();
                let arc = ellipsoid.meridional_arc(phi, phi.sin_cos());
                let found = ellipsoid.footpoint(arc + N0);
                assert!((found - phi).abs() < 1e-15, "{phi} {found}");
            }
        }
    }

    /// The two series of the guide differ in length by one term, so a round trip is not exact.
    #[test]
    fn a_round_trip_is_exact_to_a_millimetre_on_land_and_a_centimetre_at_the_corners() {
        let grid = TransverseMercator::on_grs80();
        for step in 0..=700 {
            let (easting, northing) = (f64::from(step) * 1000.0, f64::from(step % 126) * 10_000.0);
            let (lon, lat) = grid.unproject(easting, northing);
            let (e, n) = grid.project(lon, lat);
            let allowed = if (easting - E0).abs() <= 300_000.0 { 0.001_5 } else { 0.011 };
            let apart_m = (e - easting).hypot(n - northing);
            assert!(apart_m < allowed, "{easting} {northing}: {apart_m} m");
        }
    }
}
