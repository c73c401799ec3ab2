//! Workloads whose instructions are counted, each in its own function: see `run.sh`. Prints the
//! number of items of each.

use std::hint::black_box;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use futures_util::FutureExt as _;
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use jiff::civil::date;
use lapwing::TextWriter;
use lapwing::answers::{Place, Prerendered};
use lapwing::http::{Limits, router};
use lapwing::live::Live;
use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::demo::{self, WorldSize};
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::postcode::Postcode;
use tower::Service as _;

const ITEMS: usize = 5_000;

/// The data, equal on every machine.
struct Fixture {
    atlas: Arc<Atlas>,
    points: Vec<Bng>,
    /// Postcodes that are answered by position.
    placed: Vec<Postcode>,
    /// Postcodes that are answered by addresses.
    addressed: Vec<Postcode>,
    day: Day,
}

fn main() {
    let size = WorldSize { postcodes: ITEMS, ..WorldSize::of_wards(40) };
    let contents = demo::world(7, &size).into_contents();
    let atlas = Atlas::build(contents, Timestamp::UNIX_EPOCH, &());
    let located: Vec<_> =
        atlas.all_facts().filter_map(|facts| Some((facts.postcode, facts.position?))).collect();
    // Neighbours in the order of their codes are neighbours on the ground, and would be found in
    // the same places.
    let (postcodes, points): (Vec<Postcode>, _) =
        located.iter().cycle().step_by(7).take(ITEMS).copied().unzip();
    let is_by_addresses = |postcode: &Postcode| {
        atlas.precomputed(*postcode).is_some_and(|(_, known)| known.is_by_addresses())
    };
    let (addressed, placed) = postcodes.into_iter().partition(is_by_addresses);
    let live = Live::with(atlas);
    let atlas = Arc::clone(live.served().expect("it has just been put in").atlas());
    let fixture = Fixture { atlas, points, placed, addressed, day: Day::Today(date(2026, 11, 21)) };
    println!("locate {}", counted_locate(&fixture));
    println!("lookup_postcode {}", counted_lookup_postcode(&fixture));
    println!("lookup_addresses {}", counted_lookup_addresses(&fixture));
    println!("lookup_point {}", counted_lookup_point(&fixture));
    println!("to_degrees {}", counted_to_degrees(&fixture));
    let request = |postcode: &Postcode| {
        let address = format!("/v1/lookup?postcode={}", postcode.to_string().replace(' ', "%20"));
        Request::get(address).body(Body::empty()).expect("an address")
    };
    let requests = fixture.placed.iter().map(request).collect();
    println!(
        "served_postcode {}",
        counted_served_postcode(router(live, Limits::default()), requests)
    );
}

/// The areas of all layers at a point.
#[inline(never)]
fn counted_locate(fixture: &Fixture) -> usize {
    let mut found = 0;
    for &at in &fixture.points {
        fixture.atlas.cells().locate(at, |_, _, _| found += 1);
    }
    black_box(found);
    fixture.points.len()
}

/// The JSON of a postcode's lookup.
#[inline(never)]
fn counted_lookup_postcode(fixture: &Fixture) -> usize {
    write_each(fixture, fixture.placed.iter().map(|&postcode| Place::Postcode(postcode)))
}

/// The JSON of the lookup of a postcode with addresses.
#[inline(never)]
fn counted_lookup_addresses(fixture: &Fixture) -> usize {
    write_each(fixture, fixture.addressed.iter().map(|&postcode| Place::Postcode(postcode)))
}

/// The JSON of a point's lookup.
#[inline(never)]
fn counted_lookup_point(fixture: &Fixture) -> usize {
    write_each(fixture, fixture.points.iter().map(|&at| Place::Bng(at)))
}

fn write_each(fixture: &Fixture, places: impl Iterator<Item = Place>) -> usize {
    let ready = Prerendered::default();
    let mut writer = TextWriter::default();
    let mut done = 0;
    for place in places {
        writer.clear();
        ready
            .write_lookup(&mut writer, &fixture.atlas, place, None, fixture.day)
            .expect("the place is known");
        black_box(&writer);
        done += 1;
    }
    done
}

/// Degrees of a position on the grid.
#[inline(never)]
fn counted_to_degrees(fixture: &Fixture) -> usize {
    for &at in &fixture.points {
        black_box(at.to_lng_lat());
    }
    fixture.points.len()
}

/// A postcode lookup through the router, from the request to the last byte of the response, without
/// socket and log.
#[inline(never)]
fn counted_served_postcode(mut service: Router, requests: Vec<Request<Body>>) -> usize {
    let count = requests.len();
    for request in requests {
        let answer = service.call(request).now_or_never().expect("it waits for nothing");
        let body = answer.expect("it does not fail").into_body();
        let bytes = body.collect().now_or_never().expect("it is there").expect("it is whole");
        assert!(bytes.to_bytes().len() > 500, "an answer");
    }
    count
}
