//! Terminated and Scottish postcodes, places, and status.
//!
//! The service has no data on places (OS Open Names) and no Scottish Postcode Directory; it returns
//! the messages with which postcodes.io reports that nothing was found.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use lapwing_boundaries::postcode::Postcode;
use serde_json::json;

use super::errors::PostcodesIoError;
use super::postcode::terminated as terminated_one;
use super::{Query, answer, fresh, nothing, respond};
use crate::http::{AppState, RequestSnapshot};

pub(super) async fn terminated(
    snapshot: RequestSnapshot,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    let found = snapshot.served().map_err(PostcodesIoError::from).and_then(|served| {
        let postcode = Postcode::parse(&text).map_err(|_| PostcodesIoError::InvalidPostcode)?;
        let record = served.atlas().facts(postcode);
        let ended = record.and_then(|record| terminated_one(served.atlas(), &record));
        answer(&ended.ok_or(PostcodesIoError::TerminatedNotFound)?)
    });
    respond(&query, found)
}

pub(super) async fn scottish(
    snapshot: RequestSnapshot,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    let refused = snapshot.served().map_err(PostcodesIoError::from).and_then(|served| {
        let postcode = Postcode::parse(&text).map_err(|_| PostcodesIoError::InvalidPostcode)?;
        let is_live = served.atlas().facts(postcode).is_some_and(|record| record.is_live());
        Err(if is_live {
            PostcodesIoError::NotScottish
        } else {
            PostcodesIoError::PostcodeNotFound(None)
        })
    });
    respond(&query, refused)
}

pub(super) async fn places(RawQuery(query): RawQuery) -> Response {
    let query = Query::read(query.as_deref());
    let text = query.get("q").or_else(|| query.get("query"));
    respond(&query, text.ok_or(PostcodesIoError::NoQuery).and_then(|_| answer(&json!([]))))
}

pub(super) async fn place(Path(_): Path<String>, RawQuery(query): RawQuery) -> Response {
    respond(&Query::read(query.as_deref()), Err(PostcodesIoError::PlaceNotFound))
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
    let ready = snapshot.served().map_err(PostcodesIoError::from).and_then(|_| {
        if app.live.is_ready() { answer(&"Ready") } else { Err(PostcodesIoError::NotReady) }
    });
    fresh(respond(&query, ready))
}
