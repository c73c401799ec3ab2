//! A client that has the answer already is told so.
//!
//! A snapshot never changes, so an answer is known by the snapshot's id, the URL, the format asked
//! for, this version, and the day (without `date` the vintages are today's). The tag is weak: the
//! bytes also depend on compression.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::origin::{self, origin};
use super::{App, Taken};

/// How long a copy may be used unasked, in seconds: a new snapshot is seen within this time.
pub(super) const MAX_AGE: &str = "public, max-age=60";

/// Answers, or says that the client has the answer.
pub(super) async fn revalidate(app: &App, mut request: Request, next: Next) -> Response {
    let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
    let taken = Taken(app.live.served());
    request.extensions_mut().insert(taken.clone());
    let (true, Taken(Some(served))) = (is_get, taken) else {
        return next.run(request).await;
    };
    let atlas = served.atlas();
    let mut hash = DefaultHasher::new();
    (env!("CARGO_PKG_VERSION"), atlas.id(), super::today(), request.uri()).hash(&mut hash);
    // Links begin with it.
    origin(request.uri(), request.headers()).hash(&mut hash);
    for accept in request.headers().get_all(header::ACCEPT) {
        accept.hash(&mut hash);
    }
    let start = atlas.id().get(..16).unwrap_or(atlas.id());
    let tag = format!("W/\"{start}-{:016x}\"", hash.finish());
    let Ok(tag_value) = HeaderValue::from_str(&tag) else {
        return next.run(request).await;
    };
    let mut response = if has(request.headers(), &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        next.run(request).await
    };
    // A file has a tag of its own, made of its bytes.
    if response.headers().contains_key(header::ETAG) {
        return response;
    }
    if matches!(response.status(), StatusCode::OK | StatusCode::NOT_MODIFIED) {
        let headers = response.headers_mut();
        headers.insert(header::ETAG, tag_value);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(MAX_AGE));
        headers.append(header::VARY, HeaderValue::from_static("accept"));
        headers.append(header::VARY, HeaderValue::from_static(origin::VARY));
    }
    response
}

/// The tag of a page that is known by its content alone.
pub(super) fn of_content(content: &str) -> String {
    let mut hash = DefaultHasher::new();
    content.hash(&mut hash);
    format!("W/\"{:016x}\"", hash.finish())
}

/// Whether the client has it: by weak comparison (RFC 9110, section 8.8.3.2). The tag names the URL
/// and the format as well as the snapshot, so a client has it only from an answer to this very
/// question, and the handler need not be asked again.
pub(super) fn has(headers: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .any(|theirs| opaque(theirs) == opaque(tag))
}
