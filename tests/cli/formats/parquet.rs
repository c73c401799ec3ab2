//! GeoParquet and Parquet, by the reader of the `parquet` crate.

use std::collections::BTreeMap;

use bytes::Bytes;
use lapwing::answers::{self, Choice};
use lapwing::features::crs::Crs;
use lapwing::formats::{Format, parquet::write_table};
use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::demo;
use lapwing_boundaries::load::raw::RawGeometry;
use lapwing_boundaries::load::wkb;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Value, json};

use super::world::{AREAS, NAMES, SITES, atlas, bytes_of, whole};

fn open(bytes: Vec<u8>) -> SerializedFileReader<Bytes> {
    SerializedFileReader::new(Bytes::from(bytes)).unwrap()
}

fn rows(reader: &SerializedFileReader<Bytes>) -> Vec<BTreeMap<String, Field>> {
    let rows = reader.get_row_iter(None).unwrap();
    let row = |row: parquet::record::Row| {
        row.get_column_iter().map(|(name, field)| (name.clone(), field.clone())).collect()
    };
    rows.map(|each| row(each.unwrap())).collect()
}

fn metadata_value(reader: &SerializedFileReader<Bytes>, key: &str) -> Value {
    let all = reader.metadata().file_metadata().key_value_metadata().unwrap();
    let text = all.iter().find(|entry| entry.key == key).and_then(|entry| entry.value.clone());
    serde_json::from_str(&text.unwrap()).unwrap()
}

#[test]
fn every_value_comes_back_with_its_type_and_nothing_is_null() {
    let rows = rows(&open(whole(&atlas(), AREAS, Format::Parquet, Crs::Epsg27700)));
    assert_eq!(rows.len(), 4);
    for (row, name) in rows.iter().zip(NAMES) {
        assert_eq!(row["name"], Field::Str(name.to_owned()));
    }
    let first = &rows[0];
    assert_eq!(first["count"], Field::Long(9_007_199_254_740_993));
    assert_eq!(first["source_bbox"], Field::Bool(false), "bbox is the format's own");
    assert_eq!(first["source_geometry"], Field::Str("square, more or less".to_owned()));
    assert_eq!(first["opened"], Field::Date(-7_850));
    assert_eq!(first["seen"], Field::TimestampMicros(1_795_287_600_250_000));
    assert_eq!(first["share"], Field::Double(-1.5e-300));
    assert_eq!(first["list"], Field::Str("a;b, c".to_owned()));
    assert_eq!(rows[1]["count"], Field::Null);
    assert_eq!(rows[0]["empty"], Field::Null);
}

#[test]
fn geometry_is_wkb_and_bbox_is_around_it() {
    let atlas = atlas();
    let rows = rows(&open(whole(&atlas, AREAS, Format::Parquet, Crs::Epsg27700)));
    for (row, area) in rows.iter().zip(atlas.layers()[AREAS].layer().areas()) {
        let Field::Bytes(bytes) = &row["geometry"] else { panic!("no bytes") };
        let read = wkb::read(bytes.data()).unwrap().geometry;
        let RawGeometry::Polygons { polygons, .. } = read else { panic!("{read:?}") };
        assert_eq!(polygons.len(), area.geometry().0.len());
        assert_eq!(polygons[0][0], area.geometry().0[0].exterior().0);
        assert_eq!(polygons[0].len(), 3, "two holes");
        let Field::Group(bbox) = &row["bbox"] else { panic!("no group") };
        let corners: Vec<Field> = bbox.get_column_iter().map(|(_, field)| field.clone()).collect();
        let (low, high) = (area.extent().min(), area.extent().max());
        assert_eq!(corners, [low.x, low.y, high.x, high.y].map(Field::Double));
    }
}

#[test]
fn the_metadata_are_those_of_geoparquet() {
    let atlas = atlas();
    let geo = metadata_value(&open(whole(&atlas, AREAS, Format::Parquet, Crs::Epsg27700)), "geo");
    assert_eq!((&geo["version"], &geo["primary_column"]), (&json!("1.1.0"), &json!("geometry")));
    let column = &geo["columns"]["geometry"];
    assert_eq!(column["encoding"], "WKB");
    assert_eq!(column["geometry_types"], json!(["MultiPolygon"]));
    assert_eq!(column["edges"], "planar");
    assert_eq!(column["crs"]["id"], json!({"authority": "EPSG", "code": 27700}));
    assert_eq!(column["bbox"], json!([475_000.125, 260_000.001, 478_900.125, 261_000.0]));
    assert_eq!(column["covering"]["bbox"]["ymax"], json!(["bbox", "ymax"]));
    let geo = metadata_value(&open(whole(&atlas, SITES, Format::Parquet, Crs::Crs84)), "geo");
    assert_eq!(geo["columns"]["geometry"].get("crs"), None, "CRS84 goes without saying");
}

#[test]
fn an_empty_selection_is_a_file_with_columns() {
    let reader = open(bytes_of(&atlas(), SITES, &[], Format::Parquet, Crs::Crs84));
    assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
    assert!(reader.metadata().file_metadata().schema_descr().num_columns() > 10);
    assert_eq!(metadata_value(&reader, "geo")["columns"]["geometry"].get("bbox"), None);
}

#[test]
fn a_table_has_the_rows_and_columns_of_its_csv() {
    let contents = demo::lyonesse(1).into_contents();
    let atlas = Atlas::build(contents, jiff::Timestamp::UNIX_EPOCH, &());
    let day = Day::Today(jiff::civil::date(2026, 11, 21));
    for choice in [Choice::default(), Choice { slivers: true, touches: true }] {
        let table = answers::table(&atlas, "parish", "lap", day, choice, choice.slivers).unwrap();
        let mut bytes = Vec::new();
        write_table(&table, &atlas, &mut bytes).unwrap();
        let rows = rows(&open(bytes));
        let text = table.into_csv(&atlas).collect::<Vec<_>>().concat();
        let mut lines = csv::Reader::from_reader(&text[..]);
        let header = lines.headers().unwrap().clone();
        let lines: Vec<csv::StringRecord> = lines.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), lines.len());
        for (row, line) in rows.iter().zip(&lines) {
            assert_eq!(row.len(), header.len());
            for (name, cell) in header.iter().zip(line) {
                let same = match &row[name] {
                    Field::Null => cell.is_empty(),
                    Field::Str(text) => text == cell,
                    Field::Long(number) => number.to_string() == cell,
                    Field::Double(number) => number.to_string() == cell,
                    Field::Bool(truth) => truth.to_string() == cell,
                    _ => false,
                };
                assert!(same, "{name}: {:?} and {cell:?}", row[name]);
            }
        }
    }
}
