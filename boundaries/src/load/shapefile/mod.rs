//! ESRI shapefiles: `.shp` with its siblings, or a zip of them.
//!
//! The crate `shapefile` decodes the shapes. Its combined reader is not used: it pairs shapes with
//! the records that are not marked as deleted, so every feature after a deleted record would get the
//! code of its neighbour. The crate `dbase` writes the tables of exports but does not read them: see
//! [`dbf`].

#[cfg(test)]
mod crates;
mod dbf;
mod parts;
mod shp;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::fault::{Fault, FaultKind};

use self::dbf::Table;
pub use self::parts::Parts;
use super::collection::ReadGeometry;
use super::crs::{StatedCrs, from_wkt};
use super::error::{FileReport, LoadError};
use super::fields::FieldPicker;
use super::raw::{RawFeature, Unprojected};

/// Reads the `.shp` at the path, with the siblings that stand beside it.
pub(super) fn read_folder(
    path: &Path,
    encoding: Option<&str>,
    fields: &mut FieldPicker<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, LoadError> {
    read(&Parts::in_folder(path)?, encoding, fields, report)
}

/// Reads the shapefile in a zip whose `.shp` has this path in it.
pub(super) fn read_zip(
    path: &Path,
    shp: &str,
    encoding: Option<&str>,
    fields: &mut FieldPicker<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, LoadError> {
    let parts = Parts::in_zip(path, shp)?;
    report.rename(format!("{}/{shp}", report.file()));
    read(&parts, encoding, fields, report)
}

/// Reads a shapefile out of its parts. `encoding` is that of its text, in place of the one that the
/// parts state.
///
/// # Errors
///
/// When a part is missing, cut short, or belongs to another shapefile.
pub fn read(
    parts: &Parts,
    encoding: Option<&str>,
    fields: &mut FieldPicker<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, LoadError> {
    let crs = match &parts.prj {
        Some(prj) => from_wkt(&String::from_utf8_lossy(prj), "the .prj"),
        None => StatedCrs::Nothing,
    };
    let Some(dbf) = &parts.dbf else {
        return Err(LoadError::unreadable(
            "the shapefile has no .dbf, which holds its codes and names: put the .dbf beside the .shp",
        ));
    };
    let table = Table::open(dbf, parts.cpg.as_deref(), encoding).map_err(LoadError::unreadable)?;
    for field in table.fields() {
        fields.saw(&field.name);
    }
    if parts.shx.is_none() {
        let message = "the shapefile has no .shx: its shapes were read one after another";
        report.add(Fault::note(FaultKind::UnreadableFile, message));
    }
    let shapes = shp::shapes(&parts.shp, parts.shx.as_deref()).map_err(LoadError::unreadable)?;
    let records = table.records();
    if shapes.len() != records.len() {
        return Err(LoadError::unreadable(format!(
            "the .{} has {} shapes and the .dbf {} records: they do not belong together",
            if parts.shx.is_some() { "shx" } else { "shp" },
            shapes.len(),
            records.len()
        )));
    }

    let mut features = Vec::with_capacity(shapes.len());
    let mut deleted = Vec::new();
    for (index, (shape, record)) in shapes.into_iter().zip(records).enumerate() {
        match record {
            Some(record) => {
                features.extend(feature(index, shape, &table, record, fields, report));
            }
            None => deleted.push(index),
        }
    }
    if let Some(example) = table.mistaken_encoding() {
        report.add(Fault::note(FaultKind::BadField, mistaken(&table, &example)));
    }
    if let Some(first) = deleted.first() {
        let message = format!(
            "{} features are marked as deleted in the .dbf and were left out; this is the first",
            deleted.len()
        );
        report.add(Fault::note(FaultKind::LeftOut, message).of_feature(*first, None));
    }
    Ok(Unprojected { crs, features })
}

/// What to do about a table whose text is UTF-8, although it states another encoding.
fn mistaken(table: &Table<'_>, (wrong, right): &(String, String)) -> String {
    format!(
        "the text is read as {}, as the .cpg or the .dbf states, but all of it is valid UTF-8: {wrong:?} would be {right:?}; if that is right, write encoding = \"UTF-8\" in the catalogue",
        table.encoding()
    )
}

fn feature(
    index: usize,
    shape: shp::Shape,
    table: &Table<'_>,
    record: &[u8],
    fields: &FieldPicker<'_>,
    report: &mut FileReport<'_>,
) -> Option<RawFeature> {
    let mut values = Vec::new();
    for field in table.fields().iter().filter(|field| fields.wants(&field.name)) {
        match table.value(field, record) {
            Ok(value) => values.push((field.name.clone(), value)),
            Err(message) => report.add(
                Fault::error(FaultKind::BadField, message)
                    .of_feature(index, None)
                    .of_field(field.name.clone()),
            ),
        }
    }
    let picked = fields.pick(index, &values, report);
    let geometry = shape.map(ReadGeometry::from).map_err(|message| {
        Fault::error(FaultKind::WrongGeometry, format!("its shape cannot be read: {message}"))
    });
    RawFeature::from_read(index, picked, geometry, report)
}
