//! Reader for OGC GeoPackage (12-128r18): a feature table in an SQLite database, opened read-only.

mod blob;
mod table;

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use serde_json::Value;

use crate::fault::{Fault, FaultKind};

pub use self::blob::geometry;
use self::table::FeatureTable;
use super::error::{FileReport, LoadError};
use super::fields::FieldPicker;
use super::raw::{RawFeature, RawGeometry, Unprojected};
use super::source::open_file;

/// Reads the named feature table, or the only one. `source` is the file as a catalogue names it.
pub(super) fn read(
    path: &Path,
    source: &str,
    table: Option<&str>,
    fields: &mut FieldPicker<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, LoadError> {
    let database = open(path)?;
    let table = FeatureTable::choose(&database, table, source)?;
    report.rename(format!("{}#{}", report.file(), table.name));
    let crs = table.crs(&database)?;
    for column in &table.columns {
        fields.saw(&column.name);
    }

    let wanted: Vec<_> = table.columns.iter().filter(|c| fields.wants(&c.name)).collect();
    let mut features = Vec::new();
    let mut statement = database.prepare(&table.select(&wanted))?;
    let mut rows = statement.query([])?;
    let mut index = 0;
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(error) => {
                return Err(LoadError::unreadable(format!(
                    "the table cannot be read after {index} features: {error}"
                )));
            }
        };
        let mut values = Vec::with_capacity(wanted.len());
        for (place, column) in wanted.iter().enumerate() {
            match value(row.get_ref(place + 1)?, column.is_boolean) {
                Ok(value) => values.push((column.name.clone(), value)),
                Err(message) => report.add(
                    Fault::error(FaultKind::BadField, message)
                        .of_feature(index, None)
                        .of_field(column.name.clone()),
                ),
            }
        }
        let picked = fields.pick(index, &values, report);
        let geometry = match row.get_ref(0)? {
            ValueRef::Null => Ok(RawGeometry::Empty.into()),
            ValueRef::Blob(blob) => geometry(blob),
            _ => Err("its geometry is a number or text, not a blob".to_owned()),
        };
        let geometry = geometry.map_err(|message| Fault::error(FaultKind::WrongGeometry, message));
        features.extend(RawFeature::from_read(index, picked, geometry, report));
        index += 1;
    }
    Ok(Unprojected { crs, features })
}

/// Opens the database read-only, with `trusted_schema` off so that its schema cannot run functions.
fn open(path: &Path) -> Result<Connection, LoadError> {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    let mut start = Vec::new();
    open_file(path)?
        .take(MAGIC.len() as u64)
        .read_to_end(&mut start)
        .map_err(|error| LoadError::unreadable(format!("the file cannot be read: {error}")))?;
    if start.is_empty() {
        return Err(LoadError::unreadable("the file is empty: download it again"));
    }
    if start != MAGIC {
        return Err(LoadError::unreadable(
            "this is not a GeoPackage: it is not an SQLite database",
        ));
    }
    let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let try_open = |immutable: bool| -> rusqlite::Result<Connection> {
        let database = if immutable {
            Connection::open_with_flags(
                immutable_uri(path),
                read_only | OpenFlags::SQLITE_OPEN_URI,
            )?
        } else {
            Connection::open_with_flags(path, read_only)?
        };
        database.pragma_update(None, "trusted_schema", false)?;
        // SQLite opens lazily, so errors appear at the first read.
        database.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(database)
    };
    match try_open(false) {
        // A database in WAL mode cannot be opened in a read-only folder unless it is declared
        // immutable. Without a log file nobody is writing to it, so that is safe.
        Err(error)
            if matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly)
            ) && !log_of(path).exists() =>
        {
            Ok(try_open(true)?)
        }
        result => Ok(result?),
    }
}

fn log_of(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Returns `file:/some/where.gpkg?immutable=1`, with reserved characters escaped.
fn immutable_uri(path: &Path) -> String {
    let mut uri = String::from("file:");
    for byte in path.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri + "?immutable=1"
}

impl From<rusqlite::Error> for LoadError {
    fn from(error: rusqlite::Error) -> Self {
        Self::unreadable(format!("the GeoPackage cannot be read: {error}"))
    }
}

/// Converts a column value to JSON, keeping its type.
fn value(value: ValueRef<'_>, is_boolean: bool) -> Result<Value, String> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) if is_boolean && (0..=1).contains(&number) => {
            Value::Bool(number == 1)
        }
        ValueRef::Integer(number) => number.into(),
        // JSON has no NaN or infinity: they become null.
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => match str::from_utf8(text) {
            Ok(text) => text.into(),
            Err(_) => {
                return Err(format!("{:?} is not valid UTF-8", String::from_utf8_lossy(text)));
            }
        },
        ValueRef::Blob(_) => return Err("the value is binary, not text or a number".to_owned()),
    })
}
