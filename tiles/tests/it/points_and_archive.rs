//! Points, labels, input errors, and the archive of all tiles.

use std::io::{Cursor, Read};

use fast_mvt::{MvtReaderRef, MvtValueRef};
use flate2::read::GzDecoder;
use geo::{Geometry, MultiPolygon, Point, polygon};
use lapwing_tiles::pyramid::{ArchiveMetadata, gzip};
use lapwing_tiles::{
    Attributes, Features, InputError, InputLayer, MAX_ZOOM, TileCoord, TileSource, Value,
};

fn attributes(id: u64, name: &str) -> Attributes {
    let properties = vec![
        ("name".to_owned(), Value::Text(name.to_owned())),
        ("rank".to_owned(), Value::Integer(-7)),
        ("share".to_owned(), Value::Number(0.25)),
        ("open".to_owned(), Value::Bool(true)),
    ];
    Attributes { id, properties }
}

fn places(places: &[(f64, f64)]) -> InputLayer {
    let points = places.iter().enumerate().map(|(i, &(lon, lat))| {
        (attributes(i as u64, &format!("place {i}")), Point::new(lon, lat))
    });
    InputLayer { name: "place".to_owned(), features: Features::Points(points.collect()) }
}

fn square(west: f64, south: f64, side: f64) -> MultiPolygon {
    let (east, north) = (west + side, south + side);
    polygon![(x: west, y: south), (x: east, y: south), (x: east, y: north), (x: west, y: north)]
        .into()
}

fn squares(name: &str, squares: &[MultiPolygon]) -> InputLayer {
    let areas = squares
        .iter()
        .enumerate()
        .map(|(i, area)| (attributes(i as u64, &format!("square {i}")), area.clone()));
    InputLayer { name: name.to_owned(), features: Features::Areas(areas.collect()) }
}

/// A point in a tile: its layer, its id, its position in tile units, its properties.
type Drawn = (String, Option<u64>, (i32, i32), Vec<(String, String)>);

/// Returns layer name, id, position and properties of each point in a tile.
fn points(bytes: &[u8]) -> Vec<Drawn> {
    let reader = MvtReaderRef::new(bytes).expect("a tile");
    let mut points = Vec::new();
    for layer in reader.layers() {
        for feature in layer.features() {
            if let Geometry::Point(at) = feature.geometry().expect("a geometry") {
                let properties = feature.properties_vec().expect("properties");
                let properties = properties
                    .into_iter()
                    .map(|(key, value)| match value {
                        MvtValueRef::String(text) => (key.to_owned(), text.to_owned()),
                        other => (key.to_owned(), format!("{other:?}")),
                    })
                    .collect();
                points.push((layer.name().to_owned(), feature.id(), (at.x(), at.y()), properties));
            }
        }
    }
    points
}

#[test]
fn a_point_is_in_one_tile_of_each_zoom_with_its_properties() {
    let source = TileSource::prepare(vec![places(&[(-0.896_042, 52.235_518)])]).unwrap();
    for zoom in 0..=MAX_ZOOM {
        let tiles = source.tiles(zoom, &[0]);
        assert_eq!(tiles.len(), 1, "zoom {zoom}");
        let found = points(&source.tile(tiles[0], &[0]).unwrap());
        let [(layer, Some(0), (x, y), properties)] = found.as_slice() else {
            panic!("zoom {zoom}: {found:?}");
        };
        assert_eq!(layer, "place");
        assert!((0..4096).contains(x) && (0..4096).contains(y));
        let names: Vec<&str> = properties.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["count", "name", "rank", "share", "open"]);
        assert_eq!(properties[1].1, "place 0");
    }
    // The tile follows from the formula of EPSG:3857: column 8151.22, row 5394.43.
    let tile = TileCoord::new(14, 8151, 5394).unwrap();
    assert_eq!(source.tiles(14, &[0]), [tile]);
}

