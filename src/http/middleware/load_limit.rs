//! Limits on the length of a URL, the number of concurrent requests and the time of a response.
//!
//! `tower_http::timeout` was weighed: it sets a timer for every request, also for one that needs no
//! waiting, answers without a body, and is part of the cost of layers ([`super`]).

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};

use crate::http::AppState;
use crate::http::blocking::took_too_long;
use crate::http::error::{Problem, ProblemKind};

/// Longer than any reasonable request.
const URL_BYTES: usize = 8192;

/// Refuses a URL that is too long.
pub(in crate::http) fn check_url(request: &Request) -> Result<(), Problem> {
    let uri = request.uri();
    let length = uri.path().len() + uri.query().map_or(0, |query| query.len() + 1);
    if length > URL_BYTES {
        let detail = format!("the URL has {length} bytes; the limit is {URL_BYTES}");
        return Err(Problem::new(ProblemKind::UrlTooLong, detail));
    }
    Ok(())
}

/// Limits the number of concurrent requests and their time. A request with a body does not count: it
/// has its own limits while it is received ([`crate::http::request::body`]) and processed
/// ([`crate::http::blocking`]).
pub(in crate::http) async fn limit_load(
    app: &AppState,
    is_post: bool,
    mut answer: Pin<&mut impl Future<Output = Response>>,
) -> Response {
    if is_post {
        return answer.await;
    }
    let Ok(_slot) = app.slots.try_acquire() else {
        let detail = "this server is handling as many requests as it allows: try again later";
        return Problem::new(ProblemKind::Overloaded, detail).with_retry_after(1).into_response();
    };
    // Most responses are ready at once and need no timer.
    let at_once = poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await;
    if let Poll::Ready(answer) = at_once {
        return answer;
    }
    tokio::time::timeout(app.limits.answer, answer)
        .await
        .unwrap_or_else(|_| took_too_long(app.limits.answer).into_response())
}
