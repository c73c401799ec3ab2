//! Is it alive, and does it want requests?

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::json;

use super::error::{Kind, Problem};
use super::{App, Routes, Taken};
use crate::answers;

pub(super) fn routes() -> Routes {
    vec![("/health/live", get(live)), ("/health/ready", get(ready))]
}

fn fresh(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The process answers. Restart it if it does not.
async fn live() -> Response {
    fresh(Json(json!({"status": "live"})).into_response())
}

/// It has a snapshot and is not shutting down. Send it no requests otherwise.
async fn ready(State(app): State<App>, taken: Taken) -> Result<Response, Problem> {
    let atlas = taken.atlas()?;
    if !app.live.is_ready() {
        let detail = "this server is shutting down: ask another";
        return Err(Problem::new(Kind::NotReady, detail).with_retry_after(5));
    }
    let body = json!({"status": "ready", "snapshot": answers::snapshot(&atlas)});
    Ok(fresh(Json(body).into_response()))
}
