//! The real files of the shared data, compared with GEOS.
//!
//! The expected values come from shapely 2 (`explain_validity`, `make_valid`) on the same
//! coordinates in BNG, converted with OSTN15. Without the shared data these tests print a message
//! and pass.

use std::path::PathBuf;

use geo::LineString;

use super::meta;
use crate::catalogue::VectorSource;
use crate::fault::{Fault, FaultKind as K, Report, Severity};
use crate::layer::{Layer, Resolution};
use crate::load::load_vector;
use crate::load::raw::{RawGeometry, RawLayer};
use crate::validity::{admit, coverage};

/// Returns the path of a file in the shared data folder, if it exists.
pub(crate) fn shared(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("LAPWING_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        PathBuf::from,
    );
    let path = folder.join(file);
    if path.is_file() {
        return Some(path);
    }
    eprintln!(
        "SKIPPED: {} does not exist; set LAPWING_SHARED to the shared data folder",
        path.display()
    );
    None
}

/// Loads a file of the shared data as a raw layer in BNG.
pub(crate) fn raw_layer(file: &str, code: &str, keep: &[&str]) -> Option<RawLayer> {
    let source = VectorSource {
        path: shared(file)?,
        table: None,
        code: code.to_owned(),
        name: code.strip_suffix("22CD").map(|stem| format!("{stem}22NM")),
        keep: keep.iter().map(|&k| k.to_owned()).collect(),
        crs: None,
        encoding: None,
        only: Vec::new(),
    };
    let mut report = Report::default();
    let raw = load_vector(&source, &meta(None).id, &mut report);
    assert!(!report.has_errors(), "{report:?}");
    raw
}

/// Loads and admits a file of the shared data. Returns the layer and the report.
pub(crate) fn admitted(
    file: &str,
    code: &str,
    resolution: Option<Resolution>,
) -> Option<(Option<Layer>, Report)> {
    let raw = raw_layer(file, code, &[])?;
    let mut report = Report::default();
    let layer = admit(raw, meta(resolution), &mut report);
    Some((layer, report))
}

/// Loads a layer that must have no faults.
fn taken(file: &str, code: &str) -> Option<Layer> {
    let (layer, report) = admitted(file, code, None)?;
    assert_eq!(report.faults, [], "{file}");
    layer
}

fn rings_of(layer: &Layer) -> Vec<Vec<(u64, u64)>> {
    let line = |line: &LineString<f64>| {
        let points = &line.0[1..];
        let mut keys: Vec<_> = points.iter().map(|p| (p.x.to_bits(), p.y.to_bits())).collect();
        keys.sort_unstable();
        keys
    };
    let polygons = layer.areas().iter().flat_map(crate::area::Area::geometry);
    let mut rings: Vec<_> = polygons
        .flat_map(|p| {
            std::iter::once(p.exterior()).chain(p.interiors()).map(line).collect::<Vec<_>>()
        })
        .collect();
    rings.sort_unstable();
    rings
}

const COUNTY: [(&str, &str, usize); 4] = [
    ("wards_2022.geojson", "WD22CD", 57),
    ("local_authorities_2024.geojson", "LAD24CD", 2),
    ("lsoas_2021.geojson", "LSOA21CD", 444),
    ("wards_2013.geojson", "WD13CD", 146),
];

#[test]
fn the_countys_layers_are_unchanged_bit_for_bit() {
    for (file, code, count) in COUNTY {
        let Some(layer) = taken(file, code) else { return };
        assert_eq!(layer.len(), count);
        let raw = raw_layer(file, code, &[]).unwrap();
        let mut given: Vec<_> = raw
            .features
            .iter()
            .filter_map(|f| match &f.geometry {
                RawGeometry::Polygons { polygons, .. } => Some(polygons.iter().flatten()),
                _ => None,
            })
            .flatten()
            .map(|ring| {
                let mut keys: Vec<_> =
                    ring[1..].iter().map(|p| (p.x.to_bits(), p.y.to_bits())).collect();
                keys.sort_unstable();
                keys
            })
            .collect();
        given.sort_unstable();
        assert!(rings_of(&layer) == given, "{file}: a coordinate changed");
    }
}

#[test]
fn the_countys_layers_are_coverages() {
    // GEOS: `coverage_invalid_edges` is empty for all of them, and their unions have no holes.
    for (file, code, _) in COUNTY {
        let Some(layer) = taken(file, code) else { return };
        let mut report = Report::default();
        coverage::check(&layer, 0.0, &mut report);
        assert_eq!(report.faults, [], "{file}");
    }
}

