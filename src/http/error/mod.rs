//! One type for everything that can go wrong, sent as `application/problem+json` (RFC 9457).
//!
//! A problem's `type` is `/problems/SLUG`, which is also the address of a page about it; its
//! `detail` says what to change; its `instance` names the request, as the log does. What happened
//! inside is logged, never sent.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;

use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use futures_util::FutureExt as _;
use serde_json::{Map, Value};

use super::middleware::request_context::{self, RequestId};
use super::routes::compat::{Dialect, Spoken};
use crate::answers::AnswerError;

mod kinds;

pub use kinds::Kind;

/// A request that cannot be answered, and what to change.
#[derive(Clone, Debug)]
pub struct Problem {
    kind: Kind,
    status: StatusCode,
    detail: String,
    members: Map<String, Value>,
    retry_after_s: Option<u32>,
    /// A header that the status asks for.
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

impl Problem {
    /// A problem; `detail` is a sentence that says what to change.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let (status, detail) = (kind.status(), detail.into());
        Self { kind, status, detail, members: Map::new(), retry_after_s: None, header: None }
    }

    /// Something that should not have happened; `why` goes to the log alone.
    pub fn internal(why: &dyn std::fmt::Display) -> Self {
        let id = request_context::id();
        let request_id = id.as_ref().map_or("-", RequestId::as_str);
        tracing::error!(%why, request_id, "internal error");
        Self::new(Kind::Internal, "something went wrong here; it has been logged")
    }

    /// The same with another member.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.members.insert(member.to_owned(), value.into());
        self
    }

    /// The same, telling when to ask again.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The same with the header that its status asks for.
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
            AnswerError::UnknownPostcode(_) => Kind::UnknownPostcode,
            AnswerError::PostcodeWithoutPosition(_) => Kind::PostcodeWithoutPosition,
            AnswerError::Outside(_) => Kind::OutsideBritain,
            AnswerError::UnknownLayer { .. } => Kind::UnknownLayer,
            AnswerError::NotAreas { .. } | AnswerError::NotPoints { .. } => Kind::WrongLayerKind,
            AnswerError::NotInForce { .. } => Kind::NotInForce,
            AnswerError::UnknownArea { .. } => Kind::UnknownArea,
            AnswerError::NoOtherVintage { .. } => Kind::NoOtherVintage,
            AnswerError::NotAVintage { parameter, .. }
            | AnswerError::WrongOrder { parameter, .. } => {
                let problem = Self::new(Kind::InvalidParameter, error.to_string());
                return problem.with("parameter", *parameter);
            }
        };
        Self::new(kind, error.to_string())
    }
}

/// The fallback of the router.
pub(super) async fn unknown_route(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(200).collect();
    Problem::new(Kind::UnknownRoute, format!("there is nothing at {path}: /api lists every route"))
}

/// A handler panicked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Panicked;

/// What a handler answers, if it does.
pub(super) fn catch_now(answer: impl FnOnce() -> Response) -> Result<Response, Panicked> {
    catch_unwind(AssertUnwindSafe(answer)).map_err(|_| Panicked)
}

/// The same of one that has to be waited for.
pub(super) async fn catch(
    answer: Pin<&mut impl Future<Output = Response>>,
) -> Result<Response, Panicked> {
    AssertUnwindSafe(answer).catch_unwind().await.map_err(|_| Panicked)
}

/// Sees to it that every error leaves as a problem that names its request: those of the handlers,
/// those the HTTP library makes, and panics. Where another service is stood in for, they leave in
/// its words.
pub(super) fn finish(dialect: Option<Dialect>, answered: Result<Response, Panicked>) -> Response {
    let tell = |problem: &Problem| {
        let id = request_context::id();
        let response = problem.response(id.as_ref());
        match dialect {
            None => response,
            Some(dialect) => dialect.say(problem, response),
        }
    };
    let Ok(response) = answered else {
        return tell(&Problem::internal(&"a handler panicked"));
    };
    let status = response.status();
    if response.extensions().get::<Spoken>().is_some() {
        return response;
    }
    if let Some(problem) = response.extensions().get::<Problem>() {
        return tell(problem);
    }
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let kind = Kind::of_status(status);
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
    let kind = Kind::ALL.into_iter().find(|kind| kind.slug() == slug).ok_or_else(|| {
        let slugs: Vec<&str> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
        let detail = format!("no kind of problem is called so: they are {}", slugs.join(", "));
        Problem::new(Kind::UnknownRoute, detail)
    })?;
    let (title, advice, status) = (kind.title(), kind.advice(), kind.status());
    Ok(Html(format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
         <h1>{title}</h1><p>HTTP status {status}</p><p>{advice}</p>\
         <p><a href=\"/api\">The routes of this service</a></p></html>\n"
    )))
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
    async fn a_panic_is_an_internal_problem_that_tells_nothing_of_it() {
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
        let mut slugs: Vec<&str> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
            assert!(
                kind == Kind::of_status(kind.status())
                    || kind.status().as_u16() <= 404
                    || kind.status() == StatusCode::SERVICE_UNAVAILABLE,
                "{kind:?}"
            );
        }
    }
}
