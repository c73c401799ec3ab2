//! Files as they are published and saved: read for what they are, whatever their names say, and named
//! for what they are if they cannot be read.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use lapwing_boundaries::load::raw::RawGeometry;
use tempfile::tempdir;

use super::tools::{load, load_clean, refusal, source};

fn feature(code: &str, x: f64) -> String {
    format!(
        r#"{{"type":"Feature","properties":{{"code":"{code}","name":"Ward {code}"}},"geometry":{{"type":"Polygon","coordinates":[[[{x},52.2],[{x},52.3],[-0.7,52.3],[{x},52.2]]]}}}}"#
    )
}

fn collection() -> String {
    format!(
        r#"{{"type":"FeatureCollection","features":[{},{}]}}"#,
        feature("A", -0.9),
        feature("B", -0.8)
    )
}

fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

fn zip_of(path: &Path, entries: &[(&str, &[u8])]) {
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for (name, bytes) in entries {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

fn codes(path: &Path) -> Vec<String> {
    let layer = load_clean(&source(path, "code", "name"));
    layer.features.into_iter().filter_map(|feature| feature.code).collect()
}

#[test]
fn geojson_is_read_by_content_under_every_suffix() {
    let folder = tempdir().unwrap();
    let (a, b) = (feature("A", -0.9), feature("B", -0.8));
    let lines = format!("{a}\n{b}\n");
    let records = format!("\u{1e}{a}\n\u{1e}{b}\n");
    let with_mark = format!("\u{feff}{a}\r\n\r\n{b}");
    for suffix in [
        "geojson",
        "json",
        "geojsonl",
        "geojsons",
        "geojsonseq",
        "ndjson",
        "ndgeojson",
        "jsonl",
        "txt",
        "geojson.gz",
    ] {
        for text in [&lines, &records, &with_mark, &collection()] {
            let bytes = if suffix.ends_with("gz") {
                gzip(text.as_bytes())
            } else {
                text.as_bytes().to_vec()
            };
            let path = write(folder.path(), &format!("w.{suffix}"), bytes);
            assert_eq!(codes(&path), ["A", "B"], "{suffix}: {text}");
        }
    }
}

#[test]
fn what_is_not_the_data_is_named_under_every_suffix() {
    let folder = tempdir().unwrap();
    let utf_16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for suffix in ["geojson", "json", "gpkg", "fgb", "parquet", "csv"] {
        for (bytes, words) in [
            (&b"<!DOCTYPE html>\n<html></html>"[..], "an HTML page"),
            (
                b"version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 1\n",
                "git lfs pull",
            ),
            (b"%PDF-1.7\n", "a PDF document"),
            (&utf_16, "UTF-16: save it as UTF-8"),
            (b"{\"type\":\"Topology\",\"arcs\":[]}", "TopoJSON"),
            (b"{\"displayFieldName\":\"\",\"geometryType\":\"esriGeometryPolygon\"}", "Esri JSON"),
            (b"<?xml version=\"1.0\"?><kml></kml>", "ogr2ogr -f GPKG w.gpkg w."),
            (b"", "the file is empty"),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "Microsoft Office"),
        ] {
            let path = write(folder.path(), &format!("w.{suffix}"), bytes);
            let fault = refusal(&source(&path, "code", "name"));
            assert!(fault.message.contains(words), "{suffix} {words}: {fault}");
        }
    }
    let error = br#"{"error":{"code":499,"message":"Token Required"}}"#;
    let fault = refusal(&source(write(folder.path(), "w.json", error), "code", "name"));
    assert!(fault.message.contains("the error message of a server"), "{fault}");
    let geodatabase = folder.path().join("wards.gdb");
    fs::create_dir(&geodatabase).unwrap();
    let fault = refusal(&source(&geodatabase, "code", "name"));
    assert!(fault.message.contains("ogr2ogr -f GPKG wards.gpkg wards.gdb"), "{fault}");
}

#[test]
fn a_compressed_file_without_the_suffix_is_read_with_a_note() {
    let folder = tempdir().unwrap();
    let path = write(folder.path(), "w.geojson", gzip(collection().as_bytes()));
    let (layer, faults) = load(&source(&path, "code", "name"));
    assert_eq!(layer.unwrap().features.len(), 2);
    assert!(faults[0].message.contains("compressed with gzip"), "{faults:?}");
    let zipped = folder.path().join("z.geojson");
    zip_of(&zipped, &[("wards.geojson", collection().as_bytes())]);
    assert_eq!(codes(&zipped), ["A", "B"]);
}

/// A GeoPackage with these tables, each with one triangle and its own columns of geometry.
fn geopackage(path: &Path, tables: &[(&str, &[(&str, &str)])]) {
    let database = rusqlite::Connection::open(path).unwrap();
    let all = "CREATE TABLE gpkg_contents (table_name, data_type, srs_id);
        CREATE TABLE gpkg_geometry_columns (table_name, column_name, geometry_type_name, srs_id);
        CREATE TABLE gpkg_spatial_ref_sys (srs_id, organization, organization_coordsys_id, definition);
        INSERT INTO gpkg_spatial_ref_sys VALUES (27700, 'EPSG', 27700, '');";
    database.execute_batch(all).unwrap();
    for (table, columns) in tables {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        database
            .execute_batch(&format!(
                "INSERT INTO gpkg_contents VALUES ('{table}', 'features', 27700);
                 CREATE TABLE {table} (code, name, {});
                 INSERT INTO {table} (code, name) VALUES ('{table}', 'One');",
                names.join(", ")
            ))
            .unwrap();
        for (name, kind) in *columns {
            let listed = format!(
                "INSERT INTO gpkg_geometry_columns VALUES ('{table}', '{name}', '{kind}', 27700)"
            );
            database.execute_batch(&listed).unwrap();
            database
                .execute(&format!("UPDATE {table} SET {name} = ?1"), [geometry_blob(kind)])
                .unwrap();
        }
    }
}

/// A triangle or a point near Northampton, with the header of a GeoPackage.
fn geometry_blob(kind: &str) -> Vec<u8> {
    let mut blob = b"GP\0\x01".to_vec();
    blob.extend(27_700_i32.to_le_bytes());
    blob.push(1);
    let points = [(475_000.0_f64, 260_000.0_f64), (476_000.0, 260_000.0), (475_000.0, 261_000.0)];
    let mut numbers = |points: &[(f64, f64)], head: &[u32]| {
        for number in head {
            blob.extend(number.to_le_bytes());
        }
        for (x, y) in points {
            blob.extend(x.to_le_bytes());
            blob.extend(y.to_le_bytes());
        }
    };
    match kind {
        "POINT" => numbers(&points[..1], &[1]),
        _ => numbers(&[points[0], points[1], points[2], points[0]], &[3, 1, 4]),
    }
    blob
}

#[test]
fn a_layer_of_several_is_chosen_by_a_name_after_the_file() {
    let folder = tempdir().unwrap();
    let county = folder.path().join("county.gpkg");
    let polygon: &[(&str, &str)] = &[("geom", "POLYGON")];
    geopackage(&county, &[("wards", polygon), ("parishes", polygon)]);
    let zip = folder.path().join("county.zip");
    zip_of(&zip, &[("data/county.gpkg", &fs::read(&county).unwrap()), ("readme.txt", b"")]);
    for (path, example) in
        [(&county, "county.gpkg#parishes"), (&zip, "county.zip#data/county.gpkg#parishes")]
    {
        let mut several = source(path, "code", "name");
        let fault = refusal(&several);
        for words in ["2 feature tables, parishes, wards: add # and the name of one", example] {
            assert!(fault.message.contains(words), "{fault}");
        }
        several.table = Some("Wards".into());
        assert_eq!(load_clean(&several).features[0].code.as_deref(), Some("wards"));
        several.table = Some("lsoas".into());
        assert!(refusal(&several).message.contains("it has parishes, wards"));
    }
    let mut by_both = source(&zip, "code", "name");
    by_both.table = Some("county.gpkg#parishes".into());
    assert_eq!(load_clean(&by_both).features[0].code.as_deref(), Some("parishes"));
}

#[test]
fn a_table_with_two_columns_of_geometry_is_read_by_its_polygons() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("w.gpkg");
    geopackage(&path, &[("wards", &[("centre", "POINT"), ("geom", "MULTIPOLYGON")])]);
    for table in [None, Some("wards"), Some("wards.geom")] {
        let mut chosen = source(&path, "code", "name");
        chosen.table = table.map(str::to_owned);
        let layer = load_clean(&chosen);
        assert!(matches!(layer.features[0].geometry, RawGeometry::Polygons { .. }), "{table:?}");
    }
    let mut centres = source(&path, "code", "name");
    centres.table = Some("wards.centre".into());
    assert!(matches!(load_clean(&centres).features[0].geometry, RawGeometry::Point(_)));

    let path = folder.path().join("both.gpkg");
    geopackage(&path, &[("wards", &[("full", "POLYGON"), ("coarse", "POLYGON")])]);
    let fault = refusal(&source(&path, "code", "name"));
    assert!(fault.message.contains("full, coarse: name one in `source`"), "{fault}");
    assert!(fault.message.contains("both.gpkg#wards.full"), "{fault}");
}

