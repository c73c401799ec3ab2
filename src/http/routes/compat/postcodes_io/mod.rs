//! `/postcodes-io`: postcodes.io, and a LAP for every postcode.
//!
//! - [`postcode`]: one postcode, or whether it is one, or one by chance;
//! - [`many`]: many postcodes or positions in one request;
//! - [`near`]: the postcodes near a position or a postcode;
//! - [`search`]: postcodes by their beginning;
//! - [`outcode`]: the first halves of postcodes;
//! - [`without_data`]: terminated and Scottish postcodes, places, and whether the service is there.
//!
//! What is told of a postcode is written in [`fields`].

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use lapwing_boundaries::postcode::Postcode;
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

use errors::Refusal;

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

/// `{"status": 200, "result": …}`, already written.
type Answer = Result<Bytes, Refusal>;

fn answer(result: &impl Serialize) -> Answer {
    #[derive(Serialize)]
    struct Envelope<'a, T> {
        status: u16,
        result: &'a T,
    }
    Ok(crate::http::blocking::json(&Envelope { status: 200, result })?)
}

/// The answer as it is sent, as a script where the client asks for one.
fn respond(query: &Query, answer: Answer) -> Response {
    let (status, body) = match answer {
        Ok(body) => (StatusCode::OK, body),
        Err(Refusal::Problem(problem)) => return problem.into_response(),
        Err(refusal) => (refusal.status(), refusal.body()),
    };
    let Some(callback) = query.get("callback") else { return reply::json(status, body) };
    // As Express does: what no name of a function has is left out.
    let name: String =
        callback.chars().filter(|c| c.is_ascii_alphanumeric() || "_$.[]".contains(*c)).collect();
    let before = format!("/**/ typeof {name} === 'function' && {name}(");
    reply::script(&before, &body, ");")
}

/// An answer that is another each time.
fn fresh(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The postcode of a text, as postcodes.io takes it: white space around, and between its halves.
fn postcode_of(text: &str) -> Option<Postcode> {
    let text = text.trim();
    let halves = text.len().checked_sub(3).and_then(|inward| text.split_at_checked(inward));
    let (outward, inward) = halves.map(|(outward, inward)| (outward.trim_end(), inward))?;
    let is_plain = |half: &str| !half.contains(char::is_whitespace);
    if !is_plain(outward) || !is_plain(inward) {
        return None;
    }
    Postcode::read([outward, inward].concat().as_bytes())
}

/// `json!(…)` of nothing found.
fn nothing() -> serde_json::Value {
    json!(null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postcode_may_have_space_around_it_and_between_its_halves() {
        for text in ["NN11ED", "nn1 1ed", " NN1  1ED ", "SW1A 1AA", "M1 1AE"] {
            assert!(postcode_of(text).is_some(), "{text}");
        }
        for text in ["", "NN1", "N N1 1ED", "NN1 1 ED", "INVALID123", "ÑN1 1ED", "NN1-1ED"] {
            assert!(postcode_of(text).is_none(), "{text}");
        }
    }
}
