//! Terminated and Scottish postcodes, places, and whether the service is there.
//!
//! Of places (OS Open Names) and of Scotland's own directory of postcodes we hold nothing, and say
//! so in the original's words for what it does not find.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use serde_json::json;

use super::errors::Refusal;
use super::postcode::terminated as terminated_one;
use super::{Query, answer, fresh, nothing, postcode_of, respond};
use crate::http::{AppState, RequestSnapshot};

pub(super) async fn terminated(
    snapshot: RequestSnapshot,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    let found = snapshot.served().map_err(Refusal::from).and_then(|served| {
        let postcode = postcode_of(&text).ok_or(Refusal::InvalidPostcode)?;
        let record = served.atlas().facts(postcode);
        let ended = record.and_then(|record| terminated_one(served.atlas(), &record));
        answer(&ended.ok_or(Refusal::TerminatedNotFound)?)
    });
    respond(&query, found)
}

pub(super) async fn scottish(
    snapshot: RequestSnapshot,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    let refused = snapshot.served().map_err(Refusal::from).and_then(|served| {
        let postcode = postcode_of(&text).ok_or(Refusal::InvalidPostcode)?;
        let is_live = served.atlas().facts(postcode).is_some_and(|record| record.is_live());
        Err(if is_live { Refusal::NotScottish } else { Refusal::PostcodeNotFound(None) })
    });
    respond(&query, refused)
}

pub(super) async fn places(RawQuery(query): RawQuery) -> Response {
    let query = Query::read(query.as_deref());
    let asked = query.get("q").or_else(|| query.get("query"));
    respond(&query, asked.ok_or(Refusal::NoQuery).and_then(|_| answer(&json!([]))))
}

pub(super) async fn place(Path(_): Path<String>, RawQuery(query): RawQuery) -> Response {
    respond(&Query::read(query.as_deref()), Err(Refusal::PlaceNotFound))
}

pub(super) async fn random_place(RawQuery(query): RawQuery) -> Response {
    fresh(respond(&Query::read(query.as_deref()), answer(&nothing())))
}

pub(super) async fn ping(RawQuery(query): RawQuery) -> Response {
    fresh(respond(&Query::read(query.as_deref()), answer(&"pong")))
}

pub(super) async fn ready(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    let ready = snapshot
        .served()
        .map_err(Refusal::from)
        .and_then(|_| if app.live.is_ready() { answer(&"Ready") } else { Err(Refusal::NotReady) });
    fresh(respond(&query, ready))
}
