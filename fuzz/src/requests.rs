//! Everything that reads what callers send, given bytes of any kind. None may panic, and what is
//! answered must be of the form that was promised, however the bytes were cut into pieces.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{Request, StatusCode};
use lapwing::bulk::{
    BulkError, BulkRequest, ColumnOptions, CsvRows, FlatRows, JsonRows, NdjsonRows,
    OutputColumnSet, RowEngine, Status, Tally,
};
use lapwing::features::attributes::Schema;
use lapwing::features::cql2::{Filter, Language, parse};
use lapwing::features::crs::Crs;
use lapwing::http::{Limits, router};
use lapwing::live::Live;
use lapwing_boundaries::atlas::Atlas;
use serde_json::value::RawValue;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

use lapwing_testing::squares;

fn atlas() -> &'static Atlas {
    static ATLAS: OnceLock<Atlas> = OnceLock::new();
    ATLAS.get_or_init(squares::atlas)
}

fn ask() -> BulkRequest {
    let layers = ["ward", "lap"].map(str::to_owned);
    BulkRequest { layers: Some(layers.to_vec()), day: squares::TODAY }
}

/// The answer of an engine to a document that arrives in chunks of this size.
fn answered(
    mut engine: impl RowEngine,
    data: &[u8],
    size: usize,
) -> Result<(Vec<u8>, Tally), BulkError> {
    let mut out = Vec::new();
    for piece in data.chunks(size) {
        out.extend(engine.push(piece)?.concat());
    }
    while let Some(last) = engine.finish()? {
        out.extend(last.concat());
    }
    Ok((out, engine.tally()))
}

/// The answer, if the document can be read; the same whole and in small pieces.
fn answer<E: RowEngine>(
    engine: impl Fn() -> Result<E, BulkError>,
    data: &[u8],
) -> Option<(Vec<u8>, Tally)> {
    let engine = || engine().expect("the layers are there");
    let whole = answered(engine(), data, data.len().max(1));
    let pieces = answered(engine(), data, 1 + data.len() % 61);
    assert_eq!(whole, pieces, "whole and in pieces");
    whole.ok()
}

/// Every row of an answer in CSV has the columns of its header, and there are as many as counted.
pub fn csv_rows(data: &[u8]) {
    let engine = || CsvRows::new(atlas(), &ask(), ColumnOptions::default());
    let Some((out, tally)) = answer(engine, data) else { return };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&out[..]);
    let rows = reader.byte_records().map(|row| row.expect("as many cells as the header"));
    assert_eq!(rows.count() as u64, 1 + tally.rows());
}

/// A header of any kind is refused, or answered with all its columns before the status.
pub fn columns(data: &[u8]) {
    let header = [data, b"\n1,2,3\n"].concat();
    let add = || OutputColumnSet::from_iter([]);
    let options = || ColumnOptions { add: add(), ..ColumnOptions::default() };
    let Some((out, _)) = answer(|| CsvRows::new(atlas(), &ask(), options()), &header) else {
        return;
    };
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&out[..]);
    let names = reader.byte_records().next().expect("a header").expect("CSV");
    assert!(names.iter().next_back().is_some_and(|name| name.ends_with(b"status")));
}

/// Every line of an answer is an object with a status.
fn assert_lines(out: &[u8], tally: Tally) {
    let lines: Vec<&[u8]> = out.split_inclusive(|byte| *byte == b'\n').collect();
    assert_eq!(lines.len() as u64, tally.rows());
    for line in lines {
        // What comes back as it stands may have numbers that are too large for many a reader.
        let members: HashMap<String, &RawValue> = serde_json::from_slice(line).expect("an object");
        let status = members["status"].get().trim_matches('"');
        assert!(Status::ALL.iter().any(|one| one.as_str() == status), "{members:?}");
    }
}

/// Flat NDJSON is answered by lines of NDJSON.
pub fn flat_rows(data: &[u8]) {
    let engine = || FlatRows::new(atlas(), &ask(), ColumnOptions::default());
    let (out, tally) = answer(engine, data).expect("a bad line stops nothing");
    assert_lines(&out, tally);
}

