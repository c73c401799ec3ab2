//! The routes with everything round them.
//!
//! What stands round a route is one function, not a pile of layers: a layer of axum's clones all
//! that lies within it and puts its future in a box, at every request. So that this function knows
//! of what [`Kind`] the route is, it looks the path up in a [`Table`] of its own first.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Method;
use axum::response::{IntoResponse as _, Response};
use tower::Service;

use super::current::{self, REQUEST_ID, RequestId};
use super::error::Problem;
use super::log::{Counted, Line};
use super::patient::UnderWay;
use super::{
    App, Metrics, Routes, Settings, Taken, admin, compat, compress, cors, error, etag, guard,
    linked_routes, lookup, metrics, other_routes, plain_routes, tiles,
};
use crate::state::Live;

/// Every route, over the live snapshot.
pub fn router(live: Live, settings: impl Into<Settings>) -> Router {
    Router::new().fallback_service(Stack::new(live, settings.into()))
}

/// What a route's answers are known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
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
struct Entry {
    pattern: &'static str,
    kind: Kind,
    /// Its place among the counters.
    counted: Option<usize>,
    /// What answers GET at once, where something does.
    at_once: Option<AtOnce>,
}

/// An answer that is there sooner than a router's machinery would have called for it.
type AtOnce = fn(Taken, &Request) -> Result<Response, Problem>;

/// The routes by their paths, matched as the router matches them.
#[derive(Debug, Default)]
struct Table(matchit::Router<Entry>);

impl Table {
    fn add(&mut self, routes: &Routes, kind: Kind, metrics: &Metrics) {
        for (pattern, _) in routes {
            let counted = metrics.place_of(pattern);
            let at_once = (*pattern == lookup::ADDRESS).then_some(lookup::one as AtOnce);
            let entry = Entry { pattern, kind, counted, at_once };
            self.0.insert(*pattern, entry).expect("the router would not take it either");
        }
    }

    fn at(&self, path: &str) -> Option<Entry> {
        self.0.at(path).ok().map(|found| *found.value)
    }
}

/// The service as it stands behind a socket. Clones are one and the same.
#[derive(Clone, Debug)]
pub(super) struct Stack(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    app: App,
    table: Table,
    router: Router,
}

impl Stack {
    pub(super) fn new(live: Live, settings: Settings) -> Self {
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
    pub(super) fn of_metrics(live: Live, settings: Settings) -> Self {
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
    pub(super) async fn answer(
        self,
        request: Request,
        under_way: Option<UnderWay>,
    ) -> Result<Response<Counted>, Infallible> {
        let id = RequestId::of(request.headers());
        let route = self.0.table.at(request.uri().path());
        let line = Line::begin(
            request.method().clone(),
            route.map(|route| (route.pattern, route.counted)),
            id.clone(),
            &self.0.app.metrics,
            under_way,
        );
        let sent = id.header();
        let answer = self.0.of_any_origin(request, route);
        let (mut head, body) = current::within(id, answer).await.into_parts();
        head.headers.insert(REQUEST_ID, sent);
        let body = line.end_with(head.status, body);
        Ok(Response::from_parts(head, body))
    }
}

impl Inner {
    async fn of_any_origin(&self, request: Request, route: Option<Entry>) -> Response {
        if request.method() == Method::OPTIONS {
            return cors::preflight();
        }
        let origin = cors::Asks::of(request.headers());
        let coding = compress::Asks::of(&request);
        let dialect = compat::Dialect::of(request.uri().path());
        // What goes wrong leaves as a problem.
        let answer = pin!(self.kept_within_limits(request, route));
        let response = error::finish(dialect, answer).await;
        cors::allow(origin, compress::compress(coding, response).await)
    }

    async fn kept_within_limits(&self, request: Request, route: Option<Entry>) -> Response {
        if let Err(problem) = guard::check_url(&request) {
            return problem.into_response();
        }
        let is_post = request.method() == Method::POST;
        let links = match route.map(|route| route.kind) {
            Some(Kind::Plain) => false,
            Some(Kind::Linked) => true,
            Some(Kind::Tile) => {
                let answer = pin!(self.routed(request));
                return guard::limit_load(&self.app, is_post, answer).await;
            }
            Some(Kind::Other) | None => return self.routed(request).await,
        };
        let answer = etag::revalidate(&self.app, request, links, async |request| {
            match route.and_then(|route| route.at_once) {
                Some(answer) if *request.method() == Method::GET => {
                    answer(current::taken(|| Taken::now(&self.app)), &request).into_response()
                }
                _ => self.routed(request).await,
            }
        });
        guard::limit_load(&self.app, is_post, pin!(answer)).await
    }

    /// In a box: the future of an answer is moved from place to place until it is polled, and
    /// without the router's it is small.
    fn routed(&self, request: Request) -> Pin<Box<dyn Future<Output = Response> + Send>> {
        let answer = self.router.clone().call(request);
        Box::pin(async {
            match answer.await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        })
    }
}

impl Service<Request> for Stack {
    type Response = Response<Counted>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Counted>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.clone().answer(request, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// It is moved some times before it is polled.
    #[test]
    fn the_future_of_an_answer_is_small() {
        let stack = Stack::new(Live::default(), Settings::default());
        let size = size_of_val(&stack.answer(Request::new(Body::empty()), None));
        assert!(size < 4096, "{size} bytes");
    }
}
