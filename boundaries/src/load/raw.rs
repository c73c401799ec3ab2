//! Raw features: the output of the readers (file coordinates) and of the loaders (BNG metres), before
//! validation.

use geo::Coord;

use super::crs::StatedCrs;
use crate::area::Properties;

/// One ring as in the file: it may be unclosed or cross itself. BNG metres.
pub type RawRing = Vec<Coord<f64>>;

/// The features of one file in its own coordinates, longitude or easting first.
#[derive(Clone, Debug, PartialEq)]
pub struct Unprojected {
    /// The CRS that the file states.
    pub crs: StatedCrs,
    /// The features, in file order.
    pub features: Vec<RawFeature>,
}

/// The features of one file in BNG metres, in file order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawLayer {
    /// The file name for messages (`wards.zip/wards.shp`, `county.gpkg#wards`).
    pub file: String,
    /// Its features.
    pub features: Vec<RawFeature>,
}

/// One feature, with the fields that the catalogue names.
#[derive(Clone, Debug, PartialEq)]
pub struct RawFeature {
    /// Index in the file, from 0.
    pub index: usize,
    /// The text of the code field, if any.
    pub code: Option<String>,
    /// The text of the name field, if any.
    pub name: Option<String>,
    /// The fields to keep, in catalogue order. A field that the feature does not have is `null`.
    pub properties: Properties,
    /// Its geometry.
    pub geometry: RawGeometry,
}

/// A geometry before validation.
#[derive(Clone, Debug, PartialEq)]
pub enum RawGeometry {
    /// No geometry, or one without coordinates.
    Empty,
    /// Polygons, each an exterior ring and its holes as grouped by the file. A shapefile does not
    /// group its rings: it gives every ring as its own polygon with `grouped` false, and validation
    /// groups them by containment.
    Polygons {
        /// Polygons as lists of rings.
        polygons: Vec<Vec<RawRing>>,
        /// True if the file assigns holes to exterior rings.
        grouped: bool,
    },
    /// A point.
    Point(Coord<f64>),
    /// A geometry that a layer cannot use, such as a line, several points or a collection. The
    /// value is its type, for messages.
    Other(String),
}
