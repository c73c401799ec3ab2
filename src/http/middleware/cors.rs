//! Cross-origin requests. Every origin is allowed: the data are public and there are no users.
//!
//! `tower_http::cors` was weighed: it is a layer, and the layers of the middleware cost two thirds of
//! a request ([`super`]).

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use super::etag;

const ANY: HeaderValue = HeaderValue::from_static("*");

const METHODS: HeaderValue = HeaderValue::from_static("GET,HEAD,POST");

/// The headers that a page may send. `x-requested-with` is sent by clients of postcodes.io.
const SENT: HeaderValue = HeaderValue::from_static(
    "accept,content-type,if-none-match,if-range,range,x-request-id,x-requested-with",
);

/// The headers that a page may read besides the safelisted ones.
const READ: HeaderValue = HeaderValue::from_static(
    "accept-ranges,content-disposition,content-range,etag,link,retry-after,x-request-id",
);

/// A day, in seconds.
const MAX_AGE: HeaderValue = HeaderValue::from_static("86400");

/// Whether a request has an `Origin` header.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct CorsRequest(bool);

impl CorsRequest {
    pub(in crate::http) fn of(headers: &HeaderMap) -> Self {
        Self(headers.contains_key(header::ORIGIN))
    }
}

/// The response to a preflight request.
pub(in crate::http) fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY),
        (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, SENT),
        (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE),
        (header::CONTENT_LENGTH, HeaderValue::from_static("0")),
    ];
    headers.into_response()
}

/// Allows a page to read the response. Only cross-origin requests get
/// `Access-Control-Expose-Headers`, so every response varies by `Origin`.
pub(in crate::http) fn allow(request: CorsRequest, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
    if request.0 {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, READ);
    }
    vary_by(headers, header::ORIGIN);
    response
}

/// Adds a header to `Vary` unless it is already there.
pub(in crate::http) fn vary_by(headers: &mut HeaderMap, name: HeaderName) {
    if !says_vary(headers, &name) {
        headers.append(header::VARY, name.into());
    }
}

/// Returns whether `Vary` names a header.
pub(in crate::http) fn says_vary(headers: &HeaderMap, name: &HeaderName) -> bool {
    let says = |value: &HeaderValue| {
        // Skips parsing for the usual value.
        let is_usual = *name == header::ORIGIN || *name == header::ACCEPT_ENCODING;
        if is_usual && value.as_bytes().starts_with(etag::VARY.as_bytes()) {
            return true;
        }
        let mut names = value.to_str().unwrap_or_default().split(',').map(str::trim);
        names.any(|listed| listed.eq_ignore_ascii_case(name.as_str()))
    };
    headers.get_all(header::VARY).iter().any(says)
}
