//! Refusals before any work is done: too long a URL, too many requests, too long an answer.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};

use crate::http::App;
use crate::http::blocking::took_too_long;
use crate::http::error::{Kind, Problem};

/// Longer than any question that a person or program asks of one place.
const URL_BYTES: usize = 8192;

/// Refuses a URL that is too long.
pub(in crate::http) fn check_url(request: &Request) -> Result<(), Problem> {
    let uri = request.uri();
    let length = uri.path().len() + uri.query().map_or(0, |query| query.len() + 1);
    if length > URL_BYTES {
        let detail = format!("the URL has {length} bytes; up to {URL_BYTES} are taken");
        return Err(Problem::new(Kind::UrlTooLong, detail));
    }
    Ok(())
}

/// Limits how many requests are at work, and for how long. A request with a body is not counted:
/// it has limits of its own while it is read ([`crate::http::request::body`]) and worked on ([`crate::http::blocking`]).
pub(in crate::http) async fn limit_load(
    app: &App,
    is_post: bool,
    mut answer: Pin<&mut impl Future<Output = Response>>,
) -> Response {
    if is_post {
        return answer.await;
    }
    let Ok(_slot) = app.slots.try_acquire() else {
        let detail = "as many requests as this server takes are being answered: ask again";
        return Problem::new(Kind::Overloaded, detail).with_retry_after(1).into_response();
    };
    // Most answers are there at once, and need no timer.
    let at_once = poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await;
    if let Poll::Ready(answer) = at_once {
        return answer;
    }
    tokio::time::timeout(app.limits.answer, answer)
        .await
        .unwrap_or_else(|_| took_too_long(app.limits.answer).into_response())
}
