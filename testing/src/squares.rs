//! A county of a few squares in the middle of Northamptonshire, small enough to be checked by
//! hand. Metres are from its south-west corner.
//!
//! ```text
//!  1000 ┌───────────┬───────────┐   ward      E05000001 | E05000002, BFC, from 2021-04-01
//!       │        ┌──┼──┐        │   ward_2013 E05000009, both together, BGC, until 2021-04-01
//!   500 │    A   │P │  │   B    │   lap       N4, the western 1,500 m
//!       │        └──┼──┘        │   parish    E04000001, 800..1200 by 200..700, BGC
//!     0 └───────────┴───────────┘   hall      three points
//!       0         1000        2000
//! ```
//!
//! The wards and the parishes are complete; of the partnerships only one is known.

use geo::{MultiPolygon, polygon};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use lapwing_boundaries::area::{Area, Site};
use lapwing_boundaries::atlas::{Atlas, Contents, Day, Provenance};
use lapwing_boundaries::code::AreaCode;
use lapwing_boundaries::gazetteer::{Address, Month, PostcodeRecord};
use lapwing_boundaries::layer::{Completeness, Layer, LayerId, LayerMeta, Resolution, Vintage};
use lapwing_boundaries::position::Bng;
use lapwing_boundaries::postcode::Postcode;

/// The south-west corner.
pub const EAST: f64 = 475_000.0;
/// The south-west corner.
pub const NORTH: f64 = 260_000.0;

/// The day on which questions are asked.
pub const TODAY: Day = Day::Today(TODAY_DATE);
/// The same as a date.
pub const TODAY_DATE: Date = date(2026, 11, 21);

fn meta(id: &str, series: &str, resolution: Resolution) -> LayerMeta {
    // The other partnerships are not known; the parishes are.
    let complete = match id {
        "lap" | "hall" => Completeness::Unknown,
        "parish" => Completeness::Within(LayerId::parse("ward").unwrap()),
        _ => Completeness::Everywhere,
    };
    LayerMeta {
        id: LayerId::parse(id).unwrap(),
        series: LayerId::parse(series).unwrap(),
        title: format!("Squares: {id}"),
        vintage: Vintage::default(),
        resolution: Some(resolution),
        coverage: false,
        complete,
        licence: Some("OGL-UK-3.0".to_owned()),
        attribution: Some("Squares by hand".to_owned()),
        source: "/secret/place/squares.geojson".to_owned(),
    }
}

fn rectangle(code: &str, name: &str, [x, y, width, height]: [f64; 4]) -> Area {
    let (x, y) = (EAST + x, NORTH + y);
    let ring = polygon![
        (x: x, y: y), (x: x + width, y: y), (x: x + width, y: y + height), (x: x, y: y + height)
    ];
    let kept = vec![("LAD22NM".to_owned(), serde_json::json!("West"))];
    let code = AreaCode::parse(code).unwrap();
    Area::from_valid(code, name.to_owned(), kept, MultiPolygon::new(vec![ring]))
}

/// A position `x` and `y` metres from the corner.
pub fn at(x: f64, y: f64) -> Bng {
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

fn hall(code: &str, name: &str, x: f64, y: f64) -> Site {
    Site {
        code: AreaCode::parse(code).unwrap(),
        name: name.to_owned(),
        position: at(x, y),
        properties: vec![("seats".to_owned(), 80.into())],
    }
}

/// What the squares are made of.
pub fn contents() -> Contents {
    let mut ward = meta("ward", "ward", Resolution::Bfc);
    ward.vintage.valid_from = Some(date(2021, 4, 1));
    ward.coverage = true;
    let wards = vec![
        rectangle("E05000001", "Abbey", [0.0, 0.0, 1000.0, 1000.0]),
        rectangle("E05000002", "Saint George's", [1000.0, 0.0, 1000.0, 1000.0]),
    ];
    let mut before = meta("ward_2013", "ward", Resolution::Bgc);
    before.vintage =
        Vintage { valid_from: Some(date(2013, 5, 2)), valid_to: Some(date(2021, 4, 1)) };
    let mut old = postcode("NN1 1AD", 500.0, 500.0);
    old.terminated = Some(Month { year: 2019, month: 7 });
    let mut unlocated = postcode("NN1 1AE", 0.0, 0.0);
    unlocated.position = None;
    unlocated.positional_quality = 90;
    let mut guessed = postcode("NN1 1AF", 500.0, 510.0);
    guessed.positional_quality = 60;
    Contents {
        title: "Squares".to_owned(),
        illustrative: true,
        layers: vec![
            Layer::of_areas(ward, wards),
            Layer::of_areas(
                before,
                vec![rectangle("E05000009", "Old, Town", [0.0, 0.0, 2000.0, 1000.0])],
            ),
            Layer::of_areas(
                meta("lap", "lap", Resolution::Bfc),
                vec![rectangle("N4", "North 4", [0.0, 0.0, 1500.0, 1000.0])],
            ),
            Layer::of_areas(
                meta("parish", "parish", Resolution::Bgc),
                vec![rectangle("E04000001", "Priors", [800.0, 200.0, 400.0, 500.0])],
            ),
            Layer::of_sites(
                meta("hall", "hall", Resolution::Bfc),
                vec![
                    hall("H1", "Abbey Hall", 10.0, 10.0),
                    hall("H2", "Memorial Hall", 500.0, 600.0),
                    hall("H3", "Scout Hut", 500.0, 400.0),
                ],
            ),
        ],
        postcodes: vec![
            postcode("NN1 1AA", 500.0, 500.0),
            postcode("NN1 1AB", 1700.0, 500.0),
            postcode("NN1 1AC", 990.0, 300.0),
            old,
            unlocated,
            guessed,
            postcode("NN11 1AA", 1300.0, 500.0),
            // In no area at all.
            postcode("NN6 9ZZ", 5000.0, 500.0),
        ],
        postcodes_from: Provenance { licence: Some("OGL-UK-3.0".to_owned()), attribution: None },
        ..Contents::default()
    }
}

/// The squares.
pub fn atlas() -> Atlas {
    Atlas::build(contents(), Timestamp::from_second(1_700_000_000).unwrap(), &())
}

/// The squares with four addresses of NN1 1AB, all in Saint George's. One is in the LAP, and none is
/// known for the others.
pub fn with_addresses_of_lap() -> Atlas {
    let address = |uprn, x| Address {
        uprn,
        postcode: Postcode::parse("NN1 1AB").unwrap(),
        position: at(x, 500.0),
    };
    let addresses =
        vec![address(1, 1400.0), address(2, 1650.0), address(3, 1700.0), address(4, 1750.0)];
    let contents = Contents { addresses, ..contents() };
    Atlas::build(contents, Timestamp::from_second(1_700_000_000).unwrap(), &())
}

/// The squares with three addresses of NN1 1AC, two in Abbey and one in Saint George's, all in
/// the LAP.
pub fn with_addresses() -> Atlas {
    let address = |uprn, x| Address {
        uprn,
        postcode: Postcode::parse("NN1 1AC").unwrap(),
        position: at(x, 300.0),
    };
    let addresses = vec![address(1, 980.0), address(2, 985.0), address(3, 1010.0)];
    let contents = Contents { addresses, ..contents() };
    Atlas::build(contents, Timestamp::from_second(1_700_000_000).unwrap(), &())
}
