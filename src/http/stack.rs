//! The routes with everything round them.
//!
//! Each route has one layer of its own, which knows what kind of route it is; the rest is put round
//! the router as a whole. A layer of axum's clones all that lies within it at every request, so one
//! more layer on the routes costs more than the one before.

use std::convert::Infallible;
use std::future::Future;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName, Method, StatusCode, Version, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use tower::{Service, ServiceBuilder};
use tower_http::compression::CompressionLayer;
use tower_http::compression::CompressionLevel;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};
use tower_http::cors::{Any, CorsLayer};

use super::{
    App, Routes, Settings, admin, compat, data_routes, error, etag, files, guard, log, metrics,
    other_routes, tiles,
};
use crate::state::Live;

/// Every route, over the live snapshot.
pub fn router(live: Live, settings: impl Into<Settings>) -> Router {
    Router::new().fallback_service(stack(live, settings.into()))
}

/// The same, as it stands behind a socket.
pub(super) fn stack(
    live: Live,
    settings: Settings,
) -> impl Service<
    Request,
    Response = Response,
    Error = Infallible,
    Future: Future<Output = Result<Response, Infallible>> + Send,
> + Clone
+ Send
+ Sync
+ 'static {
    let when = |wanted: bool, routes: Routes| if wanted { routes } else { Vec::new() };
    let of_operator = [
        when(settings.admin.is_some(), admin::routes()),
        when(!settings.metrics_apart, metrics::routes()),
    ];
    let app = App::new(live, settings);
    let counters = app.metrics.clone();
    let routes = gather(data_routes())
        .layer(from_fn_with_state(app.clone(), data))
        .merge(gather(tiles::tile_routes()).layer(from_fn_with_state(app.clone(), tile)))
        .merge(gather([other_routes(), of_operator.concat()].concat()).layer(from_fn(other)))
        .fallback(error::unknown_route)
        .with_state(app);
    ServiceBuilder::new()
        .layer(from_fn_with_state(counters, log::observe))
        .layer(cors())
        .layer(compression())
        .layer(from_fn(finished))
        .service(routes)
}

/// The counters alone, for an address of their own.
pub(super) fn metrics_stack(live: Live, settings: Settings) -> Router {
    let app = App::new(live, settings);
    let counters = app.metrics.clone();
    gather(metrics::routes())
        .layer(from_fn(other))
        .fallback(error::unknown_route)
        .layer(from_fn(finished))
        .layer(from_fn_with_state(counters, log::observe))
        .with_state(app)
}

fn gather(routes: Routes) -> Router<App> {
    routes.into_iter().fold(Router::new(), |router, (path, methods)| router.route(path, methods))
}

/// Round the routes whose answers are known by the snapshot.
async fn data(State(app): State<App>, request: Request, next: Next) -> Response {
    log::note_route(&request);
    let is_post = request.method() == Method::POST;
    guard::limit_load(&app, is_post, etag::revalidate(&app, request, next)).await
}

/// Round tiles, which carry tags of their own.
async fn tile(State(app): State<App>, request: Request, next: Next) -> Response {
    log::note_route(&request);
    let is_post = request.method() == Method::POST;
    guard::limit_load(&app, is_post, next.run(request)).await
}

/// Round what must be answered however much there is to do.
async fn other(request: Request, next: Next) -> Response {
    log::note_route(&request);
    next.run(request).await
}

/// Round everything: what goes wrong leaves as a problem.
async fn finished(request: Request, next: Next) -> Response {
    let dialect = compat::Dialect::of(request.uri().path());
    error::finish(dialect, async {
        match guard::check_url(&request) {
            Ok(()) => next.run(request).await,
            Err(problem) => problem.into_response(),
        }
    })
    .await
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
            log::REQUEST_ID,
            // What clients of postcodes.io may send there.
            HeaderName::from_static("x-requested-with"),
        ])
        .expose_headers([
            header::ACCEPT_RANGES,
            header::CONTENT_DISPOSITION,
            header::CONTENT_RANGE,
            header::ETAG,
            header::LINK,
            header::RETRY_AFTER,
            log::REQUEST_ID,
        ])
        .max_age(A_DAY)
}
