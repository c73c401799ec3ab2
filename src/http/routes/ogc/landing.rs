//! `/`: the landing page (OGC 17-069r4, section 7.2).

use axum::response::Response;
use lapwing_boundaries::atlas::Atlas;
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::formats::{Format, OF_DOCUMENTS};
use super::links::Link;
use super::{Request, respond_document};
use crate::answers::{self, SnapshotBlock};
use crate::http::RequestSnapshot;
use crate::http::error::Problem;
use crate::http::html::layout::has_map;
use crate::http::html::{Page, anchor, respond_page};
use crate::http::request::base_url::Base;
use crate::http::request::negotiate::{HTML, JSON};
use crate::http::routes::openapi::OPENAPI;
use crate::http::routes::tiles::ogc::{TILESETS_VECTOR, TILING_SCHEMES};

const QUESTION: &str = "Which Local Area Partnership, ward and parish is this?";

/// The landing page.
#[derive(Serialize, JsonSchema)]
pub(in crate::http) struct Landing<'a> {
    /// Title of the snapshot.
    title: String,
    /// What the service does.
    description: &'static str,
    /// Attribution to show wherever the data are shown.
    attribution: String,
    /// Links to related resources.
    links: &'a [Link],
    /// The snapshot that answered.
    snapshot: SnapshotBlock<'a>,
}

pub(super) async fn landing(taken: RequestSnapshot, request: Request) -> Result<Response, Problem> {
    let (chosen, mut links) = request.document(&OF_DOCUMENTS)?;
    let atlas = taken.atlas()?;
    if chosen.format == Format::Html {
        return Ok(respond_page(page(&atlas, &request.base, &links)));
    }
    links.extend(ways(&request.base));
    let document = Landing {
        title: title(&atlas),
        description: QUESTION,
        attribution: attributions(&atlas).join(" "),
        links: &links,
        snapshot: answers::snapshot(&atlas),
    };
    respond_document(chosen, &document, &links)
}

fn title(atlas: &Atlas) -> String {
    format!("Lapwing: {}", atlas.title())
}

/// Links to everything, the map first.
fn ways(base: &Base) -> Vec<Link> {
    let link = |path: &str, rel, kind, title: &str| Link::new(base.at(path), rel, kind, title);
    let map = has_map().then(|| link("/map", "related", HTML, "The map"));
    let others = [
        link("/api", "service-desc", OPENAPI, "The OpenAPI document"),
        link("/api?f=html", "service-doc", HTML, "Every route, as a page"),
        link("/conformance", "conformance", JSON, "The standards that the service implements"),
        link("/collections", "data", JSON, "The layers as collections of features"),
        link("/tiles", TILESETS_VECTOR, JSON, "The layers as vector tiles"),
        link("/tileMatrixSets", TILING_SCHEMES, JSON, "The tile matrix sets"),
        link("/v1/layers", "describedby", JSON, "Vintage, resolution, licence and attribution"),
        link("/v1/search?q=a", "search", JSON, "Search for areas, points and postcodes"),
        link("/health/ready", "status", JSON, "Whether this server is ready"),
    ];
    map.into_iter().chain(others).collect()
}

/// The attribution of every source, without duplicates.
fn attributions(atlas: &Atlas) -> Vec<&str> {
    let of_layers =
        atlas.layers().iter().filter_map(|layer| layer.layer().meta().attribution.as_deref());
    let of_points = [atlas.postcodes_from(), atlas.addresses_from()];
    let all = of_layers.chain(of_points.into_iter().filter_map(|from| from.attribution.as_deref()));
    let mut once: Vec<&str> = Vec::new();
    for attribution in all {
        if !once.contains(&attribution) {
            once.push(attribution);
        }
    }
    once
}

fn page(atlas: &Atlas, base: &Base, links: &[Link]) -> Markup {
    // The map looks a postcode up if there is a map, else the service itself.
    let (action, name, label, hint) = if has_map() {
        ("/map", "q", "Postcode, place or code", None)
    } else {
        ("/v1/lookup", "postcode", "Postcode", Some("postal-code"))
    };
    let layers = atlas.layers().iter().map(|layer| {
        let path = super::describe::path(layer.layer().meta());
        let to = anchor(&base.at(&path), &layer.layer().meta().title);
        (to, super::describe::description_of(layer.layer()))
    });
    let more = [
        ("/collections", "All layers", "for QGIS, GDAL, geopandas and OWSLib"),
        ("/api", "API", "every route, with examples"),
        ("/conformance", "Conformance", "the standards that the service implements"),
        ("/v1/layers", "Sources", "vintage, resolution, licence and attribution of every layer"),
    ];
    let main = html! {
        @if has_map() { p { (anchor(&base.at("/map"), "Map")) " of every layer" } }
        p { (QUESTION) }
        form action=(base.at(action)) role="search" {
            label for="place" { (label) }
            " "
            input id="place" name=(name) required spellcheck="false" autocomplete=[hint];
            " "
            button { "Look up" }
        }
        h2 { "Layers" }
        ul {
            @for (to, about) in layers { li { (to) ": " (about) } }
        }
        h2 { "More" }
        ul {
            @for (path, text, about) in more {
                li { (anchor(&base.at(path), text)) ": " (about) }
            }
        }
    };
    let page = Page {
        base,
        atlas,
        title: title(atlas),
        above: vec![],
        links,
        attributions: attributions(atlas),
    };
    page.around(&main)
}
