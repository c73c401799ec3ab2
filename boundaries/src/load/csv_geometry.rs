//! Reader for a CSV with a column of geometry: well-known text, as our own exports, GDAL and QGIS
//! write it, or hexadecimal well-known binary.

use std::io::Read;

use serde_json::Value;

use crate::fault::{Fault, FaultKind, Report};

use super::crs::{SourceCrs, StatedCrs};
use super::csv::{BadRows, Header, Row, RowFaults, Rows};
use super::encoding::Encoding;
use super::error::{FileReport, LoadError};
use super::fields::FieldPicker;
use super::raw::{RawFeature, RawGeometry, Unprojected};
use super::wkt;

/// Names of columns of geometry, in order of preference.
const NAMES: [&str; 7] =
    ["wkt", "geometry", "geom", "the_geom", "wkt_geom", "wkb_geometry", "shape"];

/// Reads the rows as features.
pub(super) fn read(
    source: impl Read,
    encoding: Option<&str>,
    fields: &mut FieldPicker<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, LoadError> {
    let source: Box<dyn Read + '_> = match encoding {
        None => Box::new(source),
        Some(name) => {
            let encoding = Encoding::named(name).map_err(LoadError::unreadable)?;
            let decoded = encoding.decoded(source);
            Box::new(decoded.map_err(|error| {
                LoadError::unreadable(format!("the file cannot be read: {error}"))
            })?)
        }
    };
    let mut own = Report::default();
    let mut faults = RowFaults::new(&mut own, report.file(), None, BadRows::Refused);
    let mut rows = Rows::new(source);
    let read = read_rows(&mut rows, fields, report, &mut faults);
    rows.finish(&mut faults);
    faults.finish();
    for fault in own.faults {
        report.add(fault);
    }
    read
}

fn read_rows<R: Read>(
    rows: &mut Rows<R>,
    fields: &mut FieldPicker<'_>,
    report: &mut FileReport<'_>,
    faults: &mut RowFaults<'_>,
) -> Result<Unprojected, LoadError> {
    let Some(header) = rows.header(faults) else {
        return Err(LoadError::unreadable("the CSV is empty: download it again"));
    };
    for name in header.names() {
        fields.saw(name);
    }
    let mut geometry = by_name(&header);
    let mut features = Vec::new();
    let mut srid = None;
    while let Some(row) = rows.next_row(faults) {
        geometry =
            geometry.or_else(|| (0..row.len()).find(|&column| wkt::is_geometry(&row.text(column))));
        let values: Vec<(String, Value)> = header
            .names()
            .iter()
            .enumerate()
            .filter(|(_, name)| fields.wants(name))
            .map(|(column, name)| (name.clone(), value(&row, column)))
            .collect();
        let picked = fields.pick(row.index, &values, report);
        let read = geometry.map_or(Ok(None), |column| wkt::read(&row.text(column)).map(Some));
        let read = match read {
            Ok(Some(read)) => {
                srid = srid.or(read.srid);
                Ok(read.geometry)
            }
            Ok(None) => Ok(RawGeometry::Empty.into()),
            Err(message) => {
                let message = format!("line {}: {message}", row.line);
                Err(Fault::error(FaultKind::WrongGeometry, message))
            }
        };
        features.extend(RawFeature::from_read(row.index, picked, read, report));
    }
    if geometry.is_none() {
        return Err(LoadError::unreadable(without_geometry(&header)));
    }
    let crs = match srid {
        Some(code) => {
            SourceCrs::from_authority("EPSG", code).map_or(StatedCrs::Nothing, StatedCrs::Stated)
        }
        None => implied_crs(&features),
    };
    if let StatedCrs::Implied(crs) = &crs {
        let message = format!(
            "a CSV does not state its coordinate reference system; by its numbers it is {crs}"
        );
        report.add(Fault::note(FaultKind::UnknownCrs, message));
    }
    Ok(Unprojected { crs, features })
}

fn by_name(header: &Header) -> Option<usize> {
    NAMES.iter().find_map(|known| {
        header.names().iter().position(|name| name.trim().eq_ignore_ascii_case(known))
    })
}

fn without_geometry(header: &Header) -> String {
    let names = header.names();
    if let [only] = names
        && let Some(mark) = [';', '\t', '|'].into_iter().find(|&mark| only.contains(mark))
    {
        return format!("the columns of the CSV are separated by {mark:?}: save it with commas");
    }
    format!(
        "the CSV has no column of geometry as well-known text, but {}: export it with one (in \
         ogr2ogr, -lco GEOMETRY=AS_WKT), or for points write columns = {{ … }} in the catalogue",
        names.join(", ")
    )
}

fn value(row: &Row<'_>, column: usize) -> Value {
    match row.text(column) {
        text if text.is_empty() => Value::Null,
        text => Value::String(text.into_owned()),
    }
}

/// Returns the coordinate reference system that the numbers can be in: the ranges of degrees, of
/// British National Grid metres and of Web Mercator in Britain are far apart.
fn implied_crs(features: &[RawFeature]) -> StatedCrs {
    let mut extent: Option<[f64; 4]> = None;
    for feature in features {
        let mut join = |x: f64, y: f64| {
            let [x0, y0, x1, y1] = extent.unwrap_or([x, y, x, y]);
            extent = Some([x0.min(x), y0.min(y), x1.max(x), y1.max(y)]);
        };
        match &feature.geometry {
            RawGeometry::Polygons { polygons, .. } => {
                polygons.iter().flatten().flatten().for_each(|at| join(at.x, at.y));
            }
            RawGeometry::Point(at) => join(at.x, at.y),
            RawGeometry::Empty | RawGeometry::Other(_) => {}
        }
    }
    let within = |[west, south, east, north]: [f64; 4]| {
        extent
            .is_some_and(|[x0, y0, x1, y1]| x0 >= west && y0 >= south && x1 <= east && y1 <= north)
    };
    if within([-180.0, -90.0, 180.0, 90.0]) {
        StatedCrs::Implied(SourceCrs::Degrees)
    } else if within([-250_000.0, -50_000.0, 900_000.0, 1_300_000.0]) {
        StatedCrs::Implied(SourceCrs::BritishNationalGrid)
    } else if within([-1_200_000.0, 6_000_000.0, 400_000.0, 9_000_000.0]) {
        StatedCrs::Implied(SourceCrs::WebMercator)
    } else {
        StatedCrs::Nothing
    }
}