/// So are questions in NDJSON.
pub fn ndjson_rows(data: &[u8]) {
    let (out, tally) =
        answer(|| NdjsonRows::new(atlas(), &ask()), data).expect("a bad line stops nothing");
    assert_lines(&out, tally);
}

/// A document in JSON is answered by one, or refused.
pub fn json_rows(data: &[u8]) {
    let ask = || BulkRequest { layers: None, ..ask() };
    let Some((out, tally)) = answer(|| Ok(JsonRows::new(atlas(), ask())), data) else { return };
    let document: HashMap<String, &RawValue> = serde_json::from_slice(&out).expect("an object");
    let answers: Vec<&RawValue> =
        serde_json::from_str(document["answers"].get()).expect("a list of answers");
    assert_eq!(answers.len() as u64, tally.rows());
}

fn filter(written: &[u8], language: Language) {
    let Ok(written) = std::str::from_utf8(written) else { return };
    let Ok(node) = parse(written, language) else { return };
    let layer_index = atlas().layer_index("ward").expect("a layer of wards");
    let schema = Arc::new(Schema::of(atlas(), layer_index));
    let Ok(filter) = Filter::new(&node, atlas(), &schema, Crs::Epsg27700) else { return };
    let deadline = Instant::now() + Duration::from_mins(1);
    let selected = filter.select(atlas(), &schema, None, deadline).expect("a county of two wards");
    // What the indexes leave out is not selected either.
    for ward in 0..atlas().layers()[layer_index].layer().len() {
        let is_selected = filter.selects(atlas(), &schema, ward);
        assert_eq!(is_selected, selected.contains(&ward), "{written}");
    }
}

/// A filter in CQL2's text selects what is true of each area by itself.
pub fn filter_text(data: &[u8]) {
    filter(data, Language::Text);
}

/// So does one in CQL2's JSON.
pub fn filter_json(data: &[u8]) {
    filter(data, Language::Json);
}

/// A request written as HTTP/1.1 writes one, but for its version: `GET /v1/lookup?postcode=NN11AA`,
/// headers, an empty line, a body. `None` for what no server would hand on.
fn read_request(data: &[u8]) -> Option<Request<Body>> {
    let end = data.windows(2).position(|two| two == b"\n\n").unwrap_or(data.len());
    let body = data.get(end + 2..).unwrap_or_default().to_vec();
    let mut lines = data[..end].split(|byte| *byte == b'\n');
    let mut words = lines.next()?.splitn(2, |byte| *byte == b' ');
    let mut request = Request::builder().method(words.next()?).uri(words.next()?);
    for line in lines {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        request = request.header(parts.next()?, parts.next()?.trim_ascii());
    }
    request.body(Body::from(body)).ok()
}

/// A request is answered, and nothing that comes with it makes the service itself go wrong. What is
/// said to be JSON is.
pub fn request(data: &[u8]) {
    static SERVICE: OnceLock<Router> = OnceLock::new();
    thread_local! {
        static RUNTIME: Runtime =
            Builder::new_current_thread().enable_all().build().expect("a runtime");
    }
    let Some(request) = read_request(data) else { return };
    let service = SERVICE.get_or_init(|| router(Live::with(squares::atlas()), Limits::default()));
    let (head, body) = RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let (head, body) =
                service.clone().oneshot(request).await.expect("an answer").into_parts();
            (head, to_bytes(body, usize::MAX).await.expect("a whole body"))
        })
    });
    let shown = || String::from_utf8_lossy(&body[..body.len().min(400)]).into_owned();
    assert_ne!(head.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", shown());
    let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let is_json = header(CONTENT_TYPE)
        .split(';')
        .next()
        .is_some_and(|content| content.ends_with("json") && !content.ends_with("ndjson"));
    let is_whole =
        header(CONTENT_ENCODING).is_empty() && head.status != StatusCode::PARTIAL_CONTENT;
    if is_json && is_whole && !body.is_empty() {
        let document: Result<&RawValue, _> = serde_json::from_slice(&body);
        assert!(document.is_ok(), "{}", shown());
    }
}
