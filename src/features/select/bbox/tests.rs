use geo::{MultiPolygon, Polygon, polygon};
use jiff::Timestamp;
use lapwing_boundaries::area::Site;
use lapwing_boundaries::atlas::{Atlas, Contents};
use lapwing_boundaries::code::AreaCode;
use lapwing_boundaries::demo;
use lapwing_boundaries::layer::{Completeness, Layer, LayerId, LayerMeta, Vintage};

use super::*;

fn meta(id: &str) -> LayerMeta {
    LayerMeta {
        id: LayerId::parse(id).unwrap(),
        series: LayerId::parse(id).unwrap(),
        title: id.to_owned(),
        vintage: Vintage::default(),
        resolution: None,
        coverage: false,
        complete: Completeness::Unknown,
        licence: None,
        attribution: None,
        source: String::new(),
    }
}

/// An L of 1 km with a hall in its notch, which is in its extent and not in it.
fn atlas() -> Atlas {
    let shape = polygon![
        (x: 475_000.0, y: 260_000.0), (x: 476_000.0, y: 260_000.0), (x: 476_000.0, y: 260_200.0),
        (x: 475_200.0, y: 260_200.0), (x: 475_200.0, y: 261_000.0), (x: 475_000.0, y: 261_000.0)
    ];
    let code = |text| AreaCode::parse(text).unwrap();
    let area = Area::from_valid(code("L"), "L".to_owned(), vec![], MultiPolygon::new(vec![shape]));
    let hall = Site {
        code: code("H"),
        name: "H".to_owned(),
        position: Bng::new(475_800.0, 260_800.0).unwrap(),
        properties: vec![],
    };
    let layers =
        vec![Layer::of_areas(meta("ward"), vec![area]), Layer::of_sites(meta("hall"), vec![hall])];
    let contents = Contents { title: "T".to_owned(), layers, ..Contents::default() };
    Atlas::build(contents, Timestamp::UNIX_EPOCH, &())
}

/// Whether the L and the hall meet a box.
fn met(text: &str, crs: Crs) -> [bool; 2] {
    let bbox = Bbox::read(text, crs).unwrap_or_else(|error| panic!("{text}: {error}"));
    let atlas = atlas();
    [0, 1].map(|layer| !bbox.places(&atlas.layers()[layer]).is_empty())
}

#[test]
fn a_box_meets_geometries_and_not_extents() {
    let metres = Crs::Epsg27700;
    assert_eq!(met("475300,260300,475900,260900", metres), [false, true], "in the notch");
    assert_eq!(met("475300,260200,475700,260700", metres), [true, false], "touching an edge");
    assert_eq!(met("475100,260100,475101,260101", metres), [true, false], "wholly in the L");
    assert_eq!(met("474000,259000,477000,262000", metres), [true, true], "all around");
    assert_eq!(met("475100,259000,475110,262000", metres), [true, false], "across");
    assert_eq!(met("475800,260800,475800,260800", metres), [false, true], "a point");
    assert_eq!(met("470000,250000,471000,251000", metres), [false, false], "elsewhere");
}

#[test]
fn the_axes_of_a_box_are_those_of_its_crs() {
    // The notch in each CRS; all but CRS84 found by PROJ.
    assert_eq!(met("-0.8941,52.2376,-0.8900,52.2413", Crs::Crs84), [false, true]);
    assert_eq!(met("52.2376,-0.8941,52.2413,-0.8900", Crs::Epsg4326), [false, true]);
    let error = Bbox::read("52.2376,-120.8941,92.2413,-0.8900", Crs::Epsg4326).unwrap_err();
    assert!(error.to_string().contains("latitude first"), "{error}");
    let [x, y] = Crs::Epsg3857.xy(Bng::new(475_800.0, 260_800.0).unwrap());
    let mercator = format!("{},{},{},{}", x - 300.0, y - 300.0, x + 300.0, y + 300.0);
    assert_eq!(met(&mercator, Crs::Epsg3857), [false, true]);
}

#[test]
fn heights_are_passed_over() {
    assert_eq!(met("-0.8941,52.2376,-50,-0.8900,52.2413,9000", Crs::Crs84), [false, true]);
}

#[test]
fn a_box_over_the_antimeridian_has_a_greater_west_than_east() {
    assert_eq!(met("177,52,-177,53", Crs::Crs84), [false, false]);
    assert_eq!(met("177,52,0,53", Crs::Crs84), [true, true], "round by the Pacific to Greenwich");
    assert_eq!(met("-0.5,52,-1.5,53", Crs::Crs84), [false, false], "all round but the county");
    assert_eq!(met("52,177,53,0", Crs::Epsg4326), [true, true]);
    assert!(Bbox::read("476000,260000,475000,261000", Crs::Epsg27700).is_err());
    assert!(Bbox::read("9,0,8,1", Crs::Epsg3857).is_err());
}

