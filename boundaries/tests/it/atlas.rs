//! An atlas of a few squares: its answers, and the same answers from its snapshot.

use std::path::Path;

use geo::{MultiPolygon, polygon};
use jiff::Timestamp;
use jiff::civil::date;
use lapwing_boundaries::area::{Area, Site};
use lapwing_boundaries::atlas::{Atlas, Contents, Day};
use lapwing_boundaries::code::AreaCode;
use lapwing_boundaries::confidence::{ConfidenceLevel, Coverage};
use lapwing_boundaries::gazetteer::{Address, Month, PostcodeRecord};
use lapwing_boundaries::geometry::predicate::Position;
use lapwing_boundaries::layer::{Completeness, Layer, LayerId, LayerMeta, Resolution, Vintage};
use lapwing_boundaries::locate::MatchBy;
use lapwing_boundaries::overlap::Relation;
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::postcode::Postcode;
use lapwing_boundaries::snapshot::{self, SnapshotError};

const EAST: f64 = 475_000.0;
const NORTH: f64 = 260_000.0;

fn meta(id: &str, resolution: Resolution) -> LayerMeta {
    LayerMeta {
        resolution: Some(resolution),
        coverage: true,
        source: String::from("squares"),
        ..LayerMeta::new(LayerId::parse(id).unwrap())
    }
}

/// A rectangle in metres, relative to a corner of Northamptonshire.
fn rectangle(code: &str, [x, y, width, height]: [f64; 4]) -> Area {
    let (x, y) = (EAST + x, NORTH + y);
    let ring = polygon![
        (x: x, y: y), (x: x + width, y: y), (x: x + width, y: y + height), (x: x, y: y + height)
    ];
    let code = AreaCode::parse(code).unwrap();
    let properties = vec![("LAD".to_owned(), serde_json::json!(["West", 1.5, null]))];
    Area::from_valid(code, String::from("Rectangle"), properties, MultiPolygon::new(vec![ring]))
}

fn at(x: f64, y: f64) -> Bng {
    Bng::new(EAST + x, NORTH + y).unwrap()
}

fn postcode(text: &str, x: f64, y: f64) -> PostcodeRecord {
    PostcodeRecord {
        postcode: Postcode::parse(text).unwrap(),
        position: Some(at(x, y)),
        positional_quality: 10,
        terminated: None,
        published_ward: None,
    }
}

/// Two adjoining wards of 1,000 m by 1,000 m; a LAP of both; one parish across their boundary,
/// drawn to 20 m; four postcodes, and the three addresses of one of them.
fn contents() -> Contents {
    let wards = vec![
        rectangle("E05000002", [1000.0, 0.0, 1000.0, 1000.0]),
        rectangle("E05000001", [0.0, 0.0, 1000.0, 1000.0]),
    ];
    let laps = vec![rectangle("N4", [0.0, 0.0, 2000.0, 1000.0])];
    let parishes = vec![rectangle("E04000001", [800.0, 200.0, 400.0, 500.0])];
    let hall = Site {
        code: AreaCode::parse("H1").unwrap(),
        name: String::from("Hall"),
        position: at(10.0, 10.0),
        properties: vec![],
    };
    let mut old = postcode("NN1 1AD", 500.0, 500.0);
    old.terminated = Some(Month { year: 2019, month: 7 });
    let address = |uprn, x| Address {
        uprn,
        postcode: Postcode::parse("NN1 1AC").unwrap(),
        position: at(x, 300.0),
    };
    Contents {
        title: String::from("Squares"),
        layers: vec![
            Layer::of_areas(meta("ward", Resolution::Bfc), wards),
            Layer::of_areas(meta("lap", Resolution::Bfc), laps),
            Layer::of_areas(parish_meta(Completeness::Everywhere), parishes),
            Layer::of_sites(meta("hall", Resolution::Bfc), vec![hall]),
        ],
        postcodes: vec![
            postcode("NN1 1AB", 1500.0, 500.0),
            postcode("NN1 1AA", 500.0, 500.0),
            postcode("NN1 1AC", 990.0, 300.0),
            old,
        ],
        addresses: vec![address(3, 1010.0), address(1, 980.0), address(2, 985.0)],
        ..Contents::default()
    }
}

