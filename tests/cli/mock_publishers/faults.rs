//! Faults that a test can inject.

use std::convert::Infallible;
use std::io;
use std::sync::Mutex;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Response, StatusCode, header};
use futures_util::{StreamExt as _, stream};
use http_body_util::BodyExt as _;
use serde_json::json;

/// One fault.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// A status, optionally with `Retry-After`.
    Status(u16, Option<&'static str>),
    /// An error with this code in a body with status 200, as Esri does.
    ErrorBody(i64),
    /// No response.
    Hang,
    /// This number of bytes, then silence with the connection open.
    HangAfter(usize),
    /// This number of bytes, then the connection is closed.
    BreakAfter(usize),
    /// The body is cut after this number of bytes, and the response ends normally.
    CutTo(usize),
    /// Chunks of this number of bytes, with pauses.
    Slow(usize, Duration),
    /// An HTML page instead of data.
    WebPage,
}

/// The requests that a fault affects.
pub(crate) struct Rule {
    pub(super) part: String,
    pub(super) times: usize,
    pub(super) fault: Fault,
}

/// The fault for a request, if any.
pub(super) fn due(rules: &Mutex<Vec<Rule>>, address: &str) -> Option<Fault> {
    let mut rules = rules.lock().unwrap();
    let rule = rules.iter_mut().find(|r| r.times > 0 && address.contains(&r.part))?;
    rule.times -= 1;
    Some(rule.fault.clone())
}

impl Fault {
    /// Whether it replaces the response.
    pub(super) fn is_instead(&self) -> bool {
        matches!(self, Self::Status(..) | Self::ErrorBody(_) | Self::WebPage)
    }

    pub(super) fn answer_instead(&self) -> Response<Body> {
        match self {
            Self::ErrorBody(code) => super::json(&json!({
                "error": {"code": code, "message": "Unable to perform query.", "details": []}
            })),
            Self::WebPage => super::text(StatusCode::OK, "<!doctype html><p>Down for repairs</p>"),
            Self::Status(status, retry_after) => {
                let status = StatusCode::from_u16(*status).unwrap();
                let mut response = super::text(status, "as the test asked");
                if let Some(wait) = retry_after {
                    response.headers_mut().insert(header::RETRY_AFTER, wait.parse().unwrap());
                }
                response
            }
            _ => unreachable!("this fault spoils an answer"),
        }
    }

    /// Applies the fault to a valid response.
    pub(super) async fn spoil(self, response: Response<Body>) -> Response<Body> {
        let (mut head, body) = response.into_parts();
        let whole = body.collect().await.expect("a body in memory").to_bytes();
        let start = |count: usize| whole.slice(..count.min(whole.len()));
        let length = whole.len();
        let body = match self {
            Self::BreakAfter(count) => {
                let end = Err(io::Error::other("broken"));
                Body::from_stream(paced(stream::iter([Ok(start(count)), end])))
            }
            Self::HangAfter(count) => {
                let first = stream::iter([Ok::<_, Infallible>(start(count))]);
                Body::from_stream(first.chain(stream::pending()))
            }
            Self::Slow(count, pause) => {
                let pieces: Vec<Bytes> = whole.chunks(count).map(Bytes::copy_from_slice).collect();
                Body::from_stream(stream::iter(pieces).then(move |piece| async move {
                    tokio::time::sleep(pause).await;
                    Ok::<_, Infallible>(piece)
                }))
            }
            Self::CutTo(count) => {
                head.headers.remove(header::CONTENT_LENGTH);
                return Response::from_parts(head, Body::from(start(count)));
            }
            _ => return Response::from_parts(head, Body::from(whole)),
        };
        head.headers.insert(header::CONTENT_LENGTH, length.into());
        Response::from_parts(head, body)
    }
}

/// With a pause, so that the bytes are sent before the connection is closed.
fn paced(
    pieces: impl stream::Stream<Item = io::Result<Bytes>> + Send + 'static,
) -> impl stream::Stream<Item = io::Result<Bytes>> + Send + 'static {
    pieces.then(|piece| async move {
        if piece.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        piece
    })
}
