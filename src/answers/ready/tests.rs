//! Ready answers are the bytes that serde writes.

use jiff::Timestamp;
use jiff::civil::date;
use lapwing_boundaries::atlas::{Atlas, AtlasLayer, Day};
use lapwing_boundaries::demo::{self, WorldSize};
use lapwing_boundaries::gazetteer::Month;
use lapwing_boundaries::locate::{self, Level};
use lapwing_boundaries::position::{Bng, LngLat};
use lapwing_boundaries::postcode::Postcode;

use super::super::squares;
use super::*;

fn days() -> [Day; 4] {
    [
        Day::Today(date(2026, 11, 21)),
        Day::Asked(date(2026, 11, 21)),
        Day::Asked(date(2015, 1, 1)),
        Day::Asked(date(1066, 10, 14)),
    ]
}

fn by_serde(atlas: &Atlas, place: Place, names: Option<&[String]>, day: Day) -> Vec<u8> {
    serde_json::to_vec(&lookup(atlas, place, names, day).unwrap()).unwrap()
}

fn by_parts(
    ready: &Ready,
    atlas: &Atlas,
    place: Place,
    names: Option<&[String]>,
    day: Day,
) -> Result<Vec<u8>, AnswerError> {
    let mut pen = Pen::default();
    let written = ready.write_lookup(&mut pen, atlas, place, names, day);
    assert!(written.is_ok() || pen.written().is_empty());
    written.map(|()| pen.written().to_vec())
}

/// Asks for every postcode with a position in every way, and says how many were known.
fn assert_same_bytes(atlas: &Atlas) -> usize {
    let ready = Ready::default();
    let mut ways: Vec<Option<Vec<String>>> = vec![None];
    for layer in atlas.layers().iter().map(AtlasLayer::layer).filter(|l| l.is_areas()) {
        let meta = layer.meta();
        ways.push(Some(vec![meta.series.to_string(), meta.id.to_string()]));
    }
    let mut known = 0;
    for record in atlas.all_facts().filter(|record| record.position.is_some()) {
        known += usize::from(atlas.known(record.postcode).is_some());
        let place = Place::Postcode(record.postcode);
        for (way, day) in ways.iter().flat_map(|way| days().map(|day| (way.as_deref(), day))) {
            let ours = by_parts(&ready, atlas, place, way, day).unwrap();
            let theirs = by_serde(atlas, place, way, day);
            assert_eq!(
                String::from_utf8_lossy(&ours),
                String::from_utf8_lossy(&theirs),
                "{} {way:?} {day:?}",
                record.postcode
            );
        }
    }
    known
}

#[test]
fn every_postcode_of_generated_worlds_is_answered_byte_for_byte() {
    for seed in [1, 2] {
        let size = WorldSize { postcodes: 400, ..WorldSize::of_wards(8) };
        let mut contents = demo::world(seed, &size).into_contents();
        // What the worlds have too little of: guesses, terminated postcodes, points on vertices,
        // half metres, and places without OSTN15.
        let vertices: Vec<geo::Coord<f64>> = contents.layers[0]
            .areas()
            .iter()
            .flat_map(lapwing_boundaries::area::Area::edges)
            .map(|edge| edge.start)
            .collect();
        for (at, record) in contents.postcodes.iter_mut().enumerate() {
            match at % 9 {
                1 => record.positional_quality = 60,
                2 => record.terminated = Some(Month { year: 2019, month: 7 }),
                3 => {
                    let vertex = vertices[at * 7 % vertices.len()];
                    record.position = Bng::new(vertex.x, vertex.y).ok();
                }
                4 => record.position = Bng::new(-90_000.5, 1_300_000.25 + at as f64).ok(),
                5 => {
                    let Some(near) = record.position else { continue };
                    record.position = Bng::new(near.easting() + 0.25, near.northing()).ok();
                }
                _ => {}
            }
        }
        let known = assert_same_bytes(&Atlas::build(contents, Timestamp::UNIX_EPOCH, &()));
        assert!(known > 100, "{known}");
    }
}

#[test]
fn the_squares_with_their_addresses_are_answered_byte_for_byte() {
    let atlas = squares::atlas();
    assert!(assert_same_bytes(&atlas) > 0);
}

