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
mod csv;
mod csv_cell;
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

pub use csv::CsvRows;
pub use error::BulkError;
pub(crate) use flat::FlatLine;
pub use flat::FlatRows;
pub use gzip::Gzip;
pub use input_columns::{ColumnOptions, PlaceColumns};
pub use json::JsonRows;
pub(crate) use json_row::{Document, Line, Row};
pub use ndjson::NdjsonRows;
pub use output_columns::{OutputColumn, OutputColumnSet};

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
}

/// The outcome of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// The row has an answer.
    Ok,
    /// The snapshot does not have the postcode, or has no position for it.
    NotFound,
    /// The row has no valid postcode or position, or the row itself is malformed.
    Invalid,
    /// The place is in no area of any layer of the snapshot, requested or not, or is off the grid.
    Outside,
}

impl Status {
    /// All of them. `ALL[status as usize]` is `status`.
    pub const ALL: [Self; 4] = [Self::Ok, Self::NotFound, Self::Invalid, Self::Outside];

    /// The status as answers write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NotFound => "not_found",
            Self::Invalid => "invalid",
            Self::Outside => "outside",
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
}

impl Tally {
    /// The number of all rows.
    pub fn rows(self) -> u64 {
        self.ok + self.not_found + self.invalid + self.outside
    }

    fn count(&mut self, status: Status) {
        match status {
            Status::Ok => self.ok += 1,
            Status::NotFound => self.not_found += 1,
            Status::Invalid => self.invalid += 1,
            Status::Outside => self.outside += 1,
        }
    }

    fn add(&mut self, other: Self) {
        self.ok += other.ok;
        self.not_found += other.not_found;
        self.invalid += other.invalid;
        self.outside += other.outside;
    }
}

/// Why a row has no answer: its status and a sentence.
type RowError = (Status, String);

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
            _ => Status::NotFound,
        };
        (status, error.to_string())
    })?;
    let status = if found.is_outside(atlas) { Status::Outside } else { Status::Ok };
    Ok((status, found))
}

fn no_position(error: InvalidPosition) -> RowError {
    let status = match error {
        InvalidPosition::OutsideGrid { .. } => Status::Outside,
        _ => Status::Invalid,
    };
    (status, error.to_string())
}

fn lng_lat(lon: f64, lat: f64) -> Result<Place, RowError> {
    LngLat::new(lon, lat).map(Place::LngLat).map_err(no_position)
}

fn bng(easting: f64, northing: f64) -> Result<Place, RowError> {
    Bng::new(easting, northing).map(Place::Bng).map_err(no_position)
}

fn postcode(text: &str) -> Result<Place, RowError> {
    lapwing_boundaries::postcode::Postcode::parse(text)
        .map(Place::Postcode)
        .map_err(|error| (Status::Invalid, error.to_string()))
}

#[cfg(test)]
mod tests;
