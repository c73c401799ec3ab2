//! Reader for the properties of a FlatGeobuf feature: pairs of column number and value.

use flatgeobuf::{Column, ColumnType};
use serde_json::Value;

/// The columns, by number.
pub(super) struct Columns(Vec<(String, ColumnType)>);

impl Columns {
    pub(super) fn of<'c>(columns: Option<impl IntoIterator<Item = Column<'c>>>) -> Self {
        let columns = columns.into_iter().flatten();
        Self(columns.map(|column| (column.name().to_owned(), column.type_())).collect())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Reads the values of the columns for which `wanted` returns true.
    ///
    /// # Errors
    ///
    /// Fails if the bytes violate the format. Values before the error are kept.
    pub(super) fn read(
        &self,
        mut bytes: &[u8],
        wanted: impl Fn(&str) -> bool,
        values: &mut Vec<(String, Value)>,
    ) -> Result<(), String> {
        // Some writers leave one extra byte after a final binary column.
        while bytes.len() > 1 {
            let number = usize::from(u16::from_le_bytes(take(&mut bytes)?));
            let (name, kind) = self.0.get(number).ok_or_else(|| {
                format!("a property refers to column {number}, which does not exist")
            })?;
            let value = value(&mut bytes, *kind)
                .map_err(|message| format!("the property {name:?} {message}"))?;
            if wanted(name) {
                values.push((name.clone(), value));
            }
        }
        Ok(())
    }
}

fn value(bytes: &mut &[u8], kind: ColumnType) -> Result<Value, String> {
    Ok(match kind {
        ColumnType::Byte => i8::from_le_bytes(take(bytes)?).into(),
        ColumnType::UByte => u8::from_le_bytes(take(bytes)?).into(),
        ColumnType::Bool => (u8::from_le_bytes(take(bytes)?) != 0).into(),
        ColumnType::Short => i16::from_le_bytes(take(bytes)?).into(),
        ColumnType::UShort => u16::from_le_bytes(take(bytes)?).into(),
        ColumnType::Int => i32::from_le_bytes(take(bytes)?).into(),
        ColumnType::UInt => u32::from_le_bytes(take(bytes)?).into(),
        ColumnType::Long => i64::from_le_bytes(take(bytes)?).into(),
        ColumnType::ULong => u64::from_le_bytes(take(bytes)?).into(),
        // JSON has no NaN or infinity: they become null.
        ColumnType::Float => f64::from(f32::from_le_bytes(take(bytes)?)).into(),
        ColumnType::Double => f64::from_le_bytes(take(bytes)?).into(),
        ColumnType::String | ColumnType::DateTime => text(bytes)?.into(),
        ColumnType::Json => {
            let text = text(bytes)?;
            serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?
        }
        ColumnType::Binary => {
            run(bytes)?;
            Value::Null
        }
        _ => return Err("has an unknown type".to_owned()),
    })
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], String> {
    let (field, rest) = bytes.split_first_chunk().ok_or("is truncated")?;
    *bytes = rest;
    Ok(*field)
}

/// Reads a length and that number of bytes.
fn run<'b>(bytes: &mut &'b [u8]) -> Result<&'b [u8], String> {
    let length = u32::from_le_bytes(take(bytes)?) as usize;
    let (run, rest) = bytes.split_at_checked(length).ok_or("is truncated")?;
    *bytes = rest;
    Ok(run)
}

fn text<'b>(bytes: &mut &'b [u8]) -> Result<&'b str, String> {
    str::from_utf8(run(bytes)?).map_err(|_| "is not UTF-8".to_owned())
}
