//! Responses in the words of another service.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::Spoken;
use crate::http::blocking::respond;
use crate::http::middleware::etag;

/// As both services send it.
pub(super) const JSON: &str = "application/json; charset=utf-8";

/// As postcodes.io sends it. MapIt calls a script JSON, which a browser takes only where it may guess
/// what it is given.
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// A body of that type; an error is not to be kept.
pub(super) fn of_type(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Body>,
) -> Response {
    let mut response = respond(content_type, body);
    *response.status_mut() = status;
    if !status.is_success() {
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response.extensions_mut().insert(Spoken);
    response
}

/// JSON.
pub(super) fn json(status: StatusCode, body: Bytes) -> Response {
    of_type(status, JSON, body)
}

/// JSON as the argument of a function: a script of `before`, the JSON and `after`. It is always
/// sent as 200, because a browser shows a script nothing else.
pub(super) fn script(before: &str, body: &[u8], after: &str) -> Response {
    let mut written = Vec::with_capacity(before.len() + body.len() + after.len());
    written.extend(before.as_bytes());
    // The two line ends that JSON allows in a string and older scripts do not.
    let text = String::from_utf8_lossy(body);
    let text = text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    written.extend(text.as_bytes());
    written.extend(after.as_bytes());
    let mut response = of_type(StatusCode::OK, SCRIPT, written);
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

/// 302 to an address.
pub(super) fn found(address: &str) -> Response {
    let mut response = StatusCode::FOUND.into_response();
    if let Ok(address) = HeaderValue::from_str(address) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    let kept = HeaderValue::from_static(etag::MAX_AGE);
    response.headers_mut().insert(header::CACHE_CONTROL, kept);
    response.extensions_mut().insert(Spoken);
    response
}
