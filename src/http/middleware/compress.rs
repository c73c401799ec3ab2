//! Answers are compressed for who takes that.
//!
//! A small answer that is there whole is compressed by gzip at once, with a compressor that each
//! thread keeps: setting up a new one costs more than the work it then does. All else (streams,
//! brotli, who names weights) is left to tower-http.

use std::cell::RefCell;
use std::convert::Infallible;
use std::pin::Pin;

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::Request;
use axum::http::response::Parts;
use axum::http::{HeaderValue, Method, header};
use axum::response::{IntoResponse as _, Response};
use flate2::{Compress, Compression, FlushCompress, Status};
use futures_util::FutureExt as _;
use http_body_util::{BodyExt as _, Collected};
use tower::{ServiceExt as _, service_fn};
use tower_http::CompressionLevel;
use tower_http::compression::Compression as OfStreams;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};

use super::cors::{says_vary, vary_by};
use crate::http::error::Problem;
use crate::http::routes::downloads::AsItIs;

/// Of streams, by gzip and brotli alike: brotli's own default, 11, takes a hundred times as long
/// as 4 for a tenth less.
const OF_STREAMS: i32 = 4;

/// Of small answers, by gzip: who asks waits for it, and a kilobyte of JSON shrinks little further
/// at higher levels.
const OF_SMALL: u32 = 1;

/// Less than this, there whole, is one packet with its head, however much smaller it is made.
const WORTH_IT: u64 = 1024;

/// Longer answers would hold up those behind them for too long if they were made at one go.
const SMALL: u64 = 64 << 10;

/// The largest window, of 32 kilobytes, as a power of two.
const WINDOW: u8 = 15;

/// What the client takes.
#[derive(Debug)]
pub(in crate::http) enum Asks {
    /// Nothing but the answer itself.
    Plain,
    /// Gzip, of what there is here.
    Gzip,
    /// It has to be read.
    Other(Vec<HeaderValue>),
}

impl Asks {
    pub(in crate::http) fn of(request: &Request) -> Self {
        let asked = request.headers().get_all(header::ACCEPT_ENCODING);
        let mut values = asked.iter();
        let only = match (values.next(), values.next()) {
            (None, _) => return Self::Plain,
            (Some(only), None) => only.to_str().ok(),
            _ => None,
        };
        let words = || only.unwrap_or_default().split(',').map(str::trim);
        let is_simple = words().all(|word| matches!(word, "gzip" | "deflate" | "zstd"));
        if is_simple && words().any(|word| word == "gzip") && request.method() != Method::HEAD {
            Self::Gzip
        } else {
            Self::Other(asked.iter().cloned().collect())
        }
    }
}

/// The answer as the client takes it: there already, or to come.
pub(in crate::http) enum Compressed {
    Now(Response),
    Later(Pin<Box<dyn Future<Output = Response> + Send>>),
}

/// The answer as the client takes it.
pub(in crate::http) fn compress(asks: &Asks, mut response: Response) -> Compressed {
    // An answer that says already that it differs by what is asked needs nothing more.
    let is_plain = matches!(asks, Asks::Plain);
    if is_plain && says_vary(response.headers(), &header::ACCEPT_ENCODING) || !gains(&response) {
        return Compressed::Now(response);
    }
    match asks {
        Asks::Plain => {
            vary_by(response.headers_mut(), header::ACCEPT_ENCODING);
            Compressed::Now(response)
        }
        Asks::Gzip if response.body().size_hint().exact().is_some_and(|size| size <= SMALL) => {
            small(response)
        }
        Asks::Gzip => {
            let gzip = [HeaderValue::from_static("gzip")];
            Compressed::Later(Box::pin(by_tower(gzip, response)))
        }
        Asks::Other(asked) => Compressed::Later(Box::pin(by_tower(asked.clone(), response))),
    }
}

/// Whether it would be smaller: it is neither compressed already, nor a part, nor small enough.
fn gains(response: &Response) -> bool {
    let headers = response.headers();
    let is_small = |size| size < WORTH_IT;
    !headers.contains_key(header::CONTENT_ENCODING)
        && !headers.contains_key(header::CONTENT_RANGE)
        && response.extensions().get::<AsItIs>().is_none()
        && !response.body().size_hint().exact().is_some_and(is_small)
        && NotForContentType::IMAGES.should_compress(response)
}

/// An answer of a size that is known; most such are there whole.
fn small(response: Response) -> Compressed {
    let (head, body) = response.into_parts();
    let mut whole = Box::pin(body.collect());
    match (&mut whole).now_or_never() {
        Some(whole) => Compressed::Now(small_whole(head, whole)),
        None => Compressed::Later(Box::pin(async { small_whole(head, whole.await) })),
    }
}

fn small_whole(mut head: Parts, body: Result<Collected<Bytes>, axum::Error>) -> Response {
    let Ok(body) = body.map(Collected::to_bytes) else {
        return Problem::internal(&"an answer was cut short").into_response();
    };
    vary_by(&mut head.headers, header::ACCEPT_ENCODING);
    let Some(smaller) = gzip(&body) else {
        return Response::from_parts(head, Body::from(body));
    };
    head.headers.remove(header::ACCEPT_RANGES);
    head.headers.insert(header::CONTENT_LENGTH, smaller.len().into());
    head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    Response::from_parts(head, Body::from(smaller))
}

/// The bytes as gzip; `None` if that does not make them fewer.
fn gzip(bytes: &[u8]) -> Option<Bytes> {
    thread_local! {
        static KEPT: RefCell<Compress> =
            RefCell::new(Compress::new_gzip(Compression::new(OF_SMALL), WINDOW));
    }
    let mut smaller = Vec::with_capacity(bytes.len());
    KEPT.with_borrow_mut(|kept| {
        kept.reset();
        match kept.compress_vec(bytes, &mut smaller, FlushCompress::Finish) {
            Ok(Status::StreamEnd) => Some(smaller.into()),
            // It would have been longer than there is room.
            _ => None,
        }
    })
}

/// By the layer of tower-http, which reads what the client takes.
async fn by_tower(asked: impl IntoIterator<Item = HeaderValue>, response: Response) -> Response {
    let mut request = Request::new(Body::empty());
    for value in asked {
        request.headers_mut().append(header::ACCEPT_ENCODING, value);
    }
    let mut response = Some(response);
    let answered = service_fn(move |_: Request| {
        let response = response.take().unwrap_or_default();
        async { Ok::<_, Infallible>(response) }
    });
    let compressing = OfStreams::new(answered)
        .quality(CompressionLevel::Precise(OF_STREAMS))
        .compress_when(SizeAbove::new(0));
    match compressing.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}
