//! `/health/live` and `/health/ready`.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::{Value, json};

use crate::answers;
use crate::http::error::{Problem, ProblemKind};
use crate::http::{AppState, RequestSnapshot, Routes};
use crate::live::reload::LastReload;

pub(in crate::http) fn routes() -> Routes {
    vec![("/health/live", get(live)), ("/health/ready", get(ready))]
}

pub(in crate::http) fn fresh(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The process responds. If this fails, restart it.
async fn live() -> Response {
    fresh(Json(json!({"status": "live"})).into_response())
}

/// The service has a snapshot and is not shutting down. If this fails, send it no requests. A
/// failed reload is reported but does not fail this check, as the previous snapshot continues to
/// answer.
async fn ready(State(app): State<AppState>, taken: RequestSnapshot) -> Result<Response, Problem> {
    let atlas = taken.atlas()?;
    if !app.live.is_ready() {
        let detail = "this server is shutting down: use another";
        return Err(Problem::new(ProblemKind::NotReady, detail).with_retry_after(5));
    }
    let last = app.reloads.as_ref().and_then(crate::live::reload::Reloads::last);
    let body = json!({
        "status": "ready",
        "snapshot": answers::snapshot(&atlas),
        "last_reload": last.as_deref().map(in_words),
    });
    Ok(fresh(Json(body).into_response()))
}

fn in_words(last: &LastReload) -> Value {
    let (status, to, error) = match &last.outcome {
        Ok(done) if done.changed => ("reloaded", Some(&done.to), None),
        Ok(done) => ("unchanged", Some(&done.to), None),
        Err(why) => ("failed", None, Some(without_folders(why))),
    };
    json!({
        "at": last.at, "by": last.by, "status": status, "from": last.from, "to": to, "error": error,
    })
}

/// The message with file names in place of paths: anyone can read it, and the paths of this machine
/// are private. The log has the full message.
fn without_folders(why: &str) -> String {
    let shorten = |word: &str| match word.rfind('/') {
        Some(slash) if word.starts_with(['/', '~']) || word[slash..].contains('.') => {
            word[slash + 1..].to_owned()
        }
        _ => word.to_owned(),
    };
    why.lines().next().unwrap_or_default().split(' ').map(shorten).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_paths_are_removed_from_public_messages() {
        let message = without_folders(
            "/srv/secret/county.lapwing is not in own/laps.toml; make and/or ask\nsecond line",
        );
        assert_eq!(message, "county.lapwing is not in laps.toml; make and/or ask");
    }
}
