use geo::polygon;
use jiff::Timestamp;
use lapwing_boundaries::area::{Area, Site};
use lapwing_boundaries::atlas::Contents;
use lapwing_boundaries::code::AreaCode;
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

/// A 1 km square with a 200 m hole and a kept property that is called like one of ours.
fn atlas() -> Atlas {
    let ground = MultiPolygon::new(vec![polygon!(
        exterior: [(x: 475_000.0, y: 260_000.0), (x: 476_000.0, y: 260_000.0),
                   (x: 476_000.0, y: 261_000.0), (x: 475_000.0, y: 261_000.0)],
        interiors: [[(x: 475_400.0, y: 260_400.0), (x: 475_400.0, y: 260_600.0),
                     (x: 475_600.0, y: 260_600.0), (x: 475_600.0, y: 260_400.0)]],
    )]);
    let kept = vec![("name".to_owned(), "CASTLE".into()), ("homes".to_owned(), 12.into())];
    let code = |text| AreaCode::parse(text).unwrap();
    let ward = Area::from_valid(code("W1"), "Castle \"Hill\"".to_owned(), kept, ground);
    let hall = Site {
        code: code("H1"),
        name: "Hall".to_owned(),
        position: Bng::new(475_486.0, 260_275.0).unwrap(),
        properties: vec![],
    };
    let layers =
        vec![Layer::of_areas(meta("ward"), vec![ward]), Layer::of_sites(meta("hall"), vec![hall])];
    let contents = Contents { title: "T".to_owned(), layers, ..Contents::default() };
    Atlas::build(contents, Timestamp::UNIX_EPOCH, &())
}

fn text(atlas: &Atlas, layer: usize, crs: Crs) -> String {
    let places = 0..atlas.layers()[layer].layer().len();
    let schema = Arc::new(Schema::of(atlas, layer));
    let pieces: Vec<Vec<u8>> = FeatureCollection::new(atlas, schema, places, crs).collect();
    String::from_utf8(pieces.concat()).unwrap()
}

#[test]
fn an_area_in_grid_metres_is_written_to_the_millimetre_with_its_crs() {
    assert_eq!(
        text(&atlas(), 0, Crs::Epsg27700),
        concat!(
            r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"#,
            r#""urn:ogc:def:crs:EPSG::27700"}},"features":["#,
            "\n",
            r#"{"type":"Feature","id":"W1","geometry":{"type":"MultiPolygon","coordinates":"#,
            "[[[[475000,260000],[476000,260000],[476000,261000],[475000,261000],[475000,260000]],",
            "[[475400,260400],[475400,260600],[475600,260600],[475600,260400],[475400,260400]]]]},",
            r#""properties":{"code":"W1","name":"Castle \"Hill\"","area_m2":960000.0,"#,
            r#""source_name":"CASTLE","homes":12}}"#,
            "\n],\"bbox\":[475000,260000,476000,261000]}\n"
        )
    );
}

#[test]
fn a_site_in_degrees_has_longitude_first_and_seven_decimals() {
    let collection: Value = serde_json::from_str(&text(&atlas(), 1, Crs::Crs84)).unwrap();
    assert!(collection.get("crs").is_none(), "RFC 7946 has no crs member");
    let point = &collection["features"][0]["geometry"];
    // NN1 1ED by OSTN15.
    let [lon, lat] = [0, 1].map(|axis| point["coordinates"][axis].as_f64().unwrap());
    assert!((lon - -0.896_042).abs() < 1e-6 && (lat - 52.235_518).abs() < 1e-6, "{lon} {lat}");
    assert!(point["coordinates"].to_string().len() <= "[-0.1234567,52.1234567]".len());
    assert_eq!(collection["features"][0]["properties"].get("area_m2"), None);
}

#[test]
fn an_empty_choice_is_a_collection_without_features() {
    let atlas = atlas();
    let mut members = Map::new();
    members.insert("numberReturned".to_owned(), 0.into());
    let pieces = FeatureCollection::new(
        &atlas,
        Arc::new(Schema::of(&atlas, 0)),
        std::iter::empty(),
        Crs::Crs84,
    );
    let bytes: Vec<u8> = pieces.with_members(members).collect::<Vec<_>>().concat();
    let collection: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(collection["features"], Value::Array(vec![]));
    assert_eq!(collection["numberReturned"], 0);
}

#[test]
fn vertices_that_the_decimals_cannot_tell_apart_are_written_once_while_a_ring_remains() {
    let ring = |points: &[(f64, f64)]| LineString::from(points.to_vec());
    let written = |ring: &LineString<f64>| {
        let mut out = Vec::new();
        write_ring(&mut out, ring, Crs::Epsg27700, &mut Bounds::default());
        String::from_utf8(out).unwrap()
    };
    let close = ring(&[(0.0, 0.0), (9.0, 0.0), (9.000_1, 0.0), (9.0, 9.0), (0.0, 0.0)]);
    assert_eq!(written(&close), "[[0,0],[9,0],[9,9],[0,0]]");
    let speck = ring(&[(0.0, 0.0), (0.000_1, 0.0), (0.0, 0.000_1), (0.0, 0.0)]);
    assert_eq!(written(&speck), "[[0,0],[0,0],[0,0],[0,0]]");
}

#[test]
fn numbers_lose_their_last_zeros_and_never_say_minus_nought() {
    let written = |number, decimals| {
        let mut out = Vec::new();
        write_number(&mut out, number, decimals);
        String::from_utf8(out).unwrap()
    };
    assert_eq!(written(-0.896_042_1, 7), "-0.8960421");
    assert_eq!(written(52.5, 7), "52.5");
    assert_eq!(written(-1e-9, 7), "0");
    assert_eq!(written(100.0, 0), "100");
    assert_eq!(written(400_000.0, 3), "400000");
}