#[test]
fn a_zip_of_another_format_names_what_to_do() {
    let folder = tempdir().unwrap();
    for (entry, words) in [
        ("doc.kml", "KML in a zip (KMZ), which is not read: convert it with `ogr2ogr"),
        ("wards.gdb/a00000001.gdbtable", "a zip of a file geodatabase"),
        ("xl/workbook.xml", "a workbook of Excel: save the sheet as CSV"),
        ("wards.tab", "a zip of MapInfo TAB"),
        ("readme.txt", "no file of a format that is read, but readme.txt"),
    ] {
        let path = folder.path().join("w.zip");
        zip_of(&path, &[(entry, b"x")]);
        let fault = refusal(&source(&path, "code", "name"));
        assert!(fault.message.contains(words), "{fault}");
    }
    // A sign-in page in place of the data, packed with the rest.
    let path = folder.path().join("w.zip");
    zip_of(&path, &[("wards.geojson", b"<html>")]);
    assert!(refusal(&source(&path, "code", "name")).message.contains("an HTML page"));
}

#[test]
fn a_csv_with_geometry_is_read_and_its_reference_system_noted() {
    let folder = tempdir().unwrap();
    let csv = "code,name,the_geom,area\r\n\
               A,\"Two\r\nlines\",\"POLYGON ((475000 260000, 476000 260000, 475000 261000, 475000 260000))\",1\r\n\
               \r\n\
               B,Bad,\"POLYGON ((475000 260000, x\",2\r\n\
               C,None,,3\r\n";
    let path = write(folder.path(), "w.csv", csv);
    let (layer, faults) = load(&source(&path, "code", "name"));
    let layer = layer.unwrap();
    assert_eq!(layer.features.len(), 2);
    let RawGeometry::Polygons { polygons, .. } = &layer.features[0].geometry else { panic!() };
    assert_eq!((polygons[0][0][1].x, polygons[0][0][1].y), (476_000.0, 260_000.0));
    let told: Vec<String> = faults.iter().map(|fault| fault.message.clone()).collect();
    assert!(told[0].starts_with("line 5: the well-known text has \"x\""), "{told:?}");
    assert!(told[1].contains("by its numbers it is British National Grid"), "{told:?}");

    let degrees = "code;WKT\nA;\"POLYGON EMPTY\"\n";
    let fault = refusal(&source(write(folder.path(), "s.csv", degrees), "code", ""));
    assert!(fault.message.contains("separated by ';'"), "{fault}");
    let points = "code,x,y\nA,475000,260000\n";
    let fault = refusal(&source(write(folder.path(), "p.csv", points), "code", ""));
    assert!(fault.message.contains("no column of geometry as well-known text"), "{fault}");
    let ewkt = "code,shape\nA,\"SRID=4326;POINT (-0.9 52.2)\"\n";
    let layer = load_clean(&source(write(folder.path(), "e.csv", ewkt), "code", ""));
    let RawGeometry::Point(at) = layer.features[0].geometry else { panic!() };
    assert!((at.x - 475_000.0).abs() < 1_500.0, "{at:?}");
}

#[test]
fn names_come_in_composed_form() {
    let folder = tempdir().unwrap();
    let text = collection().replace("Ward A", "Pw\u{302}ll");
    let layer = load_clean(&source(write(folder.path(), "w.geojson", text), "code", "name"));
    assert_eq!(layer.features[0].name.as_deref(), Some("P\u{175}ll"));
}
