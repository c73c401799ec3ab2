//! The real layers of the shared data.

use crate::tools::{area_m2, load_clean, shared, source, vertices};

/// The same 146 wards in four formats, two of them converted by OSTN15 elsewhere.
const FORMATS: [&str; 4] =
    ["wards_2013.geojson", "wards_2013.fgb", "wards_2013_bng.gpkg", "wards_2013_bng.shp.zip"];

#[test]
fn the_same_layer_in_four_formats_gives_the_same_areas() {
    let Some(paths) = FORMATS.iter().map(|name| shared(name)).collect::<Option<Vec<_>>>() else {
        return;
    };
    let layers: Vec<_> = paths
        .iter()
        .map(|path| {
            let mut layer = load_clean(&source(path, "WD13CD", "WD13NM"));
            assert_eq!(layer.features.len(), 146, "{}", path.display());
            layer.features.sort_by(|a, b| a.code.cmp(&b.code));
            layer
        })
        .collect();
    let (reference, others) = layers.split_first().unwrap();
    for other in others {
        for (a, b) in reference.features.iter().zip(&other.features) {
            assert_eq!((&a.code, &a.name), (&b.code, &b.name), "{}", other.file);
            let (area_a, area_b) = (area_m2(a), area_m2(b));
            // The grid files are rounded to the millimetre: along a perimeter of p metres that
            // moves an area by less than p/1000 m², here below 1e-6 of it.
            assert!(
                (area_a - area_b).abs() <= 1e-6 * area_a,
                "{}: {:?} has {area_b} m², {area_a} m² in {}",
                other.file,
                a.code,
                reference.file
            );
            // And no vertex may lie further than the rounding from one of its fellows.
            let of_b = vertices(b);
            for v in vertices(a) {
                let near =
                    of_b.iter().any(|w| (v.x - w.x).abs() < 0.002 && (v.y - w.y).abs() < 0.002);
                assert!(near, "{}: {:?} has no vertex near {v:?}", other.file, a.code);
            }
        }
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
        let (layer, faults) = crate::tools::load(&source(path, code, title));
        let features = layer.unwrap().features;
        for fault in &faults {
            eprintln!("{fault}");
        }
        assert_eq!(features.len(), count, "{name}");
        assert!(features.iter().all(|f| f.code.is_some() && !vertices(f).is_empty()));
    }
}
