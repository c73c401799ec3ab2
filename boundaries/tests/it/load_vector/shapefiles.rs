//! Shapefiles that GDAL writes, with damaged and missing parts. Skipped, with a message, if there
//! is no GDAL.

use std::fs;
use std::path::Path;

use lapwing_boundaries::fault::{FaultKind, Severity};
use lapwing_boundaries::load::raw::RawLayer;
use tempfile::tempdir;

use super::tools::{TWO, admitted, load, load_clean, ogr2ogr, refusal, source, squares};

fn names(layer: &RawLayer) -> Vec<&str> {
    layer.features.iter().map(|f| f.name.as_deref().unwrap_or("")).collect()
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

/// A shapefile of three squares, A, B and C.
fn three(folder: &Path) -> Option<std::path::PathBuf> {
    let all = [r#""code":"A","name":"a""#, r#""code":"B","name":"b""#, r#""code":"C","name":"c""#];
    let shp = folder.join("w.shp");
    ogr2ogr(&[], &shp, &squares(folder, &all)).then_some(shp)
}

#[test]
fn holes_and_islands_in_holes_survive_the_shapefile() {
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
fn missing_required_parts_are_named_and_optional_ones_are_not_needed() {
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
        fault.message.contains(
            "3 layers, old/wards.shp, parishes.shp, wards.shp: add # and the name of one to `source`"
        ),
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
    assert!(refusal(&two).message.contains("is the name of 2 files"));
    two.table = Some("lsoas".into());
    assert!(refusal(&two).message.contains("no file \"lsoas\""));

    let none = refusal(&zip_of("none.zip", &[]));
    assert!(none.message.contains("no file of a format that is read, but readme.txt"), "{none}");
}