#[test]
fn seven_output_areas_touch_themselves_and_are_split_without_changing_their_area() {
    let Some((layer, report)) = admitted("output_areas_2011.geojson", "OA11CD", None) else {
        return;
    };
    let layer = layer.unwrap();
    assert_eq!(layer.len(), 2231);
    assert!(
        report.faults.iter().all(|f| (f.severity, f.kind) == (Severity::Repaired, K::SelfTouching))
    );
    // Code, first location and m² from GEOS: `explain_validity`, `make_valid`.
    for (code, at, area_m2) in [
        ("E00137118", [489_203.057, 289_513.83], 58_043.468_421),
        ("E00137899", [481_296.12, 282_901.442], 115_111.314_707),
        ("E00169208", [480_241.351, 283_930.171], 53_259.208_930),
        ("E00138079", [480_695.234, 263_137.886], 307_717.135_616),
        ("E00138811", [469_267.148, 261_107.975], 2_009_630.205_910),
        ("E00138854", [478_260.595, 250_362.471], 140_900.679_923),
        ("E00139161", [482_462.921, 267_164.205], 5_520_837.394_921),
    ] {
        let area = &layer.areas()[layer.area_index(code).unwrap()];
        assert!((area.area_m2() - area_m2).abs() < 1e-5, "{code}: {}", area.area_m2());
        let of_area = |f: &&Fault| f.feature.as_ref().unwrap().code.as_deref() == Some(code);
        assert!(report.faults.iter().filter(of_area).any(|f| f.at == Some(at)), "{code}");
    }
    let repaired: std::collections::BTreeSet<_> =
        report.faults.iter().map(|f| f.feature.as_ref().unwrap().index).collect();
    assert_eq!(repaired.len(), 7);
    let mut report = Report::default();
    coverage::check(&layer, 0.0, &mut report);
    assert_eq!(report.faults, []);
}

#[test]
fn the_slivers_of_the_national_lsoas_match_geos() {
    let Some(layer) = taken("lsoas_ew_2021.geojson.gz", "LSOA21CD") else { return };
    assert_eq!(layer.len(), 35_672);
    let flaws = coverage::flaws(layer.areas()).unwrap();
    let of = |kind| flaws.iter().filter(move |f| f.kind == kind);
    let total = |kind| of(kind).map(|f| f.area_m2).sum::<f64>();
    // GEOS: the union has 10 holes totalling 842.366 m²; 7 intersections total 328.664 m².
    assert_eq!((of(K::Gap).count(), of(K::Overlap).count()), (10, 7));
    assert!((total(K::Gap) - 842.366).abs() < 0.01, "{}", total(K::Gap));
    assert!((total(K::Overlap) - 328.664).abs() < 0.01, "{}", total(K::Overlap));
    let widest = of(K::Gap).max_by(|f, g| f.area_m2.total_cmp(&g.area_m2)).unwrap();
    let codes: Vec<_> = widest.areas.iter().map(|&i| layer.areas()[i].code().as_str()).collect();
    assert_eq!(codes, ["E01033060", "E01033243"]);
    assert!((widest.width_m() - 0.271).abs() < 0.001);
    // No flaw is wider than the drawing error of 200 m, so all are notes. Without a stated
    // resolution all except one of 0.4 m² are errors.
    let mut report = Report::default();
    coverage::check(&layer, 200.0, &mut report);
    assert_eq!((report.count(Severity::Note), report.count(Severity::Error)), (19, 0));
    let mut report = Report::default();
    coverage::check(&layer, 0.0, &mut report);
    assert_eq!((report.count(Severity::Note), report.count(Severity::Error)), (2, 16));
}

#[test]
fn a_ward_split_by_a_district_boundary_is_one_area() {
    let Some(raw) = raw_layer("wards_uk_2022.geojson.gz", "WD22CD", &[]) else { return };
    assert_eq!(raw.features.len(), 8_483);
    let mut report = Report::default();
    let layer = admit(raw, meta(None), &mut report).unwrap();
    assert_eq!(layer.len(), 8_482);
    let hunmanby = &layer.areas()[layer.area_index("E05014284").unwrap()];
    assert_eq!(hunmanby.name(), "Hunmanby & Sherburn (part Scarborough)");
    assert_eq!(hunmanby.geometry().0.len(), 1);
    assert!(report.faults.iter().all(|f| f.severity == Severity::Repaired));
}
