//! The answers over HTTP.
//!
//! A request passes through these, in order:
//!
//! 1. [`middleware::request_context`], [`middleware::access_log`]: it gets an id, and a line in the log once its response is sent;
//! 2. [`middleware::cors`], [`middleware::compress`];
//! 3. [`error`]: whatever goes wrong further in leaves as `application/problem+json`;
//! 4. [`middleware::load_limit`]: limits on the URL's length, on requests at once and on time;
//! 5. [`middleware::etag`]: a client that has the answer already is told so;
//! 6. a handler, one module per family of routes.
//!
//! [`middleware`] puts these round the routes; [`connection::worker_threads`] says who runs it; [`connection::write_coalescing`] and [`connection::idle_timeout`]
//! are between it and a socket.
//!
//! Handlers read parameters strictly ([`request::params`]), take the atlas once, ask [`crate::answers`] or
//! [`crate::bulk`], and do what takes long on threads of its own ([`blocking`]).

use std::cell::Cell;
use std::convert::Infallible;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::routing::{MethodRouter, get};
use jiff::civil::Date;
use lapwing_boundaries::atlas::Atlas;
use tokio::sync::Semaphore;

use crate::live::reload::Reloads;
use crate::live::{Live, Served};

mod blocking;
pub(super) mod connection;
mod error;
mod html;
mod limits;
mod middleware;
pub(super) mod request;
pub(super) mod routes;

use blocking::Workshop;
pub use error::{Kind, Problem};
pub use routes::admin::{Admin, AdminToken};

pub use connection::serve::{run, serve_metrics};
pub use limits::Limits;
pub use middleware::router;
pub use routes::metrics::Metrics;
pub use routes::web::Basemap;

/// What the handlers share. Every request takes a copy of it several times on its way.
#[derive(Clone, Debug)]
struct App(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    live: Live,
    limits: Limits,
    /// One permit for each request at work.
    slots: Semaphore,
    /// One permit for each kilobyte of request bodies.
    body_memory: Arc<Semaphore>,
    /// One permit for each kilobyte of bulk bodies on disk.
    spool: Arc<Semaphore>,
    workshop: Workshop,
    basemap: Option<Basemap>,
    reloads: Option<Reloads>,
    admin: Option<Admin>,
    metrics: Metrics,
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    fn new(live: Live, settings: Settings) -> Self {
        let Settings { limits, basemap, reloads, admin, metrics, .. } = settings;
        Self(Arc::new(Shared {
            live,
            slots: Semaphore::new(limits.requests_at_once),
            body_memory: request::body::kilobytes(limits.bodies),
            spool: request::body::kilobytes(limits.spool),
            workshop: Workshop::new(&limits),
            limits,
            basemap,
            reloads,
            admin,
            metrics,
        }))
    }
}

/// How the service is set up.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How much and how long.
    pub limits: Limits,
    /// What the map page shows under the areas.
    pub basemap: Option<Basemap>,
    /// Reloads, of which `/health/ready` tells the last.
    pub reloads: Option<Reloads>,
    /// What the operator may do over HTTP. Without it there is no `/admin`.
    pub admin: Option<Admin>,
    /// What is counted.
    pub metrics: Metrics,
    /// Whether the counters are served by [`serve_metrics`] alone, and not among the other routes.
    pub metrics_apart: bool,
}

impl From<Limits> for Settings {
    fn from(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }
}

/// The snapshot of one request, taken once, so that a swap under way never puts the tag of one
/// snapshot on the answer of another.
#[derive(Clone, Debug)]
struct Taken(Option<Arc<Served>>);

impl Taken {
    /// The snapshot that answers now. Requests take theirs by [`middleware::request_context::taken`].
    fn now(app: &App) -> Self {
        Self(app.live.served())
    }

    fn atlas(self) -> Result<Arc<Atlas>, Problem> {
        self.served().map(|served| Arc::clone(served.atlas()))
    }

    fn served(self) -> Result<Arc<Served>, Problem> {
        self.0.ok_or_else(|| {
            let detail = "no snapshot is loaded yet: ask again in a moment";
            Problem::new(Kind::NotReady, detail).with_retry_after(2)
        })
    }
}

impl FromRequestParts<App> for Taken {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(middleware::request_context::taken(|| Self::now(app)))
    }
}

/// Today in UTC, the only clock that answers see; the same to the end of a request.
fn today() -> Date {
    middleware::request_context::today(read_today)
}

/// Each thread keeps the date, as every request asks for it and it seldom changes.
fn read_today() -> Date {
    const A_DAY_S: u64 = 86_400;
    thread_local! {
        static KEPT: Cell<Option<(u64, Date)>> = const { Cell::new(None) };
    }
    let now = SystemTime::now();
    // Before 1970 nothing is kept for long.
    let day = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / A_DAY_S);
    match KEPT.get() {
        Some((kept, date)) if kept == day => date,
        _ => {
            let now = jiff::Timestamp::try_from(now).unwrap_or_else(|_| jiff::Timestamp::now());
            let date = now.to_zoned(jiff::tz::TimeZone::UTC).date();
            KEPT.set(Some((day, date)));
            date
        }
    }
}

/// Addresses, each with its methods.
type Routes = Vec<(&'static str, MethodRouter<App>)>;

/// The routes whose answers are known by the snapshot.
fn plain_routes() -> Routes {
    [
        routes::lookup::routes(),
        routes::areas::routes(),
        routes::overlaps::routes(),
        routes::changes::routes(),
        routes::nearest_and_search::routes(),
        routes::downloads::routes(),
    ]
    .concat()
}

/// Those whose answers have links that begin with where the caller reached this service
/// ([`request::base_url`], [`request::public_url`]).
fn linked_routes() -> Routes {
    [
        routes::ogc::routes(),
        routes::tiles::routes(),
        routes::openapi::routes(),
        routes::compat::routes(),
    ]
    .concat()
}

fn other_routes() -> Routes {
    [
        routes::health::routes(),
        routes::web::routes(),
        routes::compat::fresh_routes(),
        vec![("/problems/{kind}", get(error::page))],
    ]
    .concat()
}

/// Every address of the router, as it is matched: `/v1/areas/{layer}/{code}`; those under `/admin`
/// are there only with [`Settings::admin`], and `/metrics` not with [`Settings::metrics_apart`].
pub fn addresses() -> Vec<&'static str> {
    let all = [
        plain_routes(),
        linked_routes(),
        routes::tiles::tile_routes(),
        other_routes(),
        routes::admin::routes(),
        routes::metrics::routes(),
    ]
    .concat();
    all.into_iter().map(|(path, _)| path).collect()
}
