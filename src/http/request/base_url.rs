//! Where clients reach this service, as what every link begins with: clients of OGC API do not all
//! resolve relative links.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::public_url::origin;

/// What [`origin`] says; empty where nothing says a host, so that links begin with `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::http) struct Base(String);

impl Base {
    /// Of a request.
    pub(in crate::http) fn of(parts: &Parts) -> Self {
        Self(origin(&parts.uri, &parts.headers))
    }

    /// The whole address of a path that begins with a slash.
    pub(in crate::http) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// As a server of OpenAPI.
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
