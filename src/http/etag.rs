//! A client that has the answer already is told so.
//!
//! A snapshot never changes, so an answer is known by the snapshot's id, the URL, the format asked
//! for, this version, and the day (without `date` the vintages are today's). The tag is weak: the
//! bytes also depend on compression.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

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
const VARY_OF_LINKS: &str = "accept, accept-encoding, origin, host, x-forwarded-host, \
                             x-forwarded-proto, x-forwarded-prefix";

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
    let tag = Tag::new(hash_of(served.atlas().id(), &request, links));
    let mut response = if has(request.headers(), tag.as_str()) {
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
        headers.insert(header::ETAG, tag.header());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(MAX_AGE));
        let vary = if links { VARY_OF_LINKS } else { VARY };
        headers.append(header::VARY, HeaderValue::from_static(vary));
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

/// `W/"0123456789abcdef"`
struct Tag([u8; 20]);

impl Tag {
    fn new(hash: u64) -> Self {
        let mut text = *b"W/\"................\"";
        text[3..19].copy_from_slice(&hexadecimal(hash));
        Self(text)
    }

    fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    fn header(&self) -> HeaderValue {
        // Hexadecimal digits between quotation marks are no header's trouble.
        HeaderValue::from_bytes(&self.0).unwrap_or(HeaderValue::from_static("W/\"\""))
    }
}

/// The tag of a page that is known by its content alone.
pub(super) fn of_content(content: &str) -> String {
    let mut hash = DefaultHasher::new();
    content.hash(&mut hash);
    Tag::new(hash.finish()).as_str().to_owned()
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
