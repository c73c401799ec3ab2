//! The middleware around the routes: request ids, logging, CORS, compression, problem documents,
//! limits and conditional requests.
//!
//! It is one function rather than a stack of tower layers. Each axum layer clones the service below
//! it and boxes its future for every request; replacing the layers, tower-http's among them, reduced the
//! instructions of a request from 73,900 to 26,300. The function needs the [`RouteKind`] of the route, so it matches the
//! path in its own [`RouteTable`] first. A request that needs no waiting is answered without a future.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Method;
use axum::response::{IntoResponse as _, Response};
use futures_util::future::Either;
use tower::Service;

use self::access_log::LoggedBody;
use self::compress::Compressed;
use self::request_info::RequestInfo;
use self::route_table::{AtOnce, RouteEntry, RouteKind, RouteTable};
use super::connection::idle_timeout::RequestInProgress;
use super::routes::{admin, metrics, tiles};
use super::{
    AppState, RequestSnapshot, Routes, Settings, error, linked_routes, other_routes, plain_routes,
};
use crate::live::Live;

pub(super) mod access_log;
pub(super) mod compress;
pub(super) mod content_encoding;
pub(super) mod cors;
pub(super) mod etag;
pub(super) mod load_limit;
pub(super) mod request_context;
mod request_info;
mod route_table;

/// The router of all routes, over the live snapshot.
pub fn router(live: Live, settings: impl Into<Settings>) -> Router {
    Router::new().fallback_service(HttpService::new(live, settings.into()))
}

/// The response to a request: ready, or a future.
pub(in crate::http) type Answering =
    Either<Ready<Answered>, Pin<Box<dyn Future<Output = Answered> + Send>>>;

type Answered = Result<Response<LoggedBody>, Infallible>;

/// The HTTP service: middleware and routes. Clones share their state.
#[derive(Clone, Debug)]
pub(in crate::http) struct HttpService(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    app: AppState,
    table: RouteTable,
    router: Router,
}

impl HttpService {
    pub(in crate::http) fn new(live: Live, settings: Settings) -> Self {
        let of_operator = if settings.admin.is_some() { admin::routes() } else { Vec::new() };
        let of_metrics = if settings.metrics_apart { Vec::new() } else { metrics::routes() };
        let others = [other_routes(), of_operator, of_metrics].concat();
        Self::of(
            AppState::new(live, settings),
            [
                (RouteKind::Plain, plain_routes()),
                (RouteKind::Linked, linked_routes()),
                (RouteKind::Tile, tiles::tile_routes()),
                (RouteKind::Other, others),
            ],
        )
    }

    /// The metrics route alone, for `--metrics-listen`.
    pub(in crate::http) fn of_metrics(live: Live, settings: Settings) -> Self {
        Self::of(AppState::new(live, settings), [(RouteKind::Other, metrics::routes())])
    }

    fn of<const N: usize>(app: AppState, kinds: [(RouteKind, Routes); N]) -> Self {
        let mut table = RouteTable::default();
        let mut router = Router::new();
        for (kind, routes) in kinds {
            table.add(&routes, kind, &app.metrics);
            for (pattern, methods) in routes {
                router = router.route(pattern, methods);
            }
        }
        let router = router.fallback(error::unknown_route).with_state(app.clone());
        Self(Arc::new(Inner { app, table, router }))
    }

    /// Answers a request. Drops `in_progress` when the response has been sent.
    pub(in crate::http) fn answer(
        &self,
        request: Request,
        in_progress: Option<RequestInProgress>,
    ) -> Answering {
        let info = RequestInfo::of(&self.0.table, &self.0.app.metrics, &request, in_progress);
        let Some(answer) = info.at_once(request.method()) else {
            let stack = self.clone();
            return Either::Right(Box::pin(async move {
                let answer = stack.0.of_any_origin(request, &info);
                let response = request_context::within(info.id(), answer).await;
                Ok(info.end(response))
            }));
        };
        let answer = || self.0.at_once(&request, &info, answer);
        match request_context::within_now(info.id(), answer) {
            Compressed::Now(response) => {
                let response = cors::allow(info.origin, response);
                Either::Left(ready(Ok(info.end(response))))
            }
            Compressed::Later(response) => Either::Right(Box::pin(async move {
                let response = request_context::within(info.id(), response).await;
                let response = cors::allow(info.origin, response);
                Ok(info.end(response))
            })),
        }
    }
}

impl Inner {
    /// Answers without a future and without counting towards the limit on concurrent requests.
    fn at_once(&self, request: &Request, info: &RequestInfo, answer: AtOnce) -> Compressed {
        let answered = error::catch_now(|| {
            if let Err(problem) = load_limit::check_url(request) {
                return problem.into_response();
            }
            let links = info.route.is_some_and(|route| route.kind == RouteKind::Linked);
            let known = etag::EntityTag::of(&self.app, request, links);
            let answer =
                || answer(request_context::taken(|| RequestSnapshot::now(&self.app)), request);
            let response = known.had().unwrap_or_else(|| answer().into_response());
            known.tell(response)
        });
        compress::compress(&info.coding, error::finish(info.error_format, answered))
    }

    async fn of_any_origin(&self, request: Request, info: &RequestInfo) -> Response {
        if request.method() == Method::OPTIONS {
            return cors::preflight();
        }
        let answer = pin!(self.kept_within_limits(request, info.route));
        // Errors and panics become problem documents.
        let response = error::finish(info.error_format, error::catch(answer).await);
        let response = match compress::compress(&info.coding, response) {
            Compressed::Now(response) => response,
            Compressed::Later(response) => response.await,
        };
        cors::allow(info.origin, response)
    }

    async fn kept_within_limits(&self, request: Request, route: Option<RouteEntry>) -> Response {
        if let Err(problem) = load_limit::check_url(&request) {
            return problem.into_response();
        }
        let is_post = request.method() == Method::POST;
        let links = match route.map(|route| route.kind) {
            Some(RouteKind::Plain) => false,
            Some(RouteKind::Linked) => true,
            Some(RouteKind::Tile) => {
                let answer = pin!(self.routed(request));
                return load_limit::limit_load(&self.app, is_post, answer).await;
            }
            Some(RouteKind::Other) | None => return self.routed(request).await,
        };
        let answer = async {
            let known = etag::EntityTag::of(&self.app, &request, links);
            let response = match known.had() {
                Some(response) => response,
                None => self.routed(request).await,
            };
            known.tell(response)
        };
        load_limit::limit_load(&self.app, is_post, pin!(answer)).await
    }

    async fn routed(&self, request: Request) -> Response {
        match self.router.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

impl Service<Request> for HttpService {
    type Response = Response<LoggedBody>;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Answering {
        self.answer(request, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The future is moved several times before it is polled.
    #[test]
    fn the_future_of_an_answer_is_small() {
        let size = size_of::<Answering>();
        assert!(size < 512, "{size} bytes");
    }
}
