//! Loading of a GIS file as a raw layer. [`super`] lists the steps.

use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::catalogue::VectorSource;
use crate::fault::{FaultKind, Report};
use crate::layer::LayerId;

use super::error::{FileReport, LoadError};
use super::fields::FieldPicker;
use super::raw::{RawFeature, RawLayer, Unprojected};
use super::source::{open, open_file};
use super::{crs, flatgeobuf, geojson, geopackage, project, shapefile};

/// The supported formats, for messages.
const FORMATS: &str =
    ".geojson, .json, .geojsonl, .ndjson (each also .gz), .shp, .zip of a shapefile, .gpkg, .fgb";

/// Loads a GIS file and projects its coordinates to BNG metres.
///
/// Adds every fault to the report, with the layer, the file and its location. A feature that cannot
/// be read or projected is reported and left out. Its error refuses the layer in the end, but the
/// other features are returned so that their faults are found too.
///
/// Returns `None` if the whole file is refused: it cannot be read, its CRS is unknown or wrong, no
/// feature has the code field, or it contains no features.
pub fn load_vector(
    source: &VectorSource,
    layer: &LayerId,
    report: &mut Report,
) -> Option<RawLayer> {
    let mut report = FileReport::new(layer, source.path.display().to_string(), report);
    match load(source, &mut report) {
        Ok(features) => Some(RawLayer { file: report.file().to_owned(), features: features? }),
        Err(error) => {
            report.add(error.into_fault());
            None
        }
    }
}

/// Loads the polygons of a GIS file in BNG metres, without its fields, for a `polygon` in a
/// definition of composed areas. The file must state its CRS.
///
/// Reports faults as [`load_vector`] does. Returns `None` if the whole file is refused.
pub fn load_polygons(path: &Path, layer: &LayerId, report: &mut Report) -> Option<RawLayer> {
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
    let features = read(&source, &mut FieldPicker::of(&source), &mut report).and_then(|read| {
        let crs = crs::reconcile(read.crs, None)?;
        project::project(read.features, &crs, &mut report)
    });
    match features {
        Ok(features) => Some(RawLayer { file: report.file().to_owned(), features }),
        Err(error) => {
            report.add(error.into_fault());
            None
        }
    }
}

fn load(
    source: &VectorSource,
    report: &mut FileReport<'_>,
) -> Result<Option<Vec<RawFeature>>, LoadError> {
    let mut fields = FieldPicker::of(source);
    let Unprojected { crs: stated, mut features } = read(source, &mut fields, report)?;
    if features.is_empty() {
        return Err(LoadError::unreadable(
            "the file contains no readable features: check that it is the right file",
        ));
    }
    if !fields.report_missing(report) {
        return Ok(None);
    }
    features.retain(|feature| fields.chose(feature.index));
    if features.is_empty() {
        return Err(LoadError::new(
            FaultKind::LeftOut,
            "no feature matches `only`: check its fields and values",
        ));
    }
    let crs = crs::reconcile(stated, source.crs.as_deref())?;
    project::project(features, &crs, report).map(Some)
}

/// Reads the file and turns a panic of a reader library into an error. Fuzzing has found no file
/// that causes one, but a file must not be able to stop a service that is reloading its data.
/// Faults reported before the panic stay; the features read are dropped.
fn read(
    source: &VectorSource,
    fields: &mut FieldPicker<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, LoadError> {
    catch_unwind(AssertUnwindSafe(|| read_format(source, fields, report))).unwrap_or_else(|_| {
        Err(LoadError::unreadable(
            "the library that reads the file failed, so the file must be malformed: rewrite it, for example with ogr2ogr",
        ))
    })
}

/// Reads the file in the format of its extension.
fn read_format(
    source: &VectorSource,
    fields: &mut FieldPicker<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, LoadError> {
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
        _ => Err(LoadError::unreadable(format!(
            "{lower:?} does not have the extension of a supported format: use {FORMATS}"
        ))),
    }
}
