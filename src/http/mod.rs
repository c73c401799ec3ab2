//! The HTTP service.
//!
//! A request passes through these, in order:
//!
//! 1. [`middleware::request_context`], [`middleware::access_log`]: it gets an id, and a log line
//!    once its response has been sent;
//! 2. [`middleware::cors`], [`middleware::compress`];
//! 3. [`error`]: errors become `application/problem+json`;
//! 4. [`middleware::load_limit`]: limits on the URL, the number of concurrent requests and the
//!    time;
//! 5. [`middleware::etag`]: conditional requests;
//! 6. a handler in [`routes`].
//!
//! [`middleware`] wraps the routes. [`connection`] accepts connections and runs the service on its
//! threads.
//!
//! Handlers parse parameters strictly ([`request::params`]), take the snapshot once, ask
//! [`crate::answers`] or [`crate::bulk`], and run long work on the blocking pool ([`blocking`]).

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

use blocking::BlockingPool;
pub use error::{Problem, ProblemKind};
pub use routes::admin::{Admin, AdminToken};

pub use connection::serve::{run, serve_metrics};
pub use limits::Limits;
pub use middleware::router;
pub use routes::metrics::Metrics;
pub use routes::web::Basemap;

/// The state that handlers share. It is cloned several times for every request.
#[derive(Clone, Debug)]
struct AppState(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    live: Live,
    limits: Limits,
    /// One permit for each concurrent request.
    slots: Semaphore,
    /// One permit for each kilobyte of request bodies in memory.
    body_memory: Arc<Semaphore>,
    /// One permit for each kilobyte of bulk bodies on disk.
    spool: Arc<Semaphore>,
    blocking_pool: BlockingPool,
    basemap: Option<Basemap>,
    reloads: Option<Reloads>,
    admin: Option<Admin>,
    metrics: Metrics,
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl AppState {
    fn new(live: Live, settings: Settings) -> Self {
        let Settings { limits, basemap, reloads, admin, metrics, .. } = settings;
        Self(Arc::new(Shared {
            live,
            slots: Semaphore::new(limits.requests_at_once),
            body_memory: request::body::kilobytes(limits.bodies),
            spool: request::body::kilobytes(limits.spool),
            blocking_pool: BlockingPool::new(&limits),
            limits,
            basemap,
            reloads,
            admin,
            metrics,
        }))
    }
}

/// The settings of the service.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Limits on size, concurrency and time.
    pub limits: Limits,
    /// The base map of the map page.
    pub basemap: Option<Basemap>,
    /// Reloads of the snapshot; `/health/ready` reports the last one.
    pub reloads: Option<Reloads>,
    /// The administrative routes. Without it there is no `/admin`.
    pub admin: Option<Admin>,
    /// The request counters.
    pub metrics: Metrics,
    /// Whether only [`serve_metrics`] serves the counters, and not the main address.
    pub metrics_apart: bool,
}

impl From<Limits> for Settings {
    fn from(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }
}

/// The snapshot of one request, taken once, so that a swap in progress never combines the entity
/// tag of one snapshot with the answer of another.
#[derive(Clone, Debug)]
struct RequestSnapshot(Option<Arc<Served>>);

impl RequestSnapshot {
    /// The atlas, if a snapshot is ready.
    fn peek(&self) -> Option<&Atlas> {
        self.0.as_ref().map(|served| &**served.atlas())
    }

    /// The current snapshot. Handlers get theirs from [`middleware::request_context::taken`].
    fn now(app: &AppState) -> Self {
        Self(app.live.served())
    }

    fn atlas(self) -> Result<Arc<Atlas>, Problem> {
        self.served().map(|served| Arc::clone(served.atlas()))
    }

    fn served(self) -> Result<Arc<Served>, Problem> {
        self.0.ok_or_else(|| {
            let detail = "no snapshot is loaded yet: try again in a moment";
            Problem::new(ProblemKind::NotReady, detail).with_retry_after(2)
        })
    }
}

impl FromRequestParts<AppState> for RequestSnapshot {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        Ok(middleware::request_context::taken(|| Self::now(app)))
    }
}

/// Today's date in UTC, the same until the end of a request. It is the only clock that answers
/// depend on.
fn today() -> Date {
    middleware::request_context::today(read_today)
}

/// The date, cached per thread, as every request asks for it.
fn read_today() -> Date {
    const A_DAY_S: u64 = 86_400;
    thread_local! {
        static KEPT: Cell<Option<(u64, Date)>> = const { Cell::new(None) };
    }
    let now = SystemTime::now();
    // Before 1970 the cache never matches.
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

/// Paths with their methods.
type Routes = Vec<(&'static str, MethodRouter<AppState>)>;

/// Routes whose answers depend on the snapshot only.
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

/// Routes whose answers have links that begin with the URL of this service ([`request::base_url`],
/// [`request::public_url`]).
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

/// Every path of the router as a pattern, such as `/v1/areas/{layer}/{code}`. `/admin` exists only
/// with [`Settings::admin`], and `/metrics` only without [`Settings::metrics_apart`].
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