/// Parishes leave ground without a parish.
fn parish_meta(complete: Completeness) -> LayerMeta {
    LayerMeta { coverage: false, complete, ..meta("parish", Resolution::Bgc) }
}

/// The squares with the same parish in a layer of this completeness.
fn with_parishes(complete: Completeness) -> Atlas {
    let mut contents = contents();
    let parishes = contents.layers[2].areas().to_vec();
    contents.layers[2] = Layer::of_areas(parish_meta(complete), parishes);
    Atlas::build(contents, Timestamp::UNIX_EPOCH, &())
}

fn atlas() -> Atlas {
    Atlas::build(contents(), Timestamp::from_second(1_700_000_000).unwrap(), &())
}

#[test]
fn a_point_on_a_shared_edge_is_in_both_areas() {
    let located = atlas().locate(0, at(1000.0, 500.0));
    let named: Vec<_> = located.matches.iter().map(|m| (m.area, m.by)).collect();
    let boundary = MatchBy::Position(Position::Boundary);
    assert_eq!(named, [(0, boundary), (1, boundary)]);
    assert_eq!(located.boundary_distance_m, Some(0.0));
    assert_eq!(located.level, ConfidenceLevel::NearBoundary);
    assert_eq!(located.near, []);
}

#[test]
fn a_point_near_an_edge_lists_the_neighbour_with_its_distance() {
    let located = atlas().locate(0, at(970.0, 500.0));
    assert_eq!(located.matches.len(), 1);
    assert_eq!(located.near, [(1, 30.0)]);
    assert_eq!((located.boundary_distance_m, located.threshold_m), (Some(30.0), 50.0));
    assert_eq!(located.level, ConfidenceLevel::NearBoundary);
}

#[test]
fn a_point_far_from_every_edge_has_high_confidence() {
    let located = atlas().locate(0, at(500.0, 500.0));
    assert_eq!((located.level, located.boundary_distance_m), (ConfidenceLevel::High, Some(500.0)));
}

#[test]
fn an_unparished_point_has_no_parish_but_a_boundary_distance() {
    let located = atlas().locate(2, at(500.0, 500.0));
    assert!(located.matches.is_empty());
    assert_eq!((located.level, located.boundary_distance_m), (ConfidenceLevel::High, Some(300.0)));
    assert_eq!(located.coverage, Coverage::Complete);
}

#[test]
fn a_layer_that_is_not_known_to_be_complete_does_not_answer_none() {
    let ward = LayerId::parse("ward").unwrap();
    for (complete, coverage, level) in [
        (Completeness::Unknown, Coverage::Incomplete, ConfidenceLevel::Low),
        (Completeness::Within(ward), Coverage::Complete, ConfidenceLevel::High),
        // Without its region nothing is known.
        (
            Completeness::Within(LayerId::parse("gone").unwrap()),
            Coverage::Incomplete,
            ConfidenceLevel::Low,
        ),
    ] {
        let atlas = with_parishes(complete);
        let located = atlas.locate(2, at(500.0, 500.0));
        assert_eq!((located.coverage, located.level), (coverage, level));
        let (_, known) = atlas.precomputed(Postcode::parse("NN1 1AA").unwrap()).unwrap();
        assert_eq!((known.coverage(2), known.level(2)), (coverage, level));
        assert_eq!(
            (known.coverage(0), known.level(0)),
            (Coverage::Complete, ConfidenceLevel::High)
        );
    }
}

