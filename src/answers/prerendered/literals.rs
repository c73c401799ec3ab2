//! Literal answers. The tests with random worlds only compare two ways of writing.

use jiff::civil::date;
use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::position::{Bng, LngLat};
use lapwing_boundaries::postcode::Postcode;

use super::super::squares::{TODAY, at, with_addresses, with_addresses_of_lap};
use super::super::{Place, Prerendered, lookup};
use crate::answers::text_writer::TextWriter;

const ON: Day = Day::Requested(date(2026, 11, 21));
const LONG_AGO: Day = Day::Requested(date(1066, 10, 14));

fn postcode(text: &str) -> Place {
    Place::Postcode(Postcode::parse(text).unwrap())
}

/// The answer from both writers, which must be the same, up to its `snapshot`.
fn written(atlas: &Atlas, place: Place, names: &[&str], day: Day) -> String {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let names = Some(&*names);
    let mut writer = TextWriter::default();
    Prerendered::default().write_lookup(&mut writer, atlas, place, names, day).unwrap();
    let text = String::from_utf8(writer.written().to_vec()).unwrap();
    let by_serde = lookup(atlas, place, names, day).unwrap();
    assert_eq!(text, serde_json::to_string(&by_serde).unwrap());
    let (before, snapshot) = text.split_once(",\"snapshot\":").unwrap();
    let expected = format!(
        r#"{{"id":"{}","title":"Squares","built":"2023-11-14T22:13:20Z","illustrative":true}}}}"#,
        atlas.id()
    );
    assert_eq!(snapshot, expected);
    before.to_owned()
}

/// A literal answer. `LON` and `LAT` stand for the degrees of `at`, to six decimals.
fn literal(text: &str, at: Bng) -> String {
    let (degrees, _) = at.to_lng_lat();
    let rounded = |degrees: f64| format!("{:?}", (degrees * 1e6).round() / 1e6);
    text.replace("LON", &rounded(degrees.lon())).replace("LAT", &rounded(degrees.lat()))
}

/// The vintage of the wards in force today.
const WARD: &str =
    r#""ward":{"layer":"ward","valid_from":"2021-04-01","valid_to":null,"resolution":"BFC"}"#;
const LAP: &str = r#""lap":{"layer":"lap","valid_from":null,"valid_to":null,"resolution":"BFC"}"#;
const PARISH: &str =
    r#""parish":{"layer":"parish","valid_from":null,"valid_to":null,"resolution":"BGC"}"#;

#[test]
fn a_postcode_by_position() {
    let expected = format!(
        r#"{{"query":{{"postcode":"NN1 1AA","date":"2026-11-21"}},"location":{{"lon":LON,"lat":LAT,"easting":475500,"northing":260500,"positional_quality":10}},"areas":{{"ward":[{{"code":"E05000001","name":"Abbey","match":"inside"}}],"parish":[]}},"confidence":{{"level":"high","boundary_distance_m":300.0,"threshold_m":50.0,"by":"position","layers":{{"ward":{{"level":"high","boundary_distance_m":500.0,"threshold_m":50.0}},"parish":{{"level":"high","boundary_distance_m":300.0,"threshold_m":50.0}}}},"near":[]}},"layers":{{{WARD},{PARISH}}}"#
    );
    let answer = written(&with_addresses(), postcode("NN1 1AA"), &["ward", "parish"], ON);
    assert_eq!(answer, literal(&expected, at(500.0, 500.0)));
}

#[test]
fn a_postcode_whose_addresses_are_split() {
    let expected = format!(
        r#"{{"query":{{"postcode":"NN1 1AC"}},"location":{{"lon":LON,"lat":LAT,"easting":475990,"northing":260300,"positional_quality":10}},"areas":{{"ward":[{{"code":"E05000001","name":"Abbey","match":"addresses","addresses":2,"share":0.666666667}},{{"code":"E05000002","name":"Saint George's","match":"addresses","addresses":1,"share":0.333333333}}],"lap":[{{"code":"N4","name":"North 4","match":"addresses","addresses":3,"share":1.0}}]}},"confidence":{{"level":"low","boundary_distance_m":10.0,"threshold_m":1.0,"by":"addresses","split":true,"layers":{{"ward":{{"level":"low","boundary_distance_m":10.0,"threshold_m":1.0}},"lap":{{"level":"high","boundary_distance_m":300.0,"threshold_m":1.0}}}},"near":[]}},"layers":{{{WARD},{LAP}}}"#
    );
    let answer = written(&with_addresses(), postcode("NN1 1AC"), &["ward", "lap"], TODAY);
    assert_eq!(answer, literal(&expected, at(990.0, 300.0)));
}

