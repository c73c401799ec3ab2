//! Files written by GDAL. Skipped with a message if GDAL is missing.

use std::fs;

use lapwing_boundaries::fault::FaultKind;
use lapwing_boundaries::load::raw::{RawGeometry, RawLayer};
use serde_json::json;
use tempfile::tempdir;

use super::tools::{TWO, load_clean, ogr2ogr, refusal, source, squares, vertices};

/// The largest distance between corresponding vertices of two layers, in metres.
fn apart_m(a: &RawLayer, b: &RawLayer) -> f64 {
    assert_eq!(a.features.len(), b.features.len());
    let mut worst = 0.0_f64;
    for (a, b) in a.features.iter().zip(&b.features) {
        assert_eq!(a.code, b.code);
        let of_b = vertices(b);
        for v in vertices(a) {
            let near = of_b.iter().map(|w| (v.x - w.x).hypot(v.y - w.y)).fold(f64::MAX, f64::min);
            worst = worst.max(near);
        }
    }
    worst
}

#[test]
fn heights_are_dropped_in_every_format() {
    let folder = tempdir().unwrap();
    let input = squares(folder.path(), &TWO);
    let expected = load_clean(&source(&input, "code", "name"));
    for name in ["z.shp", "z.gpkg", "z.fgb"] {
        for dimensions in ["XY", "XYZ", "XYM", "XYZM"] {
            let output = folder.path().join(format!("{dimensions}_{name}"));
            if !ogr2ogr(&["-dim", dimensions], &output, &input) {
                return;
            }
            let mut layer = load_clean(&source(&output, "code", "name"));
            layer.features.sort_by(|a, b| a.code.cmp(&b.code));
            assert_eq!(apart_m(&expected, &layer), 0.0, "{dimensions} {name}");
        }
    }
}

#[test]
fn a_geopackage_with_two_tables_needs_a_table_name() {
    let folder = tempdir().unwrap();
    let input = squares(folder.path(), &TWO);
    let gpkg = folder.path().join("two.gpkg");
    if !ogr2ogr(&["-nln", "first one"], &gpkg, &input)
        || !ogr2ogr(&["-update", "-nln", "second \"2\"", "-where", "code = 'B'"], &gpkg, &input)
    {
        return;
    }
    let mut source = source(&gpkg, "code", "name");
    let fault = refusal(&source);
    assert!(
        fault
            .message
            .contains("2 feature tables, first one, second \"2\": add # and the name of one"),
        "{fault}"
    );
    source.table = Some("FIRST ONE".into());
    let first = load_clean(&source);
    assert_eq!(first.features.len(), 2);
    assert!(first.file.ends_with("two.gpkg#first one"), "{}", first.file);
    source.table = Some("second \"2\"".into());
    assert_eq!(load_clean(&source).features.len(), 1);
    source.table = Some("third".into());
    assert!(refusal(&source).message.contains("no feature table \"third\"; it has first one"));
}

#[test]
fn every_built_in_crs_is_recognised_in_every_format() {
    let folder = tempdir().unwrap();
    let input = squares(folder.path(), &TWO);
    let expected = load_clean(&source(&input, "code", "name"));
    for crs in ["EPSG:4326", "EPSG:4258", "EPSG:3857"] {
        for suffix in ["shp", "gpkg", "fgb", "geojson"] {
            let output = folder.path().join(format!("{}.{suffix}", crs.replace(':', "_")));
            let mut arguments = vec!["-t_srs", crs];
            if suffix == "geojson" {
                arguments.extend(["-lco", "COORDINATE_PRECISION=15"]);
            }
            if !ogr2ogr(&arguments, &output, &input) {
                return;
            }
            let mut layer = load_clean(&source(&output, "code", "name"));
            layer.features.sort_by(|a, b| a.code.cmp(&b.code));
            let apart = apart_m(&expected, &layer);
            assert!(apart < 0.0015, "{crs} {suffix}: {apart} m");

            // The catalogue can state the same CRS but not another.
            let mut again = source(&output, "code", "name");
            again.crs = Some(crs.into());
            load_clean(&again);
            // GDAL omits the `crs` member from GeoJSON in degrees, so the file states no CRS.
            if suffix != "geojson" || crs == "EPSG:3857" {
                again.crs = Some("EPSG:27700".into());
                let fault = refusal(&again);
                assert_eq!(fault.kind, FaultKind::UnknownCrs);
                assert!(
                    fault.message.contains("the catalogue states British National Grid"),
                    "{fault}"
                );
            }
        }
    }
}

