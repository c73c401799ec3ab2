//! The `.dbf`: the attributes as fields of fixed width.
//!
//! | attribute | field |
//! |---|---|
//! | text, list, moment (ISO 8601) | `C`, as wide as the longest value and at most 254 bytes |
//! | integer | `N`, 18 wide as GDAL has it, or 20 for larger ones |
//! | number | `N`, 24 wide as GDAL has it; with an exponent where the digits do not fit |
//! | boolean | `L`: `T`, `F`, or `?` for none |
//! | date | `D`; `C` if there is a year before 1 |
//!
//! Missing values and empty texts are blanks, which readers take for null. Numbers keep every bit. A
//! longer text is cut after the last whole character that fits. GDAL's writer cuts it too, with one
//! warning per layer. [`Table::warnings`] counts such texts for the `.txt` in the zip and for
//! `lapwing export`.

use std::fmt::Write as _;
use std::io::{self, Seek, SeekFrom, Write};

use jiff::civil::Date;
use serde::{Serialize, Serializer};
use shapefile::dbase::encoding::Unicode;
use shapefile::dbase::{FieldName, TableWriter, TableWriterBuilder};

use super::PartSize;
use super::names::{cut, field_names};
use crate::features::attributes::Schema;
use crate::formats::Selection;
use crate::formats::columns::{self, Cell, CellType};

/// The longest text, in bytes.
const TEXT_BYTES: usize = 254;
/// The longest record and header, in bytes: both lengths have 16 bits.
const RECORD_BYTES: usize = u16::MAX as usize;
const HEADER_BYTES: usize = u16::MAX as usize;

/// The fields of a file.
pub(super) struct Table<'a> {
    /// The selection, with `code` if it has no attribute: a table must have a field.
    selection: Selection<'a>,
    fields: Vec<Field>,
}

/// One field.
#[derive(Debug)]
struct Field {
    name: String,
    attribute: String,
    field_type: FieldType,
    width: usize,
    decimals: usize,
    /// The number of texts that are cut.
    cut: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FieldType {
    Character,
    Numeric,
    Logical,
    Date,
}

impl<'a> Table<'a> {
    /// Chooses fields that hold every value of a selection.
    ///
    /// # Errors
    ///
    /// Fails if a record, the header or the whole table would be larger than the format allows.
    pub(super) fn of(selection: &Selection<'a>) -> io::Result<Self> {
        let mut selection = selection.clone();
        if selection.attributes.is_empty() {
            selection.attributes.push(Schema::CODE);
        }
        let attributes = selection.schema.attributes();
        let names: Vec<&str> =
            selection.attributes.iter().map(|&at| attributes[at].name.as_str()).collect();
        let mut fields: Vec<Field> = names
            .iter()
            .zip(field_names(&names))
            .zip(columns::kinds(&selection))
            .map(|((&attribute, name), cell_type)| Field::new(attribute, name, cell_type))
            .collect();
        for &index in selection.indices {
            for (field, cell) in fields.iter_mut().zip(columns::cells(&selection, index)) {
                field.fit(&cell);
            }
        }
        let table = Self { selection, fields };
        table.check_size()?;
        Ok(table)
    }