#[test]
fn a_terminated_postcode_and_one_whose_position_is_an_estimate() {
    let atlas = with_addresses();
    let expected = format!(
        r#"{{"query":{{"postcode":"NN1 1AD"}},"location":{{"lon":LON,"lat":LAT,"easting":475500,"northing":260500,"positional_quality":10}},"terminated":"2019-07","areas":{{"lap":[{{"code":"N4","name":"North 4","match":"inside"}}]}},"confidence":{{"level":"high","boundary_distance_m":500.0,"threshold_m":50.0,"by":"position","layers":{{"lap":{{"level":"high","boundary_distance_m":500.0,"threshold_m":50.0}}}},"near":[]}},"layers":{{{LAP}}}"#
    );
    let answer = written(&atlas, postcode("NN1 1AD"), &["lap"], TODAY);
    assert_eq!(answer, literal(&expected, at(500.0, 500.0)));
    let expected = format!(
        r#"{{"query":{{"postcode":"NN1 1AF"}},"location":{{"lon":LON,"lat":LAT,"easting":475500,"northing":260510,"positional_quality":60}},"areas":{{"lap":[{{"code":"N4","name":"North 4","match":"inside"}}]}},"confidence":{{"level":"low","boundary_distance_m":490.0,"threshold_m":50.0,"by":"position","layers":{{"lap":{{"level":"low","boundary_distance_m":490.0,"threshold_m":50.0}}}},"near":[]}},"layers":{{{LAP}}}"#
    );
    let answer = written(&atlas, postcode("NN1 1AF"), &["lap"], TODAY);
    assert_eq!(answer, literal(&expected, at(500.0, 510.0)));
}

#[test]
fn positions_near_and_on_a_boundary() {
    let atlas = with_addresses();
    let near = at(970.0, 100.25);
    let expected = format!(
        r#"{{"query":{{"easting":475970,"northing":260100.25}},"location":{{"lon":LON,"lat":LAT,"easting":475970,"northing":260100.25}},"areas":{{"ward":[{{"code":"E05000001","name":"Abbey","match":"inside"}}]}},"confidence":{{"level":"near_boundary","boundary_distance_m":30.0,"threshold_m":50.0,"by":"position","layers":{{"ward":{{"level":"near_boundary","boundary_distance_m":30.0,"threshold_m":50.0}}}},"near":[{{"layer":"ward","code":"E05000002","name":"Saint George's","distance_m":30.0}}]}},"layers":{{{WARD}}}"#
    );
    assert_eq!(written(&atlas, Place::Bng(near), &["ward"], TODAY), literal(&expected, near));
    let on = at(1000.0, 100.0);
    let expected = format!(
        r#"{{"query":{{"easting":476000,"northing":260100}},"location":{{"lon":LON,"lat":LAT,"easting":476000,"northing":260100}},"areas":{{"ward":[{{"code":"E05000001","name":"Abbey","match":"boundary"}},{{"code":"E05000002","name":"Saint George's","match":"boundary"}}]}},"confidence":{{"level":"near_boundary","boundary_distance_m":0.0,"threshold_m":50.0,"by":"position","layers":{{"ward":{{"level":"near_boundary","boundary_distance_m":0.0,"threshold_m":50.0}}}},"near":[]}},"layers":{{{WARD}}}"#
    );
    assert_eq!(written(&atlas, Place::Bng(on), &["ward"], TODAY), literal(&expected, on));
}

