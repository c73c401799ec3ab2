//! Positions in British National Grid metres and in WGS84 degrees, and conversion between the two.
//!
//! Inside the OSTN15 grid the conversion uses Ordnance Survey's definitive transformation, accurate
//! to about 1 mm ("Transformations and OSGM15 user guide", version 1.3). Outside it uses the
//! seven-parameter Helmert approximation, accurate to about 5 m ("A guide to coordinate systems in
//! Great Britain", section 6.6). Every result states which one was used, as an [`Accuracy`].

use serde::{Deserialize, Serialize};

use crate::projection::{helmert, ostn15};

/// A position in British National Grid metres (EPSG:27700), always finite.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bng {
    easting: f64,
    northing: f64,
}

/// A position in WGS84 degrees, longitude first as in CRS84. Treated as ETRS89, as Ordnance Survey
/// does. Always finite, with longitude from -180 to 180 and latitude from -90 to 90.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LngLat {
    lon: f64,
    lat: f64,
}

/// The accuracy of a converted position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "lowercase")]
pub enum Accuracy {
    /// Converted with OSTN15: about 1 mm.
    Ostn15,
    /// Converted with the Helmert approximation, because the position is outside the OSTN15 grid:
    /// about 5 m.
    Helmert,
}

/// The reason why two numbers are not a position.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum InvalidPosition {
    /// A number is NaN or infinite.
    #[error("a coordinate is not a finite number")]
    NotFinite,
    /// The numbers are out of range for a longitude and a latitude.
    #[error(
        "{lon} {lat} is not a longitude and a latitude: longitudes go from -180 to 180 degrees and latitudes from -90 to 90"
    )]
    NotDegrees {
        /// The number given as longitude.
        lon: f64,
        /// The number given as latitude.
        lat: f64,
    },
    /// The position is too far from Britain for the National Grid.
    #[error(
        "{easting} {northing} is outside the British National Grid: eastings go from -100000 to 800000 m and northings from -100000 to 1350000 m around Britain"
    )]
    OutsideGrid {
        /// The easting in metres.
        easting: f64,
        /// The northing in metres.
        northing: f64,
    },
    /// The degrees are too far from Britain for the National Grid.
    #[error("{lon} {lat} is far from Britain, outside the British National Grid")]
    FarFromBritain {
        /// The longitude.
        lon: f64,
        /// The latitude.
        lat: f64,
    },
    /// The degrees are in Britain if they are exchanged.
    #[error(
        "{lon} {lat} is far from Britain; exchanged, they are in Britain: check whether lon and lat are swapped"
    )]
    SwappedDegrees {
        /// The number given as longitude.
        lon: f64,
        /// The number given as latitude.
        lat: f64,
    },
    /// The metres are on the National Grid if they are exchanged.
    #[error(
        "{easting} {northing} is outside the British National Grid; exchanged, they are in Britain: check whether easting and northing are swapped"
    )]
    SwappedMetres {
        /// The number given as easting.
        easting: f64,
        /// The number given as northing.
        northing: f64,
    },
    /// The numbers are given as degrees and can only be metres.
    #[error(
        "{lon} {lat} are not degrees; if they are metres of the British National Grid, give them as easting and northing"
    )]
    MetresForDegrees {
        /// The number given as longitude.
        lon: f64,
        /// The number given as latitude.
        lat: f64,
    },
    /// The numbers are given as metres and are probably degrees.
    #[error(
        "{easting} {northing} is in the sea at the corner of the grid: the values are not metres; if they are degrees, give them as lon and lat"
    )]
    DegreesForMetres {
        /// The number given as easting.
        easting: f64,
        /// The number given as northing.
        northing: f64,
    },
}

/// The rectangle of accepted positions, in BNG metres: the 700 by 1,250 km of OSTN15 and 100 km on
/// every side.
const EASTINGS: std::ops::RangeInclusive<f64> = -100_000.0..=800_000.0;
const NORTHINGS: std::ops::RangeInclusive<f64> = -100_000.0..=1_350_000.0;

/// Eastings and northings that are both below this, in metres, are open sea south-west of Scilly.
/// Degrees mistaken for metres fall there.
const SEA_CORNER_M: f64 = 1000.0;

/// Longitudes and latitudes of Britain. No point is in both, so degrees in them are not swapped.
const LONGITUDES: std::ops::RangeInclusive<f64> = -8.0..=2.0;
const LATITUDES: std::ops::RangeInclusive<f64> = 49.0..=61.0;

