//! Errors of the service as problem documents, `application/problem+json` (RFC 9457).
//!
//! The `type` of a problem is `/problems/SLUG`, which is also the path of a page about it. Its
//! `detail` says what to change. Its `instance` is the id of the request, as in the log. Internal
//! causes are logged, never sent.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use futures_util::FutureExt as _;
use lapwing_boundaries::postcode::Postcode;
use maud::{DOCTYPE, display, html};
use serde_json::{Map, Value};

use super::html::anchor;
use super::middleware::request_context::{self, RequestId};
use crate::answers::AnswerError;

mod kinds;
mod schema;

pub use kinds::ProblemKind;
pub(super) use schema::ProblemDocument;

/// An error response: what is wrong with the request and what to change.
#[derive(Clone, Debug)]
pub struct Problem {
    kind: ProblemKind,
    status: StatusCode,
    detail: String,
    members: Map<String, Value>,
    retry_after_s: Option<u32>,
    /// A header that the status requires.
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

impl Problem {
    /// Creates a problem. `detail` is a sentence that says what to change.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        let (status, detail) = (kind.status(), detail.into());
        Self { kind, status, detail, members: Map::new(), retry_after_s: None, header: None }
    }

    /// Creates a problem for an unexpected error. `why` is logged, not sent.
    pub fn internal(why: &dyn std::fmt::Display) -> Self {
        let id = request_context::id();
        let request_id = id.as_ref().map_or("-", RequestId::as_str);
        tracing::error!(%why, request_id, "internal error");
        Self::new(ProblemKind::Internal, "internal error; the cause has been logged")
    }

