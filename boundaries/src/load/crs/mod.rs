//! The coordinate reference system of a file: read from the file or stated in the catalogue, never
//! guessed.
//!
//! Every supported format puts longitude or easting first, whatever axis order the CRS defines (RFC
//! 7946 section 4; GeoPackage 1.3 section 1.1.1.1.3; the FlatGeobuf and Shapefile descriptions
//! follow the same custom).

mod recognise;
#[cfg(test)]
mod tests;
mod wkt;

use std::fmt;

use crate::fault::FaultKind;

use super::error::LoadError;

pub use recognise::from_wkt;

/// A coordinate reference system, as far as the loaders distinguish them.
#[derive(Clone, Debug, PartialEq)]
pub enum SourceCrs {
    /// British National Grid metres, EPSG:27700.
    BritishNationalGrid,
    /// Longitude and latitude in degrees on WGS84 or ETRS89, which OSTN15 treats as equal:
    /// OGC:CRS84, EPSG:4326, EPSG:4258.
    Degrees,
    /// Web Mercator metres, EPSG:3857.
    WebMercator,
    /// Any other CRS. It needs PROJ.
    Other {
        /// A name for messages: `EPSG:29903`, or the name in its definition.
        name: String,
        /// The definition for PROJ: an authority and code, or WKT.
        definition: String,
    },
}

/// The CRS that a file states.
#[derive(Clone, Debug, PartialEq)]
pub enum StatedCrs {
    /// The file states no CRS.
    Nothing,
    /// The format implies a CRS that the file does not state itself: RFC 7946 makes every GeoJSON
    /// file CRS84. The catalogue can override it.
    Implied(SourceCrs),
    /// The file states this CRS.
    Stated(SourceCrs),
    /// The file states something that is not a usable CRS. The text is the message.
    Unclear(String),
}

impl SourceCrs {
    /// Parses a CRS identifier in any common form: `EPSG:27700`, `OGC:CRS84`,
    /// `urn:ogc:def:crs:EPSG::27700`, `http://www.opengis.net/def/crs/EPSG/0/27700`.
    ///
    /// ```
    /// use lapwing_boundaries::load::crs::SourceCrs;
    /// assert_eq!(SourceCrs::from_identifier("epsg:27700"), Some(SourceCrs::BritishNationalGrid));
    /// assert_eq!(SourceCrs::from_identifier("urn:ogc:def:crs:OGC:1.3:CRS84"), Some(SourceCrs::Degrees));
    /// assert_eq!(SourceCrs::from_identifier("the usual one"), None);
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

    /// Returns the CRS with this code. Returns `None` if the authority is not EPSG or ESRI, or the
    /// code is 0.
    pub fn from_authority(authority: &str, code: u32) -> Option<Self> {
        let authority = authority.to_ascii_uppercase();
        match (authority.as_str(), code) {
            (_, 0) => None,
            // 7405 is the grid with heights above Newlyn. 4979 and 4937 are degrees with heights,
            // which GDAL states for any file with three coordinates. Heights are dropped.
            ("EPSG", 27700 | 7405) => Some(Self::BritishNationalGrid),
            ("EPSG", 4326 | 4258 | 4979 | 4937) => Some(Self::Degrees),
            // 900913 and 102100 are older codes for Web Mercator.
            ("EPSG", 3857 | 900_913) | ("ESRI", 102_100) => Some(Self::WebMercator),
            ("EPSG" | "ESRI", _) => {
                let name = format!("{authority}:{code}");
                Some(Self::Other { definition: name.clone(), name })
            }
            _ => None,
        }
    }

    /// Returns true if the two can be the same CRS: they are equal, or one is a code and the other
    /// a definition, which only PROJ could compare.
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

impl fmt::Display for SourceCrs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BritishNationalGrid => "British National Grid (EPSG:27700)",
            Self::Degrees => "longitude and latitude (EPSG:4326)",
            Self::WebMercator => "Web Mercator (EPSG:3857)",
            Self::Other { name, .. } => name,
        })
    }
}

/// Returns the CRS of a file: the one it states, or else the one in the catalogue. If both state
/// one, they must agree.
///
/// # Errors
///
/// Fails if neither states a CRS, if they differ, or if the stated CRS is not usable.
pub fn reconcile(file: StatedCrs, catalogue: Option<&str>) -> Result<SourceCrs, LoadError> {
    let refuse = |message: String| LoadError::new(FaultKind::UnknownCrs, message);
    let catalogue = match catalogue {
        None => None,
        Some(text) => Some(SourceCrs::from_identifier(text).ok_or_else(|| {
            refuse(format!(
                "the catalogue's crs = {text:?} is not a known CRS: write an authority and a code, such as \"EPSG:27700\" or \"OGC:CRS84\""
            ))
        })?),
    };
    match (file, catalogue) {
        (StatedCrs::Stated(file), Some(catalogue)) if !file.may_be(&catalogue) => {
            Err(refuse(format!(
                "the file states the CRS {file}, but the catalogue states {catalogue}: remove `crs` from the catalogue if the file is right, or correct the file"
            )))
        }
        // PROJ works better with a code than with a definition without one.
        (_, Some(catalogue)) => Ok(catalogue),
        (StatedCrs::Stated(crs) | StatedCrs::Implied(crs), None) => Ok(crs),
        (StatedCrs::Nothing, None) => Err(refuse(
            "the file does not state its CRS: state it in the catalogue, for example crs = \"EPSG:27700\" for British National Grid or crs = \"EPSG:4326\" for degrees".to_owned(),
        )),
        (StatedCrs::Unclear(sentence), None) => Err(refuse(format!(
            "{sentence}: state the CRS in the catalogue, for example crs = \"EPSG:27700\""
        ))),
    }
}
