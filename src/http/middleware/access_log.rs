//! Logs and counts every request when its response has been sent.
//!
//! The log line has the method, matched route (`/v1/areas/{layer}/{code}`), status, bytes,
//! milliseconds and request id. It never has the actual path or query: postcodes in requests of a
//! health service are personal data.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Method, StatusCode};
use http_body::{Frame, SizeHint};

use super::request_context::RequestId;
use crate::http::connection::idle_timeout::RequestInProgress;
use crate::http::routes::metrics::{InFlight, Metrics};

/// The log line of a request, before its response is complete.
pub(in crate::http) struct LogLine {
    method: Method,
    /// The pattern of its route, and the index of the route among the counters.
    route: Option<(&'static str, Option<usize>)>,
    id: RequestId,
    started: Instant,
    metrics: Metrics,
    _in_flight: InFlight,
    /// Marks the request as in progress on its connection until the response has been sent.
    _under_way: Option<RequestInProgress>,
}

impl LogLine {
    /// Begins the line of a request that has just arrived.
    pub(in crate::http) fn begin(
        method: Method,
        route: Option<(&'static str, Option<usize>)>,
        id: RequestId,
        metrics: &Metrics,
        in_progress: Option<RequestInProgress>,
    ) -> Self {
        let started = Instant::now();
        let (in_flight, metrics) = (metrics.come(), metrics.clone());
        Self { method, route, id, started, metrics, _in_flight: in_flight, _under_way: in_progress }
    }

    /// The id of the request.
    pub(in crate::http) fn id(&self) -> &RequestId {
        &self.id
    }

    /// Wraps the body of the response, to log the request at its end.
    pub(in crate::http) fn end_with(self, status: StatusCode, body: Body) -> LoggedBody {
        LoggedBody { body, line: self, status, bytes: 0, ended: false }
    }
}

/// A body that logs the request when it is dropped: after it has been sent, or the client has
/// disconnected.
pub(in crate::http) struct LoggedBody {
    body: Body,
    line: LogLine,
    status: StatusCode,
    bytes: u64,
    ended: bool,
}

impl Drop for LoggedBody {
    fn drop(&mut self) {
        let LogLine { method, route, started, id, metrics, .. } = &self.line;
        let took = started.elapsed();
        metrics.answered(route.and_then(|(_, index)| index), method, self.status, self.bytes, took);
        tracing::info!(
            target: "lapwing::access",
            %method,
            route = route.map_or("-", |(pattern, _)| pattern),
            status = self.status.as_u16(),
            bytes = self.bytes,
            // Rounded to the microsecond.
            ms = (took.as_secs_f64() * 1e6).round() / 1e3,
            complete = self.ended || self.body.is_end_stream(),
            request_id = id.as_str(),
        );
    }
}

impl HttpBody for LoggedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                self.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            Some(Err(error)) => {
                let request_id = self.line.id.as_str();
                tracing::warn!(%error, request_id, "a response was truncated");
            }
            None => self.ended = true,
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
