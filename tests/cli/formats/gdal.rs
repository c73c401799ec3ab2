//! The files as read by GDAL: counts, CRS, columns, areas, and features in a box. Skipped, with a
//! message, if GDAL is not installed.

use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use lapwing::features::crs::Crs;
use lapwing::formats::Format;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::demo;

use super::world::{AREAS, SITES, atlas, bytes_of, file, whole};

/// The output of ogrinfo; `None` if it is not installed.
fn ogrinfo(arguments: &[&str], path: &Path) -> Option<String> {
    match Command::new("ogrinfo").args(arguments).arg(path).output() {
        Err(error) => {
            eprintln!("SKIPPED: ogrinfo cannot be run ({error}); install GDAL");
            None
        }
        Ok(done) => {
            let (info, warnings) =
                (done.stdout, String::from_utf8_lossy(&done.stderr).into_owned());
            assert!(done.status.success() && warnings.is_empty(), "{}: {warnings}", path.display());
            Some(String::from_utf8(info).unwrap())
        }
    }
}

/// The formats that GDAL reads in every build.
const READ: [Format; 4] =
    [Format::GeoJson, Format::FlatGeobuf, Format::GeoPackage, Format::Shapefile];

fn count(info: &str) -> usize {
    let line = info.lines().find(|line| line.starts_with("Feature Count: ")).unwrap();
    line["Feature Count: ".len()..].parse().unwrap()
}

#[test]
fn counts_crs_and_kinds_are_right_in_every_crs() {
    let atlas = atlas();
    let folder = tempfile::tempdir().unwrap();
    for (crs, id) in [
        (Crs::Crs84, "ID[\"EPSG\",4326]"),
        (Crs::Epsg27700, "ID[\"EPSG\",27700]"),
        (Crs::Epsg3857, "ID[\"EPSG\",3857]"),
    ] {
        for format in READ {
            for (layer, kind) in [(AREAS, "Multi Polygon"), (SITES, "Point")] {
                let path = file(folder.path(), format, &whole(&atlas, layer, format, crs));
                let Some(info) = ogrinfo(&["-so", "-al"], &path) else { return };
                assert_eq!(count(&info), 4, "{format:?}");
                assert!(info.contains(id), "{format:?} {crs:?}: {info}");
                // A shapefile does not distinguish Polygon and MultiPolygon.
                let kind = if format == Format::Shapefile {
                    kind.trim_start_matches("Multi ")
                } else {
                    kind
                };
                assert!(info.contains(&format!("Geometry: {kind}")), "{info}");
            }
        }
    }
}

#[test]
fn columns_have_the_types_that_gdal_knows() {
    let folder = tempfile::tempdir().unwrap();
    for format in [Format::FlatGeobuf, Format::GeoPackage, Format::Shapefile] {
        let path = file(folder.path(), format, &whole(&atlas(), AREAS, format, Crs::Crs84));
        let Some(info) = ogrinfo(&["-so", "-al"], &path) else { return };
        let upper =
            if format == Format::Shapefile { "Code_1: String" } else { "source_Code: String" };
        for column in ["count: Integer64", "area_m2: Real", upper] {
            assert!(info.contains(column), "{format:?} lacks {column}: {info}");
        }
        let dates: &[&str] = match format {
            Format::GeoPackage => &["opened: Date", "seen: DateTime", "bbox: Integer(Boolean)"],
            Format::Shapefile => &["opened: Date", "seen: String"],
            _ => &["seen: DateTime", "bbox: Integer(Boolean)"],
        };
        for column in dates {
            assert!(info.contains(column), "{format:?} lacks {column}: {info}");
        }
    }
}

#[test]
fn areas_and_box_queries_equal_those_of_the_atlas() {
    let atlas = Atlas::build(demo::lyonesse(1).into_contents(), Timestamp::UNIX_EPOCH, &());
    let parish = atlas.layer_index("parish").unwrap();
    let areas = atlas.layers()[parish].layer().areas();
    let sum: f64 = areas.iter().map(lapwing_boundaries::area::Area::area_m2).sum();
    let (low, high) = (areas[7].extent().min(), areas[7].extent().max());
    let folder = tempfile::tempdir().unwrap();
    let mut found = Vec::new();
    for format in READ {
        let path = file(folder.path(), format, &whole(&atlas, parish, format, Crs::Epsg27700));
        let name = if format == Format::GeoPackage { "geom" } else { "geometry" };
        let sql = format!("SELECT SUM(ST_Area({name})) AS sum FROM parish");
        let sql = ["-q", "-dialect", "SQLite", "-sql", &sql];
        let Some(info) = ogrinfo(&sql, &path) else { return };
        let read: f64 = info.split('=').next_back().unwrap().trim().parse().unwrap();
        assert!((read - sum).abs() / sum < 1e-9, "{format:?}: {read} and {sum}");
        let corners = [low.x, low.y, high.x, high.y].map(|number| number.to_string());
        let corners: Vec<&str> = corners.iter().map(String::as_str).collect();
        let spat = [&["-so", "-al", "-spat"], &corners[..]].concat();
        let Some(info) = ogrinfo(&spat, &path) else { return };
        found.push(count(&info));
    }
    assert!(found[0] > 1 && found.iter().all(|count| *count == found[0]), "{found:?}");
}

#[test]
fn an_empty_selection_is_a_layer_with_columns() {
    let folder = tempfile::tempdir().unwrap();
    for format in READ {
        let bytes = bytes_of(&atlas(), AREAS, &[], format, Crs::Epsg27700);
        let path = file(folder.path(), format, &bytes);
        let Some(info) = ogrinfo(&["-so", "-al"], &path) else { return };
        assert_eq!(count(&info), 0, "{format:?}");
        assert!(format == Format::GeoJson || info.contains("area_m2: Real"), "{format:?}: {info}");
    }
}
