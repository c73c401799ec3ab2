//! Loading of a GIS file as a raw layer. [`super`] lists the steps.

use std::io::{BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::catalogue::VectorSource;
use crate::fault::{Fault, FaultKind, Report};
use crate::layer::LayerId;

use super::content::{self, Content};
use super::csv::has_extension;
use super::error::{FileReport, LoadError};
use super::fields::FieldPicker;
use super::raw::{RawFeature, RawLayer, Unprojected};
use super::source::open_file;
use super::{archive, crs, csv_geometry, flatgeobuf, geojson, geopackage, project, shapefile};

/// The supported formats, for messages.
const FORMATS: &str = "GeoJSON (.geojson, .geojsonl, also .gz), Shapefile (.shp), GeoPackage (.gpkg), FlatGeobuf (.fgb), GeoParquet (.parquet), a CSV with WKT (.csv), or a .zip of one";

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
        encoding: None,
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

/// Reads the file in the format of its content, or, if that does not tell, of its suffix.
fn read_format(
    source: &VectorSource,
    fields: &mut FieldPicker<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, LoadError> {
    let (path, table) = (&source.path, source.table.as_deref());
    let encoding = source.encoding.as_deref();
    if path.is_dir() && is_geodatabase(path) {
        return Err(LoadError::unreadable(content::convert("a file geodatabase", path)));
    }
    let (content, start) = look(BufReader::new(open_file(path)?))?;
    let suffix = suffix(path);
    match content {
        Content::Gzip => {
            if !has_extension(path, "gz") {
                let message = "the file is compressed with gzip, although its name does not end in .gz: it was decompressed";
                report.add(Fault::note(FaultKind::UnreadableFile, message));
            }
            let (content, start) =
                look(BufReader::new(MultiGzDecoder::new(BufReader::new(start))))?;
            read_stream(content, start, source, fields, report)
        }
        Content::Zip => archive::read(path, table, encoding, fields, report),
        Content::Sqlite => {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            geopackage::read(path, &file, table, fields, report)
        }
        Content::Parquet => read_parquet(path, fields, report),
        Content::Shapefile => shapefile::read_folder(path, encoding, fields, report),
        Content::Unmarked if suffix == "zip" => {
            archive::read(path, table, encoding, fields, report)
        }
        Content::Unmarked if suffix == "shp" => {
            shapefile::read_folder(path, encoding, fields, report)
        }
        _ => read_stream(content, start, source, fields, report),
    }
}

/// Reads a format that needs no more than its bytes from start to end.
fn read_stream(
    content: Content,
    start: impl Read,
    source: &VectorSource,
    fields: &mut FieldPicker<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, LoadError> {
    let (path, encoding) = (&source.path, source.encoding.as_deref());
    if let Some(refusal) = content.refusal(path) {
        return Err(LoadError::unreadable(refusal));
    }
    match content {
        Content::Json => geojson::read(start, fields, report),
        Content::FlatGeobuf => flatgeobuf::read(start, fields, report),
        Content::Unmarked => match suffix(path).trim_end_matches(".gz") {
            "csv" | "txt" | "tsv" => csv_geometry::read(start, encoding, fields, report),
            suffix => Err(LoadError::unreadable(unknown(suffix, path))),
        },
        _ => Err(LoadError::unreadable(
            "the file in this gzip cannot be read while it is compressed: decompress it first",
        )),
    }
}

/// What to do about a file of which neither content nor suffix tells the format.
fn unknown(suffix: &str, path: &Path) -> String {
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    match suffix {
        "kml" => content::convert("KML", path),
        "gml" | "xml" => content::convert("GML", path),
        "tab" | "dat" | "map" | "id" => content::convert("MapInfo TAB", path),
        "mif" | "mid" => content::convert("MapInfo Interchange Format", path),
        "dbf" | "shx" | "prj" | "cpg" => {
            format!("{file} is a part of a shapefile: name the .shp, beside which it must be")
        }
        "geojson" | "json" | "geojsonl" | "geojsons" | "geojsonseq" | "ndjson" | "ndgeojson"
        | "jsonl" => {
            "the file is not valid JSON: it must begin with { or a record separator; open it in an editor to see what it is".to_owned()
        }
        "gpkg" => {
            "this is not a GeoPackage: it is not an SQLite database; open it in an editor to see what it is".to_owned()
        }
        "fgb" => "this is not a FlatGeobuf: it does not start with fgb".to_owned(),
        "parquet" | "geoparquet" => {
            "this is not a Parquet file: it does not start with PAR1".to_owned()
        }
        _ => format!(
            "neither the content nor the name of {file:?} tells a format that is read: use {FORMATS}"
        ),
    }
}

/// Reads GeoParquet, if the program was built with it.
#[cfg(feature = "parquet")]
pub(super) fn read_parquet(
    path: &Path,
    fields: &mut FieldPicker<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, LoadError> {
    super::geoparquet::read(open_file(path)?, fields, report)
}

/// Reads GeoParquet, if the program was built with it.
#[cfg(not(feature = "parquet"))]
pub(super) fn read_parquet(
    path: &Path,
    _: &mut FieldPicker<'_>,
    _: &mut FileReport<'_>,
) -> Result<Unprojected, LoadError> {
    Err(LoadError::unreadable(content::convert(
        "Parquet (without the cargo feature parquet)",
        path,
    )))
}

fn look<R: Read>(source: R) -> Result<(Content, impl Read), LoadError> {
    content::look(source)
        .map_err(|error| LoadError::unreadable(geojson::read_error(error.kind(), &error)))
}

/// Returns the suffix of a file name in lower case, with `.gz`: `geojson.gz`.
fn suffix(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let stem = name.strip_suffix(".gz").unwrap_or(&name);
    stem.rsplit_once('.')
        .map_or_else(String::new, |(before, _)| name[before.len() + 1..].to_owned())
}

/// Returns true for the folder of an Esri file geodatabase.
fn is_geodatabase(folder: &Path) -> bool {
    suffix(folder) == "gdb"
        || folder
            .read_dir()
            .is_ok_and(|entries| entries.flatten().any(|entry| suffix(&entry.path()) == "gdbtable"))
}
