//! Every request gets an id, and a line in the log when its response has been sent.
//!
//! The line has method, matched route (`/v1/areas/{layer}/{code}`), status, bytes, milliseconds and
//! request id. It never has the path or the query as they came: the postcodes that a health
//! service asks about are personal data.

use std::fmt::Write as _;
use std::hash::{BuildHasher as _, RandomState};
use std::pin::Pin;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use tracing::Instrument as _;

/// The header that carries it both ways.
pub(super) const REQUEST_ID: &str = "x-request-id";

/// What a request is called in the log, in the response and in problems.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub(super) String);

impl RequestId {
    /// The caller's own, if it has a plain one: it will stand in logs and headers.
    fn of(headers: &HeaderMap) -> Self {
        let plain = |id: &&str| {
            let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
            (1..=128).contains(&id.len()) && id.bytes().all(allowed)
        };
        let theirs = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(plain);
        theirs.map_or_else(Self::new, |id| Self(id.to_owned()))
    }

    /// 128 bits: a number of this process and the count of its requests, both hashed.
    fn new() -> Self {
        static SEED: LazyLock<[RandomState; 2]> = LazyLock::new(Default::default);
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut id = String::with_capacity(32);
        for half in &*SEED {
            // Text does not fail to be written to.
            let _ = write!(id, "{:016x}", half.hash_one(count));
        }
        Self(id)
    }
}

/// The outermost layer: the id, the span, and the line.
pub(super) async fn observe(mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = RequestId::of(request.headers());
    let line = Line {
        method: request.method().clone(),
        route: request.extensions().get::<MatchedPath>().cloned(),
        status: StatusCode::OK,
        bytes: 0,
        ended: false,
        started,
        id: id.clone(),
    };
    request.extensions_mut().insert(id.clone());
    let span = tracing::info_span!("request", id = id.0);
    let mut response = next.run(request).instrument(span).await;
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    let line = Line { status: response.status(), ..line };
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
}

struct Counted {
    body: Body,
    line: Line,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Line { method, route, status, bytes, ended, started, id } = &self.line;
        tracing::info!(
            target: "lapwing::access",
            %method,
            route = route.as_ref().map_or("-", |route| route.as_str()),
            status = status.as_u16(),
            bytes,
            ms = started.elapsed().as_secs_f64() * 1000.0,
            complete = *ended || self.body.is_end_stream(),
            request_id = id.0,
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
            Some(Err(error)) => tracing::warn!(%error, "a response was cut short"),
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
