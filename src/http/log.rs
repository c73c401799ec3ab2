//! Every request gets an id, and a line in the log when its response has been sent.
//!
//! The line has method, matched route (`/v1/areas/{layer}/{code}`), status, bytes, milliseconds and
//! request id. It never has the path or the query as they came: the postcodes that a health
//! service asks about are personal data.

use std::cell::OnceCell;
use std::hash::{BuildHasher as _, RandomState};
use std::pin::{Pin, pin};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};

use super::metrics::{InFlight, Metrics};

/// The header that carries it both ways.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a request is called in the log, in the response and in problems. Kept as it is sent.
#[derive(Clone, Debug)]
pub(super) struct RequestId(HeaderValue);

impl RequestId {
    /// The caller's own, if it has a plain one: it will stand in logs and headers.
    fn of(headers: &HeaderMap) -> Self {
        let plain = |id: &&HeaderValue| {
            let allowed = |b: &u8| b.is_ascii_alphanumeric() || b"-_.:".contains(b);
            (1..=128).contains(&id.len()) && id.as_bytes().iter().all(allowed)
        };
        headers.get(REQUEST_ID).filter(plain).map_or_else(Self::new, |id| Self(id.clone()))
    }

    /// 128 bits: a number of this process and the count of its requests, both hashed.
    fn new() -> Self {
        static SEED: LazyLock<[RandomState; 2]> = LazyLock::new(Default::default);
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut id = [0; 32];
        for (half, digits) in SEED.iter().zip(id.chunks_exact_mut(16)) {
            let number = half.hash_one(count);
            for (place, digit) in digits.iter_mut().enumerate() {
                *digit = b"0123456789abcdef"[(number >> (60 - 4 * place)) as usize & 15];
            }
        }
        // Hexadecimal digits are no header's trouble.
        Self(HeaderValue::from_bytes(&id).unwrap_or(HeaderValue::from_static("-")))
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or("-")
    }
}

/// What is known of the request that a task works on.
struct Current {
    id: RequestId,
    route: OnceCell<MatchedPath>,
}

tokio::task_local! {
    static CURRENT: Current;
}

/// The id of the request that this task, or this thread for work, is about.
pub(super) fn current_id() -> Option<RequestId> {
    CURRENT.try_with(|current| current.id.clone()).ok()
}

/// Works in the name of a request on a thread of its own, so that its faults are told by its id.
pub(super) fn in_name_of<T>(id: Option<RequestId>, work: impl FnOnce() -> T) -> T {
    match id {
        Some(id) => CURRENT.sync_scope(Current { id, route: OnceCell::new() }, work),
        None => work(),
    }
}

/// Tells the line which route it was, which only the routes know.
pub(super) fn note_route(request: &Request) {
    if let Some(route) = request.extensions().get::<MatchedPath>() {
        // Outside a request, as in tests of a single route, there is no line to tell.
        let _ = CURRENT.try_with(|current| current.route.set(route.clone()));
    }
}

/// The outermost layer: the id, the line, and the counters.
pub(super) async fn observe(
    State(metrics): State<Metrics>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let in_flight = metrics.come();
    let id = RequestId::of(request.headers());
    let method = request.method().clone();
    let current = Current { id: id.clone(), route: OnceCell::new() };
    let mut answer = pin!(CURRENT.scope(current, next.run(request)));
    let mut response = answer.as_mut().await;
    let route = answer.take_value().and_then(|current| current.route.into_inner());
    let status = response.status();
    response.headers_mut().insert(REQUEST_ID, id.0.clone());
    let (bytes, ended) = (0, false);
    let line =
        Line { method, route, status, bytes, ended, started, id, metrics, _in_flight: in_flight };
    response.map(|body| Body::new(Counted { body, line }))
}

/// What the line will say. It is written when this is dropped: when the body has been sent, or
/// the client has gone.
struct Line {
    method: Method,
    route: Option<MatchedPath>,
    status: StatusCode,
    bytes: u64,
    ended: bool,
    started: Instant,
    id: RequestId,
    metrics: Metrics,
    _in_flight: InFlight,
}

struct Counted {
    body: Body,
    line: Line,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Line { method, route, status, bytes, ended, started, id, metrics, .. } = &self.line;
        let took = started.elapsed();
        let route = route.as_ref().map(MatchedPath::as_str);
        metrics.answered(route, method, *status, *bytes, took);
        tracing::info!(
            target: "lapwing::access",
            %method,
            route = route.unwrap_or("-"),
            status = status.as_u16(),
            bytes,
            ms = took.as_secs_f64() * 1000.0,
            complete = *ended || self.body.is_end_stream(),
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
                self.line.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            Some(Err(error)) => {
                let request_id = self.line.id.as_str();
                tracing::warn!(%error, request_id, "a response was cut short");
            }
            None => self.line.ended = true,
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
