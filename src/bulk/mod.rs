//! Bulk lookups: rows in, the same rows out with their answers.
//!
//! An engine takes bytes in chunks that may be cut anywhere and returns bytes in chunks. An HTTP
//! body and a file go through the same code, and memory use does not depend on their length:
//!
//! 1. The engine splits the input into rows as it arrives ([`CsvRows`], [`FlatRows`],
//!    [`NdjsonRows`]). Only [`JsonRows`] needs the whole document, because its members can be in
//!    any order.
//! 2. It gathers rows in blocks. When there are a few blocks for each core, every core reads,
//!    locates and writes blocks of its own.
//! 3. It returns the output in the order of the input. Each row has its own [`Status`].
//! 4. If the output is to be compressed, every core compresses chunks of it ([`Gzip`]).
//!
//! A bad row never stops the others. Only a document that cannot be read at all is an error.

use std::ops::Deref;

use bytes::Bytes;
use lapwing_boundaries::atlas::{Atlas, ChosenLayer, Day};
use lapwing_boundaries::position::{Bng, InvalidPosition, LngLat};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use crate::answers::{self, AnswerError, Found, Place};

mod blocks;
mod buffer_pool;
mod column_names;
mod csv;
mod csv_cell;
mod encoding;
mod error;
mod flat;
mod gzip;
mod input_columns;
mod json;
mod json_row;
mod line_engine;
mod ndjson;
mod ndjson_fast_path;
mod output_columns;
mod place_fields;
mod reason;

pub use csv::CsvRows;
pub use encoding::TextEncoding;
pub use error::BulkError;
pub(crate) use flat::FlatLine;
pub use flat::FlatRows;
pub use gzip::Gzip;
pub use input_columns::{ColumnOptions, NamedColumns, PlaceColumns};
pub use json::JsonRows;
pub(crate) use json_row::{Document, Line, Row};
pub use ndjson::NdjsonRows;
pub use output_columns::{OutputColumn, OutputColumnSet};
use reason::Reason;

/// The options of a bulk request.
#[derive(Clone, Debug)]
pub struct BulkRequest {
    /// The area layers to answer from. `None` means one layer for each series.
    pub layers: Option<Vec<String>>,
    /// The day to answer for.
    pub day: Day,
}

/// Answers rows: bytes in, bytes out.
pub trait RowEngine: Send {
    /// Takes the next chunk of input and returns the output that is complete, which can be empty.
    ///
    /// The returned bytes are in pooled buffers, which the engine reuses after they are dropped.
    fn push(&mut self, chunk: &[u8]) -> Result<Vec<Bytes>, BulkError>;

    /// Ends the input and returns the remaining output step by step. Call it until it returns
    /// `None`.
    fn finish(&mut self) -> Result<Option<Vec<Bytes>>, BulkError>;

    /// The number of rows with each status, so far.
    fn tally(&self) -> Tally;

    /// The encoding of what was read so far. The output is UTF-8.
    fn encoding(&self) -> TextEncoding;
}

/// The outcome of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// The row has an answer.
    Ok,
    /// The snapshot does not have the postcode.
    NotFound,
    /// The row has no valid postcode or position, or the row itself is malformed.
    Invalid,
    /// The place is in no area of any layer of the snapshot, requested or not, or is off the grid.
    Outside,
    /// The snapshot has the postcode, but its source gives it no position.
    NoPosition,
    /// All cells of the row are empty, as in the rows that spreadsheets leave behind.
    Blank,
}

impl Status {
    /// All of them. `ALL[status as usize]` is `status`.
    pub const ALL: [Self; 6] =
        [Self::Ok, Self::NotFound, Self::Invalid, Self::Outside, Self::NoPosition, Self::Blank];

    /// The status as answers write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NotFound => "not_found",
            Self::Invalid => "invalid",
            Self::Outside => "outside",
            Self::NoPosition => "no_position",
            Self::Blank => "blank",
        }
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl JsonSchema for Status {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Status".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "enum": Self::ALL})
    }
}

/// The number of rows with each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// [`Status::Ok`]
    pub ok: u64,
    /// [`Status::NotFound`]
    pub not_found: u64,
    /// [`Status::Invalid`]
    pub invalid: u64,
    /// [`Status::Outside`]
    pub outside: u64,
    /// [`Status::NoPosition`]
    pub no_position: u64,
    /// [`Status::Blank`]
    pub blank: u64,
}

impl Tally {
    /// The number of all rows.
    pub fn rows(self) -> u64 {
        self.counts().iter().sum()
    }

    /// The numbers in the order of [`Status::ALL`].
    pub fn counts(self) -> [u64; Status::ALL.len()] {
        let Self { ok, not_found, invalid, outside, no_position, blank } = self;
        [ok, not_found, invalid, outside, no_position, blank]
    }

    fn of(&mut self, status: Status) -> &mut u64 {
        match status {
            Status::Ok => &mut self.ok,
            Status::NotFound => &mut self.not_found,
            Status::Invalid => &mut self.invalid,
            Status::Outside => &mut self.outside,
            Status::NoPosition => &mut self.no_position,
            Status::Blank => &mut self.blank,
        }
    }

    fn count(&mut self, status: Status) {
        *self.of(status) += 1;
    }

    fn add(&mut self, other: Self) {
        for (status, count) in Status::ALL.into_iter().zip(other.counts()) {
            *self.of(status) += count;
        }
    }
}

/// Why a row has no answer: its status and the reason.
type RowError = (Status, Reason);

/// Rows of a JSON document that are answered in one step: enough for all cores, and at most about a
/// megabyte of output.
const ROWS_AT_ONCE: usize = 1000;

/// Rows that one task answers.
const ROWS_PER_TASK: usize = 125;

/// A reference to an atlas, borrowed or in an `Arc`.
pub trait AtlasRef: Deref<Target = Atlas> + Send + Sync {}
impl<A: Deref<Target = Atlas> + Send + Sync> AtlasRef for A {}

/// Locates the place of a row in the chosen layers.
fn locate(
    atlas: &Atlas,
    place: Place,
    chosen: &[ChosenLayer],
) -> Result<(Status, Found), RowError> {
    let found = answers::find(atlas, place, chosen).map_err(|error| {
        let status = match error {
            AnswerError::Outside(_) => Status::Outside,
            AnswerError::PostcodeWithoutPosition(_) => Status::NoPosition,
            _ => Status::NotFound,
        };
        (status, error.to_string().into())
    })?;
    let status = if found.is_outside(atlas) { Status::Outside } else { Status::Ok };
    Ok((status, found))
}

fn no_position(error: InvalidPosition) -> RowError {
    let status = match error {
        InvalidPosition::OutsideGrid { .. }
        | InvalidPosition::FarFromBritain { .. }
        | InvalidPosition::SwappedDegrees { .. }
        | InvalidPosition::SwappedMetres { .. } => Status::Outside,
        _ => Status::Invalid,
    };
    (status, error.to_string().into())
}

fn lng_lat(lon: f64, lat: f64) -> Result<Place, RowError> {
    LngLat::given(lon, lat).map(Place::LngLat).map_err(no_position)
}

fn bng(easting: f64, northing: f64) -> Result<Place, RowError> {
    Bng::given(easting, northing).map(Place::Bng).map_err(no_position)
}

fn postcode(text: &str) -> Result<Place, RowError> {
    lapwing_boundaries::postcode::Postcode::parse(text)
        .map(Place::Postcode)
        .map_err(|error| (Status::Invalid, Reason::Postcode(error)))
}

#[cfg(test)]
mod tests;
