//! `/v1/nearest` and `/v1/search`.

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;

use crate::answers;
use crate::http::blocking::{json, respond};
use crate::http::error::Problem;
use crate::http::request::negotiate::{JSON, negotiate};
use crate::http::request::params::{PLACE, Params, malformed};
use crate::http::{AppState, RequestSnapshot, Routes};

pub(in crate::http) fn routes() -> Routes {
    vec![("/v1/nearest", get(nearest)), ("/v1/search", get(search))]
}

/// More results than a person would read.
const MOST: usize = 100;

/// Longer than any name.
const LONGEST_TEXT: usize = 200;

async fn nearest(
    snapshot: RequestSnapshot,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &[&PLACE, &["layer", "limit", "date"]])?;
    let place = params.place(&snapshot)?;
    let (layers, limit, day) = (params.list("layer")?, params.limit(5, MOST)?, params.day()?);
    let format = negotiate(&headers, &[JSON])?;
    let atlas = snapshot.atlas()?;
    let answer = answers::nearest(&atlas, place, layers.as_deref(), limit, day)?;
    Ok(respond(format, json(&answer)?))
}

async fn search(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &[&["q", "layer", "limit"]])?;
    let text = params.required("q", "castle")?.trim().to_owned();
    if text.is_empty() || text.chars().count() > LONGEST_TEXT {
        let form =
            format!("the beginning of a name, code or postcode, up to {LONGEST_TEXT} characters");
        return Err(malformed("q", text, &form));
    }
    let (layers, limit) = (params.list("layer")?, params.limit(10, MOST)?);
    let day = params.day()?;
    let format = negotiate(&headers, &[JSON])?;
    let atlas = snapshot.atlas()?;
    // Thousands of names may begin with one letter.
    let body = app.blocking_pool.run_blocking(move || {
        json(&answers::search(&atlas, &text, layers.as_deref(), limit, day)?)
    });
    Ok(respond(format, body.await?))
}
