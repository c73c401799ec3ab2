//! `/v1/layers`, `/v1/areas`, `/v1/overlaps`.

use serde_json::{Value, json};

use super::build::{self, Members, OF_BODIES, Operation, named, ok, ok_json};
use crate::http::error::ProblemKind;
#[cfg(feature = "parquet")]
use crate::http::request::negotiate::PARQUET;
use crate::http::request::negotiate::{CSV, GEOJSON, JSON};

pub(super) fn paths() -> Members {
    let mut paths = areas();
    paths.extend(overlaps());
    paths
}

const OF_LAYERS: [ProblemKind; 4] = [
    ProblemKind::UnknownLayer,
    ProblemKind::WrongLayerKind,
    ProblemKind::NotInForce,
    ProblemKind::InvalidParameter,
];

fn areas() -> Members {
    let layers = Operation {
        tag: "areas",
        id: "layers",
        summary: "The layers: vintage, resolution, licence, attribution",
        parameters: &[],
        ok: ok_json("What there is.", "Layers"),
        problems: vec![],
    };
    let area = Operation {
        tag: "areas",
        id: "area",
        summary: "One area: measures, and the areas it lies in",
        parameters: &["layer", "code", "date"],
        ok: ok_json("The area.", "Area"),
        problems: [&OF_LAYERS[..], &[ProblemKind::UnknownArea]].concat(),
    };
    let overlaps = Operation {
        tag: "areas",
        id: "areaOverlaps",
        summary: "What an area overlaps, with shares of ground, postcodes and addresses",
        parameters: &["layer", "code", "with", "date", "slivers", "touches"],
        ok: ok_json("The overlaps.", "Overlaps"),
        problems: [&OF_LAYERS[..], &[ProblemKind::UnknownArea]].concat(),
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
        summary: "What a polygon of your own overlaps",
        parameters: &["with", "date", "slivers", "touches", "crs"],
        ok: ok_json("The overlaps.", "PolygonOverlaps"),
        problems: [&OF_BODIES[..], &OF_LAYERS[..], &[ProblemKind::InvalidGeometry]].concat(),
    };
    let table = Operation {
        tag: "areas",
        id: "overlapTable",
        summary: "The whole lookup table of two layers",
        parameters: &["from", "to", "f", "date", "slivers", "touches"],
        ok: ok(
            "A row for each pair of areas that overlap. CSV and Parquet have the members of a row as columns.",
            &[
                (JSON, named("Table")),
                (CSV, json!({"type": "string"})),
                #[cfg(feature = "parquet")]
                (PARQUET, json!({"type": "string", "format": "binary"})),
            ],
        ),
        problems: OF_LAYERS.to_vec(),
    };
    build::paths([
        ("/v1/overlaps", vec![of_polygon.post(&polygon_body())]),
        ("/v1/overlaps/{from}/{to}", vec![table.get()]),
    ])
}

fn polygon_body() -> Value {
    let position = json!({
        "type": "array", "minItems": 2, "maxItems": 3, "items": {"type": "number"},
        "description": "Longitude, latitude; a height is passed over."
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
    let [polygon, multi_polygon] = geometries;
    let schema = json!({
        "description": "A GeoJSON Polygon, MultiPolygon, or Feature of one. It must be valid: \
    closed rings that do not cross, holes inside their shell.",
        "oneOf": [polygon, multi_polygon, feature],
        "example": {
            "type": "Polygon",
            "coordinates": [[
                [-0.90, 52.23], [-0.89, 52.23], [-0.89, 52.24], [-0.90, 52.24], [-0.90, 52.23]
            ]],
        },
    });
    json!({GEOJSON: {"schema": schema}, JSON: {"schema": schema}})
}
