//! Plain files over HTTP: validators, ranges, conditional requests, redirects.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, Response, StatusCode, header};

/// A file or a redirect.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlainFile {
    pub(crate) bytes: Bytes,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
    /// Whether it supports `Range`.
    pub(crate) ranges: bool,
    /// The address that it redirects to.
    pub(crate) location: Option<String>,
}

impl PlainFile {
    /// A file with validators and ranges.
    pub(crate) fn new(bytes: impl Into<Bytes>, etag: &str) -> Self {
        let (bytes, etag) = (bytes.into(), Some(format!("\"{etag}\"")));
        Self { bytes, etag, ranges: true, ..Self::default() }
    }

    pub(crate) fn redirect(location: &str) -> Self {
        Self { location: Some(location.to_owned()), ..Self::default() }
    }

    pub(super) fn answer(&self, asked: &HeaderMap) -> Response<Body> {
        let asked = |name: HeaderName| Some(asked.get(name)?.to_str().ok()?.to_owned());
        let mut response = Response::builder();
        if let Some(location) = &self.location {
            return response
                .status(StatusCode::TEMPORARY_REDIRECT)
                .header(header::LOCATION, location)
                .body(Body::empty())
                .unwrap();
        }
        for (name, value) in
            [(header::ETAG, &self.etag), (header::LAST_MODIFIED, &self.last_modified)]
        {
            if let Some(value) = value {
                response = response.header(name, value);
            }
        }
        let is_known = match asked(header::IF_NONE_MATCH) {
            Some(tag) => Some(tag) == self.etag,
            None => {
                self.last_modified.is_some()
                    && asked(header::IF_MODIFIED_SINCE) == self.last_modified
            }
        };
        if is_known {
            return response.status(StatusCode::NOT_MODIFIED).body(Body::empty()).unwrap();
        }
        let length = self.bytes.len();
        let range: Option<usize> = asked(header::RANGE)
            .filter(|_| self.ranges)
            .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
        let same = match asked(header::IF_RANGE) {
            Some(validator) => {
                Some(&validator) == self.etag.as_ref()
                    || Some(&validator) == self.last_modified.as_ref()
            }
            None => true,
        };
        match range {
            Some(start) if same && start < length => response
                .status(StatusCode::PARTIAL_CONTENT)
                .header(header::CONTENT_RANGE, format!("bytes {start}-{}/{length}", length - 1))
                .body(Body::from(self.bytes.slice(start..)))
                .unwrap(),
            Some(_) if same => response
                .status(StatusCode::RANGE_NOT_SATISFIABLE)
                .header(header::CONTENT_RANGE, format!("bytes */{length}"))
                .body(Body::empty())
                .unwrap(),
            _ => response.body(Body::from(self.bytes.clone())).unwrap(),
        }
    }
}
