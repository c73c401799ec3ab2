//! OGC API - Features: the layers for every GIS tool, and as pages for people.
//!
//! After OGC 17-069r4 (Part 1: Core) and 18-058r1 (Part 2: Coordinate Reference Systems by
//! Reference). Read the modules in this order:
//!
//! 1. [`formats`], [`links`]: what every answer here has;
//! 2. [`landing`], [`conformance`], [`collections`] with [`describe`]: what there is;
//! 3. [`params`] and [`filter_params`], then [`items`] and [`item`]: the features, chosen by
//!    [`crate::features::select`];
//! 4. [`queryables`]: what a filter may ask (OGC 19-079r2, Part 3: Filtering).
//!
//! Each of them answers as JSON and as a page; pages are framed by [`crate::http::html`].

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

mod collections;
pub(in crate::http) mod conformance;
pub(in crate::http) mod describe;
pub(in crate::http) mod filter_params;
pub(in crate::http) mod formats;
pub(in crate::http) mod item;
mod items;
mod landing;
pub(in crate::http) mod links;
mod pages;
pub(in crate::http) mod params;
pub(in crate::http) mod queryables;

use formats::{Chosen, Format};
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

/// What a route needs to know of its request.
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

    /// Its own address, with all its parameters.
    pub(in crate::http) fn address(&self) -> Address {
        // Whatever a client left unescaped in its path stands in no link.
        let is_plain = |c: char| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c);
        let path: String = self.path.chars().filter(|&c| is_plain(c)).collect();
        Address::new(path).asked(self.query())
    }

    /// The format wished for, of a route that takes `f` alone.
    fn document(&self, offered: &[Format]) -> Result<(Chosen, Vec<Link>), Problem> {
        let params = Params::read(self.query(), &[&["f"]])?;
        let chosen = Chosen::of(&params, &self.headers, offered)?;
        Ok((chosen, self.links(chosen, offered)))
    }

    /// The links to this answer and to the same in the other formats.
    pub(in crate::http) fn links(&self, chosen: Chosen, offered: &[Format]) -> Vec<Link> {
        self.address().in_formats(&self.base, chosen.format, chosen.media_type, offered)
    }
}

/// A document, with its links in the head too.
pub(in crate::http) fn respond_document(
    chosen: Chosen,
    document: &impl Serialize,
    links: &[Link],
) -> Result<Response, Problem> {
    let mut response = respond(chosen.media_type, json(document)?);
    links::tell(response.headers_mut(), links);
    Ok(response)
}

/// Names the CRS of an answer's geometries (OGC 18-058r1, section 6.4).
pub(in crate::http) fn tell_crs(response: &mut Response, crs: crate::features::crs::Crs) {
    let value = format!("<{}>", crs.uri());
    if let Ok(value) = HeaderValue::from_str(&value) {
        response.headers_mut().insert(HeaderName::from_static("content-crs"), value);
    }
}
