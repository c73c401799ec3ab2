//! `/collections/{layer}/items`: the features of a layer, in pages.
//!
//! Features are in code order and a snapshot never changes, so paging is stable: following the
//! `next` links, which keep every parameter, returns each feature exactly once.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use axum::http::HeaderName;
use axum::response::Response;
use jiff::{Timestamp, Unit};
use serde_json::{Map, Value, json};

use super::describe;
use super::formats::{ChosenFormat, Format, OF_ITEMS};
use super::links::{self, Link};
use super::params::{COMMON, ItemsQuery, Window, layer_index_of, queryables};
use super::{Request, tell_crs};
use crate::answers;
use crate::features::attributes::Schema;
use crate::features::cql2::TooSlow;
use crate::formats::geojson::{FeatureCollection, Form};
use crate::http::blocking::{respond, took_too_long};
use crate::http::error::Problem;
use crate::http::html::respond_page;
use crate::http::request::params::Params;
use crate::http::routes::downloads::{self, ItemsFile};
use crate::http::{AppState, RequestSnapshot};
use crate::live::Served;

/// A page of the selected features.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The number of features selected.
    pub(super) matched: usize,
    /// The range of them on this page.
    pub(super) window: Window,
    /// Their indices in the layer.
    pub(super) places: Vec<usize>,
}

impl Found {
    fn of(
        served: &Served,
        schema: &Schema,
        items_query: &ItemsQuery,
        patience: Duration,
    ) -> Result<Self, Problem> {
        let started = Instant::now();
        let mut selection = items_query.selection.clone();
        if let Some(filter) = &items_query.filter {
            selection = selection.filtered(filter.bind(served.atlas(), schema)?);
        }
        let all = selection
            .indices(served.atlas(), schema, started + patience)
            .map_err(|TooSlow| took_too_long(patience))?;
        let window = items_query.window;
        let places = all.iter().copied().skip(window.offset).take(window.limit).collect();
        Ok(Self { matched: all.len(), window, places })
    }

    fn has_next(&self) -> bool {
        self.window.offset.saturating_add(self.places.len()) < self.matched
            && !self.places.is_empty()
    }

    /// The offset of the previous page; beyond the end, of the last page.
    fn before(&self) -> Option<usize> {
        let Window { offset, limit } = self.window;
        (offset > 0).then(|| offset.min(self.matched).saturating_sub(limit))
    }

    /// The links to the next and previous page.
    fn beside(&self, request: &Request, chosen: ChosenFormat) -> Vec<Link> {
        let page = |offset: usize, rel, title| {
            let address = request.address();
            let address = match offset {
                0 => address.without("offset"),
                offset => address.with("offset", &offset),
            };
            Link::new(address.under(&request.base), rel, chosen.media_type, title)
        };
        let next = self
            .has_next()
            .then(|| page(self.window.offset + self.places.len(), "next", "The next page"));
        let prev = self.before().map(|offset| page(offset, "prev", "The page before"));
        next.into_iter().chain(prev).collect()
    }
}

/// For files, which cannot contain counts, the counts are in headers with the names that other
/// servers use.
const MATCHED: HeaderName = HeaderName::from_static("ogc-numbermatched");
const RETURNED: HeaderName = HeaderName::from_static("ogc-numberreturned");

pub(super) async fn items(
    State(app): State<AppState>,
    taken: RequestSnapshot,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let served = taken.served()?;
    let layer = layer_index_of(served.atlas(), &id);
    // An unknown parameter is reported before an unknown layer.
    let of_layer = layer.as_ref().map_or_else(|_| Vec::new(), |&at| queryables(served.schema(at)));
    let params = Params::read(request.query(), &[&COMMON, &of_layer])?;
    let layer = layer?;
    let chosen = ChosenFormat::of(&params, &request.headers, OF_ITEMS)?;
    let schema = Arc::clone(served.schema(layer));
    let items_query = ItemsQuery::read(&params, &schema, chosen.format == Format::Html)?;
    let mut links = request.links(chosen, OF_ITEMS);

    // Scanning a whole country, and drawing a page, can take a while.
    let patience = app.limits.answer;
    let looked = app.blocking_pool.run_blocking({
        let served = Arc::clone(&served);
        let (schema, items_query, request) =
            (Arc::clone(&schema), items_query.clone(), request.clone());
        move || {
            let found = Found::of(&served, &schema, &items_query, patience)?;
            links.extend(found.beside(&request, chosen));
            let page = (chosen.format == Format::Html).then(|| {
                super::pages::items(served.atlas(), &schema, &request.base, &links, &found)
            });
            let is_areas = served.atlas().layers()[layer].layer().is_areas();
            let tolerance = items_query.tolerance_m.filter(|_| is_areas && page.is_none());
            let drawing = tolerance.map(|metres| served.drawing(layer, metres));
            let form = Form { crs: items_query.crs, only: items_query.properties, drawing };
            Ok((found, links, page, form))
        }
    });
    let (found, mut links, page, form) = looked.await?;
    let returned = found.places.len();

    let mut response = if let Some(page) = page {
        respond_page(page)
    } else if let Format::File(format) = chosen.format {
        let items_file = ItemsFile { schema, indices: found.places, form };
        let mut response = downloads::selected(&app, &served, format, items_file).await?;
        let counts = [(MATCHED, found.matched), (RETURNED, returned)];
        response.headers_mut().extend(counts.map(|(name, count)| (name, count.into())));
        response
    } else {
        links.push(to_collection(&request, &served, layer));
        let head = head(&served, &found, &links);
        let atlas = Arc::clone(served.atlas());
        let pieces = FeatureCollection::new(atlas, schema, found.places.into_iter(), form)
            .with_members(head)
            .map(Ok::<_, Infallible>);
        let mut response = respond(chosen.media_type, app.blocking_pool.stream(pieces));
        tell_crs(&mut response, items_query.crs);
        response
    };
    links::tell(response.headers_mut(), &links);
    Ok(response)
}

/// The members of the collection before its features (OGC 17-069r4, section 7.15.7).
fn head(served: &Served, found: &Found, links: &[Link]) -> Map<String, Value> {
    let now = Timestamp::now();
    let now = now.round(Unit::Second).unwrap_or(now);
    [
        ("links", json!(links)),
        ("timeStamp", json!(now)),
        ("numberMatched", json!(found.matched)),
        ("numberReturned", json!(found.places.len())),
        ("snapshot", json!(answers::snapshot(served.atlas()))),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

pub(super) fn to_collection(request: &Request, served: &Served, layer: usize) -> Link {
    let meta = served.atlas().layers()[layer].layer().meta();
    let href = request.base.at(&describe::path(meta));
    Link::new(href, "collection", crate::http::request::negotiate::JSON, meta.title.as_str())
}
