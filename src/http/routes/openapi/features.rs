//! `/`, `/conformance` and `/collections`: OGC API - Features.

use serde_json::{Map, Value, json};

use super::build::{self, Members, Operation, named, ok};
use crate::features::attributes::{Attribute, AttributeType};
use crate::features::crs::Crs;
use crate::http::error::ProblemKind;
use crate::http::request::negotiate::{GEOJSON, HTML, JSON};
use crate::http::routes::ogc::describe;
use crate::http::routes::ogc::params::{LIMIT, LIMIT_OF_PAGES, MOST, MOST_OF_PAGES, queryables};
use crate::live::Served;

/// Path of a layer's features, with the layer as a parameter.
const ITEMS: &str = "/collections/{layer}/items";

const ITEMS_PARAMETERS: &[&str] = &[
    "collection",
    "itemsFormat",
    "itemsLimit",
    "offset",
    "bbox",
    "bboxCrs",
    "datetime",
    "outputCrs",
    "filter",
    "filterLang",
    "filterCrs",
    "sortby",
    "properties",
    "simplify",
];

pub(super) fn paths() -> Members {
    let mut paths = documents();
    paths.extend(features());
    paths
}

fn page() -> Value {
    json!({"type": "string"})
}

fn documents() -> Members {
    let document = |tag, id, summary, parameters, schema, problems| Operation {
        tag,
        id,
        summary,
        parameters,
        ok: ok(summary, &[(JSON, named(schema)), (HTML, page())]),
        problems,
    };
    let landing = document(
        "service",
        "landing",
        "Landing page: links to everything the service offers",
        &["documentFormat"],
        "Landing",
        vec![ProblemKind::InvalidParameter],
    );
    let conformance = document(
        "service",
        "conformance",
        "Standards the service conforms to",
        &["documentFormat"],
        "Conformance",
        vec![ProblemKind::InvalidParameter],
    );
    let list = document(
        "features",
        "collections",
        "Layers as feature collections",
        &["documentFormat"],
        "Collections",
        vec![ProblemKind::InvalidParameter],
    );
    let one = document(
        "features",
        "collection",
        "One layer as a feature collection",
        &["collection", "documentFormat"],
        "Collection",
        vec![ProblemKind::UnknownLayer, ProblemKind::InvalidParameter],
    );
    build::paths([
        ("/", vec![landing.get()]),
        ("/conformance", vec![conformance.get()]),
        ("/collections", vec![list.get()]),
        ("/collections/{layer}", vec![one.get()]),
    ])
}

fn features() -> Members {
    let formats = |description, schema| {
        let mut ok =
            ok(description, &[(GEOJSON, named(schema)), (JSON, named(schema)), (HTML, page())]);
        ok["headers"] = json!({"Content-Crs": {
            "description": "CRS of the coordinates, in angle brackets. Absent from HTML pages.",
            "schema": {"type": "string"}
        }});
        ok
    };
    let mut features = formats("One page of features.", "Features");
    for (media_type, content) in super::files::contents() {
        features["content"][media_type] = content;
    }
    let items = Operation {
        tag: "features",
        id: "items",
        summary: "Features of a layer, page by page",
        parameters: ITEMS_PARAMETERS,
        ok: features,
        problems: vec![
            ProblemKind::UnknownLayer,
            ProblemKind::InvalidParameter,
            ProblemKind::MissingParameter,
        ],
    };
    let item = Operation {
        tag: "features",
        id: "item",
        summary: "One feature of a layer",
        parameters: &[
            "collection",
            "feature",
            "featureFormat",
            "outputCrs",
            "properties",
            "simplify",
        ],
        ok: formats("The feature.", "Feature"),
        problems: vec![
            ProblemKind::UnknownLayer,
            ProblemKind::UnknownArea,
            ProblemKind::InvalidParameter,
        ],
    };
    build::paths([
        (ITEMS, vec![items.get()]),
        ("/collections/{layer}/items/{code}", vec![item.get()]),
    ])
}

