//! The query and path parameters, under the names by which operations refer to them.

use serde_json::{Value, json};

use super::build::Members;
use crate::bulk::OutputColumn;

pub(super) fn query(name: &str, description: &str, schema: &Value, example: &Value) -> Value {
    json!({
        "name": name, "in": "query", "description": description, "schema": schema,
        "example": example
    })
}

fn layer_name() -> Value {
    json!({"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "maxLength": 40})
}

/// A parameter that is a comma-separated list of layer names.
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

/// All parameters, by reference name.
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

#[expect(clippy::too_many_lines, reason = "it is one table")]
fn of_places() -> Parameters {
    let number = json!({"type": "number"});
    vec![
        (
            "postcode",
            query(
                "postcode",
                "A full postcode; case and spaces are ignored. Give either this, or `lon` and \
                 `lat`, or `easting` and `northing`.",
                &json!({"type": "string"}),
                &json!("NN1 1ED"),
            ),
        ),
        (
            "lon",
            query(
                "lon",
                "Longitude in degrees (WGS84). Requires `lat`.",
                &number,
                &json!(-0.896_042),
            ),
        ),
        (
            "lat",
            query(
                "lat",
                "Latitude in degrees (WGS84). Requires `lon`.",
                &number,
                &json!(52.235_518),
            ),
        ),
        (
            "easting",
            query(
                "easting",
                "Easting in metres on the British National Grid (EPSG:27700). Requires \
                 `northing`.",
                &number,
                &json!(475_486),
            ),
        ),
        (
            "northing",
            query(
                "northing",
                "Northing in metres on the British National Grid (EPSG:27700). Requires \
                 `easting`.",
                &number,
                &json!(260_275),
            ),
        ),
        (
            "by",
            query(
                "by",
                "For CSV and flat NDJSON whose rows locate a place in more than one way: the \
                 columns to use, `postcode`, or `lon` and `lat` (`lonlat`), or `easting` and \
                 `northing` (`bng`).",
                &json!({"type": "string", "enum": ["postcode", "lonlat", "bng"]}),
                &json!("postcode"),
            ),
        ),
        (
            "add",
            joined_by_comma(query(
                "add",
                "For CSV and flat NDJSON: the columns to add to each row. The status is always \
                 added. Default: all but `terminated` and `reason`.",
                &json!({
                    "type": "array", "minItems": 1,
                    "items": {
                        "type": "string",
                        "enum": OutputColumn::ALL.map(OutputColumn::as_str),
                    },
                }),
                &json!(["code"]),
            )),
        ),
        place_column("postcode_column", "postcode"),
        place_column("lon_column", "longitude"),
        place_column("lat_column", "latitude"),
        place_column("easting_column", "easting"),
        place_column("northing_column", "northing"),
        (
            "flat",
            query(
                "flat",
                "For NDJSON: answer each line with one flat object, which has the members of the \
                 input line followed by those of the answer. No value is an object or a list.",
                &json!({"type": "boolean", "default": false}),
                &json!(true),
            ),
        ),
        (
            "crs",
            query(
                "crs",
                "Coordinate reference system of the request body: longitude and latitude in \
                 degrees (`CRS84`), or metres on the British National Grid (`EPSG:27700`).",
                &json!({"type": "string", "enum": ["CRS84", "EPSG:27700"], "default": "CRS84"}),
                &json!("CRS84"),
            ),
        ),
        (
            "f",
            query(
                "f",
                "Response format; takes precedence over the Accept header.",
                &json!({"type": "string", "enum": super::files::table_formats()}),
                &json!("csv"),
            ),
        ),
    ]
}

/// The parameter that names the column with one part of a place.
fn place_column(name: &'static str, part: &str) -> (&'static str, Value) {
    let description = format!(
        "For CSV: the column with the {part}, by its name or its number from 1. Needed if its name is \
         not recognised."
    );
    let example = json!(format!("Home {part}"));
    (name, query(name, &description, &json!({"type": "string"}), &example))
}

fn of_choices() -> Parameters {
    let include = json!({"type": "string", "enum": ["include", "exclude"], "default": "exclude"});
    vec![
        (
            "layers",
            names(
                "layers",
                "Area layers to look in: a series (`ward`, the vintage in force on `date`) or the \
                 id of one vintage (`ward_2013`). Default: one vintage of every series.",
                &json!(["lap", "ward"]),
            ),
        ),
        (
            "with",
            names(
                "with",
                "Area layers to compare with, named as in `layers`. Default: one vintage of every \
                 series except that of the area itself.",
                &json!(["lap"]),
            ),
        ),
        (
            "pointLayers",
            names(
                "layer",
                "Point layers to search. Default: all of them.",
                &json!(["gp_practice"]),
            ),
        ),
        (
            "searchLayers",
            names(
                "layer",
                "Layers to search: a series (all its vintages) or the id of one vintage. Default: \
                 all layers and the postcodes.",
                &json!(["ward"]),
            ),
        ),
        (
            "date",
            query(
                "date",
                "Use the boundaries in force on this day. Default: today, or the latest vintage \
                 if none is in force today.",
                &json!({"type": "string", "format": "date"}),
                &json!("2024-05-01"),
            ),
        ),
        (
            "slivers",
            query(
                "slivers",
                "Include overlaps that are only an artefact of inaccurate boundaries.",
                &include,
                &json!("include"),
            ),
        ),
        (
            "all",
            query(
                "all",
                "Include a row for each area of the first layer, also for one that overlaps none of \
                 the second.",
                &json!({"type": "boolean", "default": false}),
                &json!(true),
            ),
        ),
        (
            "touches",
            query(
                "touches",
                "Include areas that share a boundary but do not overlap.",
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
                "The beginning of a name, of a later word in a name, of a code or of a postcode. \
                 Case, accents and punctuation are ignored.",
                &json!({"type": "string", "minLength": 1, "maxLength": 200}),
                &json!("castle"),
            )),
        ),
        ("nearestLimit", query("limit", "Maximum number of points.", &limit(100, 5), &json!(5))),
        ("searchLimit", query("limit", "Maximum number of results.", &limit(100, 10), &json!(10))),
    ]
}

fn of_paths() -> Parameters {
    vec![
        (
            "layer",
            layer_path("layer", "An area layer: a series, or the id of one vintage.", "ward"),
        ),
        ("collection", layer_path("layer", "The id of a layer.", "ward")),
        (
            "code",
            path("code", "The code of an area or point, as published by its source.", "E05013246"),
        ),
        (
            "from",
            layer_path(
                "from",
                "The first area layer: a series, or the id of one vintage.",
                "parish",
            ),
        ),
        (
            "to",
            layer_path("to", "The second area layer: a series, or the id of one vintage.", "lap"),
        ),
        ("kind", path("kind", "The last path segment of a problem's `type`.", "unknown-postcode")),
        (
            "asset",
            path("name", "The file name, as it appears in the map page.", "page-0123456789ab.js"),
        ),
    ]
}
