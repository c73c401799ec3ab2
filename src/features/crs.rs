//! The coordinate reference systems in which layers are served and written, and in which requests
//! may give geometries.
//!
//! Inside Lapwing all coordinates are British National Grid metres; this module converts them. A
//! CRS has its own axis order, which OGC API - Features follows (EPSG:4326 has the latitude first),
//! while most file formats and libraries put the easting or longitude first. There are therefore
//! two pairs of conversions: [`Crs::own`] and [`Crs::bng_of_own`] in the order of the CRS,
//! [`Crs::xy`] and [`Crs::bng_of_xy`] with the easting or longitude first.

use lapwing_boundaries::position::{Bng, InvalidPosition, LngLat};

/// A coordinate reference system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Crs {
    /// WGS84 longitude and latitude in degrees: the CRS of GeoJSON (RFC 7946) and the default of
    /// OGC API - Features.
    #[default]
    Crs84,
    /// WGS84 latitude and longitude in degrees.
    Epsg4326,
    /// British National Grid easting and northing in metres, the CRS of the stored data.
    Epsg27700,
    /// Web Mercator easting and northing in metres (EPSG method 1024). These are not metres on the
    /// ground: in Britain 1.5 to 2 of them are one metre.
    Epsg3857,
}

/// The text names no supported CRS.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a supported coordinate reference system: use one of {}", known())]
pub struct UnknownCrs {
    text: String,
}

fn known() -> String {
    Crs::ALL.map(Crs::uri).join(", ")
}

/// The radius of the sphere of Web Mercator, metres.
const MERCATOR_RADIUS_M: f64 = 6_378_137.0;

impl Crs {
    /// Every supported CRS, the default first.
    pub const ALL: [Self; 4] = [Self::Crs84, Self::Epsg4326, Self::Epsg27700, Self::Epsg3857];

    /// Its URI in OGC API - Features (OGC 18-058r1, section 6.2).
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Crs84 => "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
            Self::Epsg4326 => "http://www.opengis.net/def/crs/EPSG/0/4326",
            Self::Epsg27700 => "http://www.opengis.net/def/crs/EPSG/0/27700",
            Self::Epsg3857 => "http://www.opengis.net/def/crs/EPSG/0/3857",
        }
    }

    /// Its URN, as in GeoJSON 2008.
    pub const fn urn(self) -> &'static str {
        match self {
            Self::Crs84 => "urn:ogc:def:crs:OGC:1.3:CRS84",
            Self::Epsg4326 => "urn:ogc:def:crs:EPSG::4326",
            Self::Epsg27700 => "urn:ogc:def:crs:EPSG::27700",
            Self::Epsg3857 => "urn:ogc:def:crs:EPSG::3857",
        }
    }

    /// Its short name, as used by PROJ.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crs84 => "OGC:CRS84",
            Self::Epsg4326 => "EPSG:4326",
            Self::Epsg27700 => "EPSG:27700",
            Self::Epsg3857 => "EPSG:3857",
        }
    }

    /// Its title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Crs84 => "WGS 84, longitude and latitude",
            Self::Epsg4326 => "WGS 84, latitude and longitude",
            Self::Epsg27700 => "British National Grid, easting and northing in metres",
            Self::Epsg3857 => "Web Mercator, easting and northing in metres",
        }
    }

    /// Its EPSG number. CRS84 has that of EPSG:4326, the same datum with swapped axes, for formats
    /// that put the longitude first whatever the number says.
    pub const fn epsg(self) -> u16 {
        match self {
            Self::Crs84 | Self::Epsg4326 => 4326,
            Self::Epsg27700 => 27700,
            Self::Epsg3857 => 3857,
        }
    }

    /// Its axes in order.
    pub const fn axes(self) -> [&'static str; 2] {
        match self {
            Self::Crs84 => ["longitude", "latitude"],
            Self::Epsg4326 => ["latitude", "longitude"],
            Self::Epsg27700 | Self::Epsg3857 => ["easting", "northing"],
        }
    }

    /// Returns whether its unit is degrees.
    pub const fn is_degrees(self) -> bool {
        matches!(self, Self::Crs84 | Self::Epsg4326)
    }

    /// Returns whether its first axis points north.
    pub const fn is_north_first(self) -> bool {
        matches!(self, Self::Epsg4326)
    }

    /// The number of decimals to write: 7 for degrees (about 1 cm), 3 for metres (snapshots are
    /// rounded to the millimetre).
    pub const fn decimals(self) -> usize {
        if self.is_degrees() { 7 } else { 3 }
    }

    /// Parses a URI (`http` or `https`), a URN, or a plain or safe CURIE, in any case.
    ///
    /// ```
    /// use lapwing::features::crs::Crs;
    /// for name in [
    ///     "http://www.opengis.net/def/crs/EPSG/0/27700",
    ///     "urn:ogc:def:crs:EPSG::27700",
    ///     "[EPSG:27700]",
    ///     "EPSG:27700",
    /// ] {
    ///     assert_eq!(Crs::from_uri(name), Ok(Crs::Epsg27700));
    /// }
    /// assert!(Crs::from_uri("EPSG:2154").is_err());
    /// ```
    pub fn from_uri(text: &str) -> Result<Self, UnknownCrs> {
        let trimmed = text.trim();
        let lower = trimmed.to_ascii_lowercase();
        let safe_curie = lower.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let uri = ["http://www.opengis.net/def/crs/", "https://www.opengis.net/def/crs/"]
            .into_iter()
            .find_map(|start| lower.strip_prefix(start));
        let parts: Vec<&str> = match (uri, lower.strip_prefix("urn:ogc:def:crs:")) {
            (Some(path), _) => path.split('/').collect(),
            (None, Some(name)) => name.split(':').collect(),
            (None, None) => safe_curie.unwrap_or(&lower).split(':').collect(),
        };
        match parts[..] {
            ["ogc", _, "crs84"] | ["ogc", "crs84"] | ["crs84"] => Ok(Self::Crs84),
            ["epsg", _, number] | ["epsg", number] => match number {
                "4326" => Some(Self::Epsg4326),
                "27700" => Some(Self::Epsg27700),
                "3857" => Some(Self::Epsg3857),
                _ => None,
            }
            .ok_or_else(|| UnknownCrs::new(trimmed)),
            _ => Err(UnknownCrs::new(trimmed)),
        }
    }

    /// Converts a position to the axis order of the CRS.
    pub fn own(self, at: Bng) -> [f64; 2] {
        let [x, y] = self.xy(at);
        if self.is_north_first() { [y, x] } else { [x, y] }
    }

    /// Converts a position to the CRS, easting or longitude first.
    pub fn xy(self, at: Bng) -> [f64; 2] {
        if self == Self::Epsg27700 {
            return [at.easting(), at.northing()];
        }
        let (degrees, _) = at.to_lng_lat();
        if self.is_degrees() {
            return [degrees.lon(), degrees.lat()];
        }
        let (lon, lat) = (degrees.lon().to_radians(), degrees.lat().to_radians());
        [MERCATOR_RADIUS_M * lon, MERCATOR_RADIUS_M * lat.tan().asinh()]
    }

    /// The position of two numbers in the axis order of the CRS.
    ///
    /// Fails if they are outside the range of the CRS, or too far from Britain for the grid.
    pub fn bng_of_own(self, [first, second]: [f64; 2]) -> Result<Bng, InvalidPosition> {
        self.bng_of_xy(if self.is_north_first() { [second, first] } else { [first, second] })
    }

    /// The position of two numbers, easting or longitude first. Fails like [`Crs::bng_of_own`].
    pub fn bng_of_xy(self, [x, y]: [f64; 2]) -> Result<Bng, InvalidPosition> {
        let degrees = match self {
            Self::Epsg27700 => return Bng::new(x, y),
            Self::Crs84 | Self::Epsg4326 => LngLat::new(x, y)?,
            Self::Epsg3857 => LngLat::from_web_mercator(x, y)?,
        };
        degrees.to_bng().map(|(at, _)| at)
    }
}

