//! Composition of the county's real layers, compared with GEOS. Skipped with a message if the data
//! is missing.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use geo::Coord;

use super::{area, meta};
use crate::area::Area;
use crate::compose::definition::Places;
use crate::compose::{Definition, compose};
use crate::fault::{FaultKind as K, Report, Severity};
use crate::layer::{LayerId, Resolution};
use crate::validity::admit;
use crate::validity::tests::real::raw_layer;

#[test]
fn the_known_partnerships_equal_the_union_that_geos_computes() {
    let Some(raw) = raw_layer("wards_2022.geojson", "WD22CD", &["LAD22NM"]) else { return };
    let mut report = Report::default();
    let wards = admit(raw, meta("ward", Some(Resolution::Bsc)), &mut report).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogues/northamptonshire");
    let mut definition = Definition::read(&folder.join("laps.toml")).unwrap();
    definition.places =
        Some(Places { layer: LayerId::parse("ward").unwrap(), field: "LAD22NM".to_owned() });
    let mut report = Report::default();
    let laps =
        compose(&definition, &[&wards], meta("lap", None), &mut |_, _| None, &mut report).unwrap();
    let corners: HashSet<_> =
        wards.areas().iter().flat_map(Area::edges).map(|e| bits(e.start)).collect();
    // Area in m² and number of points of shapely's `union_all` of the wards, converted with OSTN15.
    for (code, area_m2, points) in
        [("DSN4", 296_940_440.465_126, 83), ("N4", 12_882_696.036_951, 21)]
    {
        let lap = &laps.areas()[laps.area_index(code).unwrap()];
        assert!((lap.area_m2() - area_m2).abs() < 1e-4, "{code}: {}", lap.area_m2());
        let [polygon] = &lap.geometry().0[..] else { panic!("{code} is in pieces") };
        assert_eq!((polygon.exterior().0.len(), polygon.interiors().len()), (points, 0));
        assert!(lap.edges().all(|e| corners.contains(&bits(e.start))), "{code} has a new vertex");
    }
    // West Northamptonshire has 31 wards, of which eight are claimed. There is no list for the
    // North.
    assert!(report.faults.iter().all(|f| (f.kind, f.severity) == (K::Unclaimed, Severity::Note)));
    assert_eq!(report.faults.len(), 23);
}

fn bits(p: Coord<f64>) -> (u64, u64) {
    (p.x.to_bits(), p.y.to_bits())
}

#[test]
fn every_district_dissolves_to_the_total_area_of_its_output_areas() {
    // Unions of up to 500 areas, some of them enclaves.
    let Some(raw) = raw_layer("output_areas_2011.geojson", "OA11CD", &["LAD11CD"]) else {
        return;
    };
    let mut report = Report::default();
    let output_areas = admit(raw, meta("output_area", None), &mut report).unwrap();
    let mut by_district: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for area in output_areas.areas() {
        let district = area.properties()[0].1.as_str().unwrap_or("none").to_owned();
        by_district.entry(district).or_default().push(area.code().to_string());
    }
    let toml: String = by_district
        .iter()
        .map(|(district, codes)| {
            area(district, &format!("include = [{{ layer = \"output_area\", codes = {codes:?} }}]"))
        })
        .collect();
    let definition = Definition::parse(toml.as_bytes(), Path::new("districts.toml")).unwrap();
    let mut report = Report::default();
    let districts = compose(
        &definition,
        &[&output_areas],
        meta("district", None),
        &mut |_, _| None,
        &mut report,
    );
    assert_eq!(report.faults, []);
    let total: f64 = districts.unwrap().areas().iter().map(Area::area_m2).sum();
    let parts: f64 = output_areas.areas().iter().map(Area::area_m2).sum();
    assert!((total - parts).abs() < 1e-3, "{total} {parts}");
}
