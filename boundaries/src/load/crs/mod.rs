//! The coordinate reference system of a file: read, or stated in the catalogue, never guessed.
//!
//! Axes: every format read here puts longitude or easting first, whatever the CRS's own
//! definition says (RFC 7946 section 4; GeoPackage 1.3 section 1.1.1.1.3; the FlatGeobuf and
//! Shapefile descriptions follow the same custom).

mod recognise;
#[cfg(test)]
mod tests;
mod wkt;

use std::fmt;

use crate::fault::FaultKind;

use super::error::Refusal;

pub use recognise::from_wkt;

/// A coordinate reference system, as far as Lapwing tells them apart.
#[derive(Clone, Debug, PartialEq)]
pub enum Crs {
    /// British National Grid metres, EPSG:27700.
    BritishNationalGrid,
    /// Longitude and latitude in degrees on WGS84 or ETRS89, which OSTN15 takes for the same:
    /// OGC:CRS84, EPSG:4326, EPSG:4258.
    Degrees,
    /// Web Mercator metres, EPSG:3857.
    WebMercator,
    /// Any other, to be projected by PROJ where it is built in.
    Other {
        /// The CRS as people would name it: `EPSG:29903`, or the name in its definition.
        name: String,
        /// What PROJ is given: an authority and code, or WKT.
        definition: String,
    },
}

/// What a file says of its own CRS.
#[derive(Clone, Debug, PartialEq)]
pub enum StatedCrs {
    /// It says nothing.
    Nothing,
    /// Its format's standard says it, but the file itself does not: RFC 7946 makes every GeoJSON
    /// file CRS84. The catalogue may know better.
    Implied(Crs),
    /// It says this.
    Stated(Crs),
    /// It says something that cannot be followed; the sentence says what.
    Unclear(String),
}

impl Crs {
    /// Reads an identifier of a CRS, in any of the ways that files and people write them:
    /// `EPSG:27700`, `OGC:CRS84`, `urn:ogc:def:crs:EPSG::27700`,
    /// `http://www.opengis.net/def/crs/EPSG/0/27700`.
    ///
    /// ```
    /// use lapwing_boundaries::load::crs::Crs;
    /// assert_eq!(Crs::from_identifier("epsg:27700"), Some(Crs::BritishNationalGrid));
    /// assert_eq!(Crs::from_identifier("urn:ogc:def:crs:OGC:1.3:CRS84"), Some(Crs::Degrees));
    /// assert_eq!(Crs::from_identifier("the usual one"), None);
    /// ```
    pub fn from_identifier(text: &str) -> Option<Self> {
        let text = text.trim();
        let lower = text.to_ascii_lowercase();
        let parts: Vec<&str> = if lower.starts_with("urn:") {
            text.split(':').collect()
        } else if lower.starts_with("http://") || lower.starts_with("https://") {
            text.split('/').collect()
        } else {
            let parts: Vec<&str> = text.split(':').collect();
            if parts.len() != 2 && !lower.eq("crs84") {
                return None;
            }
            parts
        };
        let code = *parts.last()?;
        if code.eq_ignore_ascii_case("crs84") {
            return Some(Self::Degrees);
        }
        let known = |part: &&&str| ["epsg", "esri"].contains(&part.to_ascii_lowercase().as_str());
        let authority = parts.iter().find(known)?;
        Self::from_authority(authority, code.parse().ok()?)
    }

    /// The CRS with that code of that authority. `None` for an authority that is not EPSG or
    /// ESRI, or a code that is no code.
    pub fn from_authority(authority: &str, code: u32) -> Option<Self> {
        let authority = authority.to_ascii_uppercase();
        match (authority.as_str(), code) {
            (_, 0) => None,
            // 7405 is the grid with heights above Newlyn; 4979 and 4937 are the degrees with
            // heights, which GDAL states of whatever has three coordinates. Heights are dropped.
            ("EPSG", 27700 | 7405) => Some(Self::BritishNationalGrid),
            ("EPSG", 4326 | 4258 | 4979 | 4937) => Some(Self::Degrees),
            // 900913 and 102100 are what Web Mercator was called before EPSG admitted it.
            ("EPSG", 3857 | 900_913) | ("ESRI", 102_100) => Some(Self::WebMercator),
            ("EPSG" | "ESRI", _) => {
                let name = format!("{authority}:{code}");
                Some(Self::Other { definition: name.clone(), name })
            }
            _ => None,
        }
    }

    /// Whether the two may be the same: alike, or one given by a definition that only PROJ could
    /// compare with the other's code.
    fn may_be(&self, other: &Self) -> bool {
        let is_code = |definition: &str| !definition.contains(['[', '(']);
        match (self, other) {
            (Self::Other { definition: a, .. }, Self::Other { definition: b, .. }) => {
                a == b || is_code(a) != is_code(b)
            }
            _ => self == other,
        }
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BritishNationalGrid => "British National Grid (EPSG:27700)",
            Self::Degrees => "longitude and latitude (EPSG:4326)",
            Self::WebMercator => "Web Mercator (EPSG:3857)",
            Self::Other { name, .. } => name,
        })
    }
}

/// The CRS to read a file by: what the file states, or what the catalogue states where the file
/// does not; where both do, they must agree.
///
/// # Errors
///
/// When neither says, when they differ, or when what is said cannot be followed.
pub fn reconcile(file: StatedCrs, catalogue: Option<&str>) -> Result<Crs, Refusal> {
    let refuse = |message: String| Refusal::new(FaultKind::UnknownCrs, message);
    let catalogue = match catalogue {
        None => None,
        Some(text) => Some(Crs::from_identifier(text).ok_or_else(|| {
            refuse(format!(
                "the catalogue's crs = {text:?} is not understood: write an authority and a code, such as \"EPSG:27700\" or \"OGC:CRS84\""
            ))
        })?),
    };
    match (file, catalogue) {
        (StatedCrs::Stated(file), Some(catalogue)) if !file.may_be(&catalogue) => {
            Err(refuse(format!(
                "the file says that its CRS is {file}, and the catalogue says {catalogue}: take `crs` out of the catalogue if the file is right, or mend the file"
            )))
        }
        // A code is better for PROJ than a definition without one.
        (_, Some(catalogue)) => Ok(catalogue),
        (StatedCrs::Stated(crs) | StatedCrs::Implied(crs), None) => Ok(crs),
        (StatedCrs::Nothing, None) => Err(refuse(
            "the file does not say what CRS its coordinates are in: state it in the catalogue, for example crs = \"EPSG:27700\" for British National Grid or crs = \"EPSG:4326\" for degrees".to_owned(),
        )),
        (StatedCrs::Unclear(sentence), None) => Err(refuse(format!(
            "{sentence}: state the CRS in the catalogue, for example crs = \"EPSG:27700\""
        ))),
    }
}