#[test]
fn a_cluster_has_only_a_count() {
    let near = [(-0.9, 52.2), (-0.9001, 52.2), (-0.9, 52.2001)];
    let source = TileSource::prepare(vec![places(&near)]).unwrap();
    let tile = source.tiles(5, &[0])[0];
    let found = points(&source.tile(tile, &[0]).unwrap());
    let [(_, None, _, properties)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(properties.len(), 1);
    assert_eq!(properties[0].0, "count");
    assert!(properties[0].1.contains('3'), "{properties:?}");
    let deepest: usize = source
        .tiles(MAX_ZOOM, &[0])
        .iter()
        .map(|&tile| points(&source.tile(tile, &[0]).unwrap()).len())
        .sum();
    assert_eq!(deepest, 3);
}

#[test]
fn a_label_is_in_the_middle_of_its_area_once() {
    let source = TileSource::prepare(vec![squares("ward", &[square(-0.9, 52.2, 0.05)])]).unwrap();
    for zoom in 10..=MAX_ZOOM {
        let mut names = Vec::new();
        for tile in source.tiles(zoom, &[0]) {
            let found = points(&source.tile(tile, &[0]).unwrap());
            names.extend(found.into_iter().map(|(layer, id, at, _)| (layer, id, tile, at)));
        }
        let [(layer, Some(0), tile, at)] = names.as_slice() else { panic!("{names:?}") };
        assert_eq!(layer, "ward_label");
        let side = f64::from(1_u32 << zoom);
        let lon = ((f64::from(tile.column()) + f64::from(at.0) / 4096.0) / side - 0.5) * 360.0;
        // On the map the square is higher than wide: any point on its vertical centre line is a
        // pole.
        assert!((lon - -0.875).abs() < 0.001, "zoom {zoom}: {lon}");
    }
    // At z4 the square is less than eight pixels wide.
    let tile = source.tiles(4, &[0])[0];
    assert_eq!(points(&source.tile(tile, &[0]).unwrap()), []);
}

#[test]
fn several_layers_are_in_one_tile_in_the_requested_order() {
    let layers = vec![
        squares("ward", &[square(-0.9, 52.2, 0.05)]),
        places(&[(-0.88, 52.21)]),
        squares("lap", &[square(-0.9, 52.2, 0.1)]),
    ];
    let source = TileSource::prepare(layers).unwrap();
    assert_eq!(source.layer_names().collect::<Vec<_>>(), ["ward", "place", "lap"]);
    let tile = source.tiles(9, &[1])[0];
    let names = |layers: &[usize]| -> Vec<String> {
        let bytes = source.tile(tile, layers).unwrap_or_default();
        let reader = MvtReaderRef::new(&bytes).unwrap();
        reader.layers().map(|layer| layer.name().to_owned()).collect()
    };
    assert_eq!(names(&[2, 1]), ["lap", "lap_label", "place"]);
    assert_eq!(names(&[1]), ["place"]);
    assert_eq!(names(&[]), [""; 0]);
    assert_eq!(names(&[77]), [""; 0], "a number that is no layer's");
    let empty = TileCoord::new(9, 0, 0).unwrap();
    assert_eq!(source.tile(empty, &[0, 1, 2]), None);
}

#[test]
fn the_tilejson_has_the_extent_layers_and_property_types() {
    let layers = vec![squares("ward", &[square(-0.9, 52.2, 0.05)]), places(&[(-1.2, 52.5)])];
    let set = TileSource::prepare(layers).unwrap().tile_set(&[0, 1]);
    let [west, south, east, north] = set.bounds.unwrap();
    for (found, expected) in [(west, -1.2), (south, 52.2), (east, -0.85), (north, 52.5)] {
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }
    let ids: Vec<&str> = set.vector_layers.iter().map(|layer| layer.id.as_str()).collect();
    assert_eq!(ids, ["ward", "ward_label", "place"]);
    let field = |name: &str, kind| (name.to_owned(), kind);
    assert_eq!(
        set.vector_layers[2].fields,
        [
            field("name", "String"),
            field("rank", "Number"),
            field("share", "Number"),
            field("open", "Boolean"),
            field("count", "Number"),
        ]
    );
}

#[test]
fn coordinates_outside_the_range_of_degrees_are_refused_with_their_feature() {
    let metres = places(&[(-0.9, 52.2), (475_486.0, 260_275.0)]);
    let refused = TileSource::prepare(vec![metres]).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "layer `place`, feature 1: the coordinate (475486, 260275) is not a longitude and latitude \
         in degrees; convert the layer to WGS84 first"
    );
    assert!(TileSource::prepare(vec![places(&[(f64::NAN, 52.2)])]).is_err());
    assert!(TileSource::prepare(vec![places(&[(f64::INFINITY, 52.2)])]).is_err());
}

