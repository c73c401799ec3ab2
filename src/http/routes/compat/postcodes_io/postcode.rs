//! One postcode.

use std::hash::{BuildHasher as _, RandomState};

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::gazetteer::PostcodeFacts;

use super::errors::{Refusal, Terminated};
use super::fields::PostcodeFields;
use super::{Answer, Query, answer, fresh, nothing, postcode_of, respond};
use crate::compat::areas_of::degrees_of;
use crate::http::{RequestSnapshot, today};
use crate::live::Served;

/// The live postcode of a text, if it is one.
pub(super) fn live(served: &Served, text: &str) -> Option<PostcodeFacts> {
    served.atlas().facts(postcode_of(text)?).filter(PostcodeFacts::is_live)
}

/// What is told of a terminated postcode; `None` of a live one.
pub(super) fn terminated(atlas: &Atlas, record: &PostcodeFacts) -> Option<Terminated> {
    let end = record.terminated?;
    let lng_lat = degrees_of(atlas, record);
    Some(Terminated {
        postcode: record.postcode.to_string(),
        year_terminated: end.year,
        month_terminated: end.month,
        longitude: lng_lat.map(|[lon, _]| lon),
        latitude: lng_lat.map(|[_, lat]| lat),
    })
}

pub(super) async fn one(
    snapshot: RequestSnapshot,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    respond(&query, find(snapshot, &text))
}

fn find(snapshot: RequestSnapshot, text: &str) -> Answer {
    let postcode = postcode_of(text).ok_or(Refusal::InvalidPostcode)?;
    let served = snapshot.served()?;
    let record = served.atlas().facts(postcode).ok_or(Refusal::PostcodeNotFound(None))?;
    match terminated(served.atlas(), &record) {
        Some(terminated) => Err(Refusal::PostcodeNotFound(Some(terminated))),
        None => answer(&PostcodeFields::of(&served, &served.plan(today()), record)),
    }
}

pub(super) async fn validate(
    snapshot: RequestSnapshot,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    let found = snapshot.served().map_err(Refusal::from);
    respond(&query, found.and_then(|served| answer(&live(&served, &text).is_some())))
}

pub(super) async fn random(snapshot: RequestSnapshot, RawQuery(query): RawQuery) -> Response {
    let query = Query::read(query.as_deref());
    fresh(respond(&query, by_chance(snapshot, query.get("outcode"))))
}

/// Any live postcode, or any of an outcode: each as likely as another.
fn by_chance(snapshot: RequestSnapshot, outcode: Option<&str>) -> Answer {
    let served = snapshot.served()?;
    let atlas = served.atlas();
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
        throws
            .find(PostcodeFacts::is_live)
            .or_else(|| atlas.all_facts().find(PostcodeFacts::is_live))
    };
    match record {
        Some(record) => answer(&PostcodeFields::of(&served, &served.plan(today()), record)),
        None => answer(&nothing()),
    }
}

/// A number below another; `None` below 0. The standard library's hash keys are random.
fn below(count: usize) -> Option<usize> {
    (count > 0).then(|| (RandomState::new().hash_one(count) % count as u64) as usize)
}
