//! `POST /v1/lookup`: many places in one request, answered in the format they came in.
//!
//! The body is received whole before the answer begins ([`spool`]). Its answer is then made and
//! sent piece by piece, as the client takes it, in the same memory however long it is.

use std::io::{ErrorKind, Read as _};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use flate2::Compression;

use crate::bulk::{
    AddedColumn, AddedColumns, Ask, AskColumns, BulkError, By, CsvRows, FlatRows, Gzip, JsonRows,
    NdjsonRows, RowEngine,
};
use crate::http::blocking::{Failure, respond};
use crate::http::error::{Kind, Problem};
use crate::http::middleware::content_encoding::Codings;
use crate::http::middleware::cors::vary_by;
use crate::http::request::body;
use crate::http::request::negotiate::{CSV, JSON, NDJSON, negotiate};
use crate::http::request::params::{Params, malformed};
use crate::http::request::spooled_body::{self, Plain, Spooled};
use crate::http::{App, Metrics, Taken};

/// So hard an answer is packed: harder costs more time than a network that is worth the name takes
/// for what it saves.
const PACKED: u32 = 1;

/// So many bytes are read at once.
const PIECE: usize = 64 << 10;

pub(in crate::http) async fn many(
    State(app): State<App>,
    taken: Taken,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &[&["layers", "date", "by", "add", "flat"]])?;
    let ask = Ask { layers: params.list("layers")?, day: params.day()? };
    let format = body::format_of_content(&headers, &[JSON, NDJSON, CSV])?;
    let gzip = spooled_body::is_gzip(&headers)?;
    negotiate(&headers, &[format])?;
    let Form { flat, columns } = Form::read(&params, format)?;
    let served = taken.served()?;
    let (atlas, ready) = (served.atlas(), served.ready());
    let engine: Box<dyn RowEngine> = match format {
        CSV => Box::new(CsvRows::new(Arc::clone(atlas), &ask, columns)?),
        NDJSON if flat => Box::new(FlatRows::new(Arc::clone(atlas), &ask, columns)?),
        NDJSON => Box::new(NdjsonRows::with_ready(Arc::clone(atlas), &ask, ready)?),
        _ => Box::new(JsonRows::with_ready(Arc::clone(atlas), ask, Arc::clone(ready))),
    };
    // Of a JSON document every row is held until the last is answered.
    let most = if format == JSON { app.limits.body } else { app.limits.bulk_body };
    let received =
        Spooled::receive(&headers, body, most, &app.limits, &app.body_memory, &app.spool).await?;

    // Up to the first words of the answer, a document that cannot be read can still be refused.
    let mut pieces = Pieces::new(engine, received.plain(gzip, most), most, app.metrics.clone());
    let (first, pieces) = app
        .workshop
        .apart(move || {
            let first = pieces.find(|batch| !batch.as_ref().is_ok_and(Vec::is_empty));
            Ok((first.transpose()?, pieces))
        })
        .await?;
    let all = first.map(Ok).into_iter().chain(pieces);
    let content_type = match format {
        CSV => "text/csv; charset=utf-8; header=present",
        other => other,
    };
    if !Codings::of(&headers).prefer_gzip() {
        return Ok(respond(content_type, app.workshop.stream_ahead(all)));
    }
    let packed = Packed { pieces: all, gzip: Some(Gzip::new(Compression::new(PACKED))) };
    let mut response = respond(content_type, app.workshop.stream_ahead(packed));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    vary_by(headers, header::ACCEPT_ENCODING);
    Ok(response)
}

/// The form in which rows are answered, where it is not that of documents.
struct Form {
    flat: bool,
    columns: AskColumns,
}

impl Form {
    /// Reads it, and refuses what the format of the rows has no room for.
    fn read(params: &Params, format: &str) -> Result<Self, Problem> {
        let by = params.get("by").map(|text| {
            By::parse(text).ok_or_else(|| malformed("by", text, "postcode, lonlat or bng"))
        });
        let add = params.list("add")?.map(|words| {
            let column = |word: &String| {
                let form = "code, name, confidence and boundary_distance_m, or some of them";
                AddedColumn::parse(word).ok_or_else(|| malformed("add", word, form))
            };
            words.iter().map(column).collect::<Result<AddedColumns, Problem>>()
        });
        let flat = match params.get("flat") {
            None | Some("false") => false,
            Some("true") => true,
            Some(text) => return Err(malformed("flat", text, "true or false")),
        };
        let columns = AskColumns { by: by.transpose()?, add: add.transpose()?.unwrap_or_default() };
        let has_columns = format == CSV || format == NDJSON && flat;
        let conflict = [
            ("by", "by chooses between the columns of a CSV file or of flat NDJSON: leave it out"),
            ("add", "add chooses columns of a CSV file or of flat NDJSON: leave it out"),
            (
                "flat",
                "an answer in JSON is never flat: send a line for each place in NDJSON, or CSV",
            ),
        ]
        .into_iter()
        .find(|(name, _)| !has_columns && params.get(name).is_some_and(|text| text != "false"));
        match conflict {
            Some((name, detail)) => {
                Err(Problem::new(Kind::ConflictingParameters, detail).with("parameter", name))
            }
            None => Ok(Self { flat, columns }),
        }
    }
}

impl From<BulkError> for Problem {
    fn from(error: BulkError) -> Self {
        match error {
            BulkError::Answer(error) => error.into(),
            BulkError::GivenTwice { what } => {
                Self::new(Kind::ConflictingParameters, error.to_string()).with("parameter", what)
            }
            BulkError::TooMuch { limit } => body::too_large(limit),
            error => Self::new(Kind::InvalidBody, error.to_string()),
        }
    }
}

/// The answer to a body, piece by piece.
struct Pieces {
    engine: Box<dyn RowEngine>,
    /// Until it has been read to its end. It holds the body's part of memory and disk.
    body: Option<Plain>,
    most: usize,
    buffer: Vec<u8>,
    metrics: Metrics,
}

impl Pieces {
    fn new(engine: Box<dyn RowEngine>, body: Plain, most: usize, metrics: Metrics) -> Self {
        Self { engine, body: Some(body), most, buffer: vec![0; PIECE], metrics }
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        self.metrics.rows(self.engine.tally());
    }
}

impl Iterator for Pieces {
    type Item = Result<Vec<Bytes>, BulkError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some(body) = &mut self.body else {
            return self.engine.finish().transpose();
        };
        match body.read(&mut self.buffer) {
            Ok(0) => {
                self.body = None;
                Some(Ok(Vec::new()))
            }
            Ok(read) => Some(self.engine.push(&self.buffer[..read])),
            Err(error) if error.kind() == ErrorKind::FileTooLarge => {
                Some(Err(BulkError::TooMuch { limit: self.most }))
            }
            Err(error) => Some(Err(BulkError::Broken { why: error.to_string() })),
        }
    }
}

/// The same, packed by all cores.
struct Packed<P> {
    pieces: P,
    /// Until its end has been written.
    gzip: Option<Gzip>,
}

impl<P: Iterator<Item = Result<Vec<Bytes>, BulkError>>> Iterator for Packed<P> {
    type Item = Result<Vec<Bytes>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(match self.pieces.next() {
            None => Ok(self.gzip.take()?.finish()),
            Some(Err(error)) => Err(error.into()),
            Some(Ok(pieces)) if pieces.is_empty() => Ok(pieces),
            Some(Ok(pieces)) => self.gzip.as_mut()?.pack(&pieces).map_err(Failure::from),
        })
    }
}