    fn check_size(&self) -> io::Result<()> {
        let header = 32 + 32 * self.fields.len() + 1;
        let record = 1 + self.fields.iter().map(|field| field.width).sum::<usize>();
        if header > HEADER_BYTES || record > RECORD_BYTES {
            let message = format!(
                "the {} attributes need {record} bytes per feature, and a shapefile holds at most \
                 2046 attributes and {RECORD_BYTES} bytes: choose fewer attributes or another \
                 format, such as GeoPackage",
                self.fields.len()
            );
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        PartSize(header as u64 + 1).add(record as u64 * self.selection.indices.len() as u64)
    }

    /// Returns a writer of rows.
    pub(super) fn writer<W: Write + Seek>(&self, out: W) -> io::Result<TableWriter<W>> {
        let mut table = TableWriterBuilder::with_encoding(Unicode);
        for field in &self.fields {
            let name = FieldName::try_from(field.name.as_str()).map_err(io::Error::other)?;
            // `fit` keeps both below 256.
            let (width, decimals) = (field.width as u8, field.decimals as u8);
            table = match field.field_type {
                FieldType::Character => table.add_character_field(name, width),
                FieldType::Numeric => table.add_numeric_field(name, width, decimals),
                FieldType::Logical => table.add_logical_field(name),
                FieldType::Date => table.add_date_field(name),
            };
        }
        Ok(table.build_with_dest(out))
    }

    /// Returns the row of an area or site.
    pub(super) fn row(&self, index: usize) -> Row {
        let cells = columns::cells(&self.selection, index);
        Row(self.fields.iter().zip(cells).map(|(field, cell)| field.value(cell)).collect())
    }

    /// Returns a sentence for each attribute whose name or texts are cut.
    pub(super) fn warnings(&self) -> Vec<String> {
        let renamed = self.fields.iter().filter(|field| field.name != field.attribute).map(|f| {
            format!(
                "The attribute {} is named {} in the shapefile: a field name holds at most 10 bytes.",
                f.attribute, f.name
            )
        });
        let cut = self.fields.iter().filter(|field| field.cut > 0).map(|f| {
            let (texts, were) = if f.cut == 1 { ("text", "was") } else { ("texts", "were") };
            format!("{} {texts} in the field {} {were} cut to {TEXT_BYTES} bytes.", f.cut, f.name)
        });
        renamed.chain(cut).collect()
    }

    /// Returns the content of the `.txt`.
    pub(super) fn notes(&self) -> String {
        let selection = &self.selection;
        let mut text = format!("{}\n{}\n", selection.layer().meta().title, selection.description());
        let warnings = self.warnings();
        if !warnings.is_empty() {
            // Writing to memory does not fail.
            let _ = write!(text, "\n{}\n", warnings.join("\n"));
        }
        text
    }
}

impl Field {
    fn new(attribute: &str, name: String, cell_type: CellType) -> Self {
        let (field_type, width, decimals) = match cell_type {
            CellType::Text | CellType::Moment => (FieldType::Character, 1, 0),
            CellType::Integer => (FieldType::Numeric, 18, 0),
            // Readers take a field without decimals for integers.
            CellType::Number => (FieldType::Numeric, 24, 1),
            CellType::Truth => (FieldType::Logical, 1, 0),
            CellType::Day => (FieldType::Date, 8, 0),
        };
        Self { name, attribute: attribute.to_owned(), field_type, width, decimals, cut: 0 }
    }

    fn fit(&mut self, cell: &Cell) {
        match cell {
            Cell::Day(day) if day.year() < 1 => {
                self.field_type = FieldType::Character;
                self.width = "-YYYYYY-MM-DD".len();
            }
            // At most as many as GDAL writes. The text has all digits regardless.
            Cell::Number(number) => {
                let decimals = number_text(*number).split_once('.').map_or(0, |(_, d)| d.len());
                self.decimals = self.decimals.max(decimals.min(15));
            }
            Cell::Text(_) | Cell::Integer(_) | Cell::Moment(_) => {
                let length = text(cell).len();
                self.cut += usize::from(length > TEXT_BYTES);
                self.width = self.width.max(length.min(TEXT_BYTES));
            }
            Cell::Null | Cell::Truth(_) | Cell::Day(_) => {}
        }
    }

    fn value(&self, cell: Cell) -> String {
        match cell {
            Cell::Null if self.field_type == FieldType::Logical => "?".to_owned(),
            Cell::Day(day) if self.field_type == FieldType::Date => {
                format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
            }
            Cell::Text(text) => cut(&text, TEXT_BYTES).to_owned(),
            other => text(&other),
        }
    }
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(number) => number.to_string(),
        Cell::Number(number) => number_text(*number),
        Cell::Truth(truth) => if *truth { "T" } else { "F" }.to_owned(),
        Cell::Day(day) => day.to_string(),
        Cell::Moment(moment) => moment.to_string(),
    }
}

/// Returns the shortest text from which the number can be read back: at most 24 bytes.
fn number_text(number: f64) -> String {
    let plain = number.to_string();
    if plain.len() <= 24 { plain } else { format!("{number:e}") }
}

/// The values of a record, each at most as long as its field.
pub(super) struct Row(Vec<String>);

/// Serialises the values as bytes, which the crate only pads to the width of the field. It would
/// write numbers with fixed decimals, and integers as `f64`.
impl Serialize for Row {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.iter().map(|value| Bytes(value.as_bytes())))
    }
}

struct Bytes<'v>(&'v [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(self.0)
    }
}

/// Replaces two values that the crate writes into the header: today's date by that of the snapshot,
/// and a code page mark for UTF-8 that other software does not know by none, so that readers use the
/// `.cpg`.
pub(super) fn patch_header<W: Write + Seek>(dbf: &mut W, day: Date) -> io::Result<()> {
    const MARK: u64 = 29;
    let date = match u8::try_from(i32::from(day.year()) - 1900) {
        Ok(year) => [year, day.month().unsigned_abs(), day.day().unsigned_abs()],
        Err(_) => [80, 1, 1],
    };
    dbf.seek(SeekFrom::Start(1))?;
    dbf.write_all(&date)?;
    dbf.seek(SeekFrom::Start(MARK))?;
    dbf.write_all(&[0])
}

#[cfg(test)]
mod tests;
