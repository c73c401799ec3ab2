//! `/collections` and `/collections/{layer}`: the layers as collections of features.

use axum::extract::{Path, State};
use axum::response::Response;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::layer::LayerMeta;
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
use crate::http::html::{Crumb, Page, anchor, count, escape, map, respond_page, table};
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

fn licence(meta: &LayerMeta) -> String {
    match meta.licence.as_deref() {
        None => "not stated".to_owned(),
        Some(licence) => describe::licence_address(licence)
            .map_or_else(|| escape(licence), |href| anchor(&href, licence)),
    }
}

fn list_page(atlas: &Atlas, base: &Base, links: &[Link]) -> String {
    let columns = ["Layer", "Features", "In force", "Drawn to", "Licence", "Id"].map(str::to_owned);
    let rows: Vec<Vec<String>> = atlas
        .layers()
        .iter()
        .map(|layer| {
            let (layer, meta) = (layer.layer(), layer.layer().meta());
            let kind = if layer.is_areas() { "areas" } else { "points" };
            vec![
                anchor(&base.at(&describe::path(meta)), &meta.title),
                format!("{} {kind}", count(layer.len())),
                vintage(meta),
                resolution(meta),
                licence(meta),
                format!("<code>{}</code>", meta.id),
            ]
        })
        .collect();
    let main = format!(
        "{}<h2>In your own tools</h2>\n<p>This is an OGC API: give its address to QGIS (Layer, Add \
         Layer, Add WFS / OGC API - Features Layer) or to GDAL:</p>\n\
         <p><code>{}</code></p>\n",
        table("The layers of this service", &columns, &rows),
        escape(&base.at("/")),
    );
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

fn one_page(atlas: &Atlas, schema: &Schema, base: &Base, links: &[Link]) -> String {
    let layer = atlas.layers()[schema.layer()].layer();
    let meta = layer.meta();
    let items = base.at(&format!("{}/items", describe::path(meta)));
    let indices: Vec<usize> = (0..layer.len()).collect();
    let drawing = map::draw(layer, &indices, &meta.title).unwrap_or_default();
    let coverage = if meta.coverage {
        "The areas cover the land without gaps or overlaps."
    } else if layer.is_areas() {
        "The areas need not cover the land: some places may be in none of them."
    } else {
        "Its features are points."
    };
    let facts = [
        ("In force", vintage(meta)),
        ("Drawn to", resolution(meta)),
        ("Licence", licence(meta)),
        ("Series", format!("<code>{}</code>", meta.series)),
        ("Coverage", coverage.to_owned()),
    ]
    .map(|(what, description)| format!("<dt>{what}</dt><dd>{description}</dd>\n"))
    .concat();
    let queryables = queryables(schema);
    let rows: Vec<Vec<String>> = schema
        .attributes()
        .iter()
        .map(|attribute| {
            let is_queryable =
                if queryables.contains(&attribute.name.as_str()) { "yes" } else { "no" };
            vec![
                format!("<code>{}</code>", escape(&attribute.name)),
                attribute.kind.words().to_owned(),
                escape(attribute.description.as_deref().unwrap_or("As in the source.")),
                is_queryable.to_owned(),
            ]
        })
        .collect();
    let columns = ["Name", "Type", "Description", "Parameter"].map(str::to_owned);
    let systems = Crs::ALL
        .map(|crs| format!("<li>{}: <code>{}</code></li>\n", crs.title(), crs.uri()))
        .concat();
    let main = format!(
        "<p>{}</p>\n<p>{}</p>\n{drawing}<dl>\n{facts}</dl>\n<h2>Attributes</h2>\n\
         <p>Those that are parameters choose features: <code>{}?name=…</code></p>\n{}\
         <h2>Coordinates</h2>\n<p>By the parameter <code>crs</code>; all is kept in the British \
         National Grid.</p>\n<ul>\n{systems}</ul>\n",
        escape(&describe::description(atlas, layer)),
        anchor(&items, &format!("All {} features", count(layer.len()))),
        escape(&items),
        table("The attributes of each feature", &columns, &rows),
    );
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
