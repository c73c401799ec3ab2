//! A file in a GIS format to a raw layer: the way is in [`super`].

use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::catalogue::VectorSource;
use crate::fault::{FaultKind, Report};
use crate::layer::LayerId;

use super::error::{FileReport, Refusal, Unprojected};
use super::fields::Fields;
use super::raw::{RawFeature, RawLayer};
use super::source::{open, open_file};
use super::{crs, flatgeobuf, geojson, geopackage, project, shapefile};

/// The formats that are read, for messages.
const FORMATS: &str =
    ".geojson, .json, .geojsonl, .ndjson (each also .gz), .shp, .zip of a shapefile, .gpkg, .fgb";

/// Reads a file in a GIS format, its coordinates brought to BNG metres.
///
/// Every fault found goes into the report, with the layer, the file and whatever else is known of
/// its place. A feature that cannot be read or projected is reported and left out; its error
/// refuses the layer in the end, and the features kept are there to have their own faults found.
///
/// `None` if the file as a whole is refused: it cannot be read, its CRS is unknown or cannot be
/// true, no feature has the code field, or it holds no feature.
pub fn load_vector(
    source: &VectorSource,
    layer: &LayerId,
    report: &mut Report,
) -> Option<RawLayer> {
    let mut report = FileReport::new(layer, source.path.display().to_string(), report);
    match load(source, &mut report) {
        Ok(features) => Some(RawLayer { file: report.file().to_owned(), features: features? }),
        Err(refusal) => {
            report.add(refusal.into_fault());
            None
        }
    }
}

/// Reads the geometry of a file in a GIS format, in BNG metres, without its fields: for a drawing
/// that a definition of composed areas names. Its CRS must be in the file.
///
/// Faults are reported as by [`load_vector`]; `None` if the file as a whole is refused.
pub fn load_ground(path: &Path, layer: &LayerId, report: &mut Report) -> Option<RawLayer> {
    let source = VectorSource {
        path: path.to_owned(),
        table: None,
        code: String::new(),
        name: None,
        keep: Vec::new(),
        crs: None,
        only: Vec::new(),
    };
    let mut report = FileReport::new(layer, path.display().to_string(), report);
    let features = read(&source, &mut Fields::of(&source), &mut report).and_then(|read| {
        let crs = crs::reconcile(read.crs, None)?;
        project::project(read.features, &crs, &mut report)
    });
    match features {
        Ok(features) => Some(RawLayer { file: report.file().to_owned(), features }),
        Err(refusal) => {
            report.add(refusal.into_fault());
            None
        }
    }
}

fn load(
    source: &VectorSource,
    report: &mut FileReport<'_>,
) -> Result<Option<Vec<RawFeature>>, Refusal> {
    let mut fields = Fields::of(source);
    let Unprojected { crs: stated, mut features } = read(source, &mut fields, report)?;
    if features.is_empty() {
        return Err(Refusal::unreadable("the file holds no feature that can be read"));
    }
    if !fields.report_missing(report) {
        return Ok(None);
    }
    features.retain(|feature| fields.chose(feature.index));
    if features.is_empty() {
        return Err(Refusal::new(
            FaultKind::LeftOut,
            "no feature has what `only` asks for: check its fields and values",
        ));
    }
    let crs = crs::reconcile(stated, source.crs.as_deref())?;
    project::project(features, &crs, report).map(Some)
}

/// Reads the file, whatever it does to the libraries below: they are tried with spoilt files, and
/// none is known to break, but a file that breaks one must cost that file, not the service that is
/// reloading its data. What was reported before stays; what was read is thrown away.
fn read(
    source: &VectorSource,
    fields: &mut Fields<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, Refusal> {
    catch_unwind(AssertUnwindSafe(|| read_format(source, fields, report))).unwrap_or_else(|_| {
        Err(Refusal::unreadable(
            "the file broke the library that reads it, so that it must be malformed: write it anew, for example with ogr2ogr",
        ))
    })
}

/// Reads the file by the format that its suffix names.
fn read_format(
    source: &VectorSource,
    fields: &mut Fields<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, Refusal> {
    let path = &source.path;
    let lower = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let (stem, compressed) = match lower.strip_suffix(".gz") {
        Some(stem) => (stem, true),
        None => (lower.as_str(), false),
    };
    let suffix = stem.rsplit_once('.').map_or("", |(_, suffix)| suffix);
    match suffix {
        "geojson" | "json" => geojson::read(open(path, compressed)?, fields, report),
        "geojsonl" | "geojsons" | "ndjson" => {
            geojson::read_sequence(open(path, compressed)?, fields, report)
        }
        "shp" if !compressed => shapefile::read_folder(path, fields, report),
        "zip" if !compressed => shapefile::read_zip(path, source.table.as_deref(), fields, report),
        "gpkg" if !compressed => geopackage::read(path, source.table.as_deref(), fields, report),
        "fgb" if !compressed => flatgeobuf::read(BufReader::new(open_file(path)?), fields, report),
        _ => Err(Refusal::unreadable(format!(
            "{lower:?} has a suffix of no format that is read: {FORMATS}"
        ))),
    }
}
