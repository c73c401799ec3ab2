//! `/collections` and `/collections/{layer}`: the layers as collections of features.

use axum::extract::{Path, State};
use axum::response::Response;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::layer::LayerMeta;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::describe::{self, Collection, collection};
use super::formats::{Format, OF_DOCUMENTS};
use super::links::{Address, Link};
use super::params::{layer_index_of, queryables};
use super::{Request, respond_document};
use crate::answers::{self, SnapshotBlock};
use crate::features::attributes::Schema;
use crate::features::crs::Crs;
use crate::http::error::Problem;
use crate::http::html::{Crumb, Page, anchor, count, map, respond_page, table};
use crate::http::request::base_url::Base;
use crate::http::request::negotiate::JSON;
use crate::http::{AppState, RequestSnapshot};

/// The feature collections.
#[derive(Serialize, JsonSchema)]
pub(in crate::http) struct Collections<'a> {
    /// Links to related resources.
    links: &'a [Link],
    /// CRSs that every collection supports.
    crs: [&'static str; Crs::ALL.len()],
    /// In the order of the catalogue.
    collections: Vec<Collection<'a>>,
    /// The snapshot that answered.
    snapshot: SnapshotBlock<'a>,
}

pub(super) async fn list(taken: RequestSnapshot, request: Request) -> Result<Response, Problem> {
    let (chosen, links) = request.document(&OF_DOCUMENTS)?;
    let atlas = taken.atlas()?;
    if chosen.format == Format::Html {
        return Ok(respond_page(list_page(&atlas, &request.base, &links)));
    }
    let collections = (0..atlas.layers().len())
        .map(|layer_index| {
            let path = describe::path(atlas.layers()[layer_index].layer().meta());
            let links =
                Address::new(path).in_formats(&request.base, Format::Json, JSON, &OF_DOCUMENTS);
            collection(&atlas, layer_index, &request.base, links)
        })
        .collect();
    let document = Collections {
        links: &links,
        crs: Crs::ALL.map(Crs::uri),
        collections,
        snapshot: answers::snapshot(&atlas),
    };
    respond_document(chosen, &document, &links)
}

pub(super) async fn one(
    State(app): State<AppState>,
    taken: RequestSnapshot,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (chosen, links) = request.document(&OF_DOCUMENTS)?;
    let served = taken.served()?;
    let layer_index = layer_index_of(served.atlas(), &id)?;
    if chosen.format != Format::Html {
        let document = collection(served.atlas(), layer_index, &request.base, links.clone());
        return respond_document(chosen, &document, &links);
    }
    let page = app.blocking_pool.run_blocking(move || {
        let schema = served.schema(layer_index);
        Ok(one_page(served.atlas(), schema, &request.base, &links))
    });
    Ok(respond_page(page.await?))
}

/// The date range and resolution of a layer, for the table.
fn vintage(meta: &LayerMeta) -> String {
    match (meta.vintage.valid_from, meta.vintage.valid_to) {
        (Some(from), Some(to)) => format!("{from} until {to}"),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("until {to}"),
        (None, None) => "not stated".to_owned(),
    }
}

fn resolution(meta: &LayerMeta) -> String {
    meta.resolution.map_or_else(
        || "not stated".to_owned(),
        |resolution| format!("{} m ({})", resolution.metres(), resolution.as_str()),
    )
}

fn licence(meta: &LayerMeta) -> Markup {
    let licence = meta.licence.as_deref();
    match licence.map(|licence| (licence, describe::licence_address(licence))) {
        None => html! { "not stated" },
        Some((licence, None)) => html! { (licence) },
        Some((licence, Some(href))) => anchor(&href, licence),
    }
}

fn list_page(atlas: &Atlas, base: &Base, links: &[Link]) -> Markup {
    let columns = ["Layer", "Features", "In force", "Drawn to", "Licence", "Id"];
    let rows = atlas.layers().iter().map(|layer| {
        let (layer, meta) = (layer.layer(), layer.layer().meta());
        let kind = if layer.is_areas() { "areas" } else { "points" };
        vec![
            anchor(&base.at(&describe::path(meta)), &meta.title),
            html! { (count(layer.len())) " " (kind) },
            html! { (vintage(meta)) },
            html! { (resolution(meta)) },
            licence(meta),
            html! { code { (meta.id.as_str()) } },
        ]
    });
    let main = html! {
        (table("The layers of this service", &columns, rows))
        h2 { "In your own tools" }
        p {
            "This is an OGC API: give its address to QGIS (Layer, Add Layer, Add WFS / OGC API - \
             Features Layer) or to GDAL:"
        }
        p { code { (base.at("/")) } }
    };
    Page {
        base,
        atlas,
        title: "Layers".to_owned(),
        above: vec![],
        links,
        attributions: atlas
            .layers()
            .iter()
            .filter_map(|layer| layer.layer().meta().attribution.as_deref())
            .collect(),
    }
    .around(&main)
}

fn one_page(atlas: &Atlas, schema: &Schema, base: &Base, links: &[Link]) -> Markup {
    let layer = atlas.layers()[schema.layer()].layer();
    let meta = layer.meta();
    let items = base.at(&format!("{}/items", describe::path(meta)));
    let indices: Vec<usize> = (0..layer.len()).collect();
    let coverage = if meta.coverage {
        "The areas cover the land without gaps or overlaps."
    } else if layer.is_areas() {
        "The areas need not cover the land: some places may be in none of them."
    } else {
        "Its features are points."
    };
    let facts = [
        ("In force", html! { (vintage(meta)) }),
        ("Drawn to", html! { (resolution(meta)) }),
        ("Licence", licence(meta)),
        ("Series", html! { code { (meta.series.as_str()) } }),
        ("Coverage", html! { (coverage) }),
    ];
    let queryables = queryables(schema);
    let rows = schema.attributes().iter().map(|attribute| {
        let is_queryable = if queryables.contains(&attribute.name.as_str()) { "yes" } else { "no" };
        vec![
            html! { code { (attribute.name) } },
            html! { (attribute.kind.words()) },
            html! { (attribute.description.as_deref().unwrap_or("As in the source.")) },
            html! { (is_queryable) },
        ]
    });
    let columns = ["Name", "Type", "Description", "Parameter"];
    let main = html! {
        p { (describe::description(atlas, layer)) }
        p { (anchor(&items, &format!("All {} features", count(layer.len())))) }
        (map::draw(layer, &indices, &meta.title))
        dl {
            @for (term, description) in facts { dt { (term) } dd { (description) } }
        }
        h2 { "Attributes" }
        p { "Those that are parameters choose features: " code { (items) "?name=…" } }
        (table("The attributes of each feature", &columns, rows))
        h2 { "Coordinates" }
        p {
            "By the parameter " code { "crs" } "; all is kept in the British National Grid."
        }
        ul {
            @for crs in Crs::ALL { li { (crs.title()) ": " code { (crs.uri()) } } }
        }
    };
    Page {
        base,
        atlas,
        title: meta.title.clone(),
        above: vec![Crumb::new("/collections", "Layers")],
        links,
        attributions: meta.attribution.as_deref().into_iter().collect(),
    }
    .around(&main)
}
