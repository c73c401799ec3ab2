//! Responses that MapIt and postcodes.io share: JSON, JSONP and redirects.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::http::blocking::respond;
use crate::http::error::AlreadyFormatted;
use crate::http::middleware::etag;

/// The media type that both services send.
pub(super) const JSON: &str = "application/json; charset=utf-8";

/// The media type of JSONP, as postcodes.io sends it. MapIt labels scripts as JSON, which browsers
/// run only if content sniffing is allowed.
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// A response with that media type. Errors are not cached.
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
    response.extensions_mut().insert(AlreadyFormatted);
    response
}

/// A JSON response.
pub(super) fn json(status: StatusCode, body: Bytes) -> Response {
    of_type(status, JSON, body)
}

/// A JSONP response: `before`, the JSON, `after`. The status is always 200, because browsers do not
/// run a script with any other status.
pub(super) fn script(before: &str, body: &[u8], after: &str) -> Response {
    let mut written = Vec::with_capacity(before.len() + body.len() + after.len());
    written.extend(before.as_bytes());
    // JSON allows these two line separators in strings; JavaScript before ES2019 does not.
    let text = String::from_utf8_lossy(body);
    let text = text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    written.extend(text.as_bytes());
    written.extend(after.as_bytes());
    let mut response = of_type(StatusCode::OK, SCRIPT, written);
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

/// A 302 redirect to `address`.
pub(super) fn found(address: &str) -> Response {
    let mut response = StatusCode::FOUND.into_response();
    if let Ok(address) = HeaderValue::from_str(address) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    let kept = HeaderValue::from_static(etag::MAX_AGE);
    response.headers_mut().insert(header::CACHE_CONTROL, kept);
    response.extensions_mut().insert(AlreadyFormatted);
    response
}
