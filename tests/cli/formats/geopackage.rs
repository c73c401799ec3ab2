//! GeoPackage: the database conforms to OGC 12-128r18.

use lapwing::features::crs::Crs;
use lapwing::formats::Format;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::world::{AREAS, SITES, atlas, bytes_of, file, whole};

struct Package {
    database: Connection,
    _folder: TempDir,
}

impl Package {
    fn of(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path(), Format::GeoPackage, bytes);
        let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        Self { database, _folder: folder }
    }

    fn one<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        self.database.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|e| panic!("{sql}: {e}"))
    }
}

#[test]
fn the_database_is_valid_and_has_metadata() {
    let package = Package::of(&whole(&atlas(), AREAS, Format::GeoPackage, Crs::Epsg27700));
    assert_eq!(package.one::<i64>("PRAGMA application_id"), 0x4750_4B47, "GPKG");
    assert_eq!(package.one::<i64>("PRAGMA user_version"), 10300, "version 1.3");
    assert_eq!(package.one::<String>("PRAGMA integrity_check"), "ok");
    let broken: i64 = package.one("SELECT count(*) FROM pragma_foreign_key_check");
    assert_eq!(broken, 0);
    for (sql, expected) in [
        ("SELECT count(*) FROM ward", 4),
        ("SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = 'ward'", 27700),
        ("SELECT count(*) FROM gpkg_spatial_ref_sys WHERE srs_id IN (-1, 0, 4326, 27700)", 4),
        ("SELECT count(*) FROM gpkg_extensions WHERE extension_name = 'gpkg_rtree_index'", 1),
        ("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'", 6),
    ] {
        assert_eq!(package.one::<i64>(sql), expected, "{sql}");
    }
    let kind: String = package.one("SELECT geometry_type_name FROM gpkg_geometry_columns");
    assert_eq!(kind, "MULTIPOLYGON");
}

#[test]
fn titles_licence_attribution_and_vintage_are_in_its_metadata() {
    let package = Package::of(&whole(&atlas(), AREAS, Format::GeoPackage, Crs::Crs84));
    let title: String = package.one("SELECT identifier FROM gpkg_contents");
    assert_eq!(title, "Wards, \"awkward\" ones");
    let changed: String = package.one("SELECT last_change FROM gpkg_contents");
    assert_eq!(changed, "2023-11-14T22:13:20.000Z", "the snapshot's time, not the file's");
    let metadata: String = package.one(
        "SELECT metadata FROM gpkg_metadata JOIN gpkg_metadata_reference ON md_file_id = id \
         WHERE table_name = 'ward'",
    );
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    assert_eq!(metadata["license"], "OGL-UK-3.0");
    assert_eq!(metadata["creditText"], "Drawn by \"hand\" & <heart>");
    assert_eq!(metadata["temporalCoverage"], "2021-04-01/..");
}

#[test]
fn the_r_tree_has_the_extent_of_every_feature() {
    let package = Package::of(&whole(&atlas(), SITES, Format::GeoPackage, Crs::Epsg27700));
    let found: i64 = package.one(
        "SELECT count(*) FROM rtree_hall_geom JOIN hall ON id = fid \
         WHERE minx <= 475010.5 AND maxx >= 475010.5 AND miny <= 260020.25 AND maxy >= 260020.25",
    );
    assert_eq!(found, 1);
    assert_eq!(package.one::<i64>("SELECT count(*) FROM rtree_hall_geom"), 4);
}

#[test]
fn columns_have_the_types_of_their_values() {
    let package = Package::of(&whole(&atlas(), AREAS, Format::GeoPackage, Crs::Crs84));
    for (column, kind) in [
        ("fid", "INTEGER"),
        ("source_fid", "TEXT"),
        ("geom", "MULTIPOLYGON"),
        ("source_geom", "TEXT"),
        ("source_Code", "TEXT"),
        ("area_m2", "REAL"),
        ("count", "INTEGER"),
        ("bbox", "BOOLEAN"),
        ("opened", "DATE"),
        ("seen", "DATETIME"),
        ("mixed", "TEXT"),
    ] {
        let sql = format!("SELECT type FROM pragma_table_info('ward') WHERE name = '{column}'");
        assert_eq!(package.one::<String>(&sql), kind, "{column}");
    }
}

#[test]
fn an_empty_selection_is_an_empty_table_without_an_extent() {
    let package = Package::of(&bytes_of(&atlas(), AREAS, &[], Format::GeoPackage, Crs::Crs84));
    assert_eq!(package.one::<i64>("SELECT count(*) FROM ward"), 0);
    assert_eq!(package.one::<Option<f64>>("SELECT min_x FROM gpkg_contents"), None);
    assert_eq!(package.one::<String>("PRAGMA integrity_check"), "ok");
}
