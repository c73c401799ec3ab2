//! Every request gets a line in the log, and is counted, when its response has been sent.
//!
//! The line has method, matched route (`/v1/areas/{layer}/{code}`), status, bytes, milliseconds and
//! request id. It never has the path or the query as they came: the postcodes that a health
//! service asks about are personal data.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Method, StatusCode};
use http_body::{Frame, SizeHint};

use super::request_context::RequestId;
use crate::http::connection::idle_timeout::UnderWay;
use crate::http::routes::metrics::{InFlight, Metrics};

/// What is kept of a request for its line.
pub(in crate::http) struct Line {
    method: Method,
    /// The pattern of its route and that route's place among the counters, where it has one.
    route: Option<(&'static str, Option<usize>)>,
    id: RequestId,
    started: Instant,
    metrics: Metrics,
    _in_flight: InFlight,
    /// Tells its connection that an answer is owed, until it has been sent.
    _under_way: Option<UnderWay>,
}

impl Line {
    /// Of a request that has come just now.
    pub(in crate::http) fn begin(
        method: Method,
        route: Option<(&'static str, Option<usize>)>,
        id: RequestId,
        metrics: &Metrics,
        under_way: Option<UnderWay>,
    ) -> Self {
        let started = Instant::now();
        let (in_flight, metrics) = (metrics.come(), metrics.clone());
        Self { method, route, id, started, metrics, _in_flight: in_flight, _under_way: under_way }
    }

    /// What its request is called.
    pub(in crate::http) fn id(&self) -> &RequestId {
        &self.id
    }

    /// Round the body of its response.
    pub(in crate::http) fn end_with(self, status: StatusCode, body: Body) -> Counted {
        Counted { body, line: self, status, bytes: 0, ended: false }
    }
}

/// A body that writes the line when it is dropped: when it has been sent, or the client has gone.
pub(in crate::http) struct Counted {
    body: Body,
    line: Line,
    status: StatusCode,
    bytes: u64,
    ended: bool,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Line { method, route, started, id, metrics, .. } = &self.line;
        let took = started.elapsed();
        metrics.answered(route.and_then(|(_, place)| place), method, self.status, self.bytes, took);
        tracing::info!(
            target: "lapwing::access",
            %method,
            route = route.map_or("-", |(pattern, _)| pattern),
            status = self.status.as_u16(),
            bytes = self.bytes,
            // To the microsecond.
            ms = (took.as_secs_f64() * 1e6).round() / 1e3,
            complete = self.ended || self.body.is_end_stream(),
            request_id = id.as_str(),
        );
    }
}

impl HttpBody for Counted {
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
                tracing::warn!(%error, request_id, "a response was cut short");
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
