//! `POST /v1/lookup`: many places in one request, answered in the format of the request.
//!
//! The whole body is received before the answer begins ([`crate::http::request::spooled_body`]).
//! The answer is then computed and sent in pieces, as the client reads it, in constant memory.

use std::io::{ErrorKind, Read as _};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use flate2::Compression;

use crate::bulk::{
    BulkError, BulkRequest, ColumnOptions, CsvRows, FlatRows, Gzip, JsonRows, NdjsonRows,
    OutputColumn, OutputColumnSet, PlaceColumns, RowEngine,
};
use crate::http::blocking::{Failure, respond};
use crate::http::error::{Problem, ProblemKind};
use crate::http::middleware::content_encoding::Codings;
use crate::http::middleware::cors::vary_by;
use crate::http::request::body;
use crate::http::request::negotiate::{CSV, JSON, NDJSON, negotiate};
use crate::http::request::params::{Params, malformed};
use crate::http::request::spooled_body::{self, Plain, SpooledBody};
use crate::http::{AppState, Metrics, RequestSnapshot};

/// The gzip level of answers: a higher one costs more time than it saves on any reasonable network.
const PACKED: u32 = 1;

/// The size of one read in bytes.
const PIECE: usize = 64 << 10;

pub(in crate::http) async fn many(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &[&["layers", "date", "by", "add", "flat"]])?;
    let ask = BulkRequest { layers: params.list("layers")?, day: params.day()? };
    let format = body::format_of_content(&headers, &[JSON, NDJSON, CSV])?;
    let gzip = spooled_body::is_gzip(&headers)?;
    negotiate(&headers, &[format])?;
    let RowOptions { flat, columns } = RowOptions::read(&params, format)?;
    let served = snapshot.served()?;
    let (atlas, ready) = (served.atlas(), served.ready());
    let engine: Box<dyn RowEngine> = match format {
        CSV => Box::new(CsvRows::new(Arc::clone(atlas), &ask, columns)?),
        NDJSON if flat => Box::new(FlatRows::new(Arc::clone(atlas), &ask, columns)?),
        NDJSON => Box::new(NdjsonRows::with_prerendered(Arc::clone(atlas), &ask, ready)?),
        _ => Box::new(JsonRows::with_prerendered(Arc::clone(atlas), ask, Arc::clone(ready))),
    };
    // A JSON document is held in memory until its last row has been answered.
    let most = if format == JSON { app.limits.body } else { app.limits.bulk_body };
    let received =
        SpooledBody::receive(&headers, body, most, &app.limits, &app.body_memory, &app.spool)
            .await?;

    // A malformed document can still be refused before the first piece of the answer.
    let mut pieces =
        AnswerStream::new(engine, received.plain(gzip, most), most, app.metrics.clone());
    let (first, pieces) = app
        .blocking_pool
        .run_blocking(move || {
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
        return Ok(respond(content_type, app.blocking_pool.stream_ahead(all)));
    }
    let packed = GzipStream { pieces: all, gzip: Some(Gzip::new(Compression::new(PACKED))) };
    let mut response = respond(content_type, app.blocking_pool.stream_ahead(packed));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    vary_by(headers, header::ACCEPT_ENCODING);
    Ok(response)
}

/// Options for the rows of CSV and flat NDJSON.
struct RowOptions {
    flat: bool,
    columns: ColumnOptions,
}

impl RowOptions {
    /// Parses the options. Fails if the format of the rows does not support them.
    fn read(params: &Params, format: &str) -> Result<Self, Problem> {
        let by = params.get("by").map(|text| {
            PlaceColumns::parse(text)
                .ok_or_else(|| malformed("by", text, "postcode, lonlat or bng"))
        });
        let add = params.list("add")?.map(|words| {
            let form = format!(
                "one or more of {}",
                OutputColumn::ALL.map(OutputColumn::as_str).join(", ")
            );
            let column = |word: &String| {
                OutputColumn::parse(word).ok_or_else(|| malformed("add", word, &form))
            };
            words.iter().map(column).collect::<Result<OutputColumnSet, Problem>>()
        });
        let flat = match params.get("flat") {
            None | Some("false") => false,
            Some("true") => true,
            Some(text) => return Err(malformed("flat", text, "true or false")),
        };
        let columns =
            ColumnOptions { by: by.transpose()?, add: add.transpose()?.unwrap_or_default() };
        let has_columns = format == CSV || format == NDJSON && flat;
        let conflict = [
            ("by", "by applies to CSV and flat NDJSON only: remove it"),
            ("add", "add applies to CSV and flat NDJSON only: remove it"),
            ("flat", "flat applies to NDJSON only: send NDJSON or CSV"),
        ]
        .into_iter()
        .find(|(name, _)| !has_columns && params.get(name).is_some_and(|text| text != "false"));
        match conflict {
            Some((name, detail)) => {
                Err(Problem::new(ProblemKind::ConflictingParameters, detail)
                    .with("parameter", name))
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
                Self::new(ProblemKind::ConflictingParameters, error.to_string())
                    .with("parameter", what)
            }
            BulkError::TooMuch { limit } => body::too_large(limit),
            error => Self::new(ProblemKind::InvalidBody, error.to_string()),
        }
    }
}

/// The answer to a body, in pieces.
struct AnswerStream {
    engine: Box<dyn RowEngine>,
    /// The rest of the body; `None` once it has been read. It holds the body's share of memory and
    /// disk.
    body: Option<Plain>,
    most: usize,
    buffer: Vec<u8>,
    metrics: Metrics,
}

impl AnswerStream {
    fn new(engine: Box<dyn RowEngine>, body: Plain, most: usize, metrics: Metrics) -> Self {
        Self { engine, body: Some(body), most, buffer: vec![0; PIECE], metrics }
    }
}

impl Drop for AnswerStream {
    fn drop(&mut self) {
        self.metrics.rows(self.engine.tally());
    }
}

impl Iterator for AnswerStream {
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

/// The same, compressed on all cores.
struct GzipStream<P> {
    pieces: P,
    /// `None` once the end has been written.
    gzip: Option<Gzip>,
}

impl<P: Iterator<Item = Result<Vec<Bytes>, BulkError>>> Iterator for GzipStream<P> {
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