impl Bng {
    /// Creates a position from an easting and a northing that a person gave. Unlike [`Self::new`],
    /// refuses numbers that are degrees, and says if the two are swapped.
    ///
    /// ```
    /// use lapwing_boundaries::position::{Bng, InvalidPosition};
    /// let degrees = Bng::given(-0.896, 52.2355);
    /// assert!(matches!(degrees, Err(InvalidPosition::DegreesForMetres { .. })));
    /// ```
    pub fn given(easting: f64, northing: f64) -> Result<Self, InvalidPosition> {
        let at = Self::new(easting, northing);
        match at {
            Ok(_) if easting.abs() < SEA_CORNER_M && northing.abs() < SEA_CORNER_M => {
                Err(InvalidPosition::DegreesForMetres { easting, northing })
            }
            Err(InvalidPosition::OutsideGrid { .. }) if Self::new(northing, easting).is_ok() => {
                Err(InvalidPosition::SwappedMetres { easting, northing })
            }
            at => at,
        }
    }

    /// Creates a position from an easting and a northing in metres.
    ///
    /// A negative zero becomes zero, so that equal positions have equal bits.
    pub fn new(easting: f64, northing: f64) -> Result<Self, InvalidPosition> {
        if !easting.is_finite() || !northing.is_finite() {
            return Err(InvalidPosition::NotFinite);
        }
        if !EASTINGS.contains(&easting) || !NORTHINGS.contains(&northing) {
            return Err(InvalidPosition::OutsideGrid { easting, northing });
        }
        Ok(Self { easting: easting + 0.0, northing: northing + 0.0 })
    }

    /// Metres east of the grid's false origin.
    pub const fn easting(self) -> f64 {
        self.easting
    }

    /// Metres north of the grid's false origin.
    pub const fn northing(self) -> f64 {
        self.northing
    }

    /// The position as a `geo` coordinate in BNG metres.
    pub const fn coord(self) -> geo::Coord<f64> {
        geo::Coord { x: self.easting, y: self.northing }
    }

    /// The planar distance to another position, in metres.
    pub fn distance_m(self, other: Self) -> f64 {
        (self.easting - other.easting).hypot(self.northing - other.northing)
    }

    /// Converts to degrees.
    pub fn to_lng_lat(self) -> (LngLat, Accuracy) {
        let Self { easting, northing } = self;
        if let Some((lon, lat)) = ostn15::from_grid(easting, northing) {
            return (LngLat { lon, lat }, Accuracy::Ostn15);
        }
        let (lon, lat) = helmert::osgb36_to_wgs84(easting, northing);
        (LngLat { lon, lat }, Accuracy::Helmert)
    }
}

impl LngLat {
    /// Creates a position from a longitude and a latitude that a person gave. Unlike
    /// [`Self::new`], refuses numbers that are metres, and swapped numbers that are in Britain.
    ///
    /// ```
    /// use lapwing_boundaries::position::{InvalidPosition, LngLat};
    /// let swapped = LngLat::given(52.2355, -0.896);
    /// assert!(matches!(swapped, Err(InvalidPosition::SwappedDegrees { .. })));
    /// ```
    pub fn given(lon: f64, lat: f64) -> Result<Self, InvalidPosition> {
        let at = Self::new(lon, lat);
        if LONGITUDES.contains(&lon) && LATITUDES.contains(&lat) {
            return at;
        }
        let is_on_grid = |at: Self| at.to_bng().is_ok();
        let is_swapped = || Self::new(lat, lon).is_ok_and(is_on_grid);
        match at {
            Ok(at) if !is_on_grid(at) && is_swapped() => {
                Err(InvalidPosition::SwappedDegrees { lon, lat })
            }
            Err(InvalidPosition::NotDegrees { .. }) if is_swapped() => {
                Err(InvalidPosition::SwappedDegrees { lon, lat })
            }
            Err(InvalidPosition::NotDegrees { .. }) if lon.abs() > 180.0 && lat.abs() > 180.0 => {
                Err(InvalidPosition::MetresForDegrees { lon, lat })
            }
            at => at,
        }
    }