    /// Adds a member to the document.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.members.insert(member.to_owned(), value.into());
        self
    }

    /// Adds `Retry-After`.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Adds the header that the status requires.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.header = Some(Box::new((name, value)));
        self
    }

    /// The sentence that says what to change.
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    fn body(&self, instance: Option<&RequestId>) -> Value {
        let mut body = Map::new();
        body.insert("type".to_owned(), format!("/problems/{}", self.kind.slug()).into());
        body.insert("title".to_owned(), self.kind.title().into());
        body.insert("status".to_owned(), self.status.as_u16().into());
        body.insert("detail".to_owned(), self.detail.clone().into());
        if let Some(id) = instance {
            body.insert(
                "instance".to_owned(),
                format!("urn:lapwing:request:{}", id.as_str()).into(),
            );
        }
        body.extend(self.members.clone());
        Value::Object(body)
    }

    fn response(&self, instance: Option<&RequestId>) -> Response {
        let mut response = (self.status, Json(self.body(instance))).into_response();
        let headers = response.headers_mut();
        let problem_json = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, problem_json);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some((name, value)) = self.header.as_deref() {
            headers.insert(name, value.clone());
        }
        if self.status == StatusCode::REQUEST_TIMEOUT {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

impl Problem {
    /// Adds the postcode that a mistyped one seems to mean.
    pub(super) fn with_suggestion(self, postcode: Option<Postcode>) -> Self {
        match postcode {
            Some(postcode) => self.with("did_you_mean", postcode.to_string()),
            None => self,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.response(None);
        // For `finish`, which knows the request.
        response.extensions_mut().insert(self);
        response
    }
}

impl From<AnswerError> for Problem {
    fn from(error: AnswerError) -> Self {
        let kind = match &error {
            AnswerError::UnknownPostcode { similar, .. } => {
                let problem = Self::new(ProblemKind::UnknownPostcode, error.to_string());
                return problem.with_suggestion(*similar);
            }
            AnswerError::PostcodeWithoutPosition(_) => ProblemKind::PostcodeWithoutPosition,
            AnswerError::Outside(_) => ProblemKind::OutsideBritain,
            AnswerError::UnknownLayer { .. } => ProblemKind::UnknownLayer,
            AnswerError::NotAreas { .. } | AnswerError::NotPoints { .. } => {
                ProblemKind::WrongLayerKind
            }
            AnswerError::NotInForce { .. } => ProblemKind::NotInForce,
            AnswerError::UnknownArea { .. } => ProblemKind::UnknownArea,
            AnswerError::NoOtherVintage { .. } => ProblemKind::NoOtherVintage,
            AnswerError::NotAVintage { parameter, .. }
            | AnswerError::WrongOrder { parameter, .. } => {
                let problem = Self::new(ProblemKind::InvalidParameter, error.to_string());
                return problem.with("parameter", *parameter);
            }
        };
        Self::new(kind, error.to_string())
    }
}

/// The fallback of the router.
pub(super) async fn unknown_route(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(200).collect();
    Problem::new(
        ProblemKind::UnknownRoute,
        format!("there is no route {path}: /api lists every route"),
    )
}

/// Converts a panic of a handler to a problem.
#[derive(Clone, Copy, Debug)]
pub(super) struct Panicked;

/// Runs a handler and catches a panic.
pub(super) fn catch_now(answer: impl FnOnce() -> Response) -> Result<Response, Panicked> {
    catch_unwind(AssertUnwindSafe(answer)).map_err(|_| Panicked)
}

/// Awaits a handler and catches a panic.
pub(super) async fn catch(
    answer: Pin<&mut impl Future<Output = Response>>,
) -> Result<Response, Panicked> {
    AssertUnwindSafe(answer).catch_unwind().await.map_err(|_| Panicked)
}

/// Rewrites a problem response in the error format of another service. Headers are kept.
pub(super) type ErrorFormat = fn(&Problem, Response) -> Response;

/// Response extension: the body is already in the right error format.
#[derive(Clone, Copy, Debug)]
pub(super) struct AlreadyFormatted;

/// Converts every error response to a problem document that names the request: errors of handlers,
/// of the HTTP library, and panics. On compatibility routes the error has the format of the other
/// service.
pub(super) fn finish(
    error_format: Option<ErrorFormat>,
    answered: Result<Response, Panicked>,
) -> Response {
    let tell = |problem: &Problem| {
        let id = request_context::id();
        let response = problem.response(id.as_ref());
        match error_format {
            None => response,
            Some(rewrite) => rewrite(problem, response),
        }
    };
    let Ok(response) = answered else {
        return tell(&Problem::internal(&"a handler panicked"));
    };
    let status = response.status();
    if response.extensions().get::<AlreadyFormatted>().is_some() {
        return response;
    }
    if let Some(problem) = response.extensions().get::<Problem>() {
        return tell(problem);
    }
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let kind = ProblemKind::of_status(status);
    let mut problem = Problem::new(kind, kind.advice());
    problem.status = status;
    let mut finished = tell(&problem);
    if let Some(allow) = response.headers().get(header::ALLOW) {
        finished.headers_mut().insert(header::ALLOW, allow.clone());
    }
    finished
}

/// The page about a kind of problem.
pub(super) async fn page(Path(slug): Path<String>) -> Result<Html<String>, Problem> {
    let kind = ProblemKind::ALL.into_iter().find(|kind| kind.slug() == slug).ok_or_else(|| {
        let slugs: Vec<&str> = ProblemKind::ALL.iter().map(|kind| kind.slug()).collect();
        let detail = format!("unknown kind of problem: the kinds are {}", slugs.join(", "));
        Problem::new(ProblemKind::UnknownRoute, detail)
    })?;
    let (title, advice, status) = (kind.title(), kind.advice(), kind.status());
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (title) }
            }
            body {
                h1 { (title) }
                p { "HTTP status " (display(status)) }
                p { (advice) }
                p { (anchor("/api", "The routes of this service")) }
            }
        }
    };
    Ok(Html(page.into_string()))
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use axum::http::HeaderMap;
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_internal_problem_without_details() {
        let id = RequestId::of(&HeaderMap::new());
        let panics = poll_fn(|_| -> Poll<Response> { panic!("secret {}", "detail") });
        let answer = async { finish(None, catch(pin!(panics)).await) };
        let waited_for = request_context::within(id.clone(), answer).await;
        let panics = || panic!("secret {}", "detail");
        let at_once = request_context::within_now(id, || finish(None, catch_now(panics)));
        for response in [waited_for, at_once] {
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            let body = response.into_body().collect().await.unwrap().to_bytes();
            let problem: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(problem["type"], "/problems/internal");
            assert!(problem["instance"].as_str().unwrap().starts_with("urn:lapwing:request:"));
            assert!(!problem.to_string().contains("secret"));
        }
    }

    #[test]
    fn slugs_are_all_different_and_statuses_are_errors() {
        let mut slugs: Vec<&str> = ProblemKind::ALL.iter().map(|kind| kind.slug()).collect();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), ProblemKind::ALL.len());
        for kind in ProblemKind::ALL {
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
            assert!(
                kind == ProblemKind::of_status(kind.status())
                    || kind.status().as_u16() <= 404
                    || kind.status() == StatusCode::SERVICE_UNAVAILABLE,
                "{kind:?}"
            );
        }
    }
}
