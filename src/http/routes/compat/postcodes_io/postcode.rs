//! One postcode, validation, and a random postcode.

use std::hash::{BuildHasher as _, RandomState};

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::gazetteer::PostcodeFacts;
use lapwing_boundaries::postcode::Postcode;

use super::errors::{PostcodesIoError, Terminated};
use super::fields::PostcodeFields;
use super::{Answer, Query, answer, fresh, nothing, respond};
use crate::compat::areas_of::degrees_of;
use crate::http::{RequestSnapshot, today};
use crate::live::Served;

/// Parses a postcode and finds it. `None` unless it is live.
pub(super) fn live(served: &Served, text: &str) -> Option<PostcodeFacts> {
    served.atlas().facts(Postcode::parse(text).ok()?).filter(PostcodeFacts::is_live)
}

/// Describes a terminated postcode. `None` for a live one.
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
    let postcode = Postcode::parse(text).map_err(|_| PostcodesIoError::InvalidPostcode)?;
    let served = snapshot.served()?;
    let record = served.atlas().facts(postcode).ok_or(PostcodesIoError::PostcodeNotFound(None))?;
    match terminated(served.atlas(), &record) {
        Some(terminated) => Err(PostcodesIoError::PostcodeNotFound(Some(terminated))),
        None => answer(&PostcodeFields::of(&served, &served.plan(today()), record)),
    }
}

pub(super) async fn validate(
    snapshot: RequestSnapshot,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = Query::read(query.as_deref());
    let found = snapshot.served().map_err(PostcodesIoError::from);
    respond(&query, found.and_then(|served| answer(&live(&served, &text).is_some())))
}

pub(super) async fn random(snapshot: RequestSnapshot, RawQuery(query): RawQuery) -> Response {
    let query = Query::read(query.as_deref());
    fresh(respond(&query, random_postcode(snapshot, query.get("outcode"))))
}

/// A random live postcode, optionally of one outcode, with uniform probability.
fn random_postcode(snapshot: RequestSnapshot, outcode: Option<&str>) -> Answer {
    let served = snapshot.served()?;
    let atlas = served.atlas();
    let record = if let Some(outcode) = outcode {
        let outcode: String = outcode.split_whitespace().collect();
        served.outcodes().get(&outcode).and_then(|outcode| {
            let live: Vec<_> = outcode.live(atlas).collect();
            live.get(random_below(live.len())?).copied()
        })
    } else {
        let all = atlas.postcode_count();
        // About seven in ten postcodes are live, so a few draws suffice. If nearly all are
        // terminated, fall back to the first live one.
        let mut throws = (0..64).filter_map(|_| Some(atlas.facts_at(random_below(all)?)));
        throws
            .find(PostcodeFacts::is_live)
            .or_else(|| atlas.all_facts().find(PostcodeFacts::is_live))
    };
    match record {
        Some(record) => answer(&PostcodeFields::of(&served, &served.plan(today()), record)),
        None => answer(&nothing()),
    }
}

/// A random number below `count`. `None` for 0. The keys of the standard library's hash are random.
fn random_below(count: usize) -> Option<usize> {
    (count > 0).then(|| (RandomState::new().hash_one(count) % count as u64) as usize)
}
