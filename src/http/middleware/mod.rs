//! The routes with everything round them.
//!
//! What stands round a route is one function, not a pile of layers: a layer of axum's clones all
//! that lies within it and puts its future in a box, at every request. So that this function knows
//! of what [`Kind`] the route is, it looks the path up in a [`Table`] of its own first. What need
//! not be waited for is answered without a future.

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

use self::access_log::Counted;
use self::compress::Compressed;
use self::request_info::Asked;
use self::route_table::{AtOnce, Entry, Kind, Table};
use super::connection::idle_timeout::UnderWay;
use super::routes::{admin, metrics, tiles};
use super::{App, Routes, Settings, Taken, error, linked_routes, other_routes, plain_routes};
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

/// Every route, over the live snapshot.
pub fn router(live: Live, settings: impl Into<Settings>) -> Router {
    Router::new().fallback_service(Stack::new(live, settings.into()))
}

/// The response to a request: there already, or to come.
pub(in crate::http) type Answering =
    Either<Ready<Answered>, Pin<Box<dyn Future<Output = Answered> + Send>>>;

type Answered = Result<Response<Counted>, Infallible>;

/// The service as it stands behind a socket. Clones are one and the same.
#[derive(Clone, Debug)]
pub(in crate::http) struct Stack(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    app: App,
    table: Table,
    router: Router,
}

impl Stack {
    pub(in crate::http) fn new(live: Live, settings: Settings) -> Self {
        let of_operator = if settings.admin.is_some() { admin::routes() } else { Vec::new() };
        let of_metrics = if settings.metrics_apart { Vec::new() } else { metrics::routes() };
        let others = [other_routes(), of_operator, of_metrics].concat();
        Self::of(
            App::new(live, settings),
            [
                (Kind::Plain, plain_routes()),
                (Kind::Linked, linked_routes()),
                (Kind::Tile, tiles::tile_routes()),
                (Kind::Other, others),
            ],
        )
    }

    /// The counters alone, for an address of their own.
    pub(in crate::http) fn of_metrics(live: Live, settings: Settings) -> Self {
        Self::of(App::new(live, settings), [(Kind::Other, metrics::routes())])
    }

    fn of<const N: usize>(app: App, kinds: [(Kind, Routes); N]) -> Self {
        let mut table = Table::default();
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

    /// Answers a request. `under_way` is dropped when the answer has been sent.
    pub(in crate::http) fn answer(
        &self,
        request: Request,
        under_way: Option<UnderWay>,
    ) -> Answering {
        let asked = Asked::of(&self.0.table, &self.0.app.metrics, &request, under_way);
        let Some(answer) = asked.at_once(request.method()) else {
            let stack = self.clone();
            return Either::Right(Box::pin(async move {
                let answer = stack.0.of_any_origin(request, &asked);
                let response = request_context::within(asked.id(), answer).await;
                Ok(asked.end(response))
            }));
        };
        let answer = || self.0.at_once(&request, &asked, answer);
        match request_context::within_now(asked.id(), answer) {
            Compressed::Now(response) => {
                let response = cors::allow(asked.origin, response);
                Either::Left(ready(Ok(asked.end(response))))
            }
            Compressed::Later(response) => Either::Right(Box::pin(async move {
                let response = request_context::within(asked.id(), response).await;
                let response = cors::allow(asked.origin, response);
                Ok(asked.end(response))
            })),
        }
    }
}

impl Inner {
    /// Without waiting for anything, a future's machinery or a place among those at work.
    fn at_once(&self, request: &Request, asked: &Asked, answer: AtOnce) -> Compressed {
        let answered = error::catch_now(|| {
            if let Err(problem) = load_limit::check_url(request) {
                return problem.into_response();
            }
            let links = asked.route.is_some_and(|route| route.kind == Kind::Linked);
            let known = etag::Known::of(&self.app, request, links);
            let answer = || answer(request_context::taken(|| Taken::now(&self.app)), request);
            let response = known.had().unwrap_or_else(|| answer().into_response());
            known.tell(response)
        });
        compress::compress(&asked.coding, error::finish(asked.dialect, answered))
    }

    async fn of_any_origin(&self, request: Request, asked: &Asked) -> Response {
        if request.method() == Method::OPTIONS {
            return cors::preflight();
        }
        let answer = pin!(self.kept_within_limits(request, asked.route));
        // What goes wrong leaves as a problem.
        let response = error::finish(asked.dialect, error::catch(answer).await);
        let response = match compress::compress(&asked.coding, response) {
            Compressed::Now(response) => response,
            Compressed::Later(response) => response.await,
        };
        cors::allow(asked.origin, response)
    }

    async fn kept_within_limits(&self, request: Request, route: Option<Entry>) -> Response {
        if let Err(problem) = load_limit::check_url(&request) {
            return problem.into_response();
        }
        let is_post = request.method() == Method::POST;
        let links = match route.map(|route| route.kind) {
            Some(Kind::Plain) => false,
            Some(Kind::Linked) => true,
            Some(Kind::Tile) => {
                let answer = pin!(self.routed(request));
                return load_limit::limit_load(&self.app, is_post, answer).await;
            }
            Some(Kind::Other) | None => return self.routed(request).await,
        };
        let answer = async {
            let known = etag::Known::of(&self.app, &request, links);
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

impl Service<Request> for Stack {
    type Response = Response<Counted>;
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

    /// It is moved some times before it is polled.
    #[test]
    fn the_future_of_an_answer_is_small() {
        let size = size_of::<Answering>();
        assert!(size < 512, "{size} bytes");
    }
}
