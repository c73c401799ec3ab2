//! Malformed files: each is refused with a message, and nothing panics.

use std::fs;
use std::path::Path;

use lapwing_boundaries::catalogue::VectorSource;
use lapwing_boundaries::fault::FaultKind;
use tempfile::tempdir;

use super::tools::{load, refusal, shared, source};

fn refused(path: &Path, words: &str) {
    let fault = refusal(&source(path, "WD13CD", "WD13NM"));
    assert_eq!(fault.kind, FaultKind::UnreadableFile, "{fault}");
    assert!(fault.message.contains(words), "{}: {fault}", path.display());
    assert!(fault.file.as_deref().unwrap().starts_with(path.to_str().unwrap()), "{fault}");
}

#[test]
fn a_missing_file_and_a_folder_are_refused() {
    let folder = tempdir().unwrap();
    for suffix in ["geojson", "json", "geojson.gz", "ndjson", "shp", "zip", "gpkg", "fgb"] {
        refused(&folder.path().join(format!("absent.{suffix}")), "there is no such file");
        let a_folder = folder.path().join(format!("folder.{suffix}"));
        fs::create_dir(&a_folder).unwrap();
        refused(&a_folder, "this is a folder");
    }
}

#[test]
fn a_file_of_unknown_content_and_extension_is_refused_with_the_supported_formats() {
    let folder = tempdir().unwrap();
    for name in ["wards.xyz", "wards", ".geojson_old"] {
        let path = folder.path().join(name);
        fs::write(&path, "x").unwrap();
        refused(&path, "use GeoJSON (.geojson, .geojsonl, also .gz), Shapefile (.shp)");
    }
    for (name, words) in [
        ("wards.kml", "ogr2ogr -f GPKG wards.gpkg wards.kml"),
        ("wards.tab", "MapInfo TAB"),
        ("wards.dbf", "name the .shp"),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, "x").unwrap();
        refused(&path, words);
    }
}

#[test]
fn an_empty_file_and_one_of_another_format_are_refused() {
    let folder = tempdir().unwrap();
    for (suffix, of_text) in [
        ("geojson", "not valid JSON"),
        ("json.gz", "not valid JSON"),
        ("ndjson", "not valid JSON"),
        ("shp", "no .dbf"),
        ("zip", "the zip cannot be read"),
        ("gpkg", "not an SQLite database"),
        ("fgb", "does not start with fgb"),
    ] {
        let path = folder.path().join(format!("w.{suffix}"));
        fs::write(&path, "").unwrap();
        refused(&path, "the file is empty");
        fs::write(&path, "<html><body>404 Not Found</body></html>").unwrap();
        refused(&path, "this is an HTML page");
        fs::write(&path, "Not found").unwrap();
        refused(&path, of_text);
    }
}

#[test]
fn a_collection_without_features_is_refused() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("none.geojson");
    fs::write(&path, r#"{"type":"FeatureCollection","features":[]}"#).unwrap();
    refused(&path, "no readable features");
}

/// The tables that make a database a GeoPackage.
const TABLES: &str = "CREATE TABLE gpkg_contents (table_name, data_type, srs_id);
    CREATE TABLE gpkg_geometry_columns (table_name, column_name, srs_id);
    CREATE TABLE gpkg_spatial_ref_sys (srs_id, organization, organization_coordsys_id, definition);";
/// A feature table that is listed but does not exist yet.
const ONE: &str = "INSERT INTO gpkg_contents VALUES ('w', 'features', 1);
    INSERT INTO gpkg_geometry_columns VALUES ('w', 'geom', 1);";

