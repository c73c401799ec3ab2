//! The parameters, each described once.

use serde_json::{Value, json};

use super::build::Members;

pub(super) fn query(name: &str, description: &str, schema: &Value, example: &Value) -> Value {
    json!({
        "name": name, "in": "query", "description": description, "schema": schema,
        "example": example
    })
}

fn layer_name() -> Value {
    json!({"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "maxLength": 40})
}

/// A list with commas.
fn names(name: &str, description: &str, example: &Value) -> Value {
    let schema = json!({"type": "array", "items": layer_name(), "minItems": 1});
    joined_by_comma(query(name, description, &schema, example))
}

fn joined_by_comma(mut parameter: Value) -> Value {
    parameter["style"] = json!("form");
    parameter["explode"] = json!(false);
    parameter
}

fn layer_path(name: &str, description: &str, example: &str) -> Value {
    let mut parameter = path(name, description, example);
    parameter["schema"] = layer_name();
    parameter
}

fn path(name: &str, description: &str, example: &str) -> Value {
    json!({
        "name": name, "in": "path", "required": true, "description": description,
        "schema": {"type": "string", "minLength": 1}, "example": example
    })
}

fn required(mut parameter: Value) -> Value {
    parameter["required"] = json!(true);
    parameter
}

/// By the name they are referred to by.
pub(super) fn all() -> Members {
    of_places()
        .into_iter()
        .chain(of_choices())
        .chain(of_texts())
        .chain(of_paths())
        .chain(super::changes::parameters())
        .chain(super::features::parameters())
        .chain(super::filters::parameters())
        .chain(super::tiles::parameters())
        .chain(super::files::parameters())
        .chain(super::ogc_tiles::parameters())
        .map(|(name, parameter)| (name.to_owned(), parameter))
        .collect()
}

type Parameters = Vec<(&'static str, Value)>;

fn of_places() -> Parameters {
    let number = json!({"type": "number"});
    vec![
        (
            "postcode",
            query(
                "postcode",
                "A full postcode; case and spaces do not matter. It excludes the other ways to say where.",
                &json!({"type": "string"}),
                &json!("NN1 1ED"),
            ),
        ),
        ("lon", query("lon", "Degrees east (WGS84), with `lat`.", &number, &json!(-0.896_042))),
        ("lat", query("lat", "Degrees north (WGS84), with `lon`.", &number, &json!(52.235_518))),
        (
            "easting",
            query(
                "easting",
                "Metres east (EPSG:27700), with `northing`.",
                &number,
                &json!(475_486),
            ),
        ),
        (
            "northing",
            query(
                "northing",
                "Metres north (EPSG:27700), with `easting`.",
                &number,
                &json!(260_275),
            ),
        ),
        (
            "by",
            query(
                "by",
                "Of CSV or flat NDJSON with several ways to say where: the columns to take, `postcode`, or `lon` and `lat`, or `easting` and `northing`.",
                &json!({"type": "string", "enum": ["postcode", "lonlat", "bng"]}),
                &json!("postcode"),
            ),
        ),
        (
            "add",
            joined_by_comma(query(
                "add",
                "Of the columns that are added to CSV or flat NDJSON only these; the status always is.",
                &json!({
                    "type": "array", "minItems": 1,
                    "items": {
                        "type": "string",
                        "enum": ["code", "name", "confidence", "boundary_distance_m"],
                    },
                }),
                &json!(["code"]),
            )),
        ),
        (
            "flat",
            query(
                "flat",
                "Answer NDJSON as CSV is answered: every member of a line comes back, then the answer's, none of them an object or a list.",
                &json!({"type": "boolean", "default": false}),
                &json!(true),
            ),
        ),
        (
            "crs",
            query(
                "crs",
                "The coordinates of the body: longitude and latitude, or British National Grid metres.",
                &json!({"type": "string", "enum": ["CRS84", "EPSG:27700"], "default": "CRS84"}),
                &json!("CRS84"),
            ),
        ),
        (
            "f",
            query(
                "f",
                "The format, whatever the Accept header says.",
                &json!({"type": "string", "enum": super::files::of_tables()}),
                &json!("csv"),
            ),
        ),
    ]
}

fn of_choices() -> Parameters {
    let include = json!({"type": "string", "enum": ["include", "exclude"], "default": "exclude"});
    vec![
        (
            "layers",
            names(
                "layers",
                "The layers of areas to answer from, by series (`ward`: the vintage of the day) or by one vintage's own id (`ward_2013`). Without it, one of every series.",
                &json!(["lap", "ward"]),
            ),
        ),
        (
            "with",
            names(
                "with",
                "The layers of areas to overlap with, named as for `layers`. Without it, one of every series but the asked area's own.",
                &json!(["lap"]),
            ),
        ),
        (
            "pointLayers",
            names(
                "layer",
                "The layers of points to look in; without it, all of them.",
                &json!(["gp_practice"]),
            ),
        ),
        (
            "searchLayers",
            names(
                "layer",
                "The layers to look in, by series (all its vintages) or own id; without it, all of them and the postcodes.",
                &json!(["ward"]),
            ),
        ),
        (
            "date",
            query(
                "date",
                "The day for which boundaries are wanted. Without it, today's, else the latest.",
                &json!({"type": "string", "format": "date"}),
                &json!("2024-05-01"),
            ),
        ),
        (
            "slivers",
            query(
                "slivers",
                "Whether to list overlaps that are only the boundaries' drawing error.",
                &include,
                &json!("include"),
            ),
        ),
        (
            "touches",
            query(
                "touches",
                "Whether to list areas that share a boundary and no ground.",
                &include,
                &json!("include"),
            ),
        ),
    ]
}

fn of_texts() -> Parameters {
    let limit = |most: u32, default: u32| json!({"type": "integer", "minimum": 1, "maximum": most, "default": default});
    vec![
        (
            "q",
            required(query(
                "q",
                "The beginning of a name, of a later word of one, of a code or of a postcode. Case, accents and punctuation do not matter.",
                &json!({"type": "string", "minLength": 1, "maxLength": 200}),
                &json!("castle"),
            )),
        ),
        ("nearestLimit", query("limit", "How many.", &limit(100, 5), &json!(5))),
        ("searchLimit", query("limit", "How many at most.", &limit(100, 10), &json!(10))),
    ]
}

fn of_paths() -> Parameters {
    vec![
        ("layer", layer_path("layer", "A layer of areas, by series or own id.", "ward")),
        ("collection", layer_path("layer", "A layer, by its own id.", "ward")),
        ("code", path("code", "A code, as its source writes it.", "E05013246")),
        ("from", layer_path("from", "A layer of areas, by series or own id.", "parish")),
        ("to", layer_path("to", "A layer of areas, by series or own id.", "lap")),
        ("kind", path("kind", "The last part of a problem's type.", "unknown-postcode")),
        ("asset", path("name", "A name that the page holds.", "page-0123456789ab.js")),
    ]
}
