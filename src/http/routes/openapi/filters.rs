//! `filter`, `sortby`, `properties`, `simplify`, and `/collections/{layer}/queryables`.

use serde_json::{Value, json};

use super::build::{self, Members, Operation, ok};
use crate::features::crs::Crs;
use crate::features::generalise::TOLERANCES_M;
use crate::http::error::ProblemKind;
use crate::http::request::negotiate::{HTML, JSON};
use crate::http::routes::ogc::filter_params::LANGUAGES;
use crate::http::routes::ogc::queryables::SCHEMA;

pub(super) fn paths() -> Members {
    let schema = json!({
        "type": "object",
        "required": ["$schema", "$id", "title", "type", "properties", "additionalProperties"],
        "properties": {
            "$schema": {"type": "string", "format": "uri"},
            "$id": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "description": {"type": "string"},
            "type": {"type": "string", "enum": ["object"]},
            "properties": {
                "type": "object",
                "description": "Each queryable by its name.",
                "additionalProperties": {"type": "object"}
            },
            "additionalProperties": {"type": "boolean", "enum": [false]}
        }
    });
    let page = json!({"type": "string"});
    let queryables = Operation {
        tag: "features",
        id: "queryables",
        summary: "What a filter may ask of the features of a layer, as JSON Schema",
        parameters: &["collection", "documentFormat"],
        ok: ok("The queryables.", &[(SCHEMA, schema.clone()), (JSON, schema), (HTML, page)]),
        problems: vec![ProblemKind::UnknownLayer, ProblemKind::InvalidParameter],
    };
    build::paths([("/collections/{layer}/queryables", vec![queryables.get()])])
}

/// The parameters, by the name they are referred to by.
pub(super) fn parameters() -> Vec<(&'static str, Value)> {
    let query = |name: &str, description: &str, schema: Value, example: Value| {
        json!({
            "name": name, "in": "query", "required": false, "style": "form", "explode": false,
            "description": description, "schema": schema, "example": example
        })
    };
    let names =
        json!({"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}});
    vec![
        (
            "filter",
            query(
                "filter",
                "Only features of which this is true: CQL2 (OGC 21-065r2) about the names of \
                 `/queryables`. Comparisons, LIKE, BETWEEN, IN, IS NULL, arithmetic, CASEI, ACCENTI, \
                 and the spatial, temporal and array functions.",
                json!({"type": "string", "minLength": 1}),
                json!("name LIKE 'C%' AND S_INTERSECTS(geometry, BBOX(-1, 52, 0, 53))"),
            ),
        ),
        (
            "filterLang",
            query(
                "filter-lang",
                "How `filter` is written.",
                json!({"type": "string", "enum": LANGUAGES, "default": LANGUAGES[0]}),
                json!(LANGUAGES[0]),
            ),
        ),
        (
            "filterCrs",
            query(
                "filter-crs",
                "The coordinates of the geometries in `filter`. Its axes count: EPSG:4326 has the \
                 latitude first.",
                json!({"type": "string", "format": "uri", "enum": Crs::ALL.map(Crs::uri),
                       "default": Crs::Crs84.uri()}),
                json!(Crs::Crs84.uri()),
            ),
        ),
        (
            "sortby",
            query(
                "sortby",
                "The attributes to sort by, `-` before one for descending. What is alike stands in \
                 code order; what has no value comes last.",
                names.clone(),
                json!(["-name"]),
            ),
        ),
        (
            "properties",
            query(
                "properties",
                "The attributes to tell of each feature; without it, all.",
                names,
                json!(["name"]),
            ),
        ),
        (
            "simplify",
            query(
                "simplify",
                &format!(
                    "Draws areas more simply, to this many metres; boundaries that areas share stay \
                     shared, on all pages. Drawn are {} m: between two, the finer is taken. An area \
                     too small for it keeps its drawing. Points are as they are.",
                    TOLERANCES_M.map(|metres| metres.to_string()).join(", ")
                ),
                json!({"type": "number", "minimum": 0}),
                json!(50),
            ),
        ),
    ]
}
