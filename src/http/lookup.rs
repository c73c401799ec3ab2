//! `/v1/lookup`: the areas of one place, or of many.

use axum::extract::RawQuery;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;

use super::error::Problem;
use super::negotiate::{JSON, negotiate};
use super::params::{PLACE, Params};
use super::work::respond;
use super::{Routes, Taken};

/// Bytes that the answer about a postcode in seven layers takes, so that it is written without
/// moving.
const ROOM: usize = 2048;

pub(super) fn routes() -> Routes {
    vec![("/v1/lookup", get(one).post(super::bulk::many))]
}

/// One place costs some microseconds, less than to hand it to another thread.
async fn one(
    taken: Taken,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &[&PLACE, &["layers", "date"]])?;
    let place = params.place()?;
    let (layers, day) = (params.list("layers")?, params.day()?);
    let format = negotiate(&headers, &[JSON])?;
    let served = taken.served()?;
    let mut answer = Vec::with_capacity(ROOM);
    served.ready().write_lookup(&mut answer, served.atlas(), place, layers.as_deref(), day)?;
    Ok(respond(format, answer))
}