    /// Creates a position from a longitude and a latitude in degrees.
    pub fn new(lon: f64, lat: f64) -> Result<Self, InvalidPosition> {
        if !lon.is_finite() || !lat.is_finite() {
            return Err(InvalidPosition::NotFinite);
        }
        if !(-180.0..=180.0).contains(&lon) || !(-90.0..=90.0).contains(&lat) {
            return Err(InvalidPosition::NotDegrees { lon, lat });
        }
        Ok(Self { lon: lon + 0.0, lat: lat + 0.0 })
    }

    /// Converts Web Mercator metres (EPSG:3857), on a sphere of radius 6,378,137 m (EPSG method
    /// 1024).
    pub fn from_web_mercator(x: f64, y: f64) -> Result<Self, InvalidPosition> {
        const RADIUS: f64 = 6_378_137.0;
        Self::new((x / RADIUS).to_degrees(), (y / RADIUS).sinh().atan().to_degrees())
    }

    /// Degrees east of Greenwich.
    pub const fn lon(self) -> f64 {
        self.lon
    }

    /// Degrees north of the equator.
    pub const fn lat(self) -> f64 {
        self.lat
    }

    /// Converts to the British National Grid.
    ///
    /// ```
    /// use lapwing_boundaries::position::{Accuracy, LngLat};
    /// // Caister water tower, the worked example of Ordnance Survey's guide (OSTN15).
    /// let (bng, accuracy) = LngLat::new(1.716073973, 52.658007833)?.to_bng()?;
    /// assert_eq!((bng.easting(), bng.northing()), (651_409.804, 313_177.450));
    /// assert_eq!(accuracy, Accuracy::Ostn15);
    /// # Ok::<(), lapwing_boundaries::position::InvalidPosition>(())
    /// ```
    pub fn to_bng(self) -> Result<(Bng, Accuracy), InvalidPosition> {
        if let Some((easting, northing)) = ostn15::to_grid(self.lon, self.lat) {
            return Ok((Bng::new(easting, northing)?, Accuracy::Ostn15));
        }
        let (easting, northing) = helmert::wgs84_to_osgb36(self.lon, self.lat);
        Ok((Bng::new(easting, northing)?, Accuracy::Helmert))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scilly_unst_and_st_kilda_are_inside_the_ostn15_grid() {
        for (place, lon, lat) in [
            ("St Agnes, Scilly", -6.341_26, 49.882_34),
            ("Muckle Flugga, Unst", -0.885_5, 60.854_5),
            ("St Kilda", -8.65, 57.827_96),
        ] {
            let (bng, accuracy) = LngLat::new(lon, lat).unwrap().to_bng().unwrap();
            assert_eq!(accuracy, Accuracy::Ostn15, "{place}");
            let (back, _) = bng.to_lng_lat();
            // Ordnance Survey's two series differ by 4 mm at St Kilda, the farthest west.
            assert!((back.lon() - lon).abs() < 8e-8, "{place} {back:?}");
            assert!((back.lat() - lat).abs() < 5e-8, "{place} {back:?}");
        }
    }

    #[test]
    fn swapped_numbers_and_numbers_in_the_other_unit_are_refused_with_the_reason() {
        let degrees = |lon, lat| LngLat::given(lon, lat).unwrap_err().to_string();
        let metres = |easting, northing| Bng::given(easting, northing).unwrap_err().to_string();
        assert_eq!(
            degrees(52.2355, -0.896),
            "52.2355 -0.896 is far from Britain; exchanged, they are in Britain: check whether lon \
             and lat are swapped"
        );
        assert_eq!(
            degrees(475_486.0, 260_275.25),
            "475486 260275.25 are not degrees; if they are metres of the British National Grid, \
             give them as easting and northing"
        );
        assert!(metres(-0.896, 52.2355).contains("give them as lon and lat"));
        assert!(metres(1_200_000.0, 300_000.0).contains("easting and northing are swapped"));
        assert!(metres(9e9, 0.0).ends_with("around Britain"), "neither way on the grid");
        // What is far away however it is read is left to the answer.
        assert_eq!(LngLat::given(12.0, 41.0), LngLat::new(12.0, 41.0));
        assert_eq!(LngLat::given(-0.896, 52.2355), LngLat::new(-0.896, 52.2355));
        assert_eq!(Bng::given(475_486.0, 260_275.0), Bng::new(475_486.0, 260_275.0));
        assert_eq!(Bng::given(0.0, 1_000.0), Bng::new(0.0, 1_000.0));
    }
}
