//! Writes rows as the columns of a Parquet file, one row group at a time.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{
    Compression, ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical,
};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type,
};
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{ColumnPath, Type, TypePtr};

use crate::formats::columns::{Cell, CellType};

/// A column, or a group of them.
pub(super) enum Field {
    /// Values that may be null.
    Optional(String, CellType),
    /// Bytes in every row.
    Bytes(String),
    /// A group of numbers, all in every row.
    Numbers(String, &'static [&'static str; 4]),
}

impl Field {
    fn schema(&self) -> Result<TypePtr> {
        let made = match self {
            Self::Optional(name, kind) => {
                let optional = |physical| {
                    Type::primitive_type_builder(name, physical)
                        .with_repetition(Repetition::OPTIONAL)
                };
                match kind {
                    CellType::Text => optional(Physical::BYTE_ARRAY)
                        .with_logical_type(Some(LogicalType::String))
                        .with_converted_type(ConvertedType::UTF8)
                        .build(),
                    CellType::Integer => optional(Physical::INT64).build(),
                    CellType::Number => optional(Physical::DOUBLE).build(),
                    CellType::Truth => optional(Physical::BOOLEAN).build(),
                    CellType::Day => optional(Physical::INT32)
                        .with_logical_type(Some(LogicalType::Date))
                        .with_converted_type(ConvertedType::DATE)
                        .build(),
                    CellType::Moment => optional(Physical::INT64)
                        .with_logical_type(Some(LogicalType::timestamp(true, TimeUnit::MICROS)))
                        .with_converted_type(ConvertedType::TIMESTAMP_MICROS)
                        .build(),
                }
            }
            Self::Bytes(name) => Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
                .with_repetition(Repetition::REQUIRED)
                .build(),
            Self::Numbers(name, members) => {
                let number = |member: &&str| {
                    Type::primitive_type_builder(member, Physical::DOUBLE)
                        .with_repetition(Repetition::REQUIRED)
                        .build()
                        .map(Arc::new)
                };
                let members = members.iter().map(number).collect::<Result<Vec<_>>>()?;
                Type::group_type_builder(name)
                    .with_repetition(Repetition::REQUIRED)
                    .with_fields(members)
                    .build()
            }
        };
        made.map(Arc::new)
    }

    fn series(&self) -> Vec<Series> {
        match self {
            Self::Optional(_, CellType::Text) => vec![Series::Text(Column::default())],
            Self::Optional(_, CellType::Day) => vec![Series::Day(Column::default())],
            Self::Optional(_, CellType::Integer | CellType::Moment) => {
                vec![Series::Integer(Column::default())]
            }
            Self::Optional(_, CellType::Number) => vec![Series::Number(Column::default())],
            Self::Optional(_, CellType::Truth) => vec![Series::Truth(Column::default())],
            Self::Bytes(_) => vec![Series::Bytes(Vec::new())],
            Self::Numbers(_, members) => members.map(|_| Series::Numbers(Vec::new())).to_vec(),
        }
    }
}

/// The non-null values of a column, and for every row whether its value is non-null.
#[derive(Clone)]
struct Column<T> {
    values: Vec<T>,
    levels: Vec<i16>,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { values: Vec::new(), levels: Vec::new() }
    }
}

impl<T> Column<T> {
    fn push(&mut self, value: Option<T>) {
        self.levels.push(value.is_some().into());
        self.values.extend(value);
    }
}

/// A column of the buffered rows.
#[derive(Clone)]
enum Series {
    Text(Column<ByteArray>),
    /// Days since 1970.
    Day(Column<i32>),
    /// Whole numbers, and microseconds since 1970.
    Integer(Column<i64>),
    Number(Column<f64>),
    Truth(Column<bool>),
    Bytes(Vec<ByteArray>),
    Numbers(Vec<f64>),
}

impl Series {
    /// A cell of another kind than the column's is null; [`Cell`]s are made by kind.
    fn push(&mut self, cell: Cell) {
        match (self, cell) {
            (Self::Text(column), Cell::Text(text)) => {
                column.push(Some(ByteArray::from(text.into_bytes())));
            }
            (Self::Integer(column), Cell::Integer(number)) => column.push(Some(number)),
            (Self::Number(column), Cell::Number(number)) => column.push(Some(number)),
            (Self::Truth(column), Cell::Truth(truth)) => column.push(Some(truth)),
            (Self::Integer(column), Cell::Moment(at)) => column.push(Some(at.as_microsecond())),
            (Self::Day(column), Cell::Day(day)) => column.push(Some(days_since_1970(day))),
            (Self::Day(column), _) => column.push(None),
            (Self::Text(column), _) => column.push(None),
            (Self::Integer(column), _) => column.push(None),
            (Self::Number(column), _) => column.push(None),
            (Self::Truth(column), _) => column.push(None),
            (Self::Bytes(_) | Self::Numbers(_), _) => {}
        }
    }

