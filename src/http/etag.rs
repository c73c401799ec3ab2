//! A client that has the answer already is told so.
//!
//! A snapshot never changes, so an answer is known by the snapshot's id, the URL, the format asked
//! for, this version, and the day (without `date` the vintages are today's). The tag is weak: the
//! bytes also depend on compression.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::LazyLock;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::current::{self, hexadecimal};
use super::{App, Taken, origin};

/// How long a copy may be used unasked, in seconds: a new snapshot is seen within this time.
pub(super) const MAX_AGE: &str = "public, max-age=60";

/// What answers differ by, beside their address: the format; whether they are compressed; whether
/// a page of another origin is told what it may read of them.
const VARY: &str = "accept, accept-encoding, origin";

/// The same of answers with links, which begin with where the caller reached this service.
static VARY_OF_LINKS: LazyLock<HeaderValue> = LazyLock::new(|| {
    let headers = origin::HEADERS;
    let names = headers.each_ref().map(HeaderName::as_str).join(", ");
    HeaderValue::from_str(&format!("{VARY}, {names}")).expect("names are text")
});

/// Answers, or says that the client has the answer. `links` says whether the answer has links.
pub(super) async fn revalidate(
    app: &App,
    request: Request,
    links: bool,
    answer: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
    let (true, Taken(Some(served))) = (is_get, current::taken(|| Taken::now(app))) else {
        return answer(request).await;
    };
    let snapshot = served.atlas().id();
    let tag = tag_of(snapshot, hash_of(snapshot, &request, links));
    let Ok(tag_value) = HeaderValue::from_str(&tag) else {
        return answer(request).await;
    };
    let mut response = if has(request.headers(), &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        answer(request).await
    };
    // A file has a tag of its own, made of its bytes.
    if response.headers().contains_key(header::ETAG) {
        return response;
    }
    if matches!(response.status(), StatusCode::OK | StatusCode::NOT_MODIFIED) {
        let headers = response.headers_mut();
        headers.insert(header::ETAG, tag_value);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(MAX_AGE));
        let vary = if links { VARY_OF_LINKS.clone() } else { HeaderValue::from_static(VARY) };
        headers.append(header::VARY, vary);
    }
    response
}

/// Of all that an answer is made from.
fn hash_of(snapshot: &str, request: &Request, links: bool) -> u64 {
    let mut hash = DefaultHasher::new();
    (env!("CARGO_PKG_VERSION"), snapshot, super::today(), request.uri()).hash(&mut hash);
    let mut add = |name: HeaderName| {
        for value in request.headers().get_all(&name) {
            (&name, value).hash(&mut hash);
        }
    };
    add(header::ACCEPT);
    if links {
        origin::HEADERS.into_iter().for_each(add);
    }
    hash.finish()
}

/// `W/"1889c7cd893a9da0-0123456789abcdef"`: the beginning of the snapshot's id, and the hash.
fn tag_of(snapshot: &str, hash: u64) -> String {
    let start = snapshot.get(..16).unwrap_or(snapshot);
    let mut tag = String::with_capacity(40);
    tag.push_str("W/\"");
    tag.push_str(start);
    tag.push('-');
    push_hexadecimal(&mut tag, hash);
    tag.push('"');
    tag
}

fn push_hexadecimal(tag: &mut String, hash: u64) {
    tag.push_str(str::from_utf8(&hexadecimal(hash)).unwrap_or_default());
}

/// The tag of a page that is known by its content alone.
pub(super) fn of_content(content: &str) -> String {
    let mut hash = DefaultHasher::new();
    content.hash(&mut hash);
    let mut tag = "W/\"".to_owned();
    push_hexadecimal(&mut tag, hash.finish());
    tag.push('"');
    tag
}

/// Whether the client has it: by weak comparison (RFC 9110, section 8.8.3.2). The tag names the URL
/// and the format as well as the snapshot, so a client has it only from an answer to this very
/// question, and the handler need not be asked again.
pub(super) fn has(headers: &HeaderMap, tag: &str) -> bool {
    fn opaque(tag: &str) -> &str {
        tag.trim().trim_start_matches("W/")
    }
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .any(|theirs| opaque(theirs) == opaque(tag))
}
