//! `POST /v1/lookup`: many places in one request, answered in the format of the request.
//!
//! The whole body is received before the answer begins ([`crate::http::request::spooled_body`]).
//! The answer is then computed and sent in pieces, as the client reads it, in constant memory.

use std::io::{ErrorKind, Read};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use flate2::Compression;
use flate2::read::MultiGzDecoder;

use crate::bulk::{
    BulkError, BulkRequest, ColumnOptions, CsvRows, FlatRows, Gzip, JsonRows, NamedColumns,
    NdjsonRows, OutputColumn, OutputColumnSet, PlaceColumns, RowEngine,
};
use crate::http::blocking::{Failure, respond};
use crate::http::error::{Problem, ProblemKind};
use crate::http::middleware::content_encoding::Codings;
use crate::http::middleware::cors::vary_by;
use crate::http::request::body;
use crate::http::request::multipart;
use crate::http::request::negotiate::{CSV, JSON, NDJSON, negotiate};
use crate::http::request::params::{Params, malformed};
use crate::http::request::spooled_body::{self, Plain, SpooledBody};
use crate::http::{AppState, Metrics, RequestSnapshot};

/// The gzip level of answers: a higher one costs more time than it saves on any reasonable network.
const PACKED: u32 = 1;

/// The parameters that name the columns with the place.
const COLUMNS: [&str; 5] =
    ["postcode_column", "lon_column", "lat_column", "easting_column", "northing_column"];

/// The size of one read in bytes.
const PIECE: usize = 64 << 10;

pub(in crate::http) async fn many(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let params =
        Params::read(query.as_deref(), &[&["layers", "date", "by", "add", "flat"], &COLUMNS])?;
    let ask = BulkRequest { layers: params.list("layers")?, day: params.day()? };
    let form = multipart::boundary(&headers)?;
    let gzip = spooled_body::is_gzip(&headers)?;
    let limits = &app.limits;
    let (format, engine, body, most): (_, _, Box<dyn Read + Send>, _) = match form {
        None => {
            let format = body::format_of_content(&headers, &[JSON, NDJSON, CSV])?;
            let engine = engine(format, ask, &params, &headers, snapshot)?;
            // A JSON document is held in memory until its last row has been answered.
            let most = if format == JSON { limits.body } else { limits.bulk_body };
            let (memory, disk) = (&app.body_memory, &app.spool);
            let received = SpooledBody::receive(&headers, body, most, limits, memory, disk).await?;
            (format, engine, Box::new(received.plain(gzip, most)), most)
        }
        Some(boundary) => {
            let most = limits.bulk_body;
            let (memory, disk) = (&app.body_memory, &app.spool);
            let received = SpooledBody::receive(&headers, body, most, limits, memory, disk).await?;
            let file = multipart::file(received.plain(gzip, most), &boundary)?;
            let (format, is_gzip) = format_of_file(&file.name, file.media_type.as_deref())?;
            let engine = engine(format, ask, &params, &headers, snapshot)?;
            let content: Box<dyn Read + Send> = if is_gzip {
                Box::new(Plain::new(MultiGzDecoder::new(file.content), most))
            } else {
                Box::new(file.content)
            };
            (format, engine, content, most)
        }
    };

    // A malformed document can still be refused before the first piece of the answer.
    let mut pieces = AnswerStream::new(engine, body, most, app.metrics.clone());
    let (first, pieces) = app
        .blocking_pool
        .run_blocking(move || {
            let first = pieces.find(|batch| !batch.as_ref().is_ok_and(Vec::is_empty));
            Ok((first.transpose()?, pieces))
        })
        .await?;
    let read_as = HeaderValue::from_static(pieces.engine.encoding().as_str());
    let all = first.map(Ok).into_iter().chain(pieces);
    let content_type = match format {
        CSV => "text/csv; charset=utf-8; header=present",
        other => other,
    };
    let mut response = if Codings::of(&headers).prefer_gzip() {
        let packed = GzipStream { pieces: all, gzip: Some(Gzip::new(Compression::new(PACKED))) };
        let mut response = respond(content_type, app.blocking_pool.stream_ahead(packed));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        vary_by(headers, header::ACCEPT_ENCODING);
        response
    } else {
        respond(content_type, app.blocking_pool.stream_ahead(all))
    };
    response.headers_mut().insert(READ_AS, read_as);
    Ok(response)
}

