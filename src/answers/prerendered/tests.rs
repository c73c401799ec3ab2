//! Prerendered answers are the bytes that serde writes.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::date;
use lapwing_boundaries::atlas::{Atlas, AtlasLayer, Day};
use lapwing_boundaries::confidence::ConfidenceLevel;
use lapwing_boundaries::demo::{self, WorldSize};
use lapwing_boundaries::gazetteer::addresses_of;
use lapwing_boundaries::locate::{self, AreaLocator, Located};
use lapwing_boundaries::position::{Bng, LngLat};
use lapwing_boundaries::postcode::Postcode;
use lapwing_boundaries::snapshot;

use super::super::lookup::lookup;
use super::super::{squares, test_worlds};
use super::*;

const TIME: Timestamp = Timestamp::UNIX_EPOCH;

fn days() -> [Day; 4] {
    [
        Day::Today(date(2026, 11, 21)),
        Day::Requested(date(2026, 11, 21)),
        Day::Requested(date(2015, 1, 1)),
        Day::Requested(date(1066, 10, 14)),
    ]
}

fn by_serde(atlas: &Atlas, place: Place, names: Option<&[String]>, day: Day) -> Vec<u8> {
    serde_json::to_vec(&lookup(atlas, place, names, day).unwrap()).unwrap()
}

fn by_parts(
    ready: &Prerendered,
    atlas: &Atlas,
    place: Place,
    names: Option<&[String]>,
    day: Day,
) -> Result<Vec<u8>, AnswerError> {
    let mut writer = TextWriter::default();
    let written = ready.write_lookup(&mut writer, atlas, place, names, day);
    assert!(written.is_ok() || writer.written().is_empty());
    written.map(|()| writer.written().to_vec())
}

/// The number of postcodes of each kind.
#[derive(Debug, Default)]
struct Tally {
    by_position: usize,
    by_addresses: usize,
    split: usize,
    /// By addresses, and near a boundary.
    near: usize,
    /// By addresses, none of which is in an area.
    without_area: usize,
    /// Some requested layer may lack an area.
    incomplete: usize,
    /// In no area of any layer.
    outside: usize,
    /// Some addresses are in no area of a layer.
    unassigned: usize,
}

/// Asks for every postcode with all combinations of layers and day.
fn assert_same_bytes(atlas: &Atlas) -> Tally {
    let ready = Prerendered::default();
    let mut ways: Vec<Option<Vec<String>>> = vec![None];
    for layer in atlas.layers().iter().map(AtlasLayer::layer).filter(|l| l.is_areas()) {
        let meta = layer.meta();
        ways.push(Some(vec![meta.series.to_string(), meta.id.to_string()]));
    }
    let mut tally = Tally::default();
    for record in atlas.all_facts() {
        let place = Place::Postcode(record.postcode);
        if record.position.is_none() {
            let refused = by_parts(&ready, atlas, place, None, days()[0]);
            assert!(matches!(refused, Err(AnswerError::PostcodeWithoutPosition(_))));
            continue;
        }
        let (_, known) = atlas.precomputed(record.postcode).unwrap();
        tally.by_position += usize::from(!known.is_by_addresses());
        tally.by_addresses += usize::from(known.is_by_addresses());
        for (at, (way, day)) in
            ways.iter().flat_map(|way| days().map(|day| (way.as_deref(), day))).enumerate()
        {
            let ours = by_parts(&ready, atlas, place, way, day).unwrap();
            let theirs = by_serde(atlas, place, way, day);
            let ours = String::from_utf8_lossy(&ours);
            assert_eq!(
                ours,
                String::from_utf8_lossy(&theirs),
                "{} {way:?} {day:?}",
                record.postcode
            );
            let by_addresses =
                |text| usize::from(ours.contains("\"split\":") && ours.contains(text));
            if at == 0 {
                tally.split += by_addresses("\"split\":true");
                tally.near += by_addresses("\"distance_m\":");
                tally.incomplete += usize::from(ours.contains("\"coverage\":\"incomplete\""));
                tally.outside += usize::from(ours.contains("\"coverage\":\"outside\""));
                tally.unassigned += usize::from(ours.contains("\"unassigned\":"));
                tally.without_area +=
                    usize::from(known.is_by_addresses() && !ours.contains("\"match\""));
            }
        }
    }
    tally
}

#[test]
fn prerendered_postcodes_of_generated_worlds_equal_serde() {
    for seed in [1, 2] {
        let tally = assert_same_bytes(&Atlas::build(test_worlds::world(seed, 400), TIME, &()));
        assert!(tally.by_position > 100 && tally.by_addresses > 80, "{tally:?}");
        assert!(tally.split > 20 && tally.near > 20 && tally.without_area > 5, "{tally:?}");
        assert!(tally.incomplete > 20 && tally.outside > 5 && tally.unassigned > 5, "{tally:?}");
    }
}

#[test]
fn prerendered_postcodes_of_the_squares_equal_serde() {
    assert_eq!(assert_same_bytes(&squares::atlas()).by_addresses, 0);
    assert_eq!(assert_same_bytes(&squares::with_addresses()).split, 1);
}