#[test]
fn a_place_in_no_area_of_any_layer_is_outside_and_one_at_an_edge_is_near_it() {
    let atlas = atlas();
    let outside = atlas.locate(2, at(5000.0, 500.0));
    assert_eq!((outside.coverage, outside.level), (Coverage::Outside, ConfidenceLevel::Low));
    // A LAP that reaches 25 m further east than the wards. Their drawing error is 1 m, and the coarsest
    // of the others is 20 m.
    let mut contents = contents();
    let laps = vec![rectangle("N4", [0.0, 0.0, 2025.0, 1000.0])];
    contents.layers[1] = Layer::of_areas(meta("lap", Resolution::Bfc), laps);
    let atlas = Atlas::build(contents, Timestamp::UNIX_EPOCH, &());
    for (x, coverage, level) in [
        (2015.0, Coverage::Edge, ConfidenceLevel::NearBoundary),
        (2022.0, Coverage::Incomplete, ConfidenceLevel::Low),
    ] {
        let located = atlas.locate(0, at(x, 500.0));
        assert!(located.matches.is_empty());
        assert_eq!((located.coverage, located.level), (coverage, level), "{x}");
    }
}

#[test]
fn addresses_in_no_area_of_a_layer_are_counted_and_may_be_in_one_that_is_missing() {
    for (complete, coverage) in [
        (Completeness::Everywhere, Coverage::Complete),
        (Completeness::Unknown, Coverage::Incomplete),
    ] {
        let mut contents = contents();
        let parishes = vec![rectangle("E04000001", [981.0, 200.0, 10.0, 500.0])];
        contents.layers[2] = Layer::of_areas(parish_meta(complete), parishes);
        let atlas = Atlas::build(contents, Timestamp::UNIX_EPOCH, &());
        let bytes = snapshot::to_bytes(&atlas);
        let opened = snapshot::from_bytes(&bytes, Path::new("s.lapwing")).unwrap();
        for atlas in [&atlas, &opened] {
            let (_, known) = atlas.precomputed(Postcode::parse("NN1 1AC").unwrap()).unwrap();
            assert_eq!((known.addresses(), known.unassigned(2)), (3, 2));
            assert!(known.is_split(2));
            assert_eq!((known.coverage(2), known.level(2)), (coverage, ConfidenceLevel::Low));
            assert_eq!(known.matches(2).count(), 1, "no area stands for the others");
            assert_eq!(known.unassigned(1), 0);
        }
    }
}

#[test]
fn addresses_decide_how_a_postcode_is_split() {
    let atlas = atlas();
    let record = atlas.facts(Postcode::parse("NN1 1AC").unwrap()).unwrap();
    let wards = atlas.locate_facts(0, &record).unwrap();
    let shares: Vec<_> = wards.matches.iter().map(|m| (m.area, m.by)).collect();
    let split = |count, share| MatchBy::Addresses { count, share };
    assert_eq!(shares, [(0, split(2, 2.0 / 3.0)), (1, split(1, 1.0 / 3.0))]);
    assert_eq!(wards.level, ConfidenceLevel::Low);
    let laps = atlas.locate_facts(1, &record).unwrap();
    assert_eq!(laps.level, ConfidenceLevel::High);
}

#[test]
fn a_guessed_position_never_has_high_confidence() {
    let mut contents = contents();
    contents.postcodes[1].positional_quality = 60;
    let atlas = Atlas::build(contents, Timestamp::UNIX_EPOCH, &());
    let record = atlas.facts(Postcode::parse("NN1 1AA").unwrap()).unwrap();
    assert_eq!(atlas.locate_facts(0, &record).unwrap().level, ConfidenceLevel::Low);
}

#[test]
fn overlaps_have_relation_area_and_postcodes_from_either_side() {
    let atlas = atlas();
    let from_parish = atlas.overlaps_of(2, 0, 0);
    let read: Vec<_> =
        from_parish.iter().map(|r| (r.to, r.relation, r.shared_m2, r.postcodes)).collect();
    assert_eq!(read, [(0, Relation::Partial, 100_000.0, 1), (1, Relation::Partial, 100_000.0, 0)]);
    assert_eq!(from_parish[0].addresses, 2);
    let from_ward = atlas.overlaps_of(0, 0, 1);
    assert_eq!(from_ward[0].relation, Relation::Within);
    assert_eq!(atlas.overlaps_of(1, 0, 0)[0].relation, Relation::Contains);
    assert_eq!(atlas.overlaps_of(0, 0, 0)[0].relation, Relation::Touches);
}

