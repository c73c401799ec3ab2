//! `/`, `/conformance`, `/collections`: OGC API - Features.

use serde_json::{Map, Value, json};

use super::build::{self, Members, Operation, named, ok};
use crate::features::attributes::{Attribute, AttributeType};
use crate::features::crs::Crs;
use crate::http::error::ProblemKind;
use crate::http::request::negotiate::{GEOJSON, HTML, JSON};
use crate::http::routes::ogc::describe;
use crate::http::routes::ogc::params::{LIMIT, LIMIT_OF_PAGES, MOST, MOST_OF_PAGES, queryables};
use crate::live::Served;

/// The address of a layer's features, whichever layer.
const ITEMS: &str = "/collections/{layer}/items";

/// The parameters of a layer's features.
const OF_ITEMS: &[&str] = &[
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
        "Where to go from here",
        &["documentFormat"],
        "Landing",
        vec![ProblemKind::InvalidParameter],
    );
    let conformance = document(
        "service",
        "conformance",
        "The standards that are kept",
        &["documentFormat"],
        "Conformance",
        vec![ProblemKind::InvalidParameter],
    );
    let list = document(
        "features",
        "collections",
        "The layers as collections of features",
        &["documentFormat"],
        "Collections",
        vec![ProblemKind::InvalidParameter],
    );
    let one = document(
        "features",
        "collection",
        "One layer as a collection",
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
            "description": "The CRS of the coordinates, between angle brackets; not of pages.",
            "schema": {"type": "string"}
        }});
        ok
    };
    let mut features = formats("The features.", "Features");
    for (media_type, content) in super::files::contents() {
        features["content"][media_type] = content;
    }
    let items = Operation {
        tag: "features",
        id: "items",
        summary: "The features of a layer, a page at a time",
        parameters: OF_ITEMS,
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
        summary: "One feature",
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

/// The addresses of the features of each layer there is, which take the layer's attributes too.
/// Some clients look for parameters there and not in `/queryables`.
pub(super) fn of_layers(served: &Served, paths: &Members) -> Members {
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
            operation["summary"] = json!(format!("The features of the layer “{}”", meta.title));
            if let Some(parameters) = operation["parameters"].as_array_mut() {
                // The layer is part of the path.
                parameters.remove(0);
                let names = queryables(schema);
                let asked = schema.attributes().iter().filter(|a| names.contains(&a.name.as_str()));
                parameters.extend(asked.map(of_attribute));
            }
            (format!("{}/items", describe::path(meta)), json!({"get": operation}))
        })
        .collect()
}

fn of_attribute(attribute: &Attribute) -> Value {
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
    let told = attribute.description.as_deref().unwrap_or(&attribute.title);
    json!({
        "name": attribute.name, "in": "query", "required": false, "style": "form",
        "explode": false, "schema": schema,
        "description": format!("Only features whose value is this one, in full. {told}"),
    })
}

/// The parameters, by the name they are referred to by.
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
            "The format, whatever the Accept header says.".to_owned(),
            json!({"type": "string", "enum": names}),
            json!("html"),
        )
    };
    let crs = |name: &str, description: &str| {
        query(
            name,
            format!("{description} Its axes count: EPSG:4326 has the latitude first."),
            json!({"type": "string", "format": "uri", "enum": Crs::ALL.map(Crs::uri),
                   "default": Crs::Crs84.uri()}),
            json!(Crs::Epsg27700.uri()),
        )
    };
    vec![
        ("documentFormat", format(&["json", "html"])),
        ("featureFormat", format(&["json", "geojson", "html"])),
        ("itemsFormat", format(&super::files::of_items())),
        (
            "itemsLimit",
            query(
                "limit",
                format!(
                    "How many features at most; more than {MOST} are taken as {MOST}. Pages for \
                     people have {LIMIT_OF_PAGES}, and at most {MOST_OF_PAGES}."
                ),
                json!({"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}),
                json!(100),
            ),
        ),
        (
            "offset",
            query(
                "offset",
                "How many features to pass over; `next` and `prev` links have it.".to_owned(),
                json!({"type": "integer", "minimum": 0, "default": 0}),
                json!(0),
            ),
        ),
        (
            "bbox",
            query(
                "bbox",
                "Only features whose geometry meets the box: two corners, the lower first, in the \
                 axis order of `bbox-crs`; with six numbers the third and last are heights, which \
                 no feature has. Of degrees, a western side greater than the eastern one crosses \
                 the antimeridian."
                    .to_owned(),
                json!({
                    "type": "array", "items": {"type": "number"},
                    "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}]
                }),
                json!([-1.0, 52.1, -0.8, 52.4]),
            ),
        ),
        ("bboxCrs", crs("bbox-crs", "The coordinates of `bbox`.")),
        (
            "datetime",
            query(
                "datetime",
                "Only features in force then: a day or moment (RFC 3339), or an interval with `..` \
                 or nothing for an open end. All features of a layer have one vintage; days are of \
                 UTC."
                    .to_owned(),
                json!({"type": "string", "minLength": 1}),
                json!("2022-01-01/.."),
            ),
        ),
        ("outputCrs", crs("crs", "The coordinates of the answer.")),
        (
            "feature",
            json!({
                "name": "code", "in": "path", "required": true, "example": "E05013246",
                "description": "A code, as its source writes it.",
                "schema": {"type": "string", "minLength": 1}
            }),
        ),
    ]
}