#[test]
fn a_known_answer_is_the_one_found_on_the_spot() {
    let contents = demo::world(5, &WorldSize::of_wards(8)).into_contents();
    let atlas = Atlas::build(contents, Timestamp::UNIX_EPOCH, &());
    let mut known_ones = 0;
    for record in atlas.all_facts() {
        let Some((_, known)) = atlas.known(record.postcode) else { continue };
        known_ones += 1;
        for (place, layer) in (0..).zip(atlas.layers()).filter(|(_, l)| l.layer().is_areas()) {
            let mut found = atlas.locate(place, record.position.unwrap());
            if record.positional_quality >= locate::POOR_QUALITY {
                found.level = Level::Low;
            }
            assert_eq!(
                known.located(place),
                found,
                "{} {}",
                record.postcode,
                layer.layer().meta().id
            );
        }
    }
    assert!(known_ones > 0);
}

/// Positions of all kinds: anywhere and outside, near postcodes, on vertices, with fractions.
fn positions(atlas: &Atlas, seed: u64) -> Vec<Place> {
    let mut state = seed;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut found = Vec::new();
    for record in atlas.all_facts().filter_map(|record| record.position).take(20) {
        found.push((record.easting() + random() * 300.0, record.northing() - random() * 300.0));
        found.push((record.easting(), record.northing()));
    }
    for layer in atlas.layers().iter().map(AtlasLayer::layer).filter(|layer| layer.is_areas()) {
        let edges = layer.areas().iter().flat_map(lapwing_boundaries::area::Area::edges);
        let vertices = edges.step_by(97).take(15).map(|edge| edge.start);
        found.extend(vertices.flat_map(|at| [(at.x, at.y), (at.x + 20.0, at.y)]));
    }
    found.extend((0..20).map(|_| (random() * 700_000.0, random() * 1_300_000.0)));
    found.push((-90_000.5, 1_300_000.25));
    let positions = found.into_iter().filter_map(|(x, y)| Bng::new(x, y).ok());
    positions.flat_map(|at| [Place::Bng(at), Place::LngLat(at.to_lng_lat().0)]).collect()
}

#[test]
fn positions_are_answered_byte_for_byte() {
    let seed = 11;
    let world = demo::world(seed, &WorldSize::of_wards(8)).into_contents();
    let (mut near, mut nowhere) = (0, 0);
    for atlas in [Atlas::build(world, Timestamp::UNIX_EPOCH, &()), squares::atlas()] {
        let ready = Ready::default();
        let areas = atlas.layers().iter().map(AtlasLayer::layer).filter(|layer| layer.is_areas());
        let ids: Vec<String> = areas.map(|layer| layer.meta().id.to_string()).collect();
        for place in positions(&atlas, seed) {
            for names in [None, Some(&ids[..]), Some(&ids[..1])] {
                for day in days() {
                    let ours = by_parts(&ready, &atlas, place, names, day).unwrap();
                    let ours = String::from_utf8(ours).unwrap();
                    let theirs = by_serde(&atlas, place, names, day);
                    assert_eq!(
                        ours,
                        String::from_utf8_lossy(&theirs),
                        "{place:?} {names:?} {day:?}"
                    );
                    near += usize::from(ours.contains("\"distance_m\""));
                    nowhere += usize::from(!ours.contains("\"match\""));
                }
            }
        }
    }
    assert!(near > 20 && nowhere > 20, "seed {seed}: {near} near, {nowhere} nowhere");
}

#[test]
fn other_places_and_other_words_are_answered_as_before() {
    let (atlas, ready) = (squares::atlas(), Ready::default());
    let day = days()[0];
    for place in [
        Place::LngLat(LngLat::new(-0.9, 52.2).unwrap()),
        Place::Bng(Bng::new(500.0, 500.0).unwrap()),
    ] {
        let ours = by_parts(&ready, &atlas, place, None, day).unwrap();
        assert_eq!(ours, by_serde(&atlas, place, None, day));
    }
    let unknown = Place::Postcode(Postcode::parse("ZZ9 9ZZ").unwrap());
    let refused = by_parts(&ready, &atlas, unknown, None, day);
    assert!(matches!(refused, Err(AnswerError::UnknownPostcode(_))));
    let place = Place::Postcode(Postcode::parse("NN1 1AA").unwrap());
    let nowhere = ["nowhere".to_owned()];
    let refused = by_parts(&ready, &atlas, place, Some(&nowhere), day);
    let told = refused.unwrap_err().to_string();
    assert!(told.contains("nowhere"), "{told}");
}

#[test]
fn the_usual_question_of_another_day_is_answered_for_that_day() {
    let (atlas, ready) = (squares::atlas(), Ready::default());
    let place = Place::Postcode(Postcode::parse("NN1 1AA").unwrap());
    for day in [Day::Today(date(2015, 1, 1)), Day::Today(date(2026, 1, 1)), days()[2]] {
        for _ in 0..2 {
            let ours = by_parts(&ready, &atlas, place, None, day).unwrap();
            assert_eq!(ours, by_serde(&atlas, place, None, day));
        }
    }
}
