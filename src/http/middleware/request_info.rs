//! What is kept of a request for what stands round its answer.

use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;

use super::route_table::{AtOnce, Entry, Table};
use crate::http::Metrics;
use crate::http::connection::idle_timeout::UnderWay;
use crate::http::middleware::access_log::{Counted, Line};
use crate::http::middleware::request_context::{REQUEST_ID, RequestId};
use crate::http::middleware::{compress, cors};
use crate::http::routes::compat;

/// What is kept of a request for what stands round its answer.
pub(super) struct Asked {
    pub(super) route: Option<Entry>,
    line: Line,
    pub(super) origin: cors::Asks,
    pub(super) coding: compress::Asks,
    pub(super) dialect: Option<compat::Dialect>,
}

impl Asked {
    pub(super) fn of(
        table: &Table,
        metrics: &Metrics,
        request: &Request,
        under_way: Option<UnderWay>,
    ) -> Self {
        let path = request.uri().path();
        let route = table.at(path);
        let line = Line::begin(
            request.method().clone(),
            route.map(|route| (route.pattern, route.counted)),
            RequestId::of(request.headers()),
            metrics,
            under_way,
        );
        Self {
            route,
            line,
            origin: cors::Asks::of(request.headers()),
            coding: compress::Asks::of(request),
            dialect: compat::Dialect::of(path),
        }
    }

    /// What answers it at once, where something does.
    pub(super) fn at_once(&self, method: &Method) -> Option<AtOnce> {
        self.route.filter(|_| *method == Method::GET)?.at_once
    }

    pub(super) fn id(&self) -> RequestId {
        self.line.id().clone()
    }

    /// The response with what stands in every head, and with its line in the log to come.
    pub(super) fn end(self, response: Response) -> Response<Counted> {
        let (mut head, body) = response.into_parts();
        head.headers.insert(REQUEST_ID, self.line.id().header());
        let body = self.line.end_with(head.status, body);
        Response::from_parts(head, body)
    }
}
