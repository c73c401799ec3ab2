//! The answers over HTTP.
//!
//! A request passes through these, in order:
//!
//! 1. [`log`]: it gets an id, and a line in the log once its response is sent;
//! 2. CORS, compression;
//! 3. [`error`]: whatever goes wrong further in leaves as `application/problem+json`;
//! 4. [`guard`]: limits on the URL's length, on requests at once and on time;
//! 5. [`etag`]: a client that has the answer already is told so;
//! 6. a handler, one module per family of routes.
//!
//! Handlers read parameters strictly ([`params`]), take the atlas once, ask [`crate::answers`] or
//! [`crate::bulk`], and do what takes long on threads of its own ([`work`]).

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName, Method, StatusCode, Version, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get};
use jiff::civil::Date;
use lapwing_boundaries::atlas::Atlas;
use tokio::sync::Semaphore;
use tower_http::compression::CompressionLayer;
use tower_http::compression::CompressionLevel;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};
use tower_http::cors::{Any, CorsLayer};

use crate::state::{Live, Served};

mod areas;
mod base;
mod body;
mod bulk;
mod error;
mod etag;
mod files;
mod guard;
mod health;
mod html;
mod limits;
mod log;
mod lookup;
mod negotiate;
mod ogc;
mod openapi;
mod origin;
mod overlaps;
mod own_polygon;
mod params;
mod patient;
mod points;
mod serve;
mod tiles;
mod web;
mod work;

pub use error::{Kind, Problem};
use work::Workshop;

pub use limits::Limits;
pub use serve::run;
pub use web::Basemap;

/// What the handlers share.
#[derive(Clone, Debug)]
struct App {
    live: Live,
    limits: Arc<Limits>,
    /// One permit for each request at work.
    slots: Arc<Semaphore>,
    /// One permit for each kilobyte of request bodies.
    body_memory: Arc<Semaphore>,
    workshop: Workshop,
    basemap: Option<Basemap>,
}

/// How the service is set up.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How much and how long.
    pub limits: Limits,
    /// What the map page shows under the areas.
    pub basemap: Option<Basemap>,
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

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let before = parts.extensions.get::<Self>().cloned();
        Ok(before.unwrap_or_else(|| Self(app.live.served())))
    }
}

/// Today in UTC, the only clock that answers see.
fn today() -> Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Addresses, each with its methods.
type Routes = Vec<(&'static str, MethodRouter<App>)>;

/// The routes whose answers are known by the snapshot.
fn data_routes() -> Routes {
    [
        lookup::routes(),
        areas::routes(),
        overlaps::routes(),
        points::routes(),
        files::routes(),
        ogc::routes(),
        tiles::routes(),
        openapi::routes(),
    ]
    .concat()
}

fn other_routes() -> Routes {
    [health::routes(), web::routes(), vec![("/problems/{kind}", get(error::page))]].concat()
}

fn gather(routes: Routes) -> Router<App> {
    routes.into_iter().fold(Router::new(), |router, (path, methods)| router.route(path, methods))
}

/// Every address of the router, as it is matched: `/v1/areas/{layer}/{code}`.
pub fn addresses() -> Vec<&'static str> {
    let all = [data_routes(), tiles::tile_routes(), other_routes()].concat();
    all.into_iter().map(|(path, _)| path).collect()
}

/// Every route, over the live snapshot.
pub fn router(live: Live, settings: impl Into<Settings>) -> Router {
    let Settings { limits, basemap } = settings.into();
    let app = App {
        live,
        slots: Arc::new(Semaphore::new(limits.requests_at_once)),
        body_memory: body::memory(&limits),
        workshop: Workshop::new(&limits),
        limits: Arc::new(limits),
        basemap,
    };
    let data = gather(data_routes())
        .layer(from_fn_with_state(app.clone(), etag::revalidate))
        .merge(gather(tiles::tile_routes()))
        .layer(from_fn_with_state(app.clone(), guard::limit_load));
    data.merge(gather(other_routes()))
        .fallback(error::unknown_route)
        .layer(from_fn(guard::limit_url))
        .layer(from_fn(error::finish))
        .layer(compression())
        .layer(cors())
        .layer(from_fn(log::observe))
        .with_state(app)
}

/// Of gzip and brotli alike: brotli's own default, 11, takes a hundred times as long as 4 for a
/// tenth less.
const COMPRESSION: i32 = 4;

fn compression() -> CompressionLayer<impl Predicate> {
    let may = |_: StatusCode, _: Version, _: &HeaderMap, marks: &Extensions| {
        marks.get::<files::AsItIs>().is_none()
    };
    CompressionLayer::new()
        .quality(CompressionLevel::Precise(COMPRESSION))
        .compress_when(DefaultPredicate::new().and(may))
}

/// Any page may ask: the data are public and nothing here knows a user.
fn cors() -> CorsLayer {
    const A_DAY: std::time::Duration = std::time::Duration::from_hours(24);
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers([
            header::ACCEPT,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
            header::IF_RANGE,
            header::RANGE,
            HeaderName::from_static(log::REQUEST_ID),
        ])
        .expose_headers([
            header::ACCEPT_RANGES,
            header::CONTENT_DISPOSITION,
            header::CONTENT_RANGE,
            header::ETAG,
            header::LINK,
            header::RETRY_AFTER,
            HeaderName::from_static(log::REQUEST_ID),
        ])
        .max_age(A_DAY)
}
