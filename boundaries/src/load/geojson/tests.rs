use std::io::{Read, Write};

use geo::coord;
use serde_json::json;

use super::*;
use crate::catalogue::VectorSource;
use crate::fault::{FaultKind, Report, Severity};
use crate::layer::LayerId;
use crate::load::raw::RawGeometry;

const SQUARE: &str =
    r#"{"type":"Polygon","coordinates":[[[0.5,51],[0.6,51],[0.6,51.1],[0.5,51]]]}"#;

fn source() -> VectorSource {
    VectorSource {
        path: "wards.geojson".into(),
        table: None,
        code: "code".into(),
        name: Some("name".into()),
        keep: vec!["pop".into()],
        crs: None,
        encoding: None,
        only: Vec::new(),
    }
}

fn read_by<R: Read>(
    bytes: R,
    reader: impl FnOnce(R, &mut FieldPicker<'_>, &mut FileReport<'_>) -> Result<Unprojected, LoadError>,
) -> (Result<Unprojected, String>, Report) {
    let (layer, source, mut report) =
        (LayerId::parse("ward").unwrap(), source(), Report::default());
    let mut fields = FieldPicker::of(&source);
    let result = reader(bytes, &mut fields, &mut FileReport::new(&layer, "f", &mut report));
    (result.map_err(|refusal| refusal.into_fault().message), report)
}

fn read_text(text: &str) -> (Result<Unprojected, String>, Report) {
    read_by(text.as_bytes(), read)
}

fn collection(features: &[&str]) -> String {
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

fn feature(geometry: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{{"code":"A"}},"geometry":{geometry}}}"#)
}

/// The geometry of the only feature of a clean file.
fn geometry_of(geometry: &str) -> RawGeometry {
    let (read, report) = read_text(&collection(&[&feature(geometry)]));
    assert_eq!(report.faults, [], "{geometry}");
    read.unwrap().features.remove(0).geometry
}

/// The fault of the only feature.
fn fault_of(geometry: &str) -> (FaultKind, String) {
    let (read, report) = read_text(&collection(&[&feature(geometry)]));
    assert_eq!(read.unwrap().features, [], "{geometry}");
    let [fault] = report.faults.as_slice() else { panic!("{geometry}: {report:?}") };
    assert_eq!((fault.severity, fault.feature.as_ref().unwrap().index), (Severity::Error, 0));
    (fault.kind, fault.to_string())
}

#[test]
fn a_collection_is_read_with_members_in_any_order() {
    // Other streaming readers stumble over the `[` of a bbox before the features.
    let text = format!(
        r#"{{"bbox":[0,50,1,52],"extra":{{"features":[1]}},"features":[
            {{"geometry":{SQUARE},"id":7,"properties":{{"pop":12,"code":"A","other":[1,2],"name":"Æther"}},"type":"Feature"}},
            {{"type":"Feature","properties":{{"code":5,"name":null}},"geometry":null}}
        ],"type":"FeatureCollection","properties":{{"foreign":true}}}}"#
    );
    let (read, report) = read_text(&text);
    let read = read.unwrap();
    assert_eq!(report.faults, []);
    assert_eq!(read.crs, StatedCrs::Implied(SourceCrs::Degrees));
    let [first, second] = read.features.as_slice() else { panic!() };
    assert_eq!((first.index, first.code.as_deref()), (0, Some("A")));
    assert_eq!(first.name.as_deref(), Some("Æther"));
    assert_eq!(first.properties, [("pop".to_owned(), json!(12))]);
    let ring = vec![
        coord! {x: 0.5, y: 51.0},
        coord! {x: 0.6, y: 51.0},
        coord! {x: 0.6, y: 51.1},
        coord! {x: 0.5, y: 51.0},
    ];
    assert_eq!(first.geometry, RawGeometry::Polygons { polygons: vec![vec![ring]], grouped: true });
    assert_eq!((second.code.as_deref(), second.name.as_deref()), (Some("5"), None));
    assert_eq!(second.properties, [("pop".to_owned(), json!(null))]);
    assert_eq!(second.geometry, RawGeometry::Empty);
}

