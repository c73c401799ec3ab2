//! Many places at once: rows in, the same rows out with their answers.
//!
//! An engine takes bytes in pieces, cut anywhere, and gives bytes out in pieces, so that an HTTP
//! body and a file go through the same code in the same memory however long they are:
//!
//! 1. rows are split off as they come ([`CsvRows`], [`FlatRows`], [`NdjsonRows`]; [`JsonRows`] alone
//!    must have the whole document first, whose members may stand in any order);
//! 2. they are gathered in blocks that end with a row, and when there are a few for each core,
//!    every core reads, locates and writes blocks of its own;
//! 3. what is written is put in its place in the order, each row with a [`Status`] of its own;
//! 4. where it shall leave as gzip, every core packs pieces of it ([`Gzip`]).
//!
//! A bad row never stops the rest; only a document that cannot be read at all is an error.

use std::ops::Deref;

use bytes::Bytes;
use lapwing_boundaries::atlas::{Atlas, Chosen, Day};
use lapwing_boundaries::position::{Bng, InvalidPosition, LngLat};
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
pub use flat::FlatRows;
pub use gzip::Gzip;
pub use input_columns::{AskColumns, By};
pub use json::JsonRows;
pub use ndjson::NdjsonRows;
pub use output_columns::{AddedColumn, AddedColumns};
pub(crate) use output_columns::{ERROR, QUERY, STATUS};

/// What an engine is asked, beside its rows.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The area layers to answer from, or one of every series.
    pub layers: Option<Vec<String>>,
    /// The day for which answers are wanted.
    pub day: Day,
}

/// A way through rows: bytes in, bytes out.
pub trait RowEngine: Send {
    /// Takes the next piece of the input and gives what can be written by now, perhaps nothing.
    ///
    /// What is given lies in buffers of the engine, which are used again once it is dropped.
    fn push(&mut self, piece: &[u8]) -> Result<Vec<Bytes>, BulkError>;

    /// Says that the input has ended, and gives what is left to be written, piece by piece: call
    /// it until it gives `None`.
    fn finish(&mut self) -> Result<Option<Vec<Bytes>>, BulkError>;

    /// How many rows ended how, so far.
    fn tally(&self) -> Tally;
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It is answered.
    Ok,
    /// It is a postcode that the snapshot does not have, or has without a position.
    NotFound,
    /// It is no postcode or position, or the row itself is broken.
    Invalid,
    /// It lies in no area of any layer of the snapshot, asked for or not, or off the grid.
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
    /// All rows.
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

/// A row that is not answered: what became of it and a sentence why.
type Refusal = (Status, String);

/// So many rows are located together: enough to keep all cores at work, a megabyte at most.
const BATCH: usize = 1000;

/// So many rows of a batch go to a core at once.
const CHUNK: usize = 125;

/// Whatever holds an atlas, borrowed or in an `Arc`.
pub trait Holds: Deref<Target = Atlas> + Send + Sync {}
impl<A: Deref<Target = Atlas> + Send + Sync> Holds for A {}

/// Locates the place of a row.
fn locate(atlas: &Atlas, place: Place, chosen: &[Chosen]) -> Result<(Status, Found), Refusal> {
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

fn no_position(error: InvalidPosition) -> Refusal {
    let status = match error {
        InvalidPosition::OutsideGrid { .. } => Status::Outside,
        _ => Status::Invalid,
    };
    (status, error.to_string())
}

fn lng_lat(lon: f64, lat: f64) -> Result<Place, Refusal> {
    LngLat::new(lon, lat).map(Place::LngLat).map_err(no_position)
}

fn bng(easting: f64, northing: f64) -> Result<Place, Refusal> {
    Bng::new(easting, northing).map(Place::Bng).map_err(no_position)
}

fn postcode(text: &str) -> Result<Place, Refusal> {
    lapwing_boundaries::postcode::Postcode::parse(text)
        .map(Place::Postcode)
        .map_err(|error| (Status::Invalid, error.to_string()))
}

#[cfg(test)]
mod tests;
