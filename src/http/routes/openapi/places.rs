//! `/v1/lookup`, `/v1/nearest`, `/v1/search`.

use serde_json::{Value, json};

use super::build::{self, Members, OF_BODIES, OF_PLACES, Operation, named, ok, ok_json};
use crate::http::error::ProblemKind;
use crate::http::request::negotiate::{CSV, JSON, NDJSON};

pub(super) fn paths() -> Members {
    let of_layers =
        [ProblemKind::UnknownLayer, ProblemKind::WrongLayerKind, ProblemKind::InvalidParameter];
    let lookup = Operation {
        tag: "places",
        id: "lookup",
        summary: "The areas of one place, and how sure that is",
        parameters: &["postcode", "lon", "lat", "easting", "northing", "layers", "date"],
        ok: ok_json("The areas. A place in no area is an answer, too.", "Lookup"),
        problems: [&OF_PLACES[..], &of_layers].concat(),
    };
    let text = json!({"type": "string"});
    let bulk = Operation {
        tag: "places",
        id: "lookupMany",
        summary: "The areas of many places, answered in the format they come in, a status per row",
        parameters: &["layers", "date", "by", "add", "flat"],
        ok: ok(
            "A row for each row, in their order. CSV: every input column, then status, \
{layer}_code and {layer}_name for each layer (several joined by `;`), confidence, \
boundary_distance_m, or those of them that `add` names. NDJSON: a Line each, or a FlatLine with flat=true.",
            &[
                (JSON, named("Document")),
                (NDJSON, json!({"anyOf": [named("Line"), named("FlatLine")]})),
                (CSV, text.clone()),
            ],
        ),
        problems: [&OF_BODIES[..], &of_layers].concat(),
    };
    let nearest = Operation {
        tag: "points",
        id: "nearest",
        summary: "The points nearest to a place, in metres",
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
        ok: ok_json("The points.", "Nearest"),
        problems: [&OF_PLACES[..], &of_layers].concat(),
    };
    let search = Operation {
        tag: "points",
        id: "search",
        summary: "Areas, points and postcodes by the beginning of a name or code",
        parameters: &["q", "searchLayers", "searchLimit"],
        ok: ok_json("What begins so.", "Search"),
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
        "description": "Either postcodes or points. `layers` and `date` stand here or in the URL.",
        "oneOf": [{"required": ["postcodes"]}, {"required": ["points"]}],
        "properties": {
            "postcodes": {"type": "array", "items": {"type": "string"}},
            "points": {
                "type": "array",
                "items": {
                    "type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2,
                    "description": "Longitude, latitude."
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
        "description": "One a line: a postcode, or lon and lat, or easting and northing; an id comes back.",
        "properties": {
            "postcode": text, "lon": number, "lat": number, "easting": number, "northing": number,
            "layers": layers, "date": date, "id": {},
        },
        "additionalProperties": false,
        "example": {"postcode": "NN1 1ED", "id": 1},
    });
    let flat = json!({
        "type": "object",
        "description": "With flat=true: says where as above; all other members are the caller's own and come back. With by, what other ways say is passed over, whatever it is.",
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
        "description": "A header with postcode, or lon and lat, or easting and northing, and any other columns.",
        "example": "postcode,name\nNN1 1ED,Guildhall\n",
    });
    json!({JSON: {"schema": document}, NDJSON: {"schema": line}, CSV: {"schema": csv}})
}
