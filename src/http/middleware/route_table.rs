//! The routes by path, with what the middleware needs to know about each.

use axum::extract::Request;
use axum::response::Response;

use crate::http::error::Problem;
use crate::http::routes::lookup;
use crate::http::{Metrics, RequestSnapshot, Routes};

/// What the answers of a route depend on, which decides how they are cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RouteKind {
    /// The snapshot.
    Plain,
    /// The snapshot and the URL of this service, which prefixes their links.
    Linked,
    /// Tiles, which set their own entity tags.
    Tile,
    /// The state of the service. These routes are exempt from the limit on concurrent requests.
    Other,
}

/// A matched route.
#[derive(Clone, Copy, Debug)]
pub(super) struct RouteEntry {
    pub(super) pattern: &'static str,
    pub(super) kind: RouteKind,
    /// Its index among the counters.
    pub(super) counted: Option<usize>,
    /// The handler for GET that answers without waiting, if there is one.
    pub(super) at_once: Option<AtOnce>,
}

/// A handler that needs no waiting. Calling it directly costs less than going through the router.
pub(super) type AtOnce = fn(RequestSnapshot, &Request) -> Result<Response, Problem>;

/// The routes by path, matched by the same library as axum's router.
#[derive(Debug, Default)]
pub(super) struct RouteTable(matchit::Router<RouteEntry>);

impl RouteTable {
    pub(super) fn add(&mut self, routes: &Routes, kind: RouteKind, metrics: &Metrics) {
        for (pattern, _) in routes {
            let counted = metrics.index_of(pattern);
            let at_once = (*pattern == lookup::ADDRESS).then_some(lookup::one as AtOnce);
            let entry = RouteEntry { pattern, kind, counted, at_once };
            self.0.insert(*pattern, entry).expect("axum's router would reject it, too");
        }
    }

    pub(super) fn at(&self, path: &str) -> Option<RouteEntry> {
        self.0.at(path).ok().map(|found| *found.value)
    }
}
