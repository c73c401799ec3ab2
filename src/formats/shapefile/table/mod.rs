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
mod tests {
    use super::*;

    fn field_of(cell_type: CellType, cells: &[Cell]) -> (Field, Vec<String>) {
        let mut field = Field::new("a", "a".to_owned(), cell_type);
        for cell in cells {
            field.fit(cell);
        }
        let values = cells.iter().map(|cell| field.value(cell.clone())).collect();
        (field, values)
    }

    #[test]
    fn every_number_fits_and_keeps_its_bits() {
        let numbers =
            [0.1 + 0.2, -1.5e-300, f64::MAX, f64::MIN_POSITIVE, -1.234_567_890_123_456_7e-300, 7e5];
        let cells = numbers.map(Cell::Number);
        let (field, values) = field_of(CellType::Number, &cells);
        assert_eq!((field.width, field.decimals), (24, 15));
        for (number, value) in numbers.iter().zip(values) {
            assert!(value.len() <= 24, "{value}");
            assert_eq!(value.parse::<f64>().unwrap().to_bits(), number.to_bits(), "{value}");
        }
        assert_eq!(field_of(CellType::Number, &[Cell::Number(12.0)]).0.decimals, 1);
    }

    #[test]
    fn an_integer_of_more_than_eighteen_digits_widens_its_field() {
        let of = |number| field_of(CellType::Integer, &[Cell::Integer(number)]).0.width;
        assert_eq!(of(9_007_199_254_740_993), 18);
        assert_eq!(of(i64::MIN), 20);
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_counted() {
        let (short, long) = ("x".repeat(254), "é".repeat(128));
        let (field, values) = field_of(
            CellType::Text,
            &[Cell::Text(short.clone()), Cell::Text(long.clone()), Cell::Null],
        );
        assert_eq!((field.width, field.cut), (254, 1));
        assert_eq!(values, [short, long[..254].to_owned(), String::new()]);
        let (field, values) = field_of(CellType::Text, &[Cell::Text(format!("x{long}"))]);
        assert_eq!((field.width, values[0].len()), (254, 253));
    }

    #[test]
    fn dates_and_truth_values_are_as_the_format_has_them() {
        let day = |year| Cell::Day(jiff::civil::date(year, 7, 5));
        assert_eq!(field_of(CellType::Day, &[day(1948), Cell::Null]).1, ["19480705", ""]);
        let (field, values) = field_of(CellType::Day, &[day(1948), day(-44)]);
        assert_eq!((field.field_type, values[0].as_str()), (FieldType::Character, "1948-07-05"));
        assert!(values[1].len() <= field.width, "{}", values[1]);
        let truths = [Cell::Truth(true), Cell::Truth(false), Cell::Null];
        assert_eq!(field_of(CellType::Truth, &truths).1, ["T", "F", "?"]);
    }

    #[test]
    fn the_header_has_the_date_of_the_snapshot_or_1_january_1980() {
        let header = |year| {
            let mut dbf = io::Cursor::new(vec![0xF0; 32]);
            patch_header(&mut dbf, jiff::civil::date(year, 11, 21)).unwrap();
            let dbf = dbf.into_inner();
            ([dbf[1], dbf[2], dbf[3]], dbf[29])
        };
        assert_eq!(header(2026), ([126, 11, 21], 0));
        assert_eq!(header(1899), ([80, 1, 1], 0));
    }
}
