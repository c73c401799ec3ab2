//! `/postcodes-io`: postcodes.io, with the LAP of every postcode.
//!
//! - [`postcode`]: one postcode, validation, and a random postcode;
//! - [`many`]: many postcodes or positions in one request;
//! - [`near`]: the postcodes near a position or a postcode;
//! - [`search`]: postcodes by their beginning;
//! - [`outcode`]: the first halves of postcodes;
//! - [`without_data`]: terminated and Scottish postcodes, places, and status.
//!
//! [`fields`] writes the fields of a postcode.

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Serialize;
use serde_json::json;

use super::query::Query;
use super::reply;
use crate::http::Routes;

mod errors;
mod fields;
mod form;
mod many;
mod near;
mod outcode;
mod postcode;
mod search;
mod without_data;

use errors::PostcodesIoError;
pub(in crate::http::routes) use errors::Terminated;
pub(in crate::http::routes) use fields::PostcodeFields;
pub(in crate::http::routes) use outcode::OutcodeFields;

pub(super) fn routes() -> Routes {
    vec![
        ("/postcodes-io/postcodes", get(search::query).post(many::bulk)),
        ("/postcodes-io/postcodes/{postcode}", get(postcode::one)),
        ("/postcodes-io/postcodes/{postcode}/validate", get(postcode::validate)),
        ("/postcodes-io/postcodes/{postcode}/nearest", get(near::of_postcode)),
        ("/postcodes-io/postcodes/{postcode}/autocomplete", get(search::autocomplete)),
        ("/postcodes-io/postcodes/lon/{lon}/lat/{lat}", get(near::lon_lat)),
        ("/postcodes-io/postcodes/lat/{lat}/lon/{lon}", get(near::lat_lon)),
        ("/postcodes-io/outcodes", get(outcode::near)),
        ("/postcodes-io/outcodes/{outcode}", get(outcode::one)),
        ("/postcodes-io/outcodes/{outcode}/nearest", get(outcode::nearest)),
        ("/postcodes-io/terminated_postcodes/{postcode}", get(without_data::terminated)),
        ("/postcodes-io/scotland/postcodes/{postcode}", get(without_data::scottish)),
        ("/postcodes-io/places", get(without_data::places)),
        ("/postcodes-io/places/{id}", get(without_data::place)),
    ]
}

pub(super) fn fresh_routes() -> Routes {
    vec![
        ("/postcodes-io/random/postcodes", get(postcode::random)),
        ("/postcodes-io/random/places", get(without_data::random_place)),
        ("/postcodes-io/ping", get(without_data::ping)),
        ("/postcodes-io/ready", get(without_data::ready)),
    ]
}

/// `{"status": 200, "result": …}`, serialized.
type Answer = Result<Bytes, PostcodesIoError>;

fn answer(result: &impl Serialize) -> Answer {
    #[derive(Serialize)]
    struct Envelope<'a, T> {
        status: u16,
        result: &'a T,
    }
    Ok(crate::http::blocking::json(&Envelope { status: 200, result })?)
}

/// Builds the response, as JSONP if the request has a `callback`.
fn respond(query: &Query, answer: Answer) -> Response {
    let (status, body) = match answer {
        Ok(body) => (StatusCode::OK, body),
        Err(PostcodesIoError::Problem(problem)) => return problem.into_response(),
        Err(error) => (error.status(), error.body()),
    };
    let Some(callback) = query.get("callback") else { return reply::json(status, body) };
    // Like Express: characters that cannot be in a function name are removed.
    let name: String =
        callback.chars().filter(|c| c.is_ascii_alphanumeric() || "_$.[]".contains(*c)).collect();
    let before = format!("/**/ typeof {name} === 'function' && {name}(");
    reply::script(&before, &body, ");")
}

/// Marks a response that varies as not cacheable.
fn fresh(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The result `null`.
fn nothing() -> serde_json::Value {
    json!(null)
}
