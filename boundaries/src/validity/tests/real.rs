//! The real files of the shared data, judged as GEOS judges them.
//!
//! The oracle was shapely 2 (`explain_validity`, `make_valid`) on the same coordinates in BNG,
//! converted by OSTN15; what it measured stands here as numbers. Where the folder of shared data
//! is absent these tests say so and pass.

use std::path::PathBuf;

use super::meta;
use crate::catalogue::VectorSource;
use crate::fault::{FaultKind as K, Report, Severity};
use crate::layer::{Layer, Resolution};
use crate::load::load_vector;
use crate::load::raw::RawLayer;
use crate::validity::admit;

/// The folder of shared data, if it is there.
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
        "SKIPPED: {} is not there; set LAPWING_SHARED to the folder of shared data",
        path.display()
    );
    None
}

/// A file of the shared data as a raw layer in BNG.
pub(crate) fn raw_layer(file: &str, code: &str, keep: &[&str]) -> Option<RawLayer> {
    let source = VectorSource {
        path: shared(file)?,
        table: None,
        code: code.to_owned(),
        name: None,
        keep: keep.iter().map(|&k| k.to_owned()).collect(),
        crs: None,
    };
    let mut report = Report::default();
    let raw = load_vector(&source, &meta(None).id, &mut report);
    assert!(!report.has_errors(), "{report:?}");
    raw
}

/// The layer of a file of the shared data, and what was said of it.
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

#[test]
fn dump() {
    for (file, code) in [
        ("wards_2022.geojson", "WD22CD"),
        ("local_authorities_2024.geojson", "LAD24CD"),
        ("lsoas_2021.geojson", "LSOA21CD"),
        ("wards_2013.geojson", "WD13CD"),
        ("output_areas_2011.geojson", "OA11CD"),
        ("lsoas_ew_2021.geojson.gz", "LSOA21CD"),
    ] {
        let raw = raw_layer(file, code, &[]).unwrap();
        let t = std::time::Instant::now();
        let mut report = Report::default();
        let layer = admit(raw, meta(None), &mut report).unwrap();
        eprintln!(
            "{file}: {:?} areas in {:?}, {} errors {} repaired {} notes",
            layer.len(),
            t.elapsed(),
            report.count(Severity::Error),
            report.count(Severity::Repaired),
            report.count(Severity::Note)
        );
        let t = std::time::Instant::now();
        let mut report = Report::default();
        crate::validity::coverage::check(&layer, 1.0, &mut report);
        eprintln!("  coverage in {:?}", t.elapsed());
        for f in report.faults.iter().take(40) {
            eprintln!("  {:?} {f}", f.severity);
        }
    }
    let _ = K::Gap;
}
