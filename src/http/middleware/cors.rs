//! Pages of any origin may ask: the data are public and nothing here knows a user.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use super::etag;

const ANY: HeaderValue = HeaderValue::from_static("*");

const METHODS: HeaderValue = HeaderValue::from_static("GET,HEAD,POST");

/// What a page may send. `x-requested-with` is what clients of postcodes.io send there.
const SENT: HeaderValue = HeaderValue::from_static(
    "accept,content-type,if-none-match,if-range,range,x-request-id,x-requested-with",
);

/// What a page may read beside what it always may.
const READ: HeaderValue = HeaderValue::from_static(
    "accept-ranges,content-disposition,content-range,etag,link,retry-after,x-request-id",
);

/// A day, in seconds.
const MAX_AGE: HeaderValue = HeaderValue::from_static("86400");

/// Whether a page of some origin asks; browsers say so.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Asks(bool);

impl Asks {
    pub(in crate::http) fn of(headers: &HeaderMap) -> Self {
        Self(headers.contains_key(header::ORIGIN))
    }
}

/// The answer to whether a page may ask.
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

/// Lets a page read the answer. What it may read of the head is told to pages alone, and so that
/// caches do not keep what was told to somebody else, every answer says that it differs by that.
pub(in crate::http) fn allow(asks: Asks, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
    if asks.0 {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, READ);
    }
    vary_by(headers, header::ORIGIN);
    response
}

/// Says that a response differs by a header of the request, unless it says so already.
pub(in crate::http) fn vary_by(headers: &mut HeaderMap, name: HeaderName) {
    if !says_vary(headers, &name) {
        headers.append(header::VARY, name.into());
    }
}

/// Whether a response says that it differs by that header of the request.
pub(in crate::http) fn says_vary(headers: &HeaderMap, name: &HeaderName) -> bool {
    let says = |value: &HeaderValue| {
        // What most say is not read name by name.
        let is_usual = *name == header::ORIGIN || *name == header::ACCEPT_ENCODING;
        if is_usual && value.as_bytes().starts_with(etag::VARY.as_bytes()) {
            return true;
        }
        let mut names = value.to_str().unwrap_or_default().split(',').map(str::trim);
        names.any(|said| said.eq_ignore_ascii_case(name.as_str()))
    };
    headers.get_all(header::VARY).iter().any(says)
}
