//! `/v1/overlaps`: the lookup table of two layers, and the overlaps of a submitted polygon.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use axum::routing::{get, post};
use schemars::JsonSchema;
use serde::Serialize;

#[cfg(feature = "parquet")]
use super::downloads;
use crate::answers::{self, PolygonAnswer};
#[cfg(feature = "parquet")]
use crate::formats::Made;
use crate::http::blocking::{json, respond};
use crate::http::error::Problem;
use crate::http::request::body;
#[cfg(feature = "parquet")]
use crate::http::request::negotiate::PARQUET;
use crate::http::request::negotiate::{CSV, GEOJSON, JSON, negotiate};
use crate::http::request::params::{Params, malformed};
use crate::http::request::polygon::{self, PolygonCrs, PolygonFault};
use crate::http::request::spooled_body;
use crate::http::{AppState, RequestSnapshot, Routes};

/// The formats of a table, with their names in `f=`.
#[cfg(feature = "parquet")]
const FORMATS: [&str; 3] = [JSON, CSV, PARQUET];
#[cfg(feature = "parquet")]
const WORDS: &str = "json, csv or parquet";
#[cfg(not(feature = "parquet"))]
const FORMATS: [&str; 2] = [JSON, CSV];
#[cfg(not(feature = "parquet"))]
const WORDS: &str = "json or csv";

pub(in crate::http) fn routes() -> Routes {
    vec![("/v1/overlaps", post(of_polygon)), ("/v1/overlaps/{from}/{to}", get(table))]
}

async fn table(
    State(app): State<AppState>,
    taken: RequestSnapshot,
    Path((from, to)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &[&["f", "date", "slivers", "touches", "all"]])?;
    let (day, choice, all) = (params.day()?, params.choice()?, params.flag("all")?);
    let format = match params.get("f") {
        None => negotiate(&headers, &FORMATS)?,
        Some("json") => JSON,
        Some("csv") => CSV,
        #[cfg(feature = "parquet")]
        Some("parquet") => PARQUET,
        Some(other) => return Err(malformed("f", other, WORDS)),
    };
    let atlas = taken.atlas()?;
    let table = answers::table(&atlas, &from, &to, day, choice, all)?;
    if format == JSON {
        let pieces = table.into_json(atlas).map(Ok::<_, Infallible>);
        return Ok(respond(JSON, app.blocking_pool.stream(pieces)));
    }
    #[cfg(feature = "parquet")]
    if format == PARQUET {
        let make =
            move || Made::by(|out| crate::formats::parquet::write_table(&table, &atlas, out));
        let mut response = downloads::once(&app.blocking_pool, make).await?;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(PARQUET));
        return Ok(called(response, &format!("{from}_{to}.parquet")));
    }
    let pieces = table.into_csv(atlas).map(Ok::<_, Infallible>);
    let response =
        respond("text/csv; charset=utf-8; header=present", app.blocking_pool.stream(pieces));
    Ok(called(response, &format!("{from}_{to}.csv")))
}

/// Adds a file name to the response, made of layer ids, which are plain text.
pub(in crate::http) fn called(mut response: Response, name: &str) -> Response {
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// The overlaps of a submitted polygon.
#[derive(Serialize, JsonSchema)]
pub(super) struct PolygonOverlaps<'a> {
    #[serde(flatten)]
    answer: PolygonAnswer<'a>,
    /// Faults that were repaired in the polygon. Absent if there were none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    repaired: Vec<PolygonFault<'a>>,
}

async fn of_polygon(
    State(app): State<AppState>,
    taken: RequestSnapshot,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let known = ["with", "date", "slivers", "touches", "crs"];
    let params = Params::read(query.as_deref(), &[&known])?;
    let (with, day, choice) = (params.list("with")?, params.day()?, params.choice()?);
    let crs = params.get("crs").map(PolygonCrs::of_parameter).transpose()?;
    let format = negotiate(&headers, &[JSON])?;
    body::format_of_content(&headers, &[GEOJSON, JSON])?;
    let gzip = spooled_body::is_gzip(&headers)?;
    let atlas = taken.atlas()?;
    let limits = &app.limits;
    let received = body::read(&headers, body, limits.body, limits, &app.body_memory).await?;
    let (vertices, most) = (limits.vertices, limits.body);
    let answer = app.blocking_pool.run_blocking(move || {
        let sent = received.concat();
        let body = if gzip { spooled_body::unpacked(sent, most)? } else { sent };
        let admitted = polygon::read(&body, crs, vertices)?;
        let ground = &admitted.geometry;
        let answer = answers::overlaps_of_polygon(&atlas, ground, with.as_deref(), day, choice)?;
        let repaired = admitted.faults.iter().map(PolygonFault::on_grid).collect();
        json(&PolygonOverlaps { answer, repaired })
    });
    Ok(respond(format, answer.await?))
}
