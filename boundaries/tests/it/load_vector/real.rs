//! The real layers of the shared data.

use super::tools::{admitted, area_m2, load_clean, perimeter_m, shared, source, vertices};

/// The same 146 wards in four formats, with the largest rounding of a vertex in metres.
///
/// The GeoJSON has degrees with seven decimals. The GeoPackage and the shapefile were converted
/// from those with OSTN15, rounded to millimetres. The FlatGeobuf has the unrounded degrees: half a
/// unit of the seventh decimal is 5.6 mm northwards and 3.4 mm eastwards.
const FORMATS: [(&str, f64); 4] = [
    ("wards_2013_bng.gpkg", 0.0),
    ("wards_2013_bng.shp.zip", 0.0),
    ("wards_2013.geojson", 0.0015),
    ("wards_2013.fgb", 0.008),
];

#[test]
fn the_same_layer_in_four_formats_gives_the_same_areas() {
    let mut layers = Vec::new();
    for (name, rounding) in FORMATS {
        let Some(path) = shared(name) else { return };
        let mut source = source(path, "WD13CD", "WD13NM");
        source.keep = vec!["LAD13CD".into(), "LAD13NM".into()];
        let mut layer = load_clean(&source);
        assert_eq!(layer.features.len(), 146, "{name}");
        layer.features.sort_by(|a, b| a.code.cmp(&b.code));
        layers.push((name, rounding, layer));
    }
    let (_, _, reference) = &layers[0];
    for (name, rounding, other) in &layers[1..] {
        let (mut worst_move, mut worst_share) = (0.0_f64, 0.0_f64);
        for (a, b) in reference.features.iter().zip(&other.features) {
            assert_eq!((&a.code, &a.name), (&b.code, &b.name), "{name}");
            assert_eq!(a.properties, b.properties, "{name}");
            let (of_a, of_b) = (vertices(a), vertices(b));
            assert_eq!(of_a.len(), of_b.len(), "{name}: {:?}", a.code);
            for v in of_a {
                let apart = |w: &geo::Coord<f64>| (v.x - w.x).hypot(v.y - w.y);
                worst_move = worst_move.max(of_b.iter().map(apart).fold(f64::MAX, f64::min));
            }
            // Vertices that move by r metres change an area with perimeter p by at most r p.
            let (area_a, area_b) = (area_m2(a), area_m2(b));
            let allowed = rounding * perimeter_m(a) + 1e-9 * area_a;
            assert!((area_a - area_b).abs() <= allowed, "{name}: {:?} {area_a} {area_b}", a.code);
            worst_share = worst_share.max((area_a - area_b).abs() / area_a);
        }
        eprintln!("{name}: vertices within {worst_move} m, areas within {worst_share:.1e}");
        assert!(worst_move <= *rounding, "{name}: a vertex moved by {worst_move} m");
    }
}

#[test]
fn the_shapefile_and_the_geopackage_give_equal_layers() {
    let mut layers = Vec::new();
    for name in ["wards_2013_bng.gpkg", "wards_2013_bng.shp.zip"] {
        let Some(path) = shared(name) else { return };
        layers.push(admitted(load_clean(&source(path, "WD13CD", "WD13NM"))));
    }
    for (a, b) in layers[0].areas().iter().zip(layers[1].areas()) {
        assert_eq!((a.code(), a.name()), (b.code(), b.name()));
        assert!((a.area_m2() - b.area_m2()).abs() < 1e-6, "{:?}", a.code());
    }
}

#[test]
fn the_whole_country_loads_from_gzip() {
    for (name, code, title, count) in [
        ("wards_uk_2022.geojson.gz", "WD22CD", "WD22NM", 8_483),
        ("lsoas_ew_2021.geojson.gz", "LSOA21CD", "LSOA21NM", 35_672),
        ("local_authorities_uk_2024.geojson.gz", "LAD24CD", "LAD24NM", 361),
    ] {
        let Some(path) = shared(name) else { return };
        let (layer, faults) = super::tools::load(&source(path, code, title));
        let features = layer.unwrap().features;
        for fault in &faults {
            eprintln!("{fault}");
        }
        assert_eq!(features.len(), count, "{name}");
        assert!(features.iter().all(|f| f.code.is_some() && !vertices(f).is_empty()));
    }
}
