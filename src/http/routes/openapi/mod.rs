//! `/api`: the routes as an OpenAPI 3.0 document, written by hand beside them.
//!
//! A test asks every route of the router and holds the document to what comes back: paths,
//! methods, parameters, the members of every answer, and the problems.

use axum::response::Response;
use axum::routing::get;
use serde_json::{Map, Value, json};

use super::ogc::formats::{Chosen, Format};
use super::ogc::{Request, links};
use crate::http::blocking::{json as written, respond};
use crate::http::error::Problem;
use crate::http::html::respond_page;
use crate::http::request::base_url::Base;
use crate::http::request::negotiate::JSON;
use crate::http::request::params::Params;
use crate::http::{RequestSnapshot, Routes};
use crate::live::Served;

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

async fn api(taken: RequestSnapshot, request: Request) -> Result<Response, Problem> {
    let params = Params::read(request.query(), &[&["f"]])?;
    let offered = [Format::OpenApi, Format::Html];
    let chosen = Chosen::of(&params, &request.headers, &offered)?;
    let served = taken.served()?;
    let document = document(&served, &request.base);
    let links = request.links(chosen, &offered);
    let mut response = match chosen.format {
        Format::Html => respond_page(page::page(&document, served.atlas(), &request.base, &links)),
        _ if chosen.media_type == JSON => respond(JSON, written(&document)?),
        _ => respond(OPENAPI, written(&document)?),
    };
    links::tell(response.headers_mut(), &links);
    Ok(response)
}

/// The whole document, of a service that is reached there.
fn document(served: &Served, base: &Base) -> Value {
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
    let of_layers = features::of_layers(served, &paths);
    paths.extend(of_layers);
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
        "servers": [{"url": base.server()}],
        "tags": [
            {"name": "places", "description": "The areas of a place, or of many"},
            {"name": "areas", "description": "Areas and their overlaps"},
            {"name": "points", "description": "Points near a place, and anything by its name"},
            {"name": "features", "description": "The layers as features: OGC API - Features"},
            {"name": "tiles", "description": "The layers as vector tiles, for maps"},
            {"name": "service", "description": "The service itself"},
            {"name": "MapIt", "description": "For programs written for MapIt: unknown parameters are \
    passed over, errors have MapIt's shape, and with `callback` answers come as JSONP"},
            {"name": "postcodes.io", "description": "The same for programs written for postcodes.io"},
        ],
        "paths": paths,
        "components": {
            "parameters": parameters::all(),
            "schemas": schemas::all(),
            "securitySchemes": site::security_schemes(),
        },
    })
}