/// The header that names the encoding that the body was read as. It is sent before the end of a
/// long body is read, whose lines can still turn out to be Windows-1252.
const READ_AS: HeaderName = HeaderName::from_static("lapwing-read-as");

/// The engine for rows of a format.
fn engine(
    format: &str,
    ask: BulkRequest,
    params: &Params,
    headers: &HeaderMap,
    snapshot: RequestSnapshot,
) -> Result<Box<dyn RowEngine>, Problem> {
    let offered = [JSON, NDJSON, CSV].into_iter().find(|offered| *offered == format);
    negotiate(headers, &[offered.unwrap_or(CSV)])?;
    let RowOptions { flat, columns } = RowOptions::read(params, format)?;
    let served = snapshot.served()?;
    let (atlas, ready) = (served.atlas(), served.ready());
    Ok(match format {
        CSV => Box::new(CsvRows::new(Arc::clone(atlas), &ask, columns)?),
        NDJSON if flat => Box::new(FlatRows::new(Arc::clone(atlas), &ask, columns)?),
        NDJSON => Box::new(NdjsonRows::with_prerendered(Arc::clone(atlas), &ask, ready)?),
        _ => Box::new(JsonRows::with_prerendered(Arc::clone(atlas), ask, Arc::clone(ready))),
    })
}

/// The format of a file in a form, by the suffix of its name, else by its media type; and whether it
/// is compressed with gzip.
fn format_of_file(name: &str, media_type: Option<&str>) -> Result<(&'static str, bool), Problem> {
    let name = name.to_ascii_lowercase();
    let (plain, is_gzip) = match name.strip_suffix(".gz") {
        Some(plain) => (plain, true),
        None => (&*name, false),
    };
    let essence = media_type.and_then(|stated| stated.split(';').next()).unwrap_or_default();
    let format = match plain.rsplit_once('.').map(|(_, suffix)| suffix) {
        Some("csv" | "tsv" | "tab" | "txt") => Some(CSV),
        Some("ndjson" | "jsonl") => Some(NDJSON),
        _ => body::format_of_media_type(essence.trim(), &[NDJSON, CSV]),
    };
    format.map(|format| (format, is_gzip)).ok_or_else(|| {
        let name: String = name.chars().take(80).collect();
        let detail = format!("the file {name:?} of the form is not read: send .csv or .ndjson");
        Problem::new(ProblemKind::UnsupportedMediaType, detail).with("taken", vec![NDJSON, CSV])
    })
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
        let flat = params.flag("flat")?;
        let column = |name: &str| params.get(name).map(str::to_owned);
        let [postcode, lon, lat, easting, northing] = COLUMNS.map(column);
        let columns = ColumnOptions {
            by: by.transpose()?,
            add: add.transpose()?.unwrap_or_default(),
            named: NamedColumns { postcode, lon, lat, easting, northing },
        };
        if format != CSV
            && let Some(name) = COLUMNS.into_iter().find(|n| params.get(n).is_some())
        {
            let detail = format!("{name} applies to CSV only: remove it");
            return Err(
                Problem::new(ProblemKind::ConflictingParameters, detail).with("parameter", name)
            );
        }
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
    body: Option<Box<dyn Read + Send>>,
    most: usize,
    buffer: Vec<u8>,
    metrics: Metrics,
}

impl AnswerStream {
    fn new(
        engine: Box<dyn RowEngine>,
        body: Box<dyn Read + Send>,
        most: usize,
        metrics: Metrics,
    ) -> Self {
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
            Err(error) if error.kind() == ErrorKind::InvalidInput => {
                Some(Err(BulkError::Form { why: error.to_string() }))
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
