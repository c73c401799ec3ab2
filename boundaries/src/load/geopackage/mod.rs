//! OGC GeoPackage (12-128r18): a feature table of an SQLite database, opened only to read.

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
use super::error::{FileReport, Refusal, Unprojected};
use super::fields::Fields;
use super::raw::{RawFeature, RawGeometry};
use super::source::open_file;

/// Reads a feature table, the only one or the one named.
pub(super) fn read(
    path: &Path,
    table: Option<&str>,
    fields: &mut Fields<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, Refusal> {
    let database = open(path)?;
    let table = FeatureTable::choose(&database, table)?;
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
                return Err(Refusal::unreadable(format!(
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
            _ => Err("its geometry is a number or text".to_owned()),
        };
        let geometry = geometry.map_err(|message| Fault::error(FaultKind::WrongGeometry, message));
        features.extend(RawFeature::admit(index, picked, geometry, report));
        index += 1;
    }
    Ok(Unprojected { crs, features })
}

/// Opens the database, never to write, and without trust in what its schema might run.
fn open(path: &Path) -> Result<Connection, Refusal> {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    let mut start = Vec::new();
    open_file(path)?
        .take(MAGIC.len() as u64)
        .read_to_end(&mut start)
        .map_err(|error| Refusal::unreadable(format!("the file cannot be read: {error}")))?;
    if start.is_empty() {
        return Err(Refusal::unreadable("the file is empty"));
    }
    if start != MAGIC {
        return Err(Refusal::unreadable("this is no GeoPackage: it is no SQLite database"));
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
        // SQLite opens lazily: the first read is what fails.
        database.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(database)
    };
    match try_open(false) {
        // A database in write-ahead mode cannot be opened in a folder that is not writable,
        // unless it is promised that nobody writes to it; without a log file nobody does.
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

/// `file:/some/where.gpkg?immutable=1`, what a URI may not hold escaped.
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

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::unreadable(format!("the GeoPackage cannot be read: {error}"))
    }
}

/// A value of a column, its kind kept.
fn value(value: ValueRef<'_>, is_boolean: bool) -> Result<Value, String> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) if is_boolean && (0..=1).contains(&number) => {
            Value::Bool(number == 1)
        }
        ValueRef::Integer(number) => number.into(),
        // NaN and infinities, which JSON has not, become null.
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => match str::from_utf8(text) {
            Ok(text) => text.into(),
            Err(_) => {
                return Err(format!("{:?} is not UTF-8", String::from_utf8_lossy(text)));
            }
        },
        ValueRef::Blob(_) => return Err("it holds bytes, not text or a number".to_owned()),
    })
}
