//! Compression of responses.
//!
//! A small complete response is compressed with gzip at once, with a compressor that is kept per
//! thread: setting up a new one costs more than using it. Streams, brotli and requests with weights
//! are left to tower-http, whose layer was weighed for all: it sets up a compressor for each
//! response, and is part of the cost of layers ([`super`]).

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
use crate::http::routes::downloads::NoCompression;

/// The level for streams, for gzip and brotli: brotli's default, 11, takes a hundred times as long
/// as 4 for a tenth less output.
const OF_STREAMS: i32 = 4;

/// The gzip level for small responses: the client waits for the result, and a kilobyte of JSON gets
/// little smaller at higher levels.
const OF_SMALL: u32 = 1;

/// A complete response below this size, in bytes, fits one packet with its head, compressed or not.
const WORTH_IT: u64 = 1024;

/// Compressing a longer response at once would delay other requests on the thread.
const SMALL: u64 = 64 << 10;

/// The largest window, 32 kB, as a power of two.
const WINDOW: u8 = 15;

/// The encodings that the client accepts.
#[derive(Debug)]
pub(in crate::http) enum AcceptedEncoding {
    /// None but identity.
    Plain,
    /// Gzip, among those supported here.
    Gzip,
    /// Not parsed yet.
    Other(Vec<HeaderValue>),
}

impl AcceptedEncoding {
    pub(in crate::http) fn of(request: &Request) -> Self {
        let accept_values = request.headers().get_all(header::ACCEPT_ENCODING);
        let mut values = accept_values.iter();
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
            Self::Other(accept_values.iter().cloned().collect())
        }
    }
}

/// The response in an accepted encoding: ready, or a future.
pub(in crate::http) enum Compressed {
    Now(Response),
    Later(Pin<Box<dyn Future<Output = Response> + Send>>),
}

/// Compresses a response if the client accepts that and it gets smaller.
pub(in crate::http) fn compress(accepted: &AcceptedEncoding, mut response: Response) -> Compressed {
    // A response that already varies by Accept-Encoding needs no change.
    let is_plain = matches!(accepted, AcceptedEncoding::Plain);
    if is_plain && says_vary(response.headers(), &header::ACCEPT_ENCODING) || !gains(&response) {
        return Compressed::Now(response);
    }
    match accepted {
        AcceptedEncoding::Plain => {
            vary_by(response.headers_mut(), header::ACCEPT_ENCODING);
            Compressed::Now(response)
        }
        AcceptedEncoding::Gzip
            if response.body().size_hint().exact().is_some_and(|size| size <= SMALL) =>
        {
            small(response)
        }
        AcceptedEncoding::Gzip => {
            let gzip = [HeaderValue::from_static("gzip")];
            Compressed::Later(Box::pin(by_tower(gzip, response)))
        }
        AcceptedEncoding::Other(accept_values) => {
            Compressed::Later(Box::pin(by_tower(accept_values.clone(), response)))
        }
    }
}

/// Returns whether compression would help: the response is not compressed, partial or very small.
fn gains(response: &Response) -> bool {
    let headers = response.headers();
    let is_small = |size| size < WORTH_IT;
    !headers.contains_key(header::CONTENT_ENCODING)
        && !headers.contains_key(header::CONTENT_RANGE)
        && response.extensions().get::<NoCompression>().is_none()
        && !response.body().size_hint().exact().is_some_and(is_small)
        && NotForContentType::IMAGES.should_compress(response)
}

/// A response of known size; most are complete.
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

/// Compresses bytes with gzip; `None` if that does not make them smaller.
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
            // The output did not fit into the size of the input.
            _ => None,
        }
    })
}

/// Compresses with tower-http, which parses Accept-Encoding.
async fn by_tower(
    accept_values: impl IntoIterator<Item = HeaderValue>,
    response: Response,
) -> Response {
    let mut request = Request::new(Body::empty());
    for value in accept_values {
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
