//! A committed snapshot file, `squares.lapwing`: this code still opens it, answers from it, and
//! writes it byte for byte. It runs with and without the feature `load`.
//!
//! If a change to the format is intended, raise `snapshot::FORMAT` and write the file again:
//!
//! ```text
//! LAPWING_UPDATE_SNAPSHOT=1 cargo test -p lapwing-boundaries --test it stored_snapshot
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use geo::{MultiPolygon, polygon};
use jiff::Timestamp;
use lapwing_boundaries::area::{Area, Site};
use lapwing_boundaries::atlas::{Atlas, Contents, Provenance};
use lapwing_boundaries::code::AreaCode;
use lapwing_boundaries::confidence::ConfidenceLevel;
use lapwing_boundaries::gazetteer::{Address, Month, PostcodeRecord};
use lapwing_boundaries::geometry::predicate::Position;
use lapwing_boundaries::layer::{Completeness, Layer, LayerId, LayerMeta, Resolution, Vintage};
use lapwing_boundaries::locate::MatchBy;
use lapwing_boundaries::overlap::Relation;
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::postcode::Postcode;
use lapwing_boundaries::snapshot;

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/stored_snapshot/squares.lapwing")
}

fn at(x: f64, y: f64) -> Bng {
    Bng::new(475_000.0 + x, 260_000.0 + y).unwrap()
}

fn area(code: &str, name: &str, [x, y, width, height]: [f64; 4]) -> Area {
    let (x, y) = (475_000.0 + x, 260_000.0 + y);
    let ring = polygon![
        (x: x, y: y), (x: x + width, y: y), (x: x + width, y: y + height), (x: x, y: y + height)
    ];
    let properties = vec![("kind".to_owned(), serde_json::json!("rectangle"))];
    let geometry = MultiPolygon::new(vec![ring]);
    Area::from_valid(AreaCode::parse(code).unwrap(), name.to_owned(), properties, geometry)
}

fn meta(id: &str, resolution: Option<Resolution>) -> LayerMeta {
    LayerMeta {
        vintage: Vintage { valid_from: Some("2025-05-01".parse().unwrap()), valid_to: None },
        resolution,
        coverage: true,
        complete: Completeness::Within(LayerId::parse("ward").unwrap()),
        licence: Some(String::from("OGL-UK-3.0")),
        source: String::from("rectangles"),
        ..LayerMeta::new(LayerId::parse(id).unwrap())
    }
}

/// Two wards side by side, each 1,000 m square; one parish across their border; a hall; three
/// postcodes, one of which has two addresses, one in each ward.
fn contents() -> Contents {
    let wards = vec![
        area("E05000001", "West", [0.0, 0.0, 1000.0, 1000.0]),
        area("E05000002", "East", [1000.0, 0.0, 1000.0, 1000.0]),
    ];
    let parishes = vec![area("E04000001", "Middle", [800.0, 200.0, 400.0, 500.0])];
    let hall = Site {
        code: AreaCode::parse("H1").unwrap(),
        name: String::from("Hall"),
        position: at(10.0, 10.0),
        properties: Vec::new(),
    };
    let postcode = |text, x, terminated| PostcodeRecord {
        postcode: Postcode::parse(text).unwrap(),
        position: Some(at(x, 500.0)),
        positional_quality: 10,
        terminated,
        published_ward: AreaCode::parse("E05000001").ok(),
    };
    let address = |uprn, x| Address {
        uprn,
        postcode: Postcode::parse("NN1 1AB").unwrap(),
        position: at(x, 500.0),
    };
    Contents {
        title: String::from("Squares"),
        illustrative: true,
        layers: vec![
            Layer::of_areas(meta("ward", Some(Resolution::Bfc)), wards),
            Layer::of_areas(meta("parish", Some(Resolution::Bgc)), parishes),
            Layer::of_sites(meta("hall", None), vec![hall]),
        ],
        postcodes: vec![
            postcode("NN1 1AA", 500.0, None),
            postcode("NN1 1AB", 990.0, None),
            postcode("NN1 1AC", 1900.0, Some(Month { year: 2019, month: 7 })),
        ],
        addresses: vec![address(1, 900.0), address(2, 1100.0)],
        postcodes_from: Provenance {
            licence: Some(String::from("OGL-UK-3.0")),
            attribution: Some(String::from("Nobody")),
        },
        ..Contents::default()
    }
}

/// What this code writes, and the content of the stored file.
static WRITTEN_AND_STORED: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let atlas = Atlas::build(contents(), Timestamp::from_second(1_700_000_000).unwrap(), &());
    let written = snapshot::to_bytes(&atlas);
    if std::env::var_os("LAPWING_UPDATE_SNAPSHOT").is_some() {
        fs::write(path(), &written).unwrap();
    }
    (written, fs::read(path()).unwrap())
});

#[test]
fn the_stored_snapshot_is_what_this_code_writes() {
    let (written, stored) = &*WRITTEN_AND_STORED;
    assert!(
        stored == written,
        "the snapshot format or an answer in it has changed ({} bytes before, {} now): if that is \
         intended, see the module documentation of this test",
        stored.len(),
        written.len()
    );
}

#[test]
fn the_stored_snapshot_answers_positions_postcodes_overlaps_and_layers() {
    LazyLock::force(&WRITTEN_AND_STORED);
    let atlas = snapshot::read(&path()).unwrap();
    assert_eq!((atlas.title(), atlas.is_illustrative()), ("Squares", true));
    let ids: Vec<&str> = atlas.layers().iter().map(|l| l.layer().meta().id.as_str()).collect();
    assert_eq!(ids, ["ward", "parish", "hall"]);
    assert_eq!(*atlas.layers()[0].layer(), contents().layers[0]);

    let located = atlas.locate(0, at(970.0, 500.0));
    assert_eq!(located.matches[0].by, MatchBy::Position(Position::Inside));
    assert_eq!(atlas.code_and_name(0, located.matches[0].area), ("E05000001", "West"));
    assert_eq!((located.near, located.level), (vec![(1, 30.0)], ConfidenceLevel::NearBoundary));

    let (facts, answer) = atlas.precomputed(Postcode::parse("NN1 1AA").unwrap()).unwrap();
    assert!(facts.is_live());
    assert_eq!(
        (answer.level(0), answer.boundary_distance_m(0)),
        (ConfidenceLevel::High, Some(500.0))
    );
    let (_, split) = atlas.precomputed(Postcode::parse("NN1 1AB").unwrap()).unwrap();
    assert_eq!((split.addresses(), split.level(0)), (2, ConfidenceLevel::Low));
    assert_eq!(split.matches(0).map(|found| found.area).collect::<Vec<_>>(), [0, 1]);

    let row = atlas.overlaps_of(0, 0, 1)[0];
    assert_eq!((row.shared_m2, row.relation), (100_000.0, Relation::Partial));
    let found = atlas.search().find("wes", 5);
    assert_eq!(found.iter().map(|f| (f.layer, f.index)).collect::<Vec<_>>(), [(0, 0)]);
}
