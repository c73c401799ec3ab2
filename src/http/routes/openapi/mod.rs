//! `GET /api`: the routes as an OpenAPI 3.0 document.
//!
//! Paths and parameters are written by hand. [`schemas`] collects the components, which
//! [`crate::answers::schema`] derives from the types of the answers.
//!
//! `tests/http/openapi.rs` requests every route of the router and compares the document with the
//! responses: paths, methods, parameters, the members of every response, and the problems.

use std::sync::Arc;

use axum::response::Response;
use axum::routing::get;
use serde_json::{Map, Value, json};

use super::ogc::formats::{ChosenFormat, Format};
use super::ogc::{Request, links};
use crate::http::blocking::{json as serialize, respond};
use crate::http::error::Problem;
use crate::http::html::respond_page;
use crate::http::request::base_url::Base;
use crate::http::request::negotiate::JSON;
use crate::http::request::params::Params;
use crate::http::{RequestSnapshot, Routes};
use crate::live::{ApiDocument, Served};

mod build;
mod changes;
mod compat;
mod data;
mod features;
mod files;
mod filters;
mod map;
mod ogc_tiles;
mod page;
mod parameters;
mod places;
mod schemas;
mod site;
mod tiles;

pub(in crate::http) const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";

pub(in crate::http) fn routes() -> Routes {
    vec![("/api", get(api))]
}

async fn api(snapshot: RequestSnapshot, request: Request) -> Result<Response, Problem> {
    let params = Params::read(request.query(), &[&["f"]])?;
    let offered = [Format::OpenApi, Format::Html];
    let chosen = ChosenFormat::of(&params, &request.headers, &offered)?;
    let served = snapshot.served()?;
    let document = document(&served, &request.base)?;
    let links = request.links(chosen, &offered);
    let mut response = match chosen.format {
        Format::Html => {
            respond_page(page::render(&document.value, served.atlas(), &request.base, &links))
        }
        _ if chosen.media_type == JSON => respond(JSON, document.text.clone()),
        _ => respond(OPENAPI, document.text.clone()),
    };
    links::tell(response.headers_mut(), &links);
    Ok(response)
}

/// The document; `base` is the public address of the service.
fn document(served: &Served, base: &Base) -> Result<Arc<ApiDocument>, Problem> {
    served.api_document(base.server(), || {
        let value = build(served, base);
        Ok(ApiDocument { text: serialize(&value)?, value })
    })
}

fn build(served: &Served, base: &Base) -> Value {
    let mut paths: Map<String, Value> = [
        places::paths(),
        data::paths(),
        changes::paths(),
        features::paths(),
        filters::paths(),
        files::paths(),
        tiles::paths(),
        map::paths(),
        site::paths(),
        ogc_tiles::paths(),
        compat::paths(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let per_layer = features::paths_per_layer(served, &paths);
    paths.extend(per_layer);
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Lapwing",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT"},
            "description": "Finds the Local Area Partnership, ward, parish and other areas of a \
                postcode or position in Great Britain. Every answer names the snapshot it was \
                made from and the vintage of each layer. Unknown query parameters are rejected. \
                Every error is a problem (RFC 9457); its `type` is the URL of a page that \
                explains it.",
        },
        "servers": [{"url": base.server()}],
        "tags": [
            {"name": "places", "description": "Find the areas of one place or of many"},
            {"name": "areas", "description": "Areas, their overlaps and their changes"},
            {
                "name": "points",
                "description": "Find the nearest points, and search by name or code"
            },
            {
                "name": "features",
                "description": "Layers as feature collections: OGC API - Features"
            },
            {"name": "tiles", "description": "Layers as vector tiles"},
            {"name": "service", "description": "Status, metrics and description of the service"},
            {
                "name": "MapIt",
                "description": "Compatible with MapIt: unknown parameters are ignored, errors have \
                    MapIt's shape, and `callback` returns JSONP"
            },
            {
                "name": "postcodes.io",
                "description": "Compatible with postcodes.io: unknown parameters are ignored, errors have \
                    postcodes.io's shape, and `callback` returns JSONP"
            },
        ],
        "paths": paths,
        "components": {
            "parameters": parameters::all(),
            "schemas": schemas::all(),
            "securitySchemes": site::security_schemes(),
        },
    })
}

#[cfg(test)]
mod tests;
