//! `/v1/layers`, `/v1/areas` and `/v1/overlaps`.

use serde_json::{Value, json};

use super::build::{self, BODY_PROBLEMS, Members, Operation, named, ok, ok_json};
use crate::http::error::ProblemKind;
#[cfg(feature = "parquet")]
use crate::http::request::negotiate::PARQUET;
use crate::http::request::negotiate::{CSV, GEOJSON, JSON};

pub(super) fn paths() -> Members {
    let mut paths = areas();
    paths.extend(overlaps());
    paths
}

const LAYER_PROBLEMS: [ProblemKind; 4] = [
    ProblemKind::UnknownLayer,
    ProblemKind::WrongLayerKind,
    ProblemKind::NotInForce,
    ProblemKind::InvalidParameter,
];

fn areas() -> Members {
    let layers = Operation {
        tag: "areas",
        id: "layers",
        summary: "Layers with vintage, resolution, licence and attribution",
        parameters: &[],
        ok: ok_json("The layers, postcodes and addresses of the snapshot.", "Layers"),
        problems: vec![],
    };
    let area = Operation {
        tag: "areas",
        id: "area",
        summary: "One area: its measures and the areas that contain it",
        parameters: &["layer", "code", "date"],
        ok: ok_json("The area.", "Area"),
        problems: [&LAYER_PROBLEMS[..], &[ProblemKind::UnknownArea]].concat(),
    };
    let overlaps = Operation {
        tag: "areas",
        id: "areaOverlaps",
        summary: "Overlaps of an area, with shares of area, postcodes and addresses",
        parameters: &["layer", "code", "with", "date", "slivers", "touches"],
        ok: ok_json("The overlaps.", "Overlaps"),
        problems: [&LAYER_PROBLEMS[..], &[ProblemKind::UnknownArea]].concat(),
    };
    build::paths([
        ("/v1/layers", vec![layers.get()]),
        ("/v1/areas/{layer}/{code}", vec![area.get()]),
        ("/v1/areas/{layer}/{code}/overlaps", vec![overlaps.get()]),
    ])
}

fn overlaps() -> Members {
    let of_polygon = Operation {
        tag: "areas",
        id: "polygonOverlaps",
        summary: "Overlaps of a polygon in the request body",
        parameters: &["with", "date", "slivers", "touches", "crs"],
        ok: ok_json("The overlaps.", "PolygonOverlaps"),
        problems: [&BODY_PROBLEMS[..], &LAYER_PROBLEMS[..], &[ProblemKind::InvalidGeometry]]
            .concat(),
    };
    let table = Operation {
        tag: "areas",
        id: "overlapTable",
        summary: "Lookup table of two layers",
        parameters: &["from", "to", "f", "date", "slivers", "touches", "all"],
        ok: ok(
            "One row for each pair of areas that overlap. In CSV and Parquet the members of a row \
             are the columns.",
            &[
                (JSON, named("Table")),
                (CSV, json!({"type": "string"})),
                #[cfg(feature = "parquet")]
                (PARQUET, json!({"type": "string", "format": "binary"})),
            ],
        ),
        problems: LAYER_PROBLEMS.to_vec(),
    };
    build::paths([
        ("/v1/overlaps", vec![of_polygon.post(&polygon_body())]),
        ("/v1/overlaps/{from}/{to}", vec![table.get()]),
    ])
}

fn polygon_body() -> Value {
    let position = json!({
        "type": "array", "minItems": 2, "maxItems": 3, "items": {"type": "number"},
        "description": "Easting and northing, or longitude and latitude, as `crs` says. A height \
            is ignored."
    });
    let ring = json!({"type": "array", "minItems": 4, "items": position});
    let polygon = json!({"type": "array", "minItems": 1, "items": ring});
    let geometry = |kind: &str, coordinates: &Value| {
        json!({
            "type": "object", "required": ["type", "coordinates"], "additionalProperties": true,
            "properties": {"type": {"type": "string", "enum": [kind]}, "coordinates": coordinates}
        })
    };
    let geometries = [
        geometry("Polygon", &polygon),
        geometry("MultiPolygon", &json!({"type": "array", "minItems": 1, "items": polygon})),
    ];
    let feature = json!({
        "type": "object", "required": ["type", "geometry"], "additionalProperties": true,
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]}, "geometry": {"oneOf": geometries}
        }
    });
    let collection = |kind: &str, members: &str, member: &Value| {
        json!({
            "type": "object", "required": ["type", members], "additionalProperties": true,
            "properties": {
                "type": {"type": "string", "enum": [kind]},
                members: {"type": "array", "minItems": 1, "items": member},
            }
        })
    };
    let features = collection("FeatureCollection", "features", &feature);
    let several = collection("GeometryCollection", "geometries", &json!({"oneOf": geometries}));
    let [polygon, multi_polygon] = geometries;
    let schema = json!({
        "description": "A GeoJSON Polygon, MultiPolygon, or Feature with one of them, or a \
            collection of these, whose union is meant. Each geometry must be valid: closed rings \
            that do not cross, and holes inside their exterior ring.",
        "oneOf": [polygon, multi_polygon, feature, features, several],
        "example": {
            "type": "Polygon",
            "coordinates": [[
                [-0.90, 52.23], [-0.89, 52.23], [-0.89, 52.24], [-0.90, 52.24], [-0.90, 52.23]
            ]],
        },
    });
    json!({GEOJSON: {"schema": schema}, JSON: {"schema": schema}})
}
