//! The form of features, which [`crate::formats::geojson`] writes piece by piece and
//! [`super::items`] and [`super::item`] extend.
#![expect(dead_code, reason = "written in pieces; the types describe the whole")]

use jiff::Timestamp;
use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::links::Link;
use crate::answers::SnapshotBlock;

/// A feature.
#[derive(JsonSchema)]
#[schemars(rename = "Feature")]
pub(in crate::http) struct FeatureDocument<'a> {
    #[serde(flatten)]
    feature: Feature,
    /// Bounding box: lowest, then highest coordinates, in the axis order of the CRS.
    #[serde(skip_serializing_if = "Option::is_none")]
    bbox: Option<[f64; 4]>,
    /// Links to related resources.
    links: Vec<Link>,
    /// The snapshot that answered.
    snapshot: SnapshotBlock<'a>,
}

/// A page of the features of a layer.
#[derive(JsonSchema)]
#[schemars(rename = "Features")]
pub(in crate::http) struct FeaturesDocument<'a> {
    /// Always `FeatureCollection`.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["FeatureCollection"]))]
    kind: &'static str,
    /// CRS of coordinates in metres, in the form of GeoJSON 2008. Absent for coordinates in degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    crs: Option<Map<String, Value>>,
    /// Links to related resources.
    links: Vec<Link>,
    /// Time at which the page was made.
    #[serde(rename = "timeStamp")]
    time_stamp: Timestamp,
    /// Number of features that match the request.
    #[serde(rename = "numberMatched")]
    number_matched: usize,
    /// Number of features on this page.
    #[serde(rename = "numberReturned")]
    number_returned: usize,
    /// The snapshot that answered.
    snapshot: SnapshotBlock<'a>,
    /// In order of code, unless `sortby` is given.
    features: Vec<Feature>,
    /// Bounding box: lowest, then highest coordinates, in the axis order of the CRS.
    #[serde(skip_serializing_if = "Option::is_none")]
    bbox: Option<[f64; 4]>,
}

/// A feature.
#[derive(JsonSchema)]
#[schemars(inline)]
struct Feature {
    /// Always `Feature`.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["Feature"]))]
    kind: &'static str,
    /// Code of the area or point.
    id: String,
    geometry: Geometry,
    /// Attributes, as listed by /collections/{layer}.
    properties: Map<String, Value>,
}

/// Geometry (RFC 7946), in the axis order of its CRS.
#[derive(JsonSchema)]
#[schemars(inline)]
struct Geometry {
    /// Geometry type.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = ["MultiPolygon", "Point"]))]
    kind: &'static str,
    coordinates: Vec<Value>,
}
