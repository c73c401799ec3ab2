//! Files that GDAL writes, read back. Skipped, loudly, where there is no GDAL.

use std::fs;
use std::path::Path;

use lapwing_boundaries::fault::{FaultKind, Severity};
use lapwing_boundaries::load::raw::{RawGeometry, RawLayer};
use serde_json::json;
use tempfile::tempdir;

use crate::tools::{admitted, load, load_clean, ogr2ogr, refusal, source, squares, vertices};

const TWO: [&str; 2] = [r#""code":"A","name":"Ynys Môn""#, r#""code":"B","name":"Château""#];

fn names(layer: &RawLayer) -> Vec<&str> {
    layer.features.iter().map(|f| f.name.as_deref().unwrap_or("")).collect()
}

/// The farthest that any vertex of one layer lies from its fellow in the other, in metres.
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
fn accents_in_a_shapefile_are_read_by_its_cpg_or_its_header() {
    let folder = tempdir().unwrap();
    let input = squares(folder.path(), &TWO);
    for encoding in ["UTF-8", "ISO-8859-1", "CP1252", "CP850", "CP437"] {
        let shp = folder.path().join(format!("{encoding}.shp"));
        let option = format!("ENCODING={encoding}");
        if !ogr2ogr(&["-lco", &option], &shp, &input) {
            return;
        }
        assert_eq!(
            names(&load_clean(&source(&shp, "code", "name"))),
            ["Ynys Môn", "Château"],
            "{encoding}"
        );
        // Without the .cpg the mark in the header says it, or the bytes do; but for the code
        // pages of DOS, GDAL leaves no mark.
        if !["CP850", "CP437"].contains(&encoding)
            && fs::remove_file(shp.with_extension("cpg")).is_ok()
        {
            let layer = load_clean(&source(&shp, "code", "name"));
            assert_eq!(names(&layer), ["Ynys Môn", "Château"], "{encoding} without .cpg");
        }
    }
}

#[test]
fn text_that_its_cpg_denies_is_an_error_of_its_feature() {
    let folder = tempdir().unwrap();
    let shp = folder.path().join("w.shp");
    if !ogr2ogr(&["-lco", "ENCODING=ISO-8859-1"], &shp, &squares(folder.path(), &TWO)) {
        return;
    }
    fs::write(shp.with_extension("cpg"), "UTF-8").unwrap();
    let (_, faults) = load(&source(&shp, "code", "name"));
    assert_eq!(faults.len(), 2);
    for (index, fault) in faults.iter().enumerate() {
        assert_eq!((fault.kind, fault.field.as_deref()), (FaultKind::BadField, Some("name")));
        assert_eq!(fault.feature.as_ref().unwrap().index, index);
        assert!(fault.message.contains("not UTF-8"), "{fault}");
    }
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
fn a_geopackage_with_two_tables_wants_one_named() {
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
        fault.message.contains("2 feature tables, first one, second \"2\": name one"),
        "{fault}"
    );
    source.table = Some("FIRST ONE".into());
    let first = load_clean(&source);
    assert_eq!(first.features.len(), 2);
    assert!(first.file.ends_with("two.gpkg#first one"), "{}", first.file);
    source.table = Some("second \"2\"".into());
    assert_eq!(load_clean(&source).features.len(), 1);
    source.table = Some("third".into());
    assert!(refusal(&source).message.contains("no feature table \"third\", but first one"));
}

#[test]
fn every_built_in_crs_is_known_in_every_format_and_leads_to_the_same_place() {
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

            // The catalogue may say the same, but not another.
            let mut again = source(&output, "code", "name");
            again.crs = Some(crs.into());
            load_clean(&again);
            // GDAL leaves the `crs` member out of GeoJSON in degrees: then the file says nothing.
            if suffix != "geojson" || crs == "EPSG:3857" {
                again.crs = Some("EPSG:27700".into());
                let fault = refusal(&again);
                assert_eq!(fault.kind, FaultKind::UnknownCrs);
                assert!(
                    fault.message.contains("the catalogue says British National Grid"),
                    "{fault}"
                );
            }
        }
    }
}

