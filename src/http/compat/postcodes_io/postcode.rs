//! One postcode.

use std::hash::{BuildHasher as _, RandomState};

use axum::extract::{Path, RawQuery};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::postcode::Postcode;

use super::errors::{Refusal, Terminated};
use super::fields::{Plan, Told};
use super::{Answer, Query, answer, has_form, nothing, respond};
use crate::answers::degrees;
use crate::http::{Taken, today};
use crate::state::Served;

/// The live postcode of a text, if it is one.
pub(super) fn live(served: &Served, text: &str) -> Option<PostcodeFacts> {
    known(served, text).filter(|record| record.terminated.is_none())
}

fn known(served: &Served, text: &str) -> Option<PostcodeFacts> {
    let postcode = has_form(text).then(|| Postcode::parse(text).ok())??;
    served.atlas().facts(postcode)
}

/// What is told of a terminated postcode; `None` of a live one or none.
pub(super) fn terminated(served: &Served, text: &str) -> Option<Terminated> {
    let record = known(served, text)?;
    let end = record.terminated?;
    let lng_lat = record.position.map(|at| at.to_lng_lat().0);
    Some(Terminated {
        postcode: record.postcode.to_string(),
        year_terminated: end.year,
        month_terminated: end.month,
        longitude: lng_lat.map(|at| degrees(at.lon())),
        latitude: lng_lat.map(|at| degrees(at.lat())),
    })
}

pub(super) async fn one(
    taken: Taken,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    respond(&query, find(taken, &text))
}

fn find(taken: Taken, text: &str) -> Answer {
    if !has_form(text) {
        return Err(Refusal::InvalidPostcode);
    }
    let served = taken.served()?;
    let Some(record) = live(&served, text) else {
        return Err(Refusal::PostcodeNotFound(terminated(&served, text)));
    };
    answer(&Told::of(&served, &Plan::of(&served, today()), record))
}

pub(super) async fn validate(
    taken: Taken,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    let found = taken.served().map_err(Refusal::from);
    respond(&query, found.and_then(|served| answer(&live(&served, &text).is_some())))
}

pub(super) async fn random(taken: Taken, RawQuery(query): RawQuery) -> Response {
    let query = Query::read(query.as_deref());
    let mut response = respond(&query, by_chance(taken, query.get("outcode")));
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Any live postcode, or any of an outcode: each as likely as another.
fn by_chance(taken: Taken, outcode: Option<&str>) -> Answer {
    let served = taken.served()?;
    let atlas = served.atlas();
    let is_live = |record: &PostcodeFacts| record.terminated.is_none();
    let record = if let Some(outcode) = outcode {
        let outcode: String = outcode.split_whitespace().collect();
        served.outcodes().get(&outcode).and_then(|outcode| {
            let live: Vec<_> = outcode.live(atlas).collect();
            live.get(below(live.len())?).copied()
        })
    } else {
        let all = atlas.postcode_count();
        // Of ten postcodes that ever were some seven are live, so few throws do; if there are
        // hardly any, the first will.
        let mut throws = (0..64).filter_map(|_| Some(atlas.facts_at(below(all)?)));
        throws.find(is_live).or_else(|| atlas.all_facts().find(is_live))
    };
    match record {
        Some(record) => answer(&Told::of(&served, &Plan::of(&served, today()), record)),
        None => answer(&nothing()),
    }
}

/// A number below another; `None` below 0. The standard library's hash keys are random.
fn below(count: usize) -> Option<usize> {
    (count > 0).then(|| (RandomState::new().hash_one(count) % count as u64) as usize)
}
