//! Terminated and Scottish postcodes, places, and whether the service is there.
//!
//! Of places (OS Open Names) and of Scotland's own directory of postcodes we hold nothing, and say
//! so in the original's words for what it does not find.

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::json;

use super::errors::Refusal;
use super::postcode::{live, terminated as terminated_one};
use super::{Query, answer, has_form, nothing, respond};
use crate::http::{App, Taken};

pub(super) async fn terminated(
    taken: Taken,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    let found = taken.served().map_err(Refusal::from).and_then(|served| {
        if !has_form(&text) {
            return Err(Refusal::InvalidPostcode);
        }
        answer(&terminated_one(&served, &text).ok_or(Refusal::TerminatedNotFound)?)
    });
    respond(&query, found)
}

pub(super) async fn scottish(
    taken: Taken,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    let refusal = match taken.served() {
        Err(problem) => problem.into(),
        Ok(_) if !has_form(&text) => Refusal::InvalidPostcode,
        Ok(served) if live(&served, &text).is_some() => Refusal::NotScottish,
        Ok(_) => Refusal::PostcodeNotFound(None),
    };
    respond(&query, Err(refusal))
}

pub(super) async fn places(RawQuery(query): RawQuery) -> Response {
    let query = Query::read(query.as_deref());
    let asked = query.get("q").or_else(|| query.get("query"));
    respond(&query, asked.ok_or(Refusal::NoQuery).and_then(|_| answer(&json!([]))))
}

pub(super) async fn place(Path(_): Path<String>, RawQuery(query): RawQuery) -> Response {
    respond(&Query::read(query.as_deref()), Err(Refusal::PlaceNotFound))
}

fn fresh(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(super) async fn random_place(RawQuery(query): RawQuery) -> Response {
    fresh(respond(&Query::read(query.as_deref()), answer(&nothing())))
}

pub(super) async fn ping(RawQuery(query): RawQuery) -> Response {
    fresh(respond(&Query::read(query.as_deref()), answer(&"pong")))
}

pub(super) async fn ready(
    State(app): State<App>,
    taken: Taken,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    let ready = taken
        .served()
        .map_err(Refusal::from)
        .and_then(|_| if app.live.is_ready() { answer(&"Ready") } else { Err(Refusal::NotReady) });
    fresh(respond(&query, ready))
}
