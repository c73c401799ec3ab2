//! `/admin`: operations that require the operator's token.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use schemars::JsonSchema;
use serde::Serialize;

use super::health::fresh;
use crate::http::error::{Problem, ProblemKind};
use crate::http::{AppState, Routes};
use crate::live::reload::{Cause, Outcome, Reloads};

/// Registered only if there is a token ([`crate::http::router`]).
pub(in crate::http) fn routes() -> Routes {
    vec![("/admin/reload", post(reload))]
}

/// The operator's token. It is kept as a hash, so that a comparison takes the same time for every
/// wrong token and the token cannot appear in a log.
#[derive(Clone, Debug)]
pub struct AdminToken(blake3::Hash);

impl AdminToken {
    /// Creates a token from characters that are allowed in a header (RFC 6750, section 2.1).
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong, without the token.
    pub fn new(token: &str) -> Result<Self, &'static str> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b);
        match token {
            "" => Err("the token is empty: leave it out to disable /admin"),
            token if !token.bytes().all(allowed) => {
                Err("the token may only have ASCII letters, digits and - . _ ~ + / =")
            }
            token => Ok(Self(blake3::hash(token.as_bytes()))),
        }
    }

    /// Fails unless the request has the token.
    fn is_shown(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let shown = headers.get(header::AUTHORIZATION);
        let refuse = |detail: &str, challenge| {
            let challenge = HeaderValue::from_static(challenge);
            let problem = Problem::new(ProblemKind::Unauthorized, detail);
            Err(problem.with_header(header::WWW_AUTHENTICATE, challenge))
        };
        let Some(shown) = shown else {
            let detail = "send the operator's token: Authorization: Bearer TOKEN";
            return refuse(detail, "Bearer realm=\"lapwing\"");
        };
        let token = shown.as_bytes().split_at_checked(7).and_then(|(scheme, token)| {
            scheme.eq_ignore_ascii_case(b"bearer ").then_some(token.trim_ascii())
        });
        // Hashes are compared in constant time.
        match token {
            Some(token) if blake3::hash(token) == self.0 => Ok(()),
            _ => refuse(
                "this is not the operator's token",
                "Bearer realm=\"lapwing\", error=\"invalid_token\"",
            ),
        }
    }
}

/// The administrative operations and the token that authorises them.
#[derive(Clone, Debug)]
pub struct Admin {
    /// The token.
    pub token: AdminToken,
    /// The reloads that `POST /admin/reload` triggers.
    pub reloads: Reloads,
}

/// Result of the reload.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct ReloadAnswer {
    /// Outcome. `unchanged`: the file holds the same snapshot as before.
    #[schemars(extend("enum" = ["reloaded", "unchanged"]))]
    status: Outcome,
    /// Id of the previous snapshot. Null if there was none.
    from: Option<String>,
    /// Id of the snapshot now in use.
    to: String,
}

async fn reload(State(app): State<AppState>, headers: HeaderMap) -> Result<Response, Problem> {
    let Some(admin) = &app.admin else {
        return Err(Problem::new(ProblemKind::UnknownRoute, ProblemKind::UnknownRoute.advice()));
    };
    admin.token.is_shown(&headers)?;
    let done = admin.reloads.reload(Cause::Request).await;
    let done = done.map_err(|why| Problem::new(ProblemKind::NotReloaded, why))?;
    let status = done.outcome();
    Ok(fresh(Json(ReloadAnswer { status, from: done.from, to: done.to }).into_response()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_a_valid_header_value() {
        assert!(AdminToken::new("aZ09-._~+/=").is_ok());
        for bad in ["", "two words", "tøken", "a\nb", "\"quoted\""] {
            assert!(AdminToken::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn only_the_exact_token_is_accepted() {
        let token = AdminToken::new("open-sesame").unwrap();
        let shown = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            token.is_shown(&headers).is_ok()
        };
        assert!(shown("Bearer open-sesame") && shown("bearer open-sesame"));
        for wrong in ["", "Bearer", "Bearer ", "Bearer open", "Bearer open-sesame2", "open-sesame"]
        {
            assert!(!shown(wrong), "{wrong:?}");
        }
        assert!(!shown("Basic open-sesame") && token.is_shown(&HeaderMap::new()).is_err());
    }

    #[test]
    fn the_token_is_hidden_in_debug_output() {
        assert!(!format!("{:?}", AdminToken::new("open-sesame").unwrap()).contains("sesame"));
    }
}