#[test]
#[cfg(not(feature = "proj"))]
fn an_unsupported_crs_is_named_in_every_format() {
    let folder = tempdir().unwrap();
    let input = squares(folder.path(), &TWO);
    for suffix in ["shp", "gpkg", "fgb", "geojson"] {
        let output = folder.path().join(format!("irish.{suffix}"));
        if !ogr2ogr(&["-t_srs", "EPSG:29903"], &output, &input) {
            return;
        }
        let fault = refusal(&source(&output, "code", "name"));
        assert_eq!(fault.kind, FaultKind::UnknownCrs);
        let named = ["EPSG:29903", "TM75"].iter().any(|name| fault.message.contains(name));
        assert!(named && fault.message.contains("needs PROJ"), "{suffix}: {fault}");
    }
}

#[test]
#[cfg(feature = "proj")]
fn another_crs_is_converted_by_proj_in_every_format() {
    let folder = tempdir().unwrap();
    let input = squares(folder.path(), &TWO);
    let expected = load_clean(&source(&input, "code", "name"));
    for suffix in ["shp", "gpkg", "fgb", "geojson"] {
        // UTM zone 30 on WGS84: the conversion is exact, so there is nothing to report.
        let output = folder.path().join(format!("utm.{suffix}"));
        let mut arguments = vec!["-t_srs", "EPSG:32630"];
        if suffix == "geojson" {
            arguments.extend(["-lco", "COORDINATE_PRECISION=15"]);
        }
        if !ogr2ogr(&arguments, &output, &input) {
            return;
        }
        let mut layer = load_clean(&source(&output, "code", "name"));
        layer.features.sort_by(|a, b| a.code.cmp(&b.code));
        let apart = apart_m(&expected, &layer);
        assert!(apart < 0.0015, "{suffix}: {apart} m");
    }
}

#[test]
fn kept_fields_keep_their_type_in_every_format() {
    let folder = tempdir().unwrap();
    let input = squares(
        folder.path(),
        &[
            r#""code":7,"name":"x","n":12,"big":123456789012,"share":0.125,"text":"0123","day":"2021-04-01""#,
            r#""code":8,"name":null,"n":null,"big":null,"share":null,"text":null,"day":null"#,
        ],
    );
    let values =
        [json!(12), json!(123_456_789_012_i64), json!(0.125), json!("0123"), json!("2021-04-01")];
    for name in ["k.geojson", "k.shp", "k.gpkg", "k.fgb"] {
        let output = folder.path().join(name);
        if !ogr2ogr(&[], &output, &input) {
            return;
        }
        let mut source = source(&output, "code", "name");
        source.keep = ["n", "big", "share", "text", "day"].map(String::from).into();
        let mut layer = load_clean(&source);
        layer.features.sort_by(|a, b| a.code.cmp(&b.code));
        let codes: Vec<_> = layer.features.iter().map(|f| f.code.as_deref().unwrap()).collect();
        assert_eq!(codes, ["7", "8"], "{name}");
        let kept = |i: usize| -> Vec<_> {
            layer.features[i].properties.iter().map(|(_, value)| value.clone()).collect()
        };
        // FlatGeobuf adds a time to a date.
        let first: Vec<_> = kept(0)
            .into_iter()
            .map(|v| {
                v.as_str().and_then(|t| t.strip_suffix("T00:00:00")).map_or(v.clone(), |t| json!(t))
            })
            .collect();
        assert_eq!(first, values, "{name}");
        assert_eq!(kept(1), vec![json!(null); 5], "{name}");
        assert_eq!(layer.features[1].name, None, "{name}");
    }
}

#[test]
fn a_feature_without_geometry_is_empty() {
    let folder = tempdir().unwrap();
    let input = folder.path().join("in.geojson");
    let square = fs::read_to_string(squares(folder.path(), &TWO[..1])).unwrap();
    let none = r#"[{"type":"Feature","properties":{"code":"N","name":"n"},"geometry":null},"#;
    fs::write(&input, square.replacen('[', none, 1)).unwrap();
    // GDAL omits such a feature from a FlatGeobuf.
    for name in ["n.geojson", "n.shp", "n.gpkg"] {
        let output = folder.path().join(name);
        if !ogr2ogr(&["-nlt", "POLYGON"], &output, &input) {
            return;
        }
        let layer = load_clean(&source(&output, "code", "name"));
        let empty: Vec<_> =
            layer.features.iter().filter(|f| f.geometry == RawGeometry::Empty).collect();
        assert_eq!(empty.len(), 1, "{name}");
        assert_eq!(empty[0].code.as_deref(), Some("N"), "{name}");
    }
}
