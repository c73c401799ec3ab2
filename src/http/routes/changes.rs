//! `/v1/areas/…/successors`, `/predecessors`, `/v1/changes/…`: what became of areas from one vintage to another.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;

use super::overlaps::called;
use crate::answers::{self, Towards};
use crate::http::blocking::{json, respond};
use crate::http::error::Problem;
use crate::http::request::negotiate::{CSV, JSON, negotiate};
use crate::http::request::params::{Params, malformed};
use crate::http::{App, Routes, Taken};

pub(in crate::http) fn routes() -> Routes {
    vec![
        ("/v1/areas/{layer}/{code}/successors", get(successors)),
        ("/v1/areas/{layer}/{code}/predecessors", get(predecessors)),
        ("/v1/changes/{layer}", get(changes)),
    ]
}

async fn successors(
    State(app): State<App>,
    taken: Taken,
    Path(area): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &[&["to", "date", "slivers"]])?;
    of_area(&app, taken, area, &params, ("to", Towards::Successors), &headers).await
}

async fn predecessors(
    State(app): State<App>,
    taken: Taken,
    Path(area): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &[&["from", "date", "slivers"]])?;
    of_area(&app, taken, area, &params, ("from", Towards::Predecessors), &headers).await
}

async fn of_area(
    app: &App,
    taken: Taken,
    (layer, code): (String, String),
    params: &Params<'_>,
    (target, towards): (&str, Towards),
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let target = params.get(target).map(|name| name.trim().to_owned());
    let (day, choice) = (params.day()?, params.choice()?);
    let format = negotiate(headers, &[JSON])?;
    let atlas = taken.atlas()?;
    let body = app.workshop.apart(move || {
        let target = target.as_deref();
        let slivers = choice.slivers;
        json(&answers::succession(&atlas, &layer, &code, target, day, slivers, towards)?)
    });
    Ok(respond(format, body.await?))
}

async fn changes(
    State(app): State<App>,
    taken: Taken,
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
    let atlas = taken.atlas()?;
    let (body, name) = app
        .workshop
        .apart(move || {
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
