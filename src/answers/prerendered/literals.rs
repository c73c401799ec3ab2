//! Answers written out, beside the random worlds in which both ways of writing only agree.

use jiff::civil::date;
use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::position::{Bng, LngLat};
use lapwing_boundaries::postcode::Postcode;

use super::super::squares::{TODAY, at, with_addresses};
use super::super::{Place, Ready, lookup};
use crate::answers::text_writer::Pen;

const ON: Day = Day::Asked(date(2026, 11, 21));
const LONG_AGO: Day = Day::Asked(date(1066, 10, 14));

fn postcode(text: &str) -> Place {
    Place::Postcode(Postcode::parse(text).unwrap())
}

/// Both ways of writing one answer, which must be the same, up to its `snapshot`.
fn written(atlas: &Atlas, place: Place, names: &[&str], day: Day) -> String {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let names = (!names.is_empty()).then_some(&*names);
    let mut pen = Pen::default();
    Ready::default().write_lookup(&mut pen, atlas, place, names, day).unwrap();
    let text = String::from_utf8(pen.written().to_vec()).unwrap();
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

#[test]
fn answers_are_these_bytes() {
    let atlas = with_addresses();
    let near = Place::Bng(at(970.0, 100.25));
    let far = Place::Bng(Bng::new(-50_000.0, 100_000.0).unwrap());
    let degrees = Place::LngLat(LngLat::new(-0.9, 52.25).unwrap());
    let cases: [(Place, &[&str], Day, &str); 8] = [
        (postcode("NN1 1AC"), &[], TODAY, r#"A"#),
        (postcode("NN1 1AB"), &["parish", "lap"], ON, r#"B"#),
        (near, &["ward", "parish"], TODAY, r#"C"#),
        (Place::Bng(at(1000.0, 100.0)), &["ward"], TODAY, r#"D"#),
        (far, &["lap"], ON, r#"E"#),
        (degrees, &["ward"], LONG_AGO, r#"F"#),
        (postcode("NN1 1AD"), &["lap"], TODAY, r#"G"#),
        (postcode("NN1 1AF"), &["lap"], TODAY, r#"H"#),
    ];
    for (place, names, day, expected) in cases {
        eprintln!("{expected}: {}", written(&atlas, place, names, day));
    }
    for (place, names, day, expected) in cases {
        assert_eq!(written(&atlas, place, names, day), expected, "{place:?} {names:?} {day:?}");
    }
}
