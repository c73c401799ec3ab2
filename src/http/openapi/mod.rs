//! `/api`: the routes as an OpenAPI 3.0 document, written by hand beside them.
//!
//! A test asks every route of the router and holds the document to what comes back: paths,
//! methods, parameters, the members of every answer, and the problems.

use axum::extract::RawQuery;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Map, Value, json};

use super::Routes;
use super::error::Problem;
use super::negotiate::{JSON, negotiate};
use super::params::Params;
use super::work::{json as written, respond};

mod build;
mod data;
mod files;
mod map;
mod parameters;
mod places;
mod schemas;
mod site;
mod tiles;

const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";

pub(super) fn routes() -> Routes {
    vec![("/api", get(api))]
}

async fn api(RawQuery(query): RawQuery, headers: HeaderMap) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let format = negotiate(&headers, &[JSON, "application/vnd.oai.openapi+json"])?;
    let content_type = if format == JSON { JSON } else { OPENAPI };
    Ok(respond(content_type, written(&document())?))
}

/// The whole document.
fn document() -> Value {
    let paths: Map<String, Value> = [
        places::paths(),
        data::paths(),
        files::paths(),
        map::paths(),
        site::paths(),
        tiles::paths(),
    ]
    .into_iter()
    .flatten()
    .collect();
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Lapwing",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "MIT"},
            "description": "Which Local Area Partnership, ward and parish is this? Every answer \
    names the snapshot it was made from and the vintage of every layer. Unknown query parameters are \
    refused. Every error is a problem (RFC 9457) whose `type` is the address of a page about it.",
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": "places", "description": "The areas of a place, or of many"},
            {"name": "areas", "description": "Areas and their overlaps"},
            {"name": "points", "description": "Points near a place, and anything by its name"},
            {"name": "geometry", "description": "The layers as GeoJSON"},
            {"name": "tiles", "description": "The layers as vector tiles, for maps"},
            {"name": "service", "description": "The service itself"},
        ],
        "paths": paths,
        "components": {
            "parameters": parameters::all(),
            "schemas": schemas::all(),
        },
    })
}