#[test]
#[cfg(not(feature = "proj"))]
fn another_crs_is_named_in_every_format() {
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
        assert!(named && fault.message.contains("not built in"), "{suffix}: {fault}");
    }
}

#[test]
fn kept_fields_keep_their_kind_in_every_format() {
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
        // FlatGeobuf gives a date its time.
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
    // GDAL leaves such a feature out of a FlatGeobuf altogether.
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

/// A shapefile of three squares, A, B and C.
fn three(folder: &Path) -> Option<std::path::PathBuf> {
    let all = [r#""code":"A","name":"a""#, r#""code":"B","name":"b""#, r#""code":"C","name":"c""#];
    let shp = folder.join("w.shp");
    ogr2ogr(&[], &shp, &squares(folder, &all)).then_some(shp)
}

#[test]
fn holes_and_islands_in_holes_come_through_the_shapefile_whole() {
    let folder = tempdir().unwrap();
    let input = folder.path().join("lake.geojson");
    let ring = |x: f64, y: f64, side: f64| {
        let corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)];
        format!("[{}]", corners.map(|(x, y)| format!("[{x:.4},{y:.4}]")).join(","))
    };
    // A shell with two lakes, an island in one lake with a pond of its own, and a shell apart.
    let text = format!(
        r#"{{"type":"Feature","properties":{{"code":"L"}},"geometry":{{"type":"MultiPolygon","coordinates":[[{},{},{}],[{},{}],[{}]]}}}}"#,
        ring(-0.9, 52.2, 0.05),
        ring(-0.89, 52.21, 0.02),
        ring(-0.865, 52.235, 0.01),
        ring(-0.885, 52.215, 0.01),
        ring(-0.882, 52.218, 0.002),
        ring(-0.8, 52.2, 0.01),
    );
    fs::write(&input, text).unwrap();
    let shp = folder.path().join("lake.shp");
    if !ogr2ogr(&[], &shp, &input) {
        return;
    }
    let area = |path: &Path| {
        let raw = load_clean(&source(path, "code", ""));
        let layer = admitted(raw);
        let area = &layer.areas()[0];
        let rings: Vec<usize> = area.geometry().iter().map(|p| p.interiors().len()).collect();
        (area.area_m2(), rings.iter().sum::<usize>(), rings.len())
    };
    let (from_geojson, from_shp) = (area(&input), area(&shp));
    assert_eq!((from_shp.1, from_shp.2), (3, 3), "three holes in three polygons");
    assert_eq!((from_geojson.1, from_geojson.2), (3, 3));
    assert!((from_geojson.0 - from_shp.0).abs() < 0.01, "{from_geojson:?} {from_shp:?}");
}

#[test]
fn after_a_deleted_record_every_feature_keeps_its_own_code() {
    let folder = tempdir().unwrap();
    let Some(shp) = three(folder.path()) else { return };
    let before = load_clean(&source(&shp, "code", "name"));
    let dbf = shp.with_extension("dbf");
    let mut bytes = fs::read(&dbf).unwrap();
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let record = usize::from(u16::from_le_bytes([bytes[10], bytes[11]]));
    bytes[header + record] = b'*';
    fs::write(&dbf, bytes).unwrap();

    let (layer, faults) = load(&source(&shp, "code", "name"));
    let layer = layer.unwrap();
    let (a, c) = (&before.features[0], &before.features[2]);
    assert_eq!(layer.features, [a.clone(), c.clone()]);
    assert_eq!((faults[0].kind, faults[0].severity), (FaultKind::LeftOut, Severity::Note));
    assert_eq!(faults[0].feature.as_ref().unwrap().index, 1);
}