#[test]
fn terminated_postcodes_are_found_but_not_counted() {
    let atlas = atlas();
    assert_eq!([0, 1].map(|ward| atlas.postcodes_in(0, ward)), [2, 1]);
    assert_eq!(atlas.postcodes_in(1, 0), 3);
    let old = atlas.facts(Postcode::parse("NN1 1AD").unwrap()).unwrap();
    assert_eq!(atlas.locate_facts(0, &old).unwrap().matches.len(), 1);
}

#[test]
fn the_uncovered_remainder_is_covered_by_no_area() {
    let atlas = atlas();
    assert_eq!(atlas.uncovered_m2(0, 0, 2), 900_000.0);
    assert_eq!(atlas.uncovered_m2(2, 0, 0), 0.0);
}

#[test]
fn a_date_selects_the_vintage_in_force() {
    let mut contents = contents();
    let mut before = meta("ward_2013", Resolution::Bgc);
    before.series = LayerId::parse("ward").unwrap();
    before.vintage = Vintage { valid_from: None, valid_to: Some(date(2021, 4, 1)) };
    let areas = vec![rectangle("E05000009", [0.0, 0.0, 2000.0, 1000.0])];
    contents.layers.push(Layer::of_areas(before, areas));
    let mut now = meta("ward", Resolution::Bfc);
    now.vintage = Vintage { valid_from: Some(date(2021, 4, 1)), valid_to: Some(date(2025, 5, 1)) };
    contents.layers[0] = Layer::of_areas(now, contents.layers[0].areas().to_vec());
    let atlas = Atlas::build(contents, Timestamp::UNIX_EPOCH, &());

    let chosen = |names: &[&str], day| {
        let names: Vec<String> = names.iter().map(|&n| n.to_owned()).collect();
        let chosen = atlas.choose(Some(&names), day).unwrap();
        chosen.into_iter().map(|c| (c.key.to_string(), c.layer)).collect::<Vec<_>>()
    };
    let ward = |layer| vec![(String::from("ward"), layer)];
    assert_eq!(chosen(&["ward"], Day::Requested(date(2014, 7, 1))), ward(Some(4)));
    assert_eq!(chosen(&["ward"], Day::Requested(date(2021, 4, 1))), ward(Some(0)));
    assert_eq!(chosen(&["ward"], Day::Requested(date(2025, 5, 1))), ward(None));
    assert_eq!(chosen(&["ward"], Day::Today(date(2026, 11, 21))), ward(Some(0)));
    let old = vec![(String::from("ward_2013"), Some(4))];
    assert_eq!(chosen(&["ward_2013"], Day::Requested(date(2024, 1, 1))), old);
    let all = atlas.choose(None, Day::Today(date(2024, 1, 1))).unwrap();
    assert_eq!(all.iter().map(|c| c.layer).collect::<Vec<_>>(), [Some(0), Some(1), Some(2)]);
    assert_eq!(
        atlas.choose(Some(&[String::from("hall")]), Day::Today(date(2024, 1, 1))),
        Err(String::from("hall"))
    );
}

#[test]
fn a_lookup_answers_the_series_in_the_catalogue_by_default() {
    let mut contents = contents();
    contents.lookup = vec![LayerId::parse("lap").unwrap()];
    let atlas = Atlas::build(contents, Timestamp::UNIX_EPOCH, &());
    let layer_indices = |names: Option<&[String]>| -> Vec<Option<usize>> {
        let chosen = atlas.choose(names, Day::Today(date(2026, 11, 21))).unwrap();
        chosen.into_iter().map(|c| c.layer).collect()
    };
    assert_eq!(layer_indices(None), [Some(1)]);
    assert_eq!(layer_indices(Some(&[String::from("ward")])), [Some(0)]);
}

#[test]
fn a_snapshot_preserves_the_atlas() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("squares.lapwing");
    let atlas = atlas();
    snapshot::write(&atlas, &path).unwrap();
    let read = snapshot::read(&path).unwrap();
    assert_eq!(read.id(), atlas.id());
    assert_eq!(read.built(), atlas.built());
    assert_eq!(snapshot::to_bytes(&read), snapshot::to_bytes(&atlas));
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1, "nothing is left beside the snapshot: {files:?}");
}

