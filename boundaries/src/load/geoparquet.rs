//! Reader for GeoParquet 1: a Parquet file with geometry as well-known binary.

use std::fs::File;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::types::Type;
use serde_json::Value;

use crate::fault::{Fault, FaultKind};

use super::crs::{SourceCrs, StatedCrs};
use super::error::{FileReport, LoadError};
use super::fields::FieldPicker;
use super::raw::{RawFeature, RawGeometry, Unprojected};
use super::wkb;

/// Names of columns of geometry in files without the metadata of GeoParquet.
const NAMES: [&str; 5] = ["geometry", "geom", "wkb_geometry", "the_geom", "wkb"];

/// Reads the rows as features.
pub(super) fn read(
    file: File,
    fields: &mut FieldPicker<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, LoadError> {
    let reader = SerializedFileReader::new(file).map_err(|error| unreadable(&error))?;
    let metadata = reader.metadata().file_metadata();
    let schema = metadata.schema();
    for field in schema.get_fields() {
        fields.saw(field.name());
    }
    let geo = metadata
        .key_value_metadata()
        .and_then(|pairs| pairs.iter().find(|pair| pair.key == "geo"))
        .and_then(|pair| serde_json::from_str::<Value>(pair.value.as_deref()?).ok());
    let (geometry, crs) = geometry_column(geo.as_ref(), schema)?;

    let columns = schema.get_fields().iter();
    let wanted = columns.filter(|field| field.name() == geometry || fields.wants(field.name()));
    let projection = Type::group_type_builder(schema.name())
        .with_fields(wanted.cloned().collect())
        .build()
        .map_err(|error| unreadable(&error))?;
    let rows = reader.get_row_iter(Some(projection)).map_err(|error| unreadable(&error))?;
    let mut features = Vec::new();
    for (index, row) in rows.enumerate() {
        let row = row.map_err(|error| unreadable(&error))?;
        let (mut values, mut read) = (Vec::new(), Ok(RawGeometry::Empty.into()));
        for (name, field) in row.get_column_iter() {
            if *name != geometry {
                values.push((name.clone(), value(field)));
                continue;
            }
            read = match field {
                Field::Null => Ok(RawGeometry::Empty.into()),
                Field::Bytes(bytes) => wkb::read(bytes.data()),
                _ => Err("its geometry is not binary".to_owned()),
            };
        }
        let picked = fields.pick(index, &values, report);
        let read = read.map_err(|message| Fault::error(FaultKind::WrongGeometry, message));
        features.extend(RawFeature::from_read(index, picked, read, report));
    }
    Ok(Unprojected { crs, features })
}

fn unreadable(error: &parquet::errors::ParquetError) -> LoadError {
    let text = error.to_string();
    let advice = if text.contains("Disabled feature") {
        "write it with the compression SNAPPY, or none"
    } else {
        "download it again"
    };
    LoadError::unreadable(format!("the Parquet file cannot be read ({text}): {advice}"))
}

/// Returns the column of geometry and its coordinate reference system.
fn geometry_column(geo: Option<&Value>, schema: &Type) -> Result<(String, StatedCrs), LoadError> {
    let has = |name: &str| schema.get_fields().iter().any(|field| field.name() == name);
    let Some(geo) = geo else {
        return match NAMES.iter().find(|name| has(name)) {
            Some(name) => Ok(((*name).to_owned(), StatedCrs::Nothing)),
            None => Err(LoadError::unreadable(
                "the Parquet file is not GeoParquet: it has no metadata \"geo\" and no column of geometry",
            )),
        };
    };
    let name = geo["primary_column"].as_str().unwrap_or("geometry");
    let column = &geo["columns"][name];
    if !has(name) {
        return Err(LoadError::unreadable(format!(
            "the metadata of the GeoParquet names the column {name:?}, which it does not have"
        )));
    }
    let encoding = column["encoding"].as_str().unwrap_or("WKB");
    if !encoding.eq_ignore_ascii_case("WKB") {
        return Err(LoadError::unreadable(format!(
            "the geometry of the GeoParquet is encoded as {encoding:?}: write it as WKB (in ogr2ogr, -lco GEOMETRY_ENCODING=WKB)"
        )));
    }
    Ok((name.to_owned(), stated_crs(column)))
}

/// Returns the coordinate reference system of a column: PROJJSON, null for unknown, absent for
/// OGC:CRS84.
fn stated_crs(column: &Value) -> StatedCrs {
    let Some(crs) = column.get("crs") else { return StatedCrs::Stated(SourceCrs::Degrees) };
    if crs.is_null() {
        return StatedCrs::Nothing;
    }
    let id = &crs["id"];
    let authority = id["authority"].as_str().unwrap_or_default();
    let code = match &id["code"] {
        Value::String(code) => code.clone(),
        code => code.to_string(),
    };
    let known = SourceCrs::from_identifier(&format!("{authority}:{code}"));
    known.map_or_else(
        || {
            let name = crs["name"].as_str().unwrap_or("no name");
            StatedCrs::Unclear(format!("the GeoParquet's CRS ({name}) has no known code"))
        },
        StatedCrs::Stated,
    )
}

/// Converts a value to JSON, keeping numbers and truth values.
fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(truth) => (*truth).into(),
        Field::Byte(number) => (*number).into(),
        Field::Short(number) => (*number).into(),
        Field::Int(number) => (*number).into(),
        Field::Long(number) => (*number).into(),
        Field::UByte(number) => (*number).into(),
        Field::UShort(number) => (*number).into(),
        Field::UInt(number) => (*number).into(),
        Field::ULong(number) => (*number).into(),
        Field::Float(number) => (*number).into(),
        Field::Double(number) => (*number).into(),
        Field::Str(text) => text.as_str().into(),
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into(),
        Field::Date(days) => date(*days).map_or(Value::Null, Value::from),
        other => Value::from(other.to_string()),
    }
}

/// Returns a date as text. Parquet counts days since 1970.
fn date(days: i32) -> Option<String> {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.checked_add(jiff::Span::new().try_days(days).ok()?).ok().map(|day| day.to_string())
}
