//! `/v1/areas/…/successors`, `/predecessors` and `/v1/changes/…`: changes between vintages.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;

use super::overlaps::called;
use crate::answers::{self, ChangeDirection};
use crate::http::blocking::{json, respond};
use crate::http::error::Problem;
use crate::http::request::negotiate::{CSV, JSON, negotiate};
use crate::http::request::params::{Params, malformed};
use crate::http::{AppState, RequestSnapshot, Routes};

pub(in crate::http) fn routes() -> Routes {
    vec![
        ("/v1/areas/{layer}/{code}/successors", get(successors)),
        ("/v1/areas/{layer}/{code}/predecessors", get(predecessors)),
        ("/v1/changes/{layer}", get(changes)),
    ]
}

async fn successors(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path(area): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &[&["to", "date", "slivers"]])?;
    of_area(&app, snapshot, area, &params, ("to", ChangeDirection::Successors), &headers).await
}

async fn predecessors(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path(area): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &[&["from", "date", "slivers"]])?;
    of_area(&app, snapshot, area, &params, ("from", ChangeDirection::Predecessors), &headers).await
}

async fn of_area(
    app: &AppState,
    snapshot: RequestSnapshot,
    (layer, code): (String, String),
    params: &Params<'_>,
    (target, direction): (&str, ChangeDirection),
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let target = params.get(target).map(|name| name.trim().to_owned());
    let (day, choice) = (params.day()?, params.choice()?);
    let format = negotiate(headers, &[JSON])?;
    let atlas = snapshot.atlas()?;
    let body = app.blocking_pool.run_blocking(move || {
        let target = target.as_deref();
        let slivers = choice.slivers;
        json(&answers::succession(&atlas, &layer, &code, target, day, slivers, direction)?)
    });
    Ok(respond(format, body.await?))
}

async fn changes(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path(layer): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &[&["from", "to", "date", "f"]])?;
    let vintage = |name| params.get(name).map(|name| name.trim().to_owned());
    let (from, to, day) = (vintage("from"), vintage("to"), params.day()?);
    let format = match params.get("f") {
        None => negotiate(&headers, &[JSON, CSV])?,
        Some("json") => JSON,
        Some("csv") => CSV,
        Some(other) => return Err(malformed("f", other, "json or csv")),
    };
    let atlas = snapshot.atlas()?;
    let (body, name) = app
        .blocking_pool
        .run_blocking(move || {
            let answer = answers::changes(&atlas, &layer, from.as_deref(), to.as_deref(), day)?;
            let name = format!("{}_{}_changes.csv", answer.from, answer.to);
            let body = if format == CSV { answer.to_csv().into() } else { json(&answer)? };
            Ok((body, name))
        })
        .await?;
    if format == CSV {
        return Ok(called(respond("text/csv; charset=utf-8; header=present", body), &name));
    }
    Ok(respond(JSON, body))
}
