//! FlatGeobuf: its index finds the same features as a scan.

use std::io::Cursor;

use flatgeobuf::{FallibleStreamingIterator as _, FgbReader};
use jiff::Timestamp;
use lapwing::features::crs::Crs;
use lapwing::formats::Format;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::demo;
use proptest::test_runner::{Config, TestRunner};

use super::world::{SITES, atlas, bytes_of, whole};

#[test]
fn the_index_finds_exactly_the_features_that_intersect_a_box() {
    let atlas = Atlas::build(demo::lyonesse(1).into_contents(), Timestamp::UNIX_EPOCH, &());
    for layer in ["parish", "gp_practice"] {
        let layer_index = atlas.layer_index(layer).unwrap();
        let of = atlas.layers()[layer_index].layer();
        let bytes = whole(&atlas, layer_index, Format::FlatGeobuf, Crs::Epsg27700);
        let extents: Vec<[f64; 4]> = if of.is_areas() {
            let extent = |area: &lapwing_boundaries::area::Area| {
                let extent = area.extent();
                [extent.min().x, extent.min().y, extent.max().x, extent.max().y]
            };
            of.areas().iter().map(extent).collect()
        } else {
            let point = |site: &lapwing_boundaries::area::Site| {
                let at = site.position.coord();
                [at.x, at.y, at.x, at.y]
            };
            of.sites().iter().map(point).collect()
        };
        // Failures are shown with the box that caused them.
        let boxes = (40_000.0..90_000.0, 35_000.0..80_000.0, 0.0..20_000.0, 0.0..20_000.0);
        TestRunner::new(Config::with_cases(200))
            .run(&boxes, |(x, y, width, height)| {
                let (high_x, high_y) = (x + width, y + height);
                let expected = extents
                    .iter()
                    .filter(|[a, b, c, d]| *a <= high_x && *b <= high_y && *c >= x && *d >= y)
                    .count();
                let reader = FgbReader::open(Cursor::new(&bytes)).unwrap();
                let mut found = reader.select_bbox(x, y, high_x, high_y).unwrap();
                let mut count = 0;
                while found.next().unwrap().is_some() {
                    count += 1;
                }
                proptest::prop_assert_eq!(count, expected);
                Ok(())
            })
            .unwrap();
    }
}

#[test]
fn the_header_has_the_layer_and_its_crs() {
    let atlas = atlas();
    let bytes = whole(&atlas, SITES, Format::FlatGeobuf, Crs::Epsg27700);
    let mut cursor = Cursor::new(&bytes);
    let reader = FgbReader::open(&mut cursor).unwrap();
    let header = reader.header();
    assert_eq!(header.name(), Some("hall"));
    assert_eq!(header.title(), Some("Halls"));
    let description = header.description().unwrap();
    assert!(
        description.contains("OGL-UK-3.0") && description.contains("\"hand\""),
        "{description}"
    );
    assert_eq!((header.features_count(), header.index_node_size()), (4, 16));
    assert_eq!(header.crs().unwrap().code(), 27700);
}

#[test]
fn an_empty_selection_is_a_file_with_columns() {
    let bytes = bytes_of(&atlas(), SITES, &[], Format::FlatGeobuf, Crs::Crs84);
    let mut cursor = Cursor::new(&bytes);
    let reader = FgbReader::open(&mut cursor).unwrap();
    assert_eq!(reader.header().features_count(), 0);
    assert!(reader.header().columns().unwrap().len() > 10);
}
