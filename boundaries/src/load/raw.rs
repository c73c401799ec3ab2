//! What a loader gives: features as the file has them, in BNG metres, not yet valid.

use geo::Coord;

use crate::area::Properties;

/// One ring as the file has it: perhaps unclosed, perhaps crossing itself. BNG metres.
pub type RawRing = Vec<Coord<f64>>;

/// The features of one file, in the file's order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawLayer {
    /// The file, as people would name it (`wards.zip/wards.shp`, `county.gpkg#wards`).
    pub file: String,
    /// Its features.
    pub features: Vec<RawFeature>,
}

/// One feature, its fields picked by the catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct RawFeature {
    /// Its place in the file, counted from 0.
    pub index: usize,
    /// The text of the code field, if there is any.
    pub code: Option<String>,
    /// The text of the name field, if there is any.
    pub name: Option<String>,
    /// The fields to keep, in the catalogue's order; a field that the feature lacks is `null`.
    pub properties: Properties,
    /// Its geometry.
    pub geometry: RawGeometry,
}

/// A geometry before validity.
#[derive(Clone, Debug, PartialEq)]
pub enum RawGeometry {
    /// None, or one without any coordinate.
    Empty,
    /// Polygons, each a shell and its holes as the file groups them. A shapefile, which does not
    /// group its rings, gives every ring as a polygon of its own and sets `grouped` false:
    /// validity groups them by containment.
    Polygons {
        /// Polygons of rings.
        polygons: Vec<Vec<RawRing>>,
        /// Whether the file itself says which hole belongs to which shell.
        grouped: bool,
    },
    /// A point.
    Point(Coord<f64>),
    /// Lines, several points, a collection: of no use to a layer. The kind, for the message.
    Other(String),
}