/// The items path of each layer in the snapshot, with the layer's attributes as query parameters.
/// Some clients look for parameters here instead of in `/queryables`.
pub(super) fn paths_per_layer(served: &Served, paths: &Members) -> Members {
    let Some(template) = paths.get(ITEMS).and_then(|path| path.get("get")) else {
        return Map::new();
    };
    let layers = served.atlas().layers().iter().enumerate();
    layers
        .map(|(place, layer)| {
            let meta = layer.layer().meta();
            let schema = served.schema(place);
            let mut operation = template.clone();
            operation["operationId"] = json!(format!("items_{}", meta.id));
            operation["summary"] = json!(format!("Features of the layer “{}”", meta.title));
            if let Some(parameters) = operation["parameters"].as_array_mut() {
                // The layer is fixed in this path, so it is not a parameter.
                parameters.remove(0);
                let names = queryables(schema);
                let filters =
                    schema.attributes().iter().filter(|a| names.contains(&a.name.as_str()));
                parameters.extend(filters.map(attribute_parameter));
            }
            (format!("{}/items", describe::path(meta)), json!({"get": operation}))
        })
        .collect()
}

fn attribute_parameter(attribute: &Attribute) -> Value {
    let schema = match attribute.kind {
        AttributeType::Integer => json!({"type": "integer"}),
        AttributeType::Number => json!({"type": "number"}),
        AttributeType::Boolean => json!({"type": "boolean"}),
        AttributeType::Date => json!({"type": "string", "format": "date"}),
        AttributeType::Timestamp => json!({"type": "string", "format": "date-time"}),
        AttributeType::Text | AttributeType::List | AttributeType::Codes => {
            json!({"type": "string"})
        }
    };
    let about = attribute.description.as_deref().unwrap_or(&attribute.title);
    json!({
        "name": attribute.name, "in": "query", "required": false, "style": "form",
        "explode": false, "schema": schema,
        "description": format!("Only features with exactly this value. {about}"),
    })
}

/// Parameters of OGC API - Features, by reference name.
pub(super) fn parameters() -> Vec<(&'static str, Value)> {
    let query = |name: &str, description: String, schema: Value, example: Value| {
        json!({
            "name": name, "in": "query", "required": false, "style": "form", "explode": false,
            "description": description, "schema": schema, "example": example
        })
    };
    let format = |names: &[&str]| {
        query(
            "f",
            "Response format; takes precedence over the Accept header.".to_owned(),
            json!({"type": "string", "enum": names}),
            json!("html"),
        )
    };
    let crs = |name: &str, description: &str| {
        query(
            name,
            format!(
                "{description} Coordinates are in the axis order of the CRS: EPSG:4326 has \
                 latitude first."
            ),
            json!({"type": "string", "format": "uri", "enum": Crs::ALL.map(Crs::uri),
                   "default": Crs::Crs84.uri()}),
            json!(Crs::Epsg27700.uri()),
        )
    };
    vec![
        ("documentFormat", format(&["json", "html"])),
        ("featureFormat", format(&["json", "geojson", "html"])),
        ("itemsFormat", format(&super::files::item_formats())),
        (
            "itemsLimit",
            query(
                "limit",
                format!(
                    "Maximum number of features; values above {MOST} are treated as {MOST}. HTML \
                     pages show {LIMIT_OF_PAGES} by default and at most {MOST_OF_PAGES}."
                ),
                json!({"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}),
                json!(100),
            ),
        ),
        (
            "offset",
            query(
                "offset",
                "Number of features to skip. The `next` and `prev` links set it.".to_owned(),
                json!({"type": "integer", "minimum": 0, "default": 0}),
                json!(0),
            ),
        ),
        (
            "bbox",
            query(
                "bbox",
                "Only features whose geometry intersects this box: lower corner, then upper \
                 corner, in the axis order of `bbox-crs`. If six numbers are given, the third and \
                 sixth are heights and are ignored. In degrees, a western edge greater than the \
                 eastern edge crosses the antimeridian."
                    .to_owned(),
                json!({
                    "type": "array", "items": {"type": "number"},
                    "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}]
                }),
                json!([-1.0, 52.1, -0.8, 52.4]),
            ),
        ),
        ("bboxCrs", crs("bbox-crs", "CRS of `bbox`.")),
        (
            "datetime",
            query(
                "datetime",
                "Only features in force at this time: a day or instant (RFC 3339), or an interval \
                 in which `..` or an empty end means open. All features of a layer belong to one \
                 vintage. Days are UTC."
                    .to_owned(),
                json!({"type": "string", "minLength": 1}),
                json!("2022-01-01/.."),
            ),
        ),
        ("outputCrs", crs("crs", "CRS of the response.")),
        (
            "feature",
            json!({
                "name": "code", "in": "path", "required": true, "example": "E05013246",
                "description": "The code of the feature, as published by its source.",
                "schema": {"type": "string", "minLength": 1}
            }),
        ),
    ]
}