#[test]
fn siblings_that_are_missing_are_named_and_those_not_needed_are_done_without() {
    let folder = tempdir().unwrap();
    let Some(shp) = three(folder.path()) else { return };
    let whole = load_clean(&source(&shp, "code", "name"));
    let missing = |suffix: &str| {
        let copy = folder.path().join(format!("without_{suffix}.shp"));
        for part in ["shp", "shx", "dbf", "prj", "cpg"].iter().filter(|part| **part != suffix) {
            // In capitals, as old tools write them.
            fs::copy(shp.with_extension(part), copy.with_extension(part.to_uppercase())).ok();
        }
        fs::rename(copy.with_extension("SHP"), &copy).unwrap();
        source(copy, "code", "name")
    };
    let (layer, faults) = load(&missing("shx"));
    assert_eq!(layer.unwrap().features, whole.features);
    assert_eq!(faults.iter().map(|f| f.severity).collect::<Vec<_>>(), [Severity::Note]);
    assert!(faults[0].message.contains("no .shx"));

    assert!(refusal(&missing("dbf")).message.contains("no .dbf, which holds its codes"));

    let mut without = missing("prj");
    assert_eq!(refusal(&without).kind, FaultKind::UnknownCrs);
    without.crs = Some("EPSG:4326".into());
    assert_eq!(load_clean(&without).features, whole.features);

    load_clean(&missing("cpg"));
}

#[test]
fn a_dbf_of_another_shapefile_is_noticed_by_its_count() {
    let folder = tempdir().unwrap();
    let Some(shp) = three(folder.path()) else { return };
    let two = folder.path().join("two.shp");
    ogr2ogr(&[], &two, &squares(folder.path(), &TWO));
    fs::copy(two.with_extension("dbf"), shp.with_extension("dbf")).unwrap();
    assert!(
        refusal(&source(&shp, "code", "name")).message.contains("3 shapes and the .dbf 2 records")
    );
}

#[test]
fn a_zip_may_hold_its_shapefile_anywhere_but_only_one_unless_named() {
    let folder = tempdir().unwrap();
    let Some(shp) = three(folder.path()) else { return };
    let whole = load_clean(&source(&shp, "code", "name"));
    let zip_of = |name: &str, stems: &[&str]| {
        let path = folder.path().join(name);
        let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
        let options = zip::write::SimpleFileOptions::default();
        for stem in stems {
            for suffix in ["shp", "shx", "dbf", "prj", "cpg"] {
                let Ok(part) = fs::read(shp.with_extension(suffix)) else { continue };
                zip.start_file(format!("{stem}.{suffix}"), options).unwrap();
                std::io::Write::write_all(&mut zip, &part).unwrap();
            }
        }
        zip.start_file("__MACOSX/._w.shp", options).unwrap();
        zip.start_file("readme.txt", options).unwrap();
        zip.finish().unwrap();
        source(path, "code", "name")
    };
    let one = load_clean(&zip_of("one.zip", &["some/where/w"]));
    assert_eq!(one.features, whole.features);
    assert!(one.file.ends_with("one.zip/some/where/w.shp"), "{}", one.file);

    let mut two = zip_of("two.zip", &["wards", "old/wards", "parishes"]);
    let fault = refusal(&two);
    assert!(
        fault.message.contains("3 shapefiles, old/wards.shp, parishes.shp, wards.shp"),
        "{fault}"
    );
    for (table, file) in [
        ("parishes", "parishes.shp"),
        ("Parishes.shp", "parishes.shp"),
        ("old/wards.shp", "old/wards.shp"),
    ] {
        two.table = Some(table.into());
        assert!(load_clean(&two).file.ends_with(file), "{table}");
    }
    two.table = Some("wards".into());
    assert!(refusal(&two).message.contains("names 2 shapefiles"));
    two.table = Some("lsoas".into());
    assert!(refusal(&two).message.contains("no shapefile \"lsoas\""));

    let none = refusal(&zip_of("none.zip", &[]));
    assert!(none.message.contains("holds no .shp, but readme.txt"), "{none}");
}