#[test]
fn layers_without_a_name_or_with_anothers_are_refused() {
    let named = |name: &str| squares(name, &[]);
    assert_eq!(TileSource::prepare(vec![named("")]).unwrap_err(), InputError::NoName);
    let twice = TileSource::prepare(vec![named("ward"), named("ward")]).unwrap_err();
    assert_eq!(twice, InputError::SameName { name: "ward".to_owned() });
    // The label layer of wards would have the same name.
    assert!(TileSource::prepare(vec![named("ward"), named("ward_label")]).is_err());
}

#[test]
fn empty_layers_and_areas_have_no_tiles() {
    let nothing = MultiPolygon::new(vec![]);
    let line = square(-0.9, 52.2, 0.0);
    let source = TileSource::prepare(vec![squares("ward", &[nothing, line])]).unwrap();
    for zoom in 0..=MAX_ZOOM {
        assert_eq!(source.tiles(zoom, &[0]), []);
    }
    assert_eq!(source.tile_set(&[0]).bounds, None);
}

#[test]
fn compressed_tiles_come_back_and_are_always_the_same() {
    // Noise does not compress, and needs more than the initial capacity.
    let noise = (0..100_000_u64).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u8);
    for bytes in [b"lapwing".repeat(100), Vec::new(), noise.collect()] {
        let gzipped = gzip(&bytes);
        let mut back = Vec::new();
        GzDecoder::new(gzipped.as_slice()).read_to_end(&mut back).unwrap();
        assert!(back == bytes, "{} bytes come back as {}", bytes.len(), back.len());
        assert_eq!(gzipped, gzip(&bytes));
    }
}

#[test]
fn the_archive_has_every_tile_and_reports_progress() {
    let layers = vec![squares("ward", &[square(-0.9, 52.2, 0.05)]), places(&[(-0.88, 52.21)])];
    let source = TileSource::prepare(layers).unwrap();
    let tiles: Vec<TileCoord> = (0..=11)
        .flat_map(|zoom| source.tiles(zoom, &[0, 1]))
        .filter(|&tile| source.tile(tile, &[0, 1]).is_some())
        .collect();
    let about = ArchiveMetadata { name: "Wards".to_owned(), attribution: "ONS \"OGL\"".to_owned() };
    let mut archive = Cursor::new(Vec::new());
    let mut reported = Vec::new();
    let written = source
        .write_pmtiles(&mut archive, &[0, 1], 0..=11, &about, |done, all| {
            reported.push((done, all));
        })
        .unwrap();
    assert_eq!(written.tiles, tiles.len() as u64);
    assert!(matches!(reported.last(), Some((done, all)) if done == all));
    let archive = archive.into_inner();
    // Version 3 of the PMTiles specification, section 3: the header.
    assert_eq!(&archive[..8], b"PMTiles\x03");
    let number = |at: usize| u64::from_le_bytes(archive[at..at + 8].try_into().unwrap());
    assert_eq!(number(72), tiles.len() as u64, "addressed tiles");
    assert_eq!((archive[98], archive[99]), (2, 1), "tiles are gzip and vector");
    assert_eq!((archive[100], archive[101]), (0, 11), "zooms");
    let (at, length) = (number(24) as usize, number(32) as usize);
    let mut metadata = String::new();
    GzDecoder::new(&archive[at..at + length]).read_to_string(&mut metadata).unwrap();
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    assert_eq!(metadata["attribution"], "ONS \"OGL\"");
    assert_eq!(metadata["vector_layers"][1]["id"], "ward_label");
    // The first tile of the archive is the tile of the whole world.
    let data = number(56) as usize;
    let mut first = Vec::new();
    GzDecoder::new(&archive[data..]).read_to_end(&mut first).unwrap();
    assert_eq!(Some(first), source.tile(TileCoord::new(0, 0, 0).unwrap(), &[0, 1]));
}
