//! `/v1/lookup`, `/v1/nearest`, `/v1/search`.

use serde_json::{Value, json};

use super::build::{self, BODY_PROBLEMS, Members, Operation, PLACE_PROBLEMS, named, ok, ok_json};
use crate::http::error::ProblemKind;
use crate::http::request::negotiate::{CSV, JSON, NDJSON};

pub(super) fn paths() -> Members {
    let layer_problems =
        [ProblemKind::UnknownLayer, ProblemKind::WrongLayerKind, ProblemKind::InvalidParameter];
    let lookup = Operation {
        tag: "places",
        id: "lookup",
        summary: "Areas of one place, with a confidence",
        parameters: &["postcode", "lon", "lat", "easting", "northing", "layers", "date"],
        ok: ok_json("The areas. A place that lies in no area also gets this response.", "Lookup"),
        problems: [&PLACE_PROBLEMS[..], &layer_problems].concat(),
    };
    let text = json!({"type": "string"});
    let bulk = Operation {
        tag: "places",
        id: "lookupMany",
        summary: "Areas of many places, in the format of the request, with a status for each row",
        parameters: &[
            "layers",
            "date",
            "by",
            "postcode_column",
            "lon_column",
            "lat_column",
            "easting_column",
            "northing_column",
            "add",
            "flat",
        ],
        ok: ok(
            "One output row for each input row, in the same order. CSV: all input columns, then \
             status, {layer}_code and {layer}_name for each layer (several values are joined by \
             `;`), confidence, boundary_distance_m, coverage, unassigned and superseded_since; `add` \
             selects columns, also `terminated` and `reason`. NDJSON: one Line each, or one FlatLine \
             with `flat=true`.",
            &[
                (JSON, named("Document")),
                (NDJSON, json!({"anyOf": [named("Line"), named("FlatLine")]})),
                (CSV, text.clone()),
            ],
        ),
        problems: [&BODY_PROBLEMS[..], &layer_problems].concat(),
    };
    let nearest = Operation {
        tag: "points",
        id: "nearest",
        summary: "Points nearest to a place, with distances in metres",
        parameters: &[
            "postcode",
            "lon",
            "lat",
            "easting",
            "northing",
            "pointLayers",
            "nearestLimit",
            "date",
        ],
        ok: ok_json("The points, nearest first.", "Nearest"),
        problems: [&PLACE_PROBLEMS[..], &layer_problems].concat(),
    };
    let search = Operation {
        tag: "points",
        id: "search",
        summary: "Search for areas, points and postcodes by the beginning of a name or code",
        parameters: &["q", "searchLayers", "searchLimit"],
        ok: ok_json("Areas, points, positions and postcodes that match.", "Search"),
        problems: vec![
            ProblemKind::MissingParameter,
            ProblemKind::InvalidParameter,
            ProblemKind::UnknownLayer,
        ],
    };
    build::paths([
        ("/v1/lookup", vec![lookup.get(), bulk.post(&bulk_body())]),
        ("/v1/nearest", vec![nearest.get()]),
        ("/v1/search", vec![search.get()]),
    ])
}

fn bulk_body() -> Value {
    let layers = json!({"type": "array", "items": {"type": "string"}});
    let date = json!({"type": "string", "format": "date"});
    let document = json!({
        "type": "object",
        "description": "Either `postcodes` or `points`. `layers` and `date` can be given here or \
            in the URL.",
        "oneOf": [{"required": ["postcodes"]}, {"required": ["points"]}],
        "properties": {
            "postcodes": {"type": "array", "items": {"type": "string"}},
            "points": {
                "type": "array",
                "items": {
                    "type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2,
                    "description": "Longitude and latitude in degrees (WGS84)."
                },
            },
            "layers": layers, "date": date,
        },
        "additionalProperties": false,
        "example": {"postcodes": ["NN1 1ED", "NN1 1AA"], "layers": ["lap", "ward"]},
    });
    let number = json!({"type": "number", "nullable": true});
    let text = json!({"type": "string", "nullable": true});
    let line = json!({
        "type": "object",
        "description": "One object per line: `postcode`, or `lon` and `lat`, or `easting` and \
            `northing`. `id` is returned unchanged.",
        "properties": {
            "postcode": text, "lon": number, "lat": number, "easting": number, "northing": number,
            "layers": layers, "date": date, "id": {},
        },
        "additionalProperties": false,
        "example": {"postcode": "NN1 1ED", "id": 1},
    });
    let flat = json!({
        "type": "object",
        "description": "With `flat=true`: locates the place as above; all other members are yours \
            and are returned unchanged. With `by`, the members of the other ways to locate a \
            place are not read.",
        "properties": {
            "postcode": text, "lon": number, "lat": number, "easting": number, "northing": number,
        },
        "additionalProperties": true,
        "example": {"postcode": "NN1 1ED", "name": "Guildhall"},
    });
    let example = line["example"].clone();
    let line = json!({"anyOf": [line, flat], "example": example});
    let csv = json!({
        "type": "string",
        "description": "A header row with `postcode`, or `lon` and `lat`, or `easting` and \
            `northing`, and any other columns.",
        "example": "postcode,name\nNN1 1ED,Guildhall\n",
    });
    json!({JSON: {"schema": document}, NDJSON: {"schema": line}, CSV: {"schema": csv}})
}