#[test]
fn equal_data_gives_equal_ids_at_any_time() {
    let later = Atlas::build(contents(), Timestamp::from_second(1_800_000_000).unwrap(), &());
    assert_eq!(later.id(), atlas().id());
    let mut other = contents();
    other.title.push('!');
    assert_ne!(Atlas::build(other, later.built(), &()).id(), later.id());
}

#[test]
fn a_truncated_or_altered_snapshot_is_refused() {
    let path = Path::new("squares.lapwing");
    let bytes = snapshot::to_bytes(&atlas());
    for length in (0..bytes.len()).step_by(7) {
        assert!(snapshot::from_bytes(&bytes[..length], path).is_err(), "cut to {length}");
    }
    for offset in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[offset] ^= 0x20;
        assert!(snapshot::from_bytes(&altered, path).is_err(), "altered at {offset}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    let error = snapshot::from_bytes(&longer, path).unwrap_err();
    assert!(matches!(error, SnapshotError::WrongLength { .. }), "{error}");
}

#[test]
fn a_truncated_or_altered_mapped_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("squares.lapwing");
    let bytes = snapshot::to_bytes(&atlas());
    for offset in (0..bytes.len()).step_by(61) {
        std::fs::write(&path, &bytes[..offset]).unwrap();
        assert!(snapshot::read(&path).is_err(), "cut to {offset}");
        let mut altered = bytes.clone();
        altered[offset] ^= 0x20;
        std::fs::write(&path, &altered).unwrap();
        assert!(snapshot::read(&path).is_err(), "altered at {offset}");
    }
}

#[test]
fn a_mapped_file_answers_nearest_within_and_search_like_the_atlas() {
    let built = atlas();
    let opened =
        snapshot::from_bytes(&snapshot::to_bytes(&built), Path::new("squares.lapwing")).unwrap();
    let near = |atlas: &Atlas| atlas.nearest_postcodes(at(500.0, 500.0)).collect::<Vec<_>>();
    assert_eq!(near(&opened), near(&built));
    assert!(near(&built).windows(2).all(|pair| pair[0].1 <= pair[1].1));
    let placed = built.all_facts().filter(|facts| facts.position.is_some()).count();
    assert_eq!(near(&built).len(), placed);
    let within =
        |atlas: &Atlas| atlas.postcodes_within(built.layers()[0].layer().areas()[0].geometry());
    assert_eq!(within(&opened), within(&built));
    assert_eq!(within(&built).len(), built.postcodes_in(0, 0) as usize);
    for text in ["e05", "E05013246", "n4", ""] {
        assert_eq!(opened.search().find(text, 9), built.search().find(text, 9), "{text}");
    }
    assert_eq!(built.search().find("e05", 9).len(), built.layers()[0].layer().len());
}

#[test]
fn an_older_format_is_refused_with_a_remedy() {
    let mut bytes = snapshot::to_bytes(&atlas());
    bytes[8..12].copy_from_slice(&(snapshot::FORMAT - 1).to_le_bytes());
    let error = snapshot::from_bytes(&bytes, Path::new("old.lapwing")).unwrap_err();
    assert!(error.to_string().contains("build the snapshot again"), "{error}");
}

#[test]
fn a_newer_format_is_refused_with_its_number() {
    let mut bytes = snapshot::to_bytes(&atlas());
    bytes[8..12].copy_from_slice(&(snapshot::FORMAT + 1).to_le_bytes());
    let error = snapshot::from_bytes(&bytes, Path::new("new.lapwing")).unwrap_err();
    assert!(error.to_string().contains("use a newer lapwing"), "{error}");
}

#[test]
fn two_builds_of_the_same_file_do_not_mix() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("squares.lapwing");
    let partial = std::fs::File::create(folder.path().join(".squares.lapwing.partial")).unwrap();
    partial.lock().unwrap();
    let error = snapshot::write(&atlas(), &path).unwrap_err();
    assert!(matches!(error, SnapshotError::Busy { .. }), "{error}");
    drop(partial);
    snapshot::write(&atlas(), &path).unwrap();
}
