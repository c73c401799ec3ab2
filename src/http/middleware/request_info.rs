//! What the middleware needs to know about a request once the handler has consumed it.

use axum::extract::Request;
use axum::http::Method;
use axum::response::Response;

use super::route_table::{AtOnce, RouteEntry, RouteTable};
use crate::http::Metrics;
use crate::http::connection::idle_timeout::RequestInProgress;
use crate::http::error::ErrorFormat;
use crate::http::middleware::access_log::{LogLine, LoggedBody};
use crate::http::middleware::request_context::{REQUEST_ID, RequestId};
use crate::http::middleware::{compress, cors};
use crate::http::routes::compat;

/// What the middleware needs to know about a request.
pub(super) struct RequestInfo {
    pub(super) route: Option<RouteEntry>,
    line: LogLine,
    pub(super) origin: cors::CorsRequest,
    pub(super) coding: compress::AcceptedEncoding,
    pub(super) error_format: Option<ErrorFormat>,
}

impl RequestInfo {
    pub(super) fn of(
        table: &RouteTable,
        metrics: &Metrics,
        request: &Request,
        in_progress: Option<RequestInProgress>,
    ) -> Self {
        let path = request.uri().path();
        let route = table.at(path);
        let line = LogLine::begin(
            request.method().clone(),
            route.map(|route| (route.pattern, route.counted)),
            RequestId::of(request.headers()),
            metrics,
            in_progress,
        );
        Self {
            route,
            line,
            origin: cors::CorsRequest::of(request.headers()),
            coding: compress::AcceptedEncoding::of(request),
            error_format: compat::error_format(path),
        }
    }

    /// The handler that answers without waiting, if the route has one.
    pub(super) fn at_once(&self, method: &Method) -> Option<AtOnce> {
        self.route.filter(|_| *method == Method::GET)?.at_once
    }

    pub(super) fn id(&self) -> RequestId {
        self.line.id().clone()
    }

    /// Adds the request id to the response, and logs the request when its body has been sent.
    pub(super) fn end(self, response: Response) -> Response<LoggedBody> {
        let (mut head, body) = response.into_parts();
        head.headers.insert(REQUEST_ID, self.line.id().header());
        let body = self.line.end_with(head.status, body);
        Response::from_parts(head, body)
    }
}
