//! `filter`, `sortby`, `properties`, `simplify` and `/collections/{layer}/queryables`.

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
                "description": "Queryables by name.",
                "additionalProperties": {"type": "object"}
            },
            "additionalProperties": {"type": "boolean", "enum": [false]}
        }
    });
    let page = json!({"type": "string"});
    let queryables = Operation {
        tag: "features",
        id: "queryables",
        summary: "Attributes of a layer that filters can use, as JSON Schema",
        parameters: &["collection", "documentFormat"],
        ok: ok("The queryables.", &[(SCHEMA, schema.clone()), (JSON, schema), (HTML, page)]),
        problems: vec![ProblemKind::UnknownLayer, ProblemKind::InvalidParameter],
    };
    build::paths([("/collections/{layer}/queryables", vec![queryables.get()])])
}

/// Parameters that filter, sort and reduce features, by reference name.
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
                "Only features for which this CQL2 expression (OGC 21-065r2) is true. It can use \
                 the names in `/queryables` with comparisons, LIKE, BETWEEN, IN, IS NULL, \
                 arithmetic, CASEI, ACCENTI, and the spatial, temporal and array functions.",
                json!({"type": "string", "minLength": 1}),
                json!("name LIKE 'C%' AND S_INTERSECTS(geometry, BBOX(-1, 52, 0, 53))"),
            ),
        ),
        (
            "filterLang",
            query(
                "filter-lang",
                "Language of `filter`.",
                json!({"type": "string", "enum": LANGUAGES, "default": LANGUAGES[0]}),
                json!(LANGUAGES[0]),
            ),
        ),
        (
            "filterCrs",
            query(
                "filter-crs",
                "CRS of the geometries in `filter`. Coordinates are in the axis order of the CRS: \
                 EPSG:4326 has latitude first.",
                json!({"type": "string", "format": "uri", "enum": Crs::ALL.map(Crs::uri),
                       "default": Crs::Crs84.uri()}),
                json!(Crs::Crs84.uri()),
            ),
        ),
        (
            "sortby",
            query(
                "sortby",
                "Attributes to sort by; `-` before a name sorts in descending order. Features \
                 with equal values are in order of code, features without a value come last.",
                names.clone(),
                json!(["-name"]),
            ),
        ),
        (
            "properties",
            query(
                "properties",
                "Attributes to include in each feature. Default: all.",
                names,
                json!(["name"]),
            ),
        ),
        (
            "simplify",
            query(
                "simplify",
                &format!(
                    "Simplify areas to this tolerance in metres. Boundaries that areas share stay \
                     identical, on all pages. Available tolerances: {} m; a value between two of \
                     them uses the smaller. An area too small for the tolerance keeps its full \
                     geometry. Points do not change.",
                    TOLERANCES_M.map(|metres| metres.to_string()).join(", ")
                ),
                json!({"type": "number", "minimum": 0}),
                json!(50),
            ),
        ),
    ]
}
