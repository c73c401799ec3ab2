//! The routes by their paths, and what is known of each before it is asked.

use axum::extract::Request;
use axum::response::Response;

use crate::http::error::Problem;
use crate::http::routes::lookup;
use crate::http::{Metrics, Routes, Taken};

/// What a route's answers are known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// By the snapshot.
    Plain,
    /// By the snapshot, and with links, which begin with where the caller reached this service.
    Linked,
    /// Tiles, which carry tags of their own.
    Tile,
    /// By what goes on; they are answered however much there is to do.
    Other,
}

/// A route as it is matched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) pattern: &'static str,
    pub(super) kind: Kind,
    /// Its place among the counters.
    pub(super) counted: Option<usize>,
    /// What answers GET at once, where something does.
    pub(super) at_once: Option<AtOnce>,
}

/// What answers sooner than a router's machinery would have called for it.
pub(super) type AtOnce = fn(Taken, &Request) -> Result<Response, Problem>;

/// The routes by their paths, matched as the router matches them.
#[derive(Debug, Default)]
pub(super) struct Table(matchit::Router<Entry>);

impl Table {
    pub(super) fn add(&mut self, routes: &Routes, kind: Kind, metrics: &Metrics) {
        for (pattern, _) in routes {
            let counted = metrics.place_of(pattern);
            let at_once = (*pattern == lookup::ADDRESS).then_some(lookup::one as AtOnce);
            let entry = Entry { pattern, kind, counted, at_once };
            self.0.insert(*pattern, entry).expect("the router would not take it either");
        }
    }

    pub(super) fn at(&self, path: &str) -> Option<Entry> {
        self.0.at(path).ok().map(|found| *found.value)
    }
}
