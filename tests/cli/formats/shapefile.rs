//! Shapefile: the parts in the zip, read back by the crate's own loader and byte by byte.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use jiff::civil::date;
use jiff::tz::TimeZone;
use lapwing::features::attributes::{Schema, Value as Attribute};
use lapwing::features::crs::Crs;
use lapwing::formats::{self, Format, Selection};
use lapwing_boundaries::area::{Area, Properties};
use lapwing_boundaries::atlas::{Atlas, Contents};
use lapwing_boundaries::code::AreaCode;
use lapwing_boundaries::layer::Layer;
use lapwing_boundaries::load::raw::RawGeometry;
use serde_json::{Value, json};

use super::same::read;
use super::world::{AREAS, NAMES, SITES, atlas, bytes_of, ground, meta, schema, whole};

/// The parts in a zip, by their names.
fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|at| {
            let mut part = zip.by_index(at).unwrap();
            let written = part.last_modified().unwrap();
            assert_eq!(written.to_string(), "2023-11-14 22:13:20", "the time of the snapshot");
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).unwrap();
            (part.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

#[test]
fn the_zip_has_every_part_and_a_text_with_the_other_metadata() {
    for (layer, id) in [(AREAS, "ward"), (SITES, "hall")] {
        let parts = parts(&whole(&atlas(), layer, Format::Shapefile, Crs::Epsg27700));
        let names: Vec<&str> = parts.keys().map(String::as_str).collect();
        let expected = ["cpg", "dbf", "prj", "shp", "shx", "txt"];
        assert_eq!(names, expected.map(|suffix| format!("{id}.{suffix}")));
        assert_eq!(parts[&format!("{id}.cpg")], b"UTF-8");
        assert!(parts[&format!("{id}.prj")].starts_with(b"PROJCS[\"British_National_Grid\""));
        let dbf = &parts[&format!("{id}.dbf")];
        assert_eq!((dbf[0], &dbf[1..4], dbf[29]), (3, &[123, 11, 14][..], 0));
        let notes = String::from_utf8(parts[&format!("{id}.txt")].clone()).unwrap();
        assert!(notes.contains("OGL-UK-3.0") && notes.contains("\"hand\""), "{notes}");
        assert!(notes.contains("The attribute Code is named Code_1 in the shapefile"), "{notes}");
    }
}

#[test]
fn every_vertex_comes_back_with_shells_clockwise_and_holes_after_them() {
    let atlas = atlas();
    let features =
        read(Format::Shapefile, &whole(&atlas, AREAS, Format::Shapefile, Crs::Epsg27700), &[]);
    for (feature, area) in features.iter().zip(atlas.layers()[AREAS].layer().areas()) {
        let RawGeometry::Polygons { polygons, grouped: false } = &feature.geometry else {
            panic!("{:?}", feature.geometry)
        };
        // The atlas has shells counter-clockwise and holes clockwise.
        let rings: Vec<Vec<_>> = area
            .geometry()
            .iter()
            .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
            .map(|ring| vec![ring.0.iter().rev().copied().collect::<Vec<_>>()])
            .collect();
        assert_eq!(*polygons, rings, "{}", area.code());
    }
    let bytes = whole(&atlas, SITES, Format::Shapefile, Crs::Epsg27700);
    let sites = atlas.layers()[SITES].layer().sites();
    for (feature, site) in read(Format::Shapefile, &bytes, &[]).iter().zip(sites) {
        assert_eq!(feature.geometry, RawGeometry::Point(site.position.coord()));
    }
}

#[test]
fn values_of_every_kind_come_back_in_fields_of_short_names() {
    let atlas = atlas();
    let of_schema = schema(&atlas, AREAS);
    let short = |name: &str| match name {
        "source_geometry" => "source_geo".to_owned(),
        "Code" => "Code_1".to_owned(),
        name => name.to_owned(),
    };
    let names: Vec<String> = of_schema.attributes().iter().map(|a| short(&a.name)).collect();
    assert!(names.iter().all(|name| name.len() <= 10), "{names:?}");
    let keep: Vec<&str> = names.iter().map(String::as_str).collect();
    let features =
        read(Format::Shapefile, &whole(&atlas, AREAS, Format::Shapefile, Crs::Crs84), &keep);
    for (index, feature) in features.iter().enumerate() {
        assert_eq!(feature.name.as_deref().unwrap_or(""), NAMES[index]);
        for (at, (name, read)) in feature.properties.iter().enumerate() {
            let written = match of_schema.value(&atlas, index, at) {
                Attribute::Null => Value::Null,
                Attribute::Integer(number) => json!(number),
                Attribute::Number(number) => json!(number),
                Attribute::Boolean(truth) => json!(truth),
                // A blank is all that the format has for an empty text.
                other if other.cell().is_empty() => Value::Null,
                other => json!(other.cell()),
            };
            assert_eq!(*read, written, "{index} {name}");
        }
    }
}

/// A layer of one area with some attributes.
fn with(properties: Properties) -> Atlas {
    let code = AreaCode::parse("E05000000").unwrap();
    let area = Area::from_valid(code, "a".to_owned(), properties, ground(0));
    let contents = Contents {
        layers: vec![Layer::of_areas(meta("ward", "Wards"), vec![area])],
        ..Contents::default()
    };
    let built = date(2023, 11, 14).at(22, 13, 20, 0).to_zoned(TimeZone::UTC).unwrap();
    Atlas::build(contents, built.timestamp(), &())
}

fn warnings(atlas: &Atlas) -> std::io::Result<Vec<String>> {
    let schema = std::sync::Arc::new(Schema::of(atlas, AREAS));
    formats::warnings(Format::Shapefile, &Selection::new(atlas, &schema, &[0], Crs::Crs84))
}

#[test]
fn names_and_texts_that_are_cut_are_listed_and_the_rest_is_not() {
    let long = "ô".repeat(200);
    let atlas = with(vec![
        ("population_2021".to_owned(), json!(1)),
        ("population_2022".to_owned(), json!(2)),
        ("remark".to_owned(), json!(long)),
    ]);
    let expected = [
        "The attribute population_2021 is named population in the shapefile: a field name holds at most 10 bytes.",
        "The attribute population_2022 is named populati_1 in the shapefile: a field name holds at most 10 bytes.",
        "1 text in the field remark was cut to 254 bytes.",
    ];
    assert_eq!(warnings(&atlas).unwrap(), expected);
    let bytes = whole(&atlas, AREAS, Format::Shapefile, Crs::Crs84);
    let notes = String::from_utf8(parts(&bytes)["ward.txt"].clone()).unwrap();
    assert!(notes.ends_with(&format!("\n\n{}\n", expected.join("\n"))), "{notes}");
    let read = read(Format::Shapefile, &bytes, &["population", "populati_1", "remark"]);
    let values: Vec<&Value> = read[0].properties.iter().map(|(_, value)| value).collect();
    assert_eq!(values, [&json!(1), &json!(2), &json!(long[..254])]);
    assert_eq!(
        warnings(&with(vec![("remark".to_owned(), json!("x".repeat(254)))])).unwrap(),
        [""; 0]
    );
}

#[test]
fn attributes_that_are_too_wide_together_are_refused() {
    let wide = |count: usize| {
        with((0..count).map(|at| (format!("a{at}"), json!("x".repeat(254)))).collect())
    };
    assert_eq!(warnings(&wide(250)).unwrap(), [""; 0]);
    let error = warnings(&wide(300)).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::FileTooLarge);
    assert!(
        error.to_string().contains("303 attributes") && error.to_string().contains("GeoPackage")
    );
}

#[test]
fn an_empty_selection_is_a_shapefile_of_its_type_with_fields() {
    for (layer, id, kind) in [(AREAS, "ward", 5), (SITES, "hall", 1)] {
        let parts = parts(&bytes_of(&atlas(), layer, &[], Format::Shapefile, Crs::Crs84));
        for suffix in ["shp", "shx"] {
            let part = &parts[&format!("{id}.{suffix}")];
            assert_eq!((part.len(), part[32]), (100, kind), "{id}.{suffix}");
        }
        assert!(parts[&format!("{id}.dbf")].len() > 10 * 32);
    }
}

#[test]
fn a_selection_without_attributes_has_its_codes() {
    let atlas = atlas();
    let schema = schema(&atlas, AREAS);
    let mut selection = Selection::new(&atlas, &schema, &[2], Crs::Crs84);
    selection.attributes.clear();
    let mut bytes = Vec::new();
    formats::write(Format::Shapefile, &selection, &mut bytes, &()).unwrap();
    assert_eq!(parts(&bytes)["ward.dbf"].len(), 32 + 32 + 1 + 1 + 9 + 1);
}
