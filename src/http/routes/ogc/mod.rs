//! OGC API - Features, for GIS clients, and the same as HTML pages.
//!
//! It implements OGC 17-069r4 (Part 1: Core) and 18-058r1 (Part 2: Coordinate Reference Systems by
//! Reference). Read the modules in this order:
//!
//! 1. [`formats`], [`links`]: common to all responses;
//! 2. [`landing`], [`conformance`], [`collections`] with [`describe`]: what the service has;
//! 3. [`params`] and [`filter_params`], then [`items`] and [`item`]: the features, selected by
//!    [`crate::features::select`];
//! 4. [`queryables`]: the properties for filters (OGC 19-079r2, Part 3: Filtering).
//!
//! Each responds with JSON or HTML; [`crate::http::html`] frames the pages.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;

use crate::http::blocking::{json, respond};
use crate::http::error::Problem;
use crate::http::request::base_url::Base;
use crate::http::request::params::Params;
use crate::http::{AppState, Routes};

pub(in crate::http) mod collections;
pub(in crate::http) mod conformance;
pub(in crate::http) mod describe;
pub(in crate::http) mod feature_schema;
pub(in crate::http) mod filter_params;
pub(in crate::http) mod formats;
pub(in crate::http) mod item;
mod items;
pub(in crate::http) mod landing;
pub(in crate::http) mod links;
mod pages;
pub(in crate::http) mod params;
pub(in crate::http) mod queryables;

use formats::{ChosenFormat, Format};
use links::{Address, Link};

pub(in crate::http) fn routes() -> Routes {
    vec![
        ("/", get(landing::landing)),
        ("/conformance", get(conformance::conformance)),
        ("/collections", get(collections::list)),
        ("/collections/{layer}", get(collections::one)),
        ("/collections/{layer}/queryables", get(queryables::queryables)),
        ("/collections/{layer}/items", get(items::items)),
        ("/collections/{layer}/items/{code}", get(item::item)),
    ]
}

/// What a route needs to know about its request.
#[derive(Clone, Debug)]
pub(in crate::http) struct Request {
    pub(in crate::http) base: Base,
    pub(in crate::http) headers: HeaderMap,
    path: String,
    query: Option<String>,
}

impl FromRequestParts<AppState> for Request {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Infallible> {
        Ok(Self {
            base: Base::of(parts),
            headers: parts.headers.clone(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(str::to_owned),
        })
    }
}

impl Request {
    pub(in crate::http) fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// Its own URL, with all parameters.
    pub(in crate::http) fn address(&self) -> Address {
        // Unescaped characters in the path of a request are kept out of links.
        let is_plain = |c: char| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c);
        let path: String = self.path.chars().filter(|&c| is_plain(c)).collect();
        Address::new(path).with_query(self.query())
    }

    /// The requested format, for a route with the parameter `f` only.
    fn document(&self, offered: &[Format]) -> Result<(ChosenFormat, Vec<Link>), Problem> {
        let params = Params::read(self.query(), &[&["f"]])?;
        let chosen = ChosenFormat::of(&params, &self.headers, offered)?;
        Ok((chosen, self.links(chosen, offered)))
    }

    /// The links to this document and to its other formats.
    pub(in crate::http) fn links(&self, chosen: ChosenFormat, offered: &[Format]) -> Vec<Link> {
        self.address().in_formats(&self.base, chosen.format, chosen.media_type, offered)
    }
}

/// A document, with its links in the headers as well.
pub(in crate::http) fn respond_document(
    chosen: ChosenFormat,
    document: &impl Serialize,
    links: &[Link],
) -> Result<Response, Problem> {
    let mut response = respond(chosen.media_type, json(document)?);
    links::tell(response.headers_mut(), links);
    Ok(response)
}

/// Adds the CRS of the geometries to a response (OGC 18-058r1, section 6.4).
pub(in crate::http) fn tell_crs(response: &mut Response, crs: crate::features::crs::Crs) {
    let value = format!("<{}>", crs.uri());
    if let Ok(value) = HeaderValue::from_str(&value) {
        response.headers_mut().insert(HeaderName::from_static("content-crs"), value);
    }
}