    /// Writes the buffered values into the next column of a group.
    fn write<W: Write + Send>(self, group: &mut SerializedRowGroupWriter<'_, W>) -> Result<()> {
        match self {
            Self::Text(Column { values, levels }) => {
                next::<_, ByteArrayType>(group, &values, Some(&levels))
            }
            Self::Day(Column { values, levels }) => {
                next::<_, Int32Type>(group, &values, Some(&levels))
            }
            Self::Integer(Column { values, levels }) => {
                next::<_, Int64Type>(group, &values, Some(&levels))
            }
            Self::Number(Column { values, levels }) => {
                next::<_, DoubleType>(group, &values, Some(&levels))
            }
            Self::Truth(Column { values, levels }) => {
                next::<_, BoolType>(group, &values, Some(&levels))
            }
            Self::Bytes(values) => next::<_, ByteArrayType>(group, &values, None),
            Self::Numbers(values) => next::<_, DoubleType>(group, &values, None),
        }
    }
}

fn days_since_1970(day: jiff::civil::Date) -> i32 {
    const FIRST: jiff::civil::Date = jiff::civil::date(1970, 1, 1);
    day.duration_since(FIRST).as_hours().div_euclid(24) as i32
}

fn next<W: Write + Send, T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Result<()> {
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    column.typed::<T>().write_batch(values, levels, None)?;
    column.close()
}

/// A Parquet file being written.
pub(super) struct Sheet<'o> {
    writer: SerializedFileWriter<&'o mut (dyn Write + Send)>,
    /// Empty columns for a new group.
    blank: Vec<Series>,
    waiting: Vec<Series>,
    rows: usize,
}

impl<'o> Sheet<'o> {
    pub(super) fn begin(out: &'o mut (dyn Write + Send), fields: &[Field]) -> Result<Self> {
        let schema = fields.iter().map(Field::schema).collect::<Result<Vec<_>>>()?;
        let schema = Type::group_type_builder("schema").with_fields(schema).build()?;
        let mut properties = WriterProperties::builder()
            .set_created_by(concat!("lapwing ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::SNAPPY);
        for field in fields {
            if let Field::Bytes(name) = field {
                // No two geometries are the same, and their order as bytes means nothing.
                let path = ColumnPath::from(name.as_str());
                properties = properties
                    .set_column_dictionary_enabled(path.clone(), false)
                    .set_column_statistics_enabled(path, EnabledStatistics::None);
            }
        }
        let properties = Arc::new(properties.build());
        let writer = SerializedFileWriter::new(out, Arc::new(schema), properties)?;
        let blank: Vec<Series> = fields.iter().flat_map(Field::series).collect();
        Ok(Self { writer, waiting: blank.clone(), blank, rows: 0 })
    }

    /// The number of buffered rows.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a row: its cells, and the bytes and numbers of the fields that have them.
    pub(super) fn push(&mut self, cells: Vec<Cell>, of_geometry: Option<(Vec<u8>, [f64; 4])>) {
        let (bytes, numbers) = of_geometry.unzip();
        let (mut cells, mut bytes) = (cells.into_iter(), bytes.into_iter());
        let mut numbers = numbers.into_iter().flatten();
        for series in &mut self.waiting {
            match series {
                Series::Bytes(values) => values.extend(bytes.next().map(ByteArray::from)),
                Series::Numbers(values) => values.extend(numbers.next()),
                other => other.push(cells.next().unwrap_or(Cell::Null)),
            }
        }
        self.rows += 1;
    }

    /// Writes the buffered rows as one group.
    pub(super) fn write_group(&mut self) -> Result<()> {
        let waiting = std::mem::replace(&mut self.waiting, self.blank.clone());
        self.rows = 0;
        let mut group = self.writer.next_row_group()?;
        for series in waiting {
            series.write(&mut group)?;
        }
        group.close().map(|_| ())
    }

    /// Sets metadata of the file.
    pub(super) fn tell(&mut self, key: &str, value: &str) {
        self.writer.append_key_value_metadata(KeyValue::new(key.to_owned(), value.to_owned()));
    }

    /// Writes the buffered rows and the footer.
    pub(super) fn finish(mut self) -> Result<()> {
        if self.rows > 0 {
            self.write_group()?;
        }
        self.writer.close().map(|_| ())
    }
}