#[test]
fn poles_and_the_whole_world_are_boxes_as_others() {
    assert_eq!(met("-180,-90,180,90", Crs::Crs84), [true, true]);
    assert_eq!(met("-180,85,180,90", Crs::Crs84), [false, false]);
    assert_eq!(met("-180,-90,180,-85", Crs::Crs84), [false, false]);
    assert_eq!(met("0,90,0,90", Crs::Crs84), [false, false]);
    assert_eq!(met("-90,-180,90,180", Crs::Epsg4326), [true, true]);
    assert_eq!(met("-1e300,-1e300,1e300,1e300", Crs::Epsg27700), [true, true]);
    assert_eq!(met("-20037508.35,-20048966.11,20037508.35,20048966.11", Crs::Epsg3857), [true; 2]);
    assert_eq!(met("-1e300,-1e300,1e300,1e300", Crs::Epsg3857), [true, true]);
}

#[test]
fn numbers_that_are_no_box_are_refused() {
    for text in
        ["", "1,2,3", "1,2,3,4,5", "1,2,3,4,5,6,7", "a,b,c,d", "1,2,3,", "nan,1,2,3", "1,2,inf,4"]
    {
        assert_eq!(Bbox::read(text, Crs::Crs84), Err(InvalidBbox::Form), "{text}");
    }
    for text in ["-181,0,0,0", "0,-91,0,0", "0,0,181,0", "0,0,0,91"] {
        let refused = Bbox::read(text, Crs::Crs84);
        assert_eq!(refused, Err(InvalidBbox::NotDegrees("longitude first")), "{text}");
    }
    let reversed = |text, crs| Bbox::read(text, crs).unwrap_err().to_string();
    assert!(reversed("0,2,1,1", Crs::Crs84).contains("latitude"));
    assert!(reversed("2,0,1,1", Crs::Epsg4326).contains("latitude"));
    assert!(reversed("2,0,1,1", Crs::Epsg27700).contains("easting"));
    assert!(reversed("0,2,1,1", Crs::Epsg27700).contains("northing"));
    assert!(reversed("0,0,9,1,1,8", Crs::Crs84).contains("height"));
}

#[test]
fn a_site_is_found_by_its_position_as_it_is_written() {
    for crs in Crs::ALL {
        let [a, b] = crs.own(Bng::new(475_800.0, 260_800.0).unwrap());
        let decimals = crs.decimals();
        let text = format!("{a:.decimals$},{b:.decimals$},{a:.decimals$},{b:.decimals$}");
        assert_eq!(met(&text, crs), [false, true], "{crs:?} {text}");
    }
}

/// The plain way: every vertex written in the CRS, and the geometries asked.
fn plainly(atlas: &Atlas, layer: usize, bbox: &Bbox) -> Vec<usize> {
    let meets = |at: usize| {
        bbox.rects.iter().any(|&rect| {
            let meets = Meets { crs: bbox.crs, rect, ground: Ground::of(bbox.crs, rect).unwrap() };
            let written = |c: &Coord<f64>| meets.written(*c).unwrap();
            let ring = |ring: &geo::LineString<f64>| ring.coords().map(written).collect();
            let area = &atlas.layers()[layer].layer().areas()[at];
            area.geometry().iter().any(|polygon| {
                let holes = polygon.interiors().iter().map(ring).collect();
                let polygon = Polygon::new(ring(polygon.exterior()), holes);
                rect.to_polygon().intersects(&polygon)
            })
        })
    };
    (0..atlas.layers()[layer].layer().len()).filter(|&at| meets(at)).collect()
}

#[test]
fn the_quick_way_equals_the_plain_one_on_boxes_of_every_size_in_every_crs() {
    let county = demo::lyonesse(11).into_contents();
    let atlas = Atlas::build(county, Timestamp::UNIX_EPOCH, &());
    let layer = atlas.layer_place("parish").unwrap();
    let extents = atlas.layers()[layer].layer().areas().iter().map(Area::extent);
    let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
    for extent in extents {
        low = [low[0].min(extent.min().x), low[1].min(extent.min().y)];
        high = [high[0].max(extent.max().x), high[1].max(extent.max().y)];
    }
    let seed = 0x9e37_79b9_7f4a_7c15_u64;
    println!("seed {seed}");
    let mut state = seed;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as f64 / (1_u64 << 31) as f64
    };
    let mut some = 0;
    for round in 0..120 {
        let size = (high[0] - low[0]) * 10_f64.powf(-3.0 * random());
        let x = low[0] - size + (high[0] - low[0] + size) * random();
        let y = low[1] - size + (high[1] - low[1] + size) * random();
        let crs = Crs::ALL[round % 4];
        let corner = |x, y| crs.own(Bng::new(x, y).unwrap());
        let ([a, b], [c, d]) = (corner(x, y), corner(x + size, y + size));
        let text = format!("{},{},{},{}", a.min(c), b.min(d), a.max(c), b.max(d));
        let bbox = Bbox::read(&text, crs).unwrap();
        let quick = bbox.places(&atlas.layers()[layer]);
        assert_eq!(quick, plainly(&atlas, layer, &bbox), "{crs:?} {text}");
        some += usize::from(!quick.is_empty());
    }
    assert!(some > 60, "{some} boxes met any parish");
}
