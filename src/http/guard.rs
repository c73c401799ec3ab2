//! Refusals before any work is done: too long a URL, too many requests, too long an answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::App;
use super::error::{Kind, Problem};
use super::work::took_too_long;

/// Longer than any question that a person or program asks of one place.
const URL_BYTES: usize = 8192;

pub(super) async fn limit_url(request: Request, next: Next) -> Response {
    let uri = request.uri();
    let length = uri.path().len() + uri.query().map_or(0, |query| query.len() + 1);
    if length > URL_BYTES {
        let detail = format!("the URL has {length} bytes; up to {URL_BYTES} are taken");
        return Problem::new(Kind::UrlTooLong, detail).into_response();
    }
    next.run(request).await
}

/// Limits how many requests are at work, and for how long. A request with a body is not counted:
/// it has limits of its own while it is read ([`super::body`]) and worked on ([`super::work`]).
pub(super) async fn limit_load(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method() == Method::POST {
        return next.run(request).await;
    }
    let Ok(_slot) = Arc::clone(&app.slots).try_acquire_owned() else {
        let detail = "as many requests as this server takes are being answered: ask again";
        return Problem::new(Kind::Overloaded, detail).with_retry_after(1).into_response();
    };
    tokio::time::timeout(app.limits.answer, next.run(request))
        .await
        .unwrap_or_else(|_| took_too_long(app.limits.answer).into_response())
}
