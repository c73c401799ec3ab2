//! Rules for every format.

use lapwing::features::crs::Crs;
use lapwing::formats::{self, Format, Selection};
use lapwing_boundaries::catalogue::VectorSource;
use lapwing_boundaries::fault::Report;
use lapwing_boundaries::layer::LayerId;
use lapwing_boundaries::load::load_vector;
use lapwing_boundaries::load::raw::{RawFeature, RawGeometry};
use serde_json::{Value, json};

use super::world::{self, AREAS, SITES, atlas, file, schema, whole};

/// A file read by the loader of its format, in BNG metres, in code order.
pub(crate) fn read(format: Format, bytes: &[u8], keep: &[&str]) -> Vec<RawFeature> {
    let folder = tempfile::tempdir().unwrap();
    let source = VectorSource {
        path: file(folder.path(), format, bytes),
        table: None,
        code: "code".to_owned(),
        name: Some("name".to_owned()),
        keep: keep.iter().map(|&key| key.to_owned()).collect(),
        crs: None,
        encoding: None,
        only: Vec::new(),
    };
    let mut report = Report::default();
    let layer = load_vector(&source, &LayerId::parse("read").unwrap(), &mut report);
    let mut features =
        layer.unwrap_or_else(|| panic!("{format:?} is refused: {report:?}")).features;
    features.sort_by(|a, b| a.code.cmp(&b.code));
    features
}

const READ_BACK: &[Format] = &[
    Format::GeoJson,
    Format::FlatGeobuf,
    Format::GeoPackage,
    #[cfg(feature = "parquet")]
    Format::Parquet,
];

#[test]
fn every_vertex_comes_back_to_the_last_bit_in_grid_metres() {
    let atlas = atlas();
    for &format in READ_BACK {
        let bytes = whole(&atlas, AREAS, format, Crs::Epsg27700);
        let features = read(format, &bytes, &[]);
        let areas = atlas.layers()[AREAS].layer().areas();
        assert_eq!(features.len(), areas.len());
        for (feature, area) in features.iter().zip(areas) {
            let RawGeometry::Polygons { polygons, grouped: true } = &feature.geometry else {
                panic!("{format:?}: {:?}", feature.geometry)
            };
            let rings: Vec<Vec<_>> = area
                .geometry()
                .iter()
                .map(|polygon| {
                    std::iter::once(polygon.exterior())
                        .chain(polygon.interiors())
                        .map(|ring| ring.0.clone())
                        .collect()
                })
                .collect();
            assert_eq!(*polygons, rings, "{format:?} {}", area.code());
        }
        let bytes = whole(&atlas, SITES, format, Crs::Epsg27700);
        let sites = atlas.layers()[SITES].layer().sites();
        for (feature, site) in read(format, &bytes, &[]).iter().zip(sites) {
            assert_eq!(feature.geometry, RawGeometry::Point(site.position.coord()), "{format:?}");
        }
    }
}

#[test]
fn in_other_crs_every_vertex_is_within_some_millimetres() {
    let atlas = atlas();
    for crs in [Crs::Crs84, Crs::Epsg4326, Crs::Epsg3857] {
        for &format in READ_BACK.iter().filter(|format| **format != Format::GeoJson) {
            let features = read(format, &whole(&atlas, SITES, format, crs), &[]);
            let sites = atlas.layers()[SITES].layer().sites();
            assert_eq!(features.len(), sites.len());
            for (feature, site) in features.iter().zip(sites) {
                let RawGeometry::Point(at) = feature.geometry else { panic!("no point") };
                let at = at - site.position.coord();
                assert!(at.x.hypot(at.y) < 0.003, "{format:?} {crs:?}: {at:?}");
            }
        }
    }
}

#[test]
fn a_csv_with_well_known_text_comes_back_in_every_crs() {
    let atlas = atlas();
    let of_schema = schema(&atlas, AREAS);
    for crs in [Crs::Epsg27700, Crs::Crs84, Crs::Epsg3857] {
        let places: Vec<usize> = (0..atlas.layers()[AREAS].layer().len()).collect();
        let mut selection = Selection::new(&atlas, &of_schema, &places, crs);
        selection.wkt = true;
        let mut bytes = Vec::new();
        formats::write(Format::Csv, &selection, &mut bytes, &()).unwrap();
        let features = read(Format::Csv, &bytes, &[]);
        let areas = atlas.layers()[AREAS].layer().areas();
        assert_eq!(features.len(), areas.len());
        for (feature, area) in features.iter().zip(areas) {
            let RawGeometry::Polygons { polygons, .. } = &feature.geometry else { panic!() };
            let written = area.geometry().iter().map(geo::Polygon::exterior);
            for (read, written) in polygons.iter().zip(written) {
                assert_eq!(read[0].len(), written.0.len());
                for (a, b) in read[0].iter().zip(&written.0) {
                    assert!((*a - *b).x.hypot((*a - *b).y) < 0.02, "{crs:?}: {a:?} {b:?}");
                }
            }
        }
    }
}

#[test]
fn awkward_names_and_values_of_every_kind_come_back() {
    let atlas = atlas();
    let of_schema = schema(&atlas, AREAS);
    for (format, own) in [(Format::FlatGeobuf, &[][..]), (Format::GeoPackage, &["fid", "geom"])] {
        // The names in the file of properties that are named like its own columns.
        let names: Vec<String> = of_schema
            .attributes()
            .iter()
            .map(|attribute| match attribute.name.as_str() {
                name if own.contains(&name) => format!("source_{name}"),
                "Code" => "source_Code".to_owned(),
                name => name.to_owned(),
            })
            .collect();
        let keep: Vec<&str> = names.iter().map(String::as_str).collect();
        let features = read(format, &whole(&atlas, AREAS, format, Crs::Epsg27700), &keep);
        for (index, feature) in features.iter().enumerate() {
            let name = (!world::NAMES[index].is_empty()).then_some(world::NAMES[index]);
            assert_eq!(feature.name.as_deref().filter(|name| !name.is_empty()), name, "{format:?}");
            for (at, (name, read)) in feature.properties.iter().enumerate() {
                let written = match of_schema.value(&atlas, index, at) {
                    lapwing::features::attributes::Value::Null => Value::Null,
                    lapwing::features::attributes::Value::Integer(number) => json!(number),
                    lapwing::features::attributes::Value::Number(number) => json!(number),
                    lapwing::features::attributes::Value::Boolean(truth) => json!(truth),
                    // Both formats write moments to the millisecond or finer.
                    other => json!(other.cell().replace(".25Z", ".250Z")),
                };
                let read = match read {
                    Value::String(text) => json!(text.replace(".25Z", ".250Z")),
                    other => other.clone(),
                };
                assert_eq!(read, written, "{format:?} {index} {name}");
            }
        }
    }
}

#[test]
fn the_same_layer_gives_the_same_bytes_each_time() {
    for &format in Format::ALL {
        for layer in [AREAS, SITES] {
            let (one, other) = (atlas(), atlas());
            assert_eq!(
                whole(&one, layer, format, Crs::Crs84),
                whole(&other, layer, format, Crs::Crs84),
                "{format:?}"
            );
        }
    }
}
