//! Conditional requests: entity tags and status 304 (RFC 9110, section 13).
//!
//! A snapshot never changes, so an answer is determined by the id of the snapshot, the URL, the
//! requested format, the version of the program and the date (without `date`, the vintages are
//! today's). The tag is weak, because the bytes also depend on compression.

use std::sync::LazyLock;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use twox_hash::XxHash3_64;

use super::request_context::{self, hexadecimal};
use crate::http::request::public_url;
use crate::http::{AppState, RequestSnapshot};

/// How long caches may use an answer without asking again. A new snapshot is visible within this
/// time.
pub(in crate::http) const MAX_AGE: &str = "public, max-age=60";

/// The request headers that answers depend on: the format, the compression, and the headers that a
/// page of another origin may read.
pub(in crate::http) const VARY: &str = "accept, accept-encoding, origin";

/// The same for answers with links, which also depend on the URL of this service.
static VARY_OF_LINKS: LazyLock<HeaderValue> = LazyLock::new(|| {
    let headers = public_url::HEADERS;
    let names = headers.each_ref().map(HeaderName::as_str).join(", ");
    HeaderValue::from_str(&format!("{VARY}, {names}")).expect("names are text")
});

/// The entity tag of an answer, and whether the client already has that answer.
pub(in crate::http) struct EntityTag {
    /// `None` for an answer that is not cacheable: to POST, or without a snapshot.
    tag: Option<HeaderValue>,
    had: bool,
    links: bool,
}

impl EntityTag {
    /// Computes the tag of the answer to a request. `links` is true if the answer has links.
    pub(in crate::http) fn of(app: &AppState, request: &Request, links: bool) -> Self {
        let is_get = matches!(*request.method(), Method::GET | Method::HEAD);
        let (true, RequestSnapshot(Some(served))) =
            (is_get, request_context::taken(|| RequestSnapshot::now(app)))
        else {
            return Self { tag: None, had: false, links };
        };
        let tag = tag_of(served.atlas().id(), hash_of(request, links));
        let had = str::from_utf8(&tag).is_ok_and(|tag| has(request.headers(), tag));
        Self { tag: HeaderValue::from_bytes(&tag).ok(), had, links }
    }

    /// The response 304 if the client already has the answer.
    pub(in crate::http) fn had(&self) -> Option<Response> {
        self.had.then(|| StatusCode::NOT_MODIFIED.into_response())
    }

    /// Adds the caching headers to a response.
    pub(in crate::http) fn tell(self, mut response: Response) -> Response {
        let is_known = matches!(response.status(), StatusCode::OK | StatusCode::NOT_MODIFIED);
        let Some(tag) = self.tag.filter(|_| is_known) else { return response };
        let headers = response.headers_mut();
        // A file has its own tag, computed from its bytes.
        if headers.contains_key(header::ETAG) {
            return response;
        }
        headers.insert(header::ETAG, tag);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(MAX_AGE));
        let vary = if self.links { VARY_OF_LINKS.clone() } else { HeaderValue::from_static(VARY) };
        headers.append(header::VARY, vary);
        response
    }
}

/// The hash of everything an answer depends on besides the snapshot.
fn hash_of(request: &Request, links: bool) -> u64 {
    let mut hash = 0;
    let mut add = |part: &[u8]| hash = XxHash3_64::oneshot_with_seed(hash, part);
    let today = crate::http::today();
    let [century, year] = today.year().to_be_bytes();
    add(env!("CARGO_PKG_VERSION").as_bytes());
    add(&[century, year, today.month().cast_unsigned(), today.day().cast_unsigned()]);
    add(request.uri().path().as_bytes());
    add(request.uri().query().unwrap_or_default().as_bytes());
    let mut add_header = |name: HeaderName| {
        for value in request.headers().get_all(&name) {
            add(name.as_str().as_bytes());
            add(value.as_bytes());
        }
    };
    add_header(header::ACCEPT);
    if links {
        public_url::HEADERS.into_iter().for_each(add_header);
    }
    hash
}

/// `W/"1889c7cd893a9da0-0123456789abcdef"`: the start of the snapshot id, and the hash.
fn tag_of(snapshot: &str, hash: u64) -> [u8; 37] {
    let mut tag = *b"W/\"0000000000000000-0000000000000000\"";
    let start = &snapshot.as_bytes()[..snapshot.len().min(16)];
    tag[3..3 + start.len()].copy_from_slice(start);
    tag[20..36].copy_from_slice(&hexadecimal(hash));
    tag
}

/// The tag of a page that depends on its content only.
pub(in crate::http) fn of_content(content: &str) -> String {
    format!("W/\"{:016x}\"", XxHash3_64::oneshot(content.as_bytes()))
}

/// Returns whether `If-None-Match` has the tag, by weak comparison (RFC 9110, section 8.8.3.2). The
/// tag covers the URL and the format as well as the snapshot, so a client can only have it from an
/// answer to the same request.
pub(in crate::http) fn has(headers: &HeaderMap, tag: &str) -> bool {
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
