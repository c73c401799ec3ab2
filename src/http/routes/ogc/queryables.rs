//! `/collections/{layer}/queryables`: the properties that a filter can use, as JSON Schema (OGC
//! 19-079r2, section 6) and as a page.

use axum::extract::Path;
use axum::response::Response;
use lapwing_boundaries::atlas::Atlas;
use maud::{Markup, html};
use serde_json::{Map, Value, json};

use super::formats::{ChosenFormat, Format};
use super::links::{self, Link};
use super::params::layer_index_of;
use super::{Request, describe};
use crate::features::attributes::{Attribute, AttributeType, Schema};
use crate::http::RequestSnapshot;
use crate::http::blocking::{json as written, respond};
use crate::http::error::Problem;
use crate::http::html::{Crumb, Page, respond_page, table};
use crate::http::request::base_url::Base;
use crate::http::request::params::Params;

/// The media type of JSON Schema.
pub(in crate::http) const SCHEMA: &str = "application/schema+json";

const OFFERED: [Format; 2] = [Format::Schema, Format::Html];

pub(super) async fn queryables(
    snapshot: RequestSnapshot,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let params = Params::read(request.query(), &[&["f"]])?;
    let chosen = ChosenFormat::of(&params, &request.headers, &OFFERED)?;
    let served = snapshot.served()?;
    let (atlas, layer) = (served.atlas(), layer_index_of(served.atlas(), &id)?);
    let schema = served.schema(layer);
    let links = request.links(chosen, &OFFERED);
    let mut response = match chosen.format {
        Format::Html => respond_page(page(atlas, schema, &request.base, &links)),
        _ => respond(chosen.media_type, written(&document(atlas, schema, &request.base))?),
    };
    links::tell(response.headers_mut(), &links);
    Ok(response)
}

/// The path of the queryables of a layer.
pub(in crate::http) fn path(atlas: &Atlas, layer: usize) -> String {
    format!("{}/queryables", describe::path(atlas.layers()[layer].layer().meta()))
}

/// Each queryable with its JSON Schema.
fn properties(atlas: &Atlas, schema: &Schema) -> Map<String, Value> {
    let layer = atlas.layers()[schema.layer()].layer();
    let mut properties: Map<String, Value> = schema
        .attributes()
        .iter()
        .map(|attribute| (attribute.name.clone(), of_attribute(attribute)))
        .collect();
    let (format, what) = if layer.is_areas() {
        (
            "geometry-multipolygon",
            "The geometry of the area, for S_INTERSECTS and other spatial functions.",
        )
    } else {
        (
            "geometry-point",
            "The position of the point, for S_INTERSECTS and other spatial functions.",
        )
    };
    let geometry = json!({
        "title": "Geometry", "description": what, "format": format,
        "x-ogc-role": "primary-geometry"
    });
    properties.insert("geometry".to_owned(), geometry);
    for (name, role, title, what) in [
        (
            "valid_from",
            "primary-interval-start",
            "In force from",
            "The first date on which the boundaries of the layer are in force, the same for all features.",
        ),
        (
            "valid_to",
            "primary-interval-end",
            "In force until",
            "The first date on which the boundaries of the layer are no longer in force, the same for all features.",
        ),
    ] {
        properties.entry(name.to_owned()).or_insert_with(|| {
            json!({
                "title": title, "description": what, "type": "string", "format": "date",
                "x-ogc-role": role
            })
        });
    }
    properties
}

fn of_attribute(attribute: &Attribute) -> Value {
    let mut schema = match attribute.kind {
        AttributeType::Text | AttributeType::Codes => json!({"type": "string"}),
        AttributeType::Integer => json!({"type": "integer"}),
        AttributeType::Number => json!({"type": "number"}),
        AttributeType::Boolean => json!({"type": "boolean"}),
        AttributeType::Date => json!({"type": "string", "format": "date"}),
        AttributeType::Timestamp => json!({"type": "string", "format": "date-time"}),
        AttributeType::List => json!({"type": "array", "items": {"type": "string"}}),
    };
    schema["title"] = json!(attribute.title);
    if let Some(description) = &attribute.description {
        schema["description"] = json!(description);
    }
    if attribute.name == "code" {
        schema["x-ogc-role"] = json!("id");
    }
    schema
}

fn document(atlas: &Atlas, schema: &Schema, base: &Base) -> Value {
    let meta = atlas.layers()[schema.layer()].layer().meta();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": base.at(&path(atlas, schema.layer())),
        "title": meta.title,
        "description": "The properties that a filter can use for features of this layer.",
        "type": "object",
        "properties": properties(atlas, schema),
        "additionalProperties": false,
    })
}

fn page(atlas: &Atlas, schema: &Schema, base: &Base, links: &[Link]) -> Markup {
    let meta = atlas.layers()[schema.layer()].layer().meta();
    let rows = properties(atlas, schema).into_iter().map(|(name, schema)| {
        let text = |key: &str| schema[key].as_str().filter(|text| !text.is_empty());
        let kind = text("format").or(text("type")).unwrap_or_default();
        let summary = text("description").unwrap_or("As in the source.");
        vec![html! { code { (name) } }, html! { (kind) }, html! { (summary) }]
    });
    let items = base.at(&format!("{}/items", describe::path(meta)));
    let example = "filter=name LIKE 'C%' AND S_INTERSECTS(geometry, BBOX(-1, 52, 0, 53))";
    let main = html! {
        p {
            "A filter in CQL2 asks by these names: "
            code { (items) "?" (example) }
        }
        (table("Properties for filters", &["Name", "Type", "Description"], rows))
    };
    Page {
        base,
        atlas,
        title: format!("Queryables of {}", meta.title),
        above: vec![
            Crumb::new("/collections", "Layers"),
            Crumb::new(describe::path(meta), meta.title.as_str()),
        ],
        links,
        attributions: meta.attribution.as_deref().into_iter().collect(),
    }
    .around(&main)
}