impl UnknownCrs {
    fn new(text: &str) -> Self {
        Self { text: text.chars().take(80).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Caister water tower, the worked example of Ordnance Survey's guide (OSTN15).
    fn caister() -> Bng {
        Bng::new(651_409.804, 313_177.450).unwrap()
    }

    #[test]
    fn every_name_of_a_crs_is_understood_and_no_other() {
        for crs in Crs::ALL {
            for name in [crs.uri(), crs.urn(), crs.name(), &format!("[{}]", crs.name())] {
                assert_eq!(Crs::from_uri(name), Ok(crs), "{name}");
                assert_eq!(Crs::from_uri(&name.to_uppercase()), Ok(crs), "{name}");
            }
            let https = crs.uri().replace("http:", "https:");
            assert_eq!(Crs::from_uri(&https), Ok(crs));
        }
        for name in ["", "[]", "27700", "EPSG", "EPSG:", "EPSG:27701", "[EPSG:27700", "OGC:CRS84h"]
        {
            assert!(Crs::from_uri(name).is_err(), "{name}");
        }
        let error = Crs::from_uri("EPSG:2154").unwrap_err().to_string();
        assert!(error.contains("EPSG:2154") && error.contains("EPSG/0/27700"), "{error}");
    }

    #[test]
    fn each_crs_has_its_own_axis_order() {
        let close = |[a, b]: [f64; 2], [c, d]: [f64; 2], within: f64| {
            assert!((a - c).abs() < within && (b - d).abs() < within, "{a} {b}");
        };
        close(Crs::Crs84.own(caister()), [1.716_073_973, 52.658_007_833], 2e-8);
        close(Crs::Epsg4326.own(caister()), [52.658_007_833, 1.716_073_973], 2e-8);
        close(Crs::Epsg27700.own(caister()), [651_409.804, 313_177.45], 1e-9);
        // By PROJ from the same degrees.
        close(Crs::Epsg3857.own(caister()), [191_032.480_8, 6_919_987.476_5], 0.005);
    }

    #[test]
    fn a_round_trip_gives_the_same_position() {
        for crs in Crs::ALL {
            let there = crs.bng_of_own(crs.own(caister())).unwrap();
            assert!(there.distance_m(caister()) < 0.003, "{crs:?} {there:?}");
            let there = crs.bng_of_xy(crs.xy(caister())).unwrap();
            assert!(there.distance_m(caister()) < 0.003, "{crs:?} {there:?}");
        }
    }

    #[test]
    fn positions_far_from_britain_are_refused() {
        assert!(Crs::Crs84.bng_of_own([52.0, 100.0]).is_err(), "latitude 100");
        assert!(Crs::Epsg4326.bng_of_own([-0.9, 52.0]).is_err(), "axes swapped");
        assert!(Crs::Epsg27700.bng_of_own([f64::NAN, 1.0]).is_err());
        assert!(Crs::Epsg3857.bng_of_own([1e9, 1e9]).is_err());
        assert!(Crs::Epsg3857.bng_of_own([f64::INFINITY, 0.0]).is_err());
    }
}
