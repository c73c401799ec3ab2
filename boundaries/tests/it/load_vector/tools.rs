//! Helpers for loading files and finding the shared data.

use std::path::{Path, PathBuf};

use lapwing_boundaries::catalogue::VectorSource;
use lapwing_boundaries::fault::{Fault, Report, Severity};
use lapwing_boundaries::layer::{Completeness, Layer, LayerId, LayerMeta, Vintage};
use lapwing_boundaries::load::load_vector;
use lapwing_boundaries::load::raw::{RawFeature, RawGeometry, RawLayer};
use lapwing_boundaries::validity::admit;

/// A source with these fields and otherwise default settings.
pub(crate) fn source(path: impl Into<PathBuf>, code: &str, name: &str) -> VectorSource {
    VectorSource {
        path: path.into(),
        table: None,
        code: code.into(),
        name: (!name.is_empty()).then(|| name.into()),
        keep: Vec::new(),
        crs: None,
        only: Vec::new(),
    }
}

pub(crate) fn load(source: &VectorSource) -> (Option<RawLayer>, Vec<Fault>) {
    let mut report = Report::default();
    let layer = load_vector(source, &LayerId::parse("ward").unwrap(), &mut report);
    (layer, report.faults)
}

/// Loads a layer that must have no faults.
pub(crate) fn load_clean(source: &VectorSource) -> RawLayer {
    let (layer, faults) = load(source);
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(faults, [""; 0], "{}", source.path.display());
    layer.unwrap()
}

/// Admits a raw layer, which must have no errors.
pub(crate) fn admitted(raw: RawLayer) -> Layer {
    let id = LayerId::parse("ward").unwrap();
    let meta = LayerMeta {
        id: id.clone(),
        series: id,
        title: String::new(),
        vintage: Vintage::default(),
        resolution: None,
        coverage: false,
        complete: Completeness::Unknown,
        licence: None,
        attribution: None,
        source: raw.file.clone(),
    };
    let mut report = Report::default();
    let layer = admit(raw, meta, &mut report);
    let errors: Vec<_> = report.faults.iter().filter(|f| f.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    layer.unwrap()
}

/// Returns the only fault of a file that is refused.
pub(crate) fn refusal(source: &VectorSource) -> Fault {
    let (layer, mut faults) = load(source);
    assert!(layer.is_none(), "{} was taken", source.path.display());
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults.remove(0)
}

/// Returns the path of a shared data file, or `None` with a message if the folder is missing.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("LAPWING_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        PathBuf::from,
    );
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: {} is absent; set LAPWING_SHARED to its folder", path.display());
    None
}

/// The planar area of a feature's rings, the shells' less the holes', in m². For ungrouped rings
/// the larger of nested ones is taken for the shell, which suffices for one shell each.
pub(crate) fn area_m2(feature: &RawFeature) -> f64 {
    let RawGeometry::Polygons { polygons, grouped } = &feature.geometry else { return 0.0 };
    let signed: Vec<f64> = polygons.iter().flatten().map(|ring| signed_area(ring)).collect();
    if *grouped {
        let holes = |rings: &Vec<Vec<_>>| -> f64 {
            rings.iter().skip(1).map(|ring| 2.0 * signed_area(ring).abs()).sum()
        };
        signed.iter().map(|a| a.abs()).sum::<f64>() - polygons.iter().map(holes).sum::<f64>()
    } else {
        // A shapefile winds shells one way and holes the other.
        signed.iter().sum::<f64>().abs()
    }
}

fn signed_area(ring: &[geo::Coord<f64>]) -> f64 {
    // From the first vertex, so that large coordinates do not cancel.
    let Some(o) = ring.first() else { return 0.0 };
    let cross =
        |w: &[geo::Coord<f64>]| (w[0].x - o.x) * (w[1].y - o.y) - (w[1].x - o.x) * (w[0].y - o.y);
    ring.windows(2).map(cross).sum::<f64>() / 2.0
}

/// Returns the total length of a feature's rings, in metres.
pub(crate) fn perimeter_m(feature: &RawFeature) -> f64 {
    let RawGeometry::Polygons { polygons, .. } = &feature.geometry else { return 0.0 };
    let edges = polygons.iter().flatten().flat_map(|ring| ring.windows(2));
    edges.map(|w| (w[0].x - w[1].x).hypot(w[0].y - w[1].y)).sum()
}

/// Returns every vertex of a feature.
pub(crate) fn vertices(feature: &RawFeature) -> Vec<geo::Coord<f64>> {
    match &feature.geometry {
        RawGeometry::Polygons { polygons, .. } => {
            polygons.iter().flatten().flatten().copied().collect()
        }
        RawGeometry::Point(at) => vec![*at],
        RawGeometry::Empty | RawGeometry::Other(_) => Vec::new(),
    }
}

/// Runs ogr2ogr. Returns false with a message if GDAL is not installed.
pub(crate) fn ogr2ogr(arguments: &[&str], output: &Path, input: &Path) -> bool {
    let run = std::process::Command::new("ogr2ogr")
        // Files read the same on every machine, whatever its locale or settings.
        .env("OGR_GEOJSON_MAX_OBJ_SIZE", "0")
        .args(arguments)
        .args([output, input])
        .output();
    match run {
        Err(error) => {
            eprintln!("SKIPPED: ogr2ogr cannot be run ({error}); install GDAL");
            false
        }
        Ok(done) => {
            let talk = String::from_utf8_lossy(&done.stderr).into_owned();
            assert!(done.status.success(), "ogr2ogr {arguments:?}: {talk}");
            true
        }
    }
}

/// The properties of two squares, their names with letters beyond ASCII.
pub(crate) const TWO: [&str; 2] =
    [r#""code":"A","name":"Ynys Môn""#, r#""code":"B","name":"Château""#];

/// A GeoJSON file of squares in Northamptonshire, each with these properties (JSON members).
pub(crate) fn squares(folder: &Path, properties: &[&str]) -> PathBuf {
    let features: Vec<String> = properties
        .iter()
        .enumerate()
        .map(|(i, properties)| {
            let (x, y) = (-0.9 + 0.02 * i as f64, 52.2);
            let ring = [(0.0, 0.0), (0.01, 0.0), (0.01, 0.01), (0.0, 0.01), (0.0, 0.0)]
                .map(|(dx, dy)| format!("[{:.7},{:.7},100]", x + dx, y + dy))
                .join(",");
            format!(
                r#"{{"type":"Feature","properties":{{{properties}}},"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}"#
            )
        })
        .collect();
    let path = folder.join("squares.geojson");
    let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
    std::fs::write(&path, text).unwrap();
    path
}
