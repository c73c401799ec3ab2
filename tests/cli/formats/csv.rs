//! CSV: any reader of RFC 4180 gets every cell back.

use lapwing::features::crs::Crs;
use lapwing::formats::Format;

use super::world::{AREAS, NAMES, SITES, atlas, bytes_of, whole};

fn read(bytes: &[u8]) -> (csv::StringRecord, Vec<csv::StringRecord>) {
    let mut rows = csv::Reader::from_reader(bytes);
    let header = rows.headers().unwrap().clone();
    (header, rows.records().map(Result::unwrap).collect())
}

#[test]
fn quotes_commas_and_line_ends_stay_in_their_cell() {
    let (header, rows) = read(&whole(&atlas(), AREAS, Format::Csv, Crs::Crs84));
    let column = |name: &str| header.iter().position(|column| column == name).unwrap();
    let names: Vec<&str> = rows.iter().map(|row| &row[column("name")]).collect();
    assert_eq!(names, NAMES);
    assert_eq!(&rows[0][column("list")], "a;b, c");
    assert_eq!(&rows[1][column("count")], "", "nothing is an empty cell");
    assert_eq!(&rows[3][column("opened")], "1948-07-05");
    assert_eq!(&rows[2][column("source_wkt")], "no geometry", "wkt is the geometry's own column");
    assert_eq!(&rows[2][column("area_m2")], "799996.8");
}

#[test]
fn well_known_text_is_in_the_requested_crs() {
    let (_, rows) = read(&whole(&atlas(), AREAS, Format::Csv, Crs::Epsg27700));
    let wkt = &rows[0][rows[0].len() - 1];
    assert!(wkt.starts_with("MULTIPOLYGON (((475000.125 260000.001, "), "{wkt}");
    assert_eq!(wkt.matches("(47").count(), 4, "a shell, two holes and an island");
    let (header, rows) = read(&whole(&atlas(), SITES, Format::Csv, Crs::Crs84));
    assert!(rows[0][header.len() - 1].starts_with("POINT (-0.9"));
}

#[test]
fn an_empty_selection_is_a_header() {
    let (header, rows) = read(&bytes_of(&atlas(), SITES, &[], Format::Csv, Crs::Crs84));
    assert!(header.iter().any(|column| column == "easting") && rows.is_empty());
}
