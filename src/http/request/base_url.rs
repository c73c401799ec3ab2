//! The base URL of links. Links are absolute, because not all clients of OGC API resolve relative
//! ones.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::public_url::origin;

/// The result of [`origin`]; empty if the host is unknown, so that links begin with `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::http) struct Base(String);

impl Base {
    /// The base URL of a request.
    pub(in crate::http) fn of(parts: &Parts) -> Self {
        Self(origin(&parts.uri, &parts.headers))
    }

    /// The absolute URL of a path that begins with a slash.
    pub(in crate::http) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The URL for `servers` in the OpenAPI document.
    pub(in crate::http) fn server(&self) -> &str {
        if self.0.is_empty() { "/" } else { &self.0 }
    }
}

impl<S: Sync> FromRequestParts<S> for Base {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}