/// The answer of a layer for a postcode, computed without the precomputed one.
fn on_the_spot(
    atlas: &Atlas,
    record: &PostcodeFacts,
    ground: &impl AreaLocator,
    at: usize,
) -> Located {
    let meta = atlas.layers()[at].layer().meta();
    let addresses = addresses_of(atlas.addresses(), record.postcode);
    let position = record.position.unwrap();
    if !addresses.is_empty() {
        let around = atlas.ground_of_addresses(at, position, addresses);
        return locate::locate_addresses(meta, ground, addresses, around);
    }
    let mut found = locate::locate(meta, ground, position, atlas.ground_at(at, position));
    if record.positional_quality >= 50 {
        found.level = ConfidenceLevel::Low;
    }
    found
}

/// Rounds distances to the micrometre: the cells clip edges.
fn rounded(mut located: Located) -> Located {
    let round = |metres: f64| (metres * 1e6).round() / 1e6;
    located.boundary_distance_m = located.boundary_distance_m.map(round);
    located.near.iter_mut().for_each(|(_, metres)| *metres = round(*metres));
    located
}

#[test]
fn precomputed_answers_equal_those_located_now() {
    for seed in [5, 6] {
        let atlas = Atlas::build(test_worlds::world(seed, 400), TIME, &());
        let bytes = snapshot::to_bytes(&atlas);
        let opened = snapshot::from_bytes(&bytes, Path::new("odd.lapwing")).unwrap();
        let (mut known_ones, mut by_addresses) = (0, 0);
        for record in atlas.all_facts() {
            let Some((_, known)) = atlas.precomputed(record.postcode) else {
                assert_eq!(record.position, None, "{}", record.postcode);
                continue;
            };
            known_ones += 1;
            by_addresses += usize::from(known.is_by_addresses());
            assert_eq!(known.addresses(), addresses_of(atlas.addresses(), record.postcode).len());
            for (place, layer) in
                atlas.layers().iter().enumerate().filter(|(_, l)| l.layer().is_areas())
            {
                let what = format!("seed {seed}, {} {place}", record.postcode);
                let by_cells = on_the_spot(&atlas, &record, &atlas.cells().of_layer(place), place);
                let by_trees = on_the_spot(&atlas, &record, layer.area_index(), place);
                assert_eq!(known.located(place), by_cells, "{what}");
                assert_eq!(rounded(known.located(place)), rounded(by_trees), "{what}");
                assert_eq!(opened.locate_facts(place, &record), Some(by_cells), "{what}");
            }
        }
        assert!(known_ones > 300 && by_addresses > 80, "{known_ones}, {by_addresses}");
    }
}

#[test]
fn a_postcode_is_outside_only_if_its_addresses_and_its_position_are() {
    let atlas = Atlas::build(test_worlds::world(3, 400), TIME, &());
    let layers: Vec<usize> = (0..atlas.layers().len()).collect();
    let mut outside = 0;
    for record in atlas.all_facts() {
        let Some((_, known)) = atlas.precomputed(record.postcode) else { continue };
        for requested in [&layers[..0], &layers[..1], &layers] {
            let held = |&layer: &usize| !known.located(layer).matches.is_empty();
            let is_areas = |layer: &&usize| atlas.layers()[**layer].layer().is_areas();
            let expected = !requested.iter().filter(is_areas).any(held)
                && atlas.is_outside_all(record.position.unwrap());
            assert_eq!(
                known.is_outside(requested.iter().copied()),
                expected,
                "{}",
                record.postcode
            );
            outside += usize::from(expected && known.is_by_addresses());
        }
    }
    assert!(outside > 5, "{outside}");
}

/// Positions anywhere and outside, near postcodes, on vertices, with fractions.
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
fn prerendered_positions_equal_serde() {
    let seed = 11;
    let world = demo::world(seed, &WorldSize::of_wards(8)).into_contents();
    let (mut near, mut without_area) = (0, 0);
    for atlas in [Atlas::build(world, Timestamp::UNIX_EPOCH, &()), squares::atlas()] {
        let ready = Prerendered::default();
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
                    without_area += usize::from(!ours.contains("\"match\""));
                }
            }
        }
    }
    assert!(near > 20 && without_area > 20, "seed {seed}: {near} near, {without_area} nowhere");
}

#[test]
fn positions_and_unknown_names_are_answered_or_refused() {
    let (atlas, ready) = (squares::atlas(), Prerendered::default());
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
    assert!(matches!(refused, Err(AnswerError::UnknownPostcode { .. })));
    let place = Place::Postcode(Postcode::parse("NN1 1AA").unwrap());
    let unknown = ["nowhere".to_owned()];
    let refused = by_parts(&ready, &atlas, place, Some(&unknown), day);
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("nowhere"), "{message}");
}

#[test]
fn the_cached_text_of_one_day_is_not_used_for_another() {
    let (atlas, ready) = (squares::atlas(), Prerendered::default());
    let place = Place::Postcode(Postcode::parse("NN1 1AA").unwrap());
    for day in [Day::Today(date(2015, 1, 1)), Day::Today(date(2026, 1, 1)), days()[2]] {
        for _ in 0..2 {
            let ours = by_parts(&ready, &atlas, place, None, day).unwrap();
            assert_eq!(ours, by_serde(&atlas, place, None, day));
        }
    }
}