#[test]
fn a_database_without_feature_tables_is_refused() {
    let folder = tempdir().unwrap();
    let make = |name: &str, sql: &str| {
        let path = folder.path().join(name);
        let database = rusqlite::Connection::open(&path).unwrap();
        database.execute_batch(sql).unwrap();
        path
    };
    let with = |more: &str| format!("{TABLES}{ONE}{more}");
    refused(&make("plain.gpkg", "CREATE TABLE t (a)"), "lacks the tables gpkg_contents");
    refused(&make("none.gpkg", TABLES), "contains no feature table");
    refused(&make("gone.gpkg", &with("")), "the table w or its column \"geom\"");
    refused(
        &make("nogeom.gpkg", &with("CREATE TABLE w (WD13CD)")),
        "the table w or its column \"geom\"",
    );
    refused(
        &make("rows.gpkg", &with("CREATE TABLE w (geom, WD13CD, WD13NM)")),
        "no readable features",
    );

    let blobs = with(
        "CREATE TABLE w (geom, WD13CD, WD13NM);
         INSERT INTO w VALUES (x'00', 'A', 'a'), ('text', 'B', 'b'), (NULL, 'C', x'01'), (NULL, CAST(x'ff' AS TEXT), 'd');",
    );
    let mut with_blobs = source(make("blobs.gpkg", &blobs), "WD13CD", "WD13NM");
    // The CRS of the srs_id is missing.
    let (layer, faults) = load(&with_blobs);
    assert!(layer.is_none());
    assert!(
        faults
            .last()
            .unwrap()
            .message
            .contains("srs_id is 1, which is missing from gpkg_spatial_ref_sys")
    );
    with_blobs.crs = Some("EPSG:27700".into());
    let (layer, faults) = load(&with_blobs);
    assert_eq!(layer.unwrap().features.len(), 2);
    let messages: Vec<String> = faults
        .iter()
        .map(|f| format!("{} {:?} {}", f.feature.as_ref().unwrap().index, f.kind, f.message))
        .collect();
    assert_eq!(
        messages,
        [
            "0 WrongGeometry it is not a GeoPackage geometry: it does not start with GP and a header",
            "1 WrongGeometry its geometry is a number or text, not a blob",
            "2 BadField the value is binary, not text or a number",
            "3 BadField \"\u{fffd}\" is not valid UTF-8",
        ]
    );
}

/// The real files, truncated at many positions.
#[test]
fn a_truncated_file_is_refused() {
    let folder = tempdir().unwrap();
    for name in [
        "wards_2013.geojson",
        "wards_2013.fgb",
        "wards_2013_bng.gpkg",
        "wards_2013_bng.shp.zip",
        "local_authorities_uk_2024.geojson.gz",
    ] {
        let Some(path) = shared(name) else { return };
        let bytes = fs::read(path).unwrap();
        let cut = folder.path().join(name);
        for permille in [0, 1, 5, 50, 333, 500, 900, 990, 999] {
            fs::write(&cut, &bytes[..bytes.len() * permille / 1000]).unwrap();
            let mut source = source(&cut, "WD13CD", "WD13NM");
            if name.starts_with("local") {
                source = VectorSource { code: "LAD24CD".into(), name: None, ..source };
            }
            let (layer, faults) = load(&source);
            // SQLite may read the remaining pages and find no table.
            assert!(layer.is_none() && !faults.is_empty(), "{name} cut to {permille}‰");
            let message = faults.last().unwrap().to_string();
            eprintln!("{permille}‰: {message}");
        }
    }
}

/// The parts of the real shapefile, truncated one at a time.
#[test]
fn a_shapefile_with_a_truncated_part_is_refused() {
    let Some(path) = shared("wards_2013_bng.shp.zip") else { return };
    let folder = tempdir().unwrap();
    let mut zip = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    zip.extract(folder.path()).unwrap();
    let shp = folder.path().join("wards_2013_bng.shp");
    for (part, words) in [
        ("shp", ".shp was cut short"),
        ("shx", ".shx was cut short"),
        ("dbf", ".dbf was cut short"),
    ] {
        let path = shp.with_extension(part);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 40]).unwrap();
        // A .dbf can end with an optional mark: remove 40 bytes, which is more than that.
        refused(&shp, words);
        fs::write(&path, whole).unwrap();
    }
    fs::write(shp.with_extension("cpg"), "klingon").unwrap();
    refused(&shp, "\"klingon\", which is no encoding");
    fs::remove_file(shp.with_extension("cpg")).unwrap();
    fs::write(shp.with_extension("prj"), "somewhere").unwrap();
    let fault = refusal(&source(&shp, "WD13CD", "WD13NM"));
    assert_eq!(fault.kind, FaultKind::UnknownCrs);
    assert!(fault.message.contains("the .prj does not contain valid"), "{fault}");
}

#[test]
fn a_missing_field_is_reported_once_in_every_format() {
    for name in
        ["wards_2013.geojson", "wards_2013.fgb", "wards_2013_bng.gpkg", "wards_2013_bng.shp.zip"]
    {
        let Some(path) = shared(name) else { return };
        let fault = refusal(&source(&path, "wd13cd", "WD13NM"));
        assert_eq!((fault.kind, fault.field.as_deref()), (FaultKind::BadField, Some("wd13cd")));
        assert!(fault.message.contains("did you mean \"WD13CD\"? It has"), "{name}: {fault}");

        let mut other = source(&path, "WD13CD", "WARD");
        other.keep = vec!["LAD13NM".into(), "POP".into()];
        let (layer, faults) = load(&other);
        assert_eq!(layer.unwrap().features.len(), 146, "{name}");
        let fields: Vec<_> = faults.iter().map(|f| f.field.as_deref().unwrap()).collect();
        assert_eq!(fields, ["WARD", "POP"], "{name}");
    }
}