#[test]
fn a_layer_that_may_lack_the_area_does_not_answer_none() {
    let expected = format!(
        r#"{{"query":{{"postcode":"NN1 1AB"}},"location":{{"lon":LON,"lat":LAT,"easting":476700,"northing":260500,"positional_quality":10}},"areas":{{"lap":[],"parish":[]}},"confidence":{{"level":"low","coverage":"incomplete","boundary_distance_m":200.0,"threshold_m":50.0,"by":"position","layers":{{"lap":{{"level":"low","coverage":"incomplete","boundary_distance_m":200.0,"threshold_m":50.0}},"parish":{{"level":"high","boundary_distance_m":500.0,"threshold_m":50.0}}}},"near":[]}},"layers":{{{LAP},{PARISH}}}"#
    );
    let answer = written(&with_addresses(), postcode("NN1 1AB"), &["lap", "parish"], TODAY);
    assert_eq!(answer, literal(&expected, at(1700.0, 500.0)));
    let near = at(1510.0, 500.0);
    let expected = format!(
        r#"{{"query":{{"easting":476510,"northing":260500}},"location":{{"lon":LON,"lat":LAT,"easting":476510,"northing":260500}},"areas":{{"lap":[]}},"confidence":{{"level":"low","coverage":"incomplete","boundary_distance_m":10.0,"threshold_m":50.0,"by":"position","layers":{{"lap":{{"level":"low","coverage":"incomplete","boundary_distance_m":10.0,"threshold_m":50.0}}}},"near":[{{"layer":"lap","code":"N4","name":"North 4","distance_m":10.0}}]}},"layers":{{{LAP}}}"#
    );
    assert_eq!(
        written(&with_addresses(), Place::Bng(near), &["lap"], TODAY),
        literal(&expected, near)
    );
}

#[test]
fn addresses_in_no_area_are_counted() {
    let expected = format!(
        r#"{{"query":{{"postcode":"NN1 1AB"}},"location":{{"lon":LON,"lat":LAT,"easting":476700,"northing":260500,"positional_quality":10}},"areas":{{"lap":[{{"code":"N4","name":"North 4","match":"addresses","addresses":1,"share":0.25}}],"parish":[]}},"confidence":{{"level":"low","coverage":"incomplete","boundary_distance_m":100.0,"threshold_m":1.0,"by":"addresses","split":true,"layers":{{"lap":{{"level":"low","coverage":"incomplete","unassigned":{{"addresses":3,"share":0.75}},"boundary_distance_m":100.0,"threshold_m":1.0}},"parish":{{"level":"high","unassigned":{{"addresses":4,"share":1.0}},"boundary_distance_m":200.0,"threshold_m":20.0}}}},"near":[]}},"layers":{{{LAP},{PARISH}}}"#
    );
    let answer = written(&with_addresses_of_lap(), postcode("NN1 1AB"), &["lap", "parish"], TODAY);
    assert_eq!(answer, literal(&expected, at(1700.0, 500.0)));
}

#[test]
fn boundaries_that_are_no_longer_in_force_say_since_when() {
    let expected = r#","layers":{"ward_2013":{"layer":"ward_2013","valid_from":"2013-05-02","valid_to":"2021-04-01","resolution":"BGC","superseded_since":"2021-04-01"}}"#;
    let answer = written(&with_addresses(), postcode("NN1 1AA"), &["ward_2013"], TODAY);
    assert!(answer.ends_with(expected), "{answer}");
    let then = Day::Requested(date(2014, 7, 1));
    let answer = written(&with_addresses(), postcode("NN1 1AA"), &["ward_2013"], then);
    assert!(answer.ends_with(r#""valid_to":"2021-04-01","resolution":"BGC"}}"#), "{answer}");
}

#[test]
fn a_position_outside_ostn15_and_a_day_without_a_vintage() {
    let atlas = with_addresses();
    let far = Bng::new(-50_000.0, 100_000.0).unwrap();
    let expected = format!(
        r#"{{"query":{{"easting":-50000,"northing":100000,"date":"2026-11-21"}},"location":{{"lon":LON,"lat":LAT,"easting":-50000,"northing":100000,"accuracy":"helmert"}},"areas":{{"lap":[]}},"confidence":{{"level":"low","coverage":"outside","boundary_distance_m":548839.7,"threshold_m":50.0,"by":"position","layers":{{"lap":{{"level":"low","coverage":"outside","boundary_distance_m":548839.7,"threshold_m":50.0}}}},"near":[]}},"layers":{{{LAP}}}"#
    );
    assert_eq!(written(&atlas, Place::Bng(far), &["lap"], ON), literal(&expected, far));
    let degrees = LngLat::new(-0.9, 52.25).unwrap();
    let answer = written(&atlas, Place::LngLat(degrees), &["ward"], LONG_AGO);
    let (before, after) = answer.split_once("\"easting\"").unwrap();
    assert_eq!(
        before,
        r#"{"query":{"lon":-0.9,"lat":52.25,"date":"1066-10-14"},"location":{"lon":-0.9,"lat":52.25,"#
    );
    let (_, after) = after.split_once('}').unwrap();
    assert_eq!(after, r#","areas":{"ward":null},"confidence":null,"layers":{"ward":null}"#);
}