#[test]
fn a_single_feature_is_read_as_a_file_of_one() {
    let (read, _) = read_text(&feature(SQUARE));
    assert_eq!(read.unwrap().features.len(), 1);
}

#[test]
fn coordinates_are_parsed_exactly() {
    // Numbers of 17 digits that fast but inexact parsers read one bit too high or too low.
    for text in ["-0.89604226510842394", "52.235518000000001", "0.1", "-1.7976931348623157e308"] {
        let point = geometry_of(&format!(r#"{{"type":"Point","coordinates":[{text},0]}}"#));
        let RawGeometry::Point(at) = point else { panic!() };
        assert_eq!(at.x.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
    }
}

#[test]
fn each_geometry_type_is_read_as_what_a_layer_can_hold() {
    let point = RawGeometry::Point(coord! {x: 1.0, y: 2.0});
    for (geometry, expected) in [
        (r#"{"type":"Point","coordinates":[1,2]}"#, point.clone()),
        (r#"{"coordinates":[1,2,3,4],"type":"Point"}"#, point.clone()),
        (r#"{"type":"Point","coordinates":[1,2,null]}"#, point.clone()),
        (r#"{"type":"MultiPoint","coordinates":[[1,2]]}"#, point),
        (
            r#"{"type":"MultiPoint","coordinates":[[1,2],[3,4]]}"#,
            RawGeometry::Other("MultiPoint".into()),
        ),
        (r#"{"type":"Point","coordinates":[]}"#, RawGeometry::Empty),
        (r#"{"type":"Polygon","coordinates":[]}"#, RawGeometry::Empty),
        (r#"{"type":"Polygon","coordinates":[[]]}"#, RawGeometry::Empty),
        (r#"{"type":"MultiPolygon","coordinates":[[],[[]]]}"#, RawGeometry::Empty),
        (
            r#"{"type":"LineString","coordinates":[[1,2],[3,4]]}"#,
            RawGeometry::Other("LineString".into()),
        ),
        (r#"{"type":"GeometryCollection","geometries":[]}"#, RawGeometry::Empty),
        (
            r#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}"#,
            RawGeometry::Other("GeometryCollection".into()),
        ),
        ("null", RawGeometry::Empty),
    ] {
        assert_eq!(geometry_of(geometry), expected, "{geometry}");
    }
}

#[test]
fn an_empty_polygon_of_a_multipolygon_is_dropped_and_reported() {
    let text = collection(&[&feature(
        r#"{"type":"MultiPolygon","coordinates":[[],[[[0,51],[1,51],[1,52],[0,51]]]]}"#,
    )]);
    let (read, report) = read_text(&text);
    let RawGeometry::Polygons { polygons, .. } = &read.unwrap().features[0].geometry else {
        panic!()
    };
    assert_eq!(polygons.len(), 1);
    assert_eq!(report.faults[0].severity, Severity::Repaired);
    assert_eq!(report.faults[0].kind, FaultKind::EmptyGeometry);
}

#[test]
fn the_polygons_of_a_collection_are_kept_and_the_repair_is_reported() {
    let line = r#"{"type":"LineString","coordinates":[[1,2],[3,4]]}"#;
    let text = collection(&[&feature(&format!(
        r#"{{"type":"GeometryCollection","geometries":[{line},{SQUARE},{SQUARE}]}}"#
    ))]);
    let (read, report) = read_text(&text);
    let RawGeometry::Polygons { polygons, grouped: true } = &read.unwrap().features[0].geometry
    else {
        panic!()
    };
    assert_eq!(polygons.len(), 2);
    let [fault] = report.faults.as_slice() else { panic!("{report:?}") };
    assert_eq!((fault.severity, fault.kind), (Severity::Repaired, FaultKind::WrongGeometry));
    assert!(fault.message.contains("(LineString), which have no area"), "{fault}");
}

#[test]
fn an_invalid_geometry_is_a_fault_of_its_feature() {
    for (geometry, words) in [
        (r#"{"coordinates":[1,2]}"#, "no \"type\""),
        (r#"{"type":7,"coordinates":[1,2]}"#, "not text"),
        (r#"{"type":"Circle","coordinates":[1,2]}"#, "\"Circle\" is not a GeoJSON geometry type"),
        (r#"{"type":"Polygon"}"#, "no \"coordinates\""),
        (r#"{"type":"Polygon","coordinates":null}"#, "no \"coordinates\""),
        (r#"{"type":"Polygon","coordinates":"none"}"#, "are text"),
        (r#"{"type":"Polygon","coordinates":[[0,51],[1,51],[1,52],[0,51]]}"#, "a position"),
        (
            r#"{"type":"Polygon","coordinates":[[[0,51],[1,51],[1],[0,51]]]}"#,
            "vertex 2 is a position of one number",
        ),
        (
            r#"{"type":"Polygon","coordinates":[[[0,51],[1,51],[1,"52"],[0,51]]]}"#,
            "polygon 0, ring 0: vertex 2",
        ),
        (r#"{"type":"Polygon","coordinates":[[[0,51],[1,51],null,[0,51]]]}"#, "vertex 2 is null"),
        (
            r#"{"type":"MultiPolygon","coordinates":[[[[0,51],[1,51],[1,52],[0,51]],[7]]]}"#,
            "polygon 0, ring 1",
        ),
        (
            r#"{"type":"MultiPolygon","coordinates":[[[0,51],[1,51],[1,52],[0,51]]]}"#,
            "a position, not a list",
        ),
        (r#"{"type":"Point","coordinates":["a","b"]}"#, "are a list"),
        (r#"{"type":"Point","coordinates":[[1,2]]}"#, "are a list"),
        (r#"{"type":"Point","coordinates":{"x":1}}"#, "an object"),
    ] {
        let (kind, message) = fault_of(geometry);
        assert_eq!(kind, FaultKind::WrongGeometry, "{geometry}");
        assert!(message.contains(words), "{geometry}: {message}");
    }
}

#[test]
fn a_file_that_is_not_geojson_is_refused_with_a_reason() {
    let deep = "[".repeat(100_000);
    for (text, words) in [
        ("", "empty"),
        ("\u{feff}", "is truncated"),
        ("   ", "is truncated"),
        ("{", "truncated"),
        (r#"{"type":"FeatureCollection","features":[{"type":"Fea"#, "after 0 features"),
        (r#"{"type":"FeatureCollection","features":[{"type":"Feature"},"#, "after 1 features"),
        (r#"{"type":"FeatureCollection","features":[]} trailing"#, "trailing characters"),
        (r#"{"type":"FeatureCollection"}"#, "has no `features`"),
        (r#"{"type":"FeatureCollection","features":{}}"#, "a list of features"),
        (r#"{"type":"FeatureCollection","features":[null]}"#, "a GeoJSON Feature"),
        (
            r#"{"type":"FeatureCollection","features":[{"type":"Point"}]}"#,
            "must contain only Features",
        ),
        (
            r#"{"type":"FeatureCollection","features":[{"type":"Feature","geometry":5}]}"#,
            "not valid GeoJSON",
        ),
        (
            r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":[1]}]}"#,
            "an object of properties",
        ),
        (r#"{"type":"Polygon","coordinates":[]}"#, "a bare Polygon has no code"),
        (r#"{"type":"Topology","objects":{},"arcs":[]}"#, "TopoJSON"),
        (r#"{"geometryType":"esriGeometryPolygon","features":[]}"#, "Esri JSON"),
        (r#"{"type":"Table"}"#, "\"Table\""),
        ("{}", "no \"type\""),
        ("[1,2]", "a GeoJSON object"),
        ("<html>not found</html>", "not valid JSON"),
        ("{\"features\":[NaN]}", "not valid JSON"),
        (
            r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[1e999,0]}}"#,
            "number out of range",
        ),
        (deep.as_str(), "GeoJSON"),
    ] {
        let (result, _) = read_text(text);
        let message = result.expect_err(text);
        assert!(message.contains(words), "{text}: {message}");
    }
}

#[test]
fn excessive_nesting_is_refused() {
    let deep = feature(&format!(r#"{{"type":"Polygon","coordinates":{}"#, "[".repeat(100_000)));
    let message = read_text(&collection(&[&deep])).0.unwrap_err();
    assert!(message.contains("recursion limit"), "{message}");
}

#[test]
fn the_crs_member_of_geojson_2008_is_used() {
    let named = |name: &str| json!({"type": "name", "properties": {"name": name}});
    let link = json!({"type": "link", "properties": {"href": "http://example.com/crs"}});
    assert_eq!(stated_crs(None), StatedCrs::Implied(SourceCrs::Degrees));
    assert_eq!(stated_crs(Some(&json!(null))), StatedCrs::Nothing);
    assert_eq!(
        stated_crs(Some(&named("urn:ogc:def:crs:EPSG::27700"))),
        StatedCrs::Stated(SourceCrs::BritishNationalGrid)
    );
    for unclear in [named("urn:x:nobody"), link, json!(5), json!({"type": "name"})] {
        assert!(matches!(stated_crs(Some(&unclear)), StatedCrs::Unclear(_)), "{unclear}");
    }
}

#[test]
fn sequences_are_separated_by_lines_or_record_separators() {
    let one = feature(SQUARE);
    for text in [
        format!("{one}\n{one}\n"),
        format!("\u{1e}{one}\n\u{1e}{one}\n"),
        format!("\u{feff}{one}\r\n\r\n{one}"),
    ] {
        let (read, report) = read_by(text.as_bytes(), read);
        assert_eq!(read.unwrap().features.len(), 2, "{text}");
        assert_eq!(report.faults, []);
    }
    let (cut, _) = read_by(&one.as_bytes()[..one.len() / 2], read);
    assert!(cut.unwrap_err().contains("truncated"));
    let (other, _) = read_by(b"[1]".as_slice(), read);
    assert!(other.unwrap_err().contains("a GeoJSON object"));
    let mixed = format!("{one}\n{}", collection(&[&one]));
    assert!(read_text(&mixed).0.unwrap_err().contains("must contain only Features"));
}

#[test]
fn one_page_of_an_answer_that_has_more_is_refused_as_incomplete() {
    let one = feature(SQUARE);
    let features = format!(r#""type":"FeatureCollection","features":[{one}]"#);
    for members in [
        format!(r#"{features},"exceededTransferLimit":true"#),
        format!(r#""exceededTransferLimit":true,{features}"#),
        format!(r#"{features},"properties":{{"exceededTransferLimit":true}}"#),
        format!(r#""properties":{{"exceededTransferLimit":"true"}},{features}"#),
    ] {
        let message = read_text(&format!("{{{members}}}")).0.unwrap_err();
        assert!(message.contains("the file is incomplete"), "{message}");
        assert!(message.contains("more features (exceededTransferLimit)"), "{message}");
    }
    for members in [
        format!(r#"{features},"exceededTransferLimit":false"#),
        format!(r#"{features},"properties":{{"exceededTransferLimit":null}}"#),
    ] {
        assert_eq!(read_text(&format!("{{{members}}}")).0.unwrap().features.len(), 1);
    }
}

#[test]
fn truncated_or_corrupt_gzip_is_refused() {
    let text =
        collection(&vec![feature(SQUARE); 500].iter().map(String::as_str).collect::<Vec<_>>());
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let read_packed = |bytes: &[u8]| read_by(flate2::read::MultiGzDecoder::new(bytes), read).0;

    assert_eq!(read_packed(&packed).unwrap().features.len(), 500);
    for cut in [0, 5, packed.len() / 2, packed.len() - 8, packed.len() - 1] {
        let message = read_packed(&packed[..cut]).unwrap_err();
        assert!(message.contains("truncated") || message.contains("empty"), "{cut}: {message}");
    }
    let mut altered = packed.clone();
    let checksum = altered.len() - 6;
    altered[checksum] ^= 1;
    assert!(read_packed(&altered).is_err());
    assert!(read_packed(b"plain text").unwrap_err().contains("cannot be read"));
}
