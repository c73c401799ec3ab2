//! What can go wrong on the way, at a test's word.

use std::convert::Infallible;
use std::io;
use std::sync::Mutex;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Response, StatusCode, header};
use futures_util::{StreamExt as _, stream};
use http_body_util::BodyExt as _;
use serde_json::json;

/// One thing that goes wrong.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// A status, and perhaps `Retry-After`.
    Status(u16, Option<&'static str>),
    /// An error of that code in a body of status 200, as Esri does.
    ErrorBody(i64),
    /// No answer, ever.
    Hang,
    /// So many bytes, then silence with the connection open.
    HangAfter(usize),
    /// So many bytes, then the connection breaks.
    BreakAfter(usize),
    /// The text is cut after so many bytes, and the answer ends as if that were all.
    CutTo(usize),
    /// So many bytes at once, then a pause.
    Slow(usize, Duration),
    /// A web page in the place of data.
    WebPage,
}

/// Which requests a fault meets.
pub(crate) struct Rule {
    pub(super) part: String,
    pub(super) times: usize,
    pub(super) fault: Fault,
}

/// The fault that meets a request, if any does.
pub(super) fn due(rules: &Mutex<Vec<Rule>>, address: &str) -> Option<Fault> {
    let mut rules = rules.lock().unwrap();
    let rule = rules.iter_mut().find(|r| r.times > 0 && address.contains(&r.part))?;
    rule.times -= 1;
    Some(rule.fault.clone())
}

impl Fault {
    /// Whether it stands in the place of the answer.
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

    /// What becomes of a good answer.
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

/// With a pause between, so that what is sent leaves before the connection breaks.
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
