//! Layers as files: whole ones at `/downloads/{file}`, and the selection of a request.
//!
//! A whole layer is written once per snapshot, when it is first requested, and kept in the
//! [`file_cache`](crate::formats::file_cache) of the snapshot; it is sent whole or in ranges. The
//! selection of a request is written for that request only.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use futures_util::FutureExt as _;
use lapwing_boundaries::atlas::Atlas;

use crate::features::attributes::Schema;
use crate::features::crs::Crs;
use crate::formats::geojson::Form;
use crate::formats::{self, Format, Made, Making, Selection};
use crate::http::blocking::{BlockingPool, took_too_long};
use crate::http::error::{Problem, ProblemKind};
use crate::http::request::params::{Params, malformed};
use crate::http::{AppState, RequestSnapshot, Routes};
use crate::live::Served;

mod range;

use range::RangeOutcome;

pub(in crate::http) fn routes() -> Routes {
    vec![("/downloads/{file}", get(download))]
}

/// Marks a response that must not be compressed: it already is, or it is partial.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct NoCompression;

/// The CRS of the coordinates (OGC 18-058r1, section 6.4).
const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

async fn download(
    State(app): State<AppState>,
    taken: RequestSnapshot,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &[&["crs"]])?;
    let crs = params.get("crs").map_or(Ok(Crs::Crs84), |text| {
        Crs::from_uri(text).map_err(|_| {
            let known = Crs::ALL.map(Crs::name).join(", ");
            malformed("crs", text, &format!("one of {known}, or the URI of one"))
        })
    })?;
    let served = taken.served()?;
    let (layer, format) = file_of(served.atlas(), &file)?;
    let made = whole(&app, &served, layer, format, crs).await?;
    let built = range::http_date(served.atlas().built());
    let id = served.atlas().layers()[layer].layer().meta().id.as_str();
    let mut response = send(&app.blocking_pool, made, format, &headers, &built)?;
    tell(&mut response, format, id, crs);
    Ok(response)
}

/// The layer and format in a file name.
fn file_of(atlas: &Atlas, file: &str) -> Result<(usize, Format), Problem> {
    let short = |text: &str| text.chars().take(80).collect::<String>();
    let (layer, format) = Format::of_file_name(file).ok_or_else(|| {
        let layer = file.split('.').next().unwrap_or(file);
        let known: Vec<String> =
            Format::ALL.iter().map(|format| format!("{layer}.{}", format.suffix())).collect();
        let known = short(&known.join(", "));
        let detail = format!("there is no file {:?}: use one of {known}", short(file));
        Problem::new(ProblemKind::UnknownRoute, detail)
    })?;
    let layer_index = atlas.layer_index(layer).ok_or_else(|| {
        let known: Vec<&str> =
            atlas.layers().iter().map(|l| l.layer().meta().id.as_str()).collect();
        let detail = format!(
            "there is no layer {:?}: the layers here are {}",
            short(layer),
            known.join(", ")
        );
        Problem::new(ProblemKind::UnknownLayer, detail)
    })?;
    Ok((layer_index, format))
}

/// The file of a whole layer from the cache.
async fn whole(
    app: &AppState,
    served: &Arc<Served>,
    layer: usize,
    format: Format,
    crs: Crs,
) -> Result<Arc<Made>, Problem> {
    let begin = || {
        let (atlas, schema) = (Arc::clone(served.atlas()), Arc::clone(served.schema(layer)));
        let indices: Vec<usize> = (0..atlas.layers()[layer].layer().len()).collect();
        begin(&app.blocking_pool, move || {
            let selection = Selection::new(&atlas, &schema, &indices, crs);
            Made::by(|out| formats::write(format, &selection, out, &()))
        })
    };
    let making = served.files().take((layer, format, crs), begin);
    wait(app, making).await
}

/// Starts writing a file on the blocking pool, whether or not anyone waits for it.
fn begin(
    blocking_pool: &BlockingPool,
    make: impl FnOnce() -> std::io::Result<Made> + Send + 'static,
) -> Making {
    let blocking_pool = blocking_pool.clone();
    let task = tokio::spawn(async move { blocking_pool.run(make).await });
    let made = async move {
        match task.await {
            Ok(Ok(made)) => made.map(Arc::new).map_err(Arc::new),
            Ok(Err(error)) => Err(Arc::new(io::Error::other(error))),
            Err(error) => Err(Arc::new(io::Error::other(error))),
        }
    };
    made.boxed().shared()
}

async fn wait(app: &AppState, making: Making) -> Result<Arc<Made>, Problem> {
    let patience = app.limits.answer;
    match tokio::time::timeout(patience, making).await {
        Ok(made) => made.map_err(|error| failed(&error)),
        Err(_) => Err(took_too_long(patience)),
    }
}

/// The problem with a file that could not be written: the format cannot hold it, or the fault is
/// here.
fn failed(error: &io::Error) -> Problem {
    match error.kind() {
        ErrorKind::FileTooLarge => Problem::new(ProblemKind::NotAcceptable, error.to_string()),
        _ => Problem::internal(error),
    }
}

/// Responds with the file or the requested part of it.
fn send(
    blocking_pool: &BlockingPool,
    made: Arc<Made>,
    format: Format,
    headers: &HeaderMap,
    built: &str,
) -> Result<Response, Problem> {
    // A whole text file may be compressed on the way. Its bytes then vary, so the tag is weak.
    let compressed = format.is_text()
        && !headers.contains_key(header::RANGE)
        && headers.contains_key(header::ACCEPT_ENCODING);
    let strong = format!("\"{}\"", made.digest());
    let tag = if compressed { format!("W/{strong}") } else { strong.clone() };
    let length = made.length();
    let mut response = match range::read(headers, &strong, built, length) {
        RangeOutcome::NotModified => StatusCode::NOT_MODIFIED.into_response(),
        RangeOutcome::Unsatisfiable => {
            let detail = format!("the file has {length} bytes: request a range within it");
            let range = HeaderValue::from_str(&format!("bytes */{length}"));
            let problem = Problem::new(ProblemKind::RangeNotSatisfiable, detail);
            return Err(match range {
                Ok(range) => problem.with_header(header::CONTENT_RANGE, range),
                Err(_) => problem,
            });
        }
        RangeOutcome::All => {
            let mut response = blocking_pool.stream(made.pieces(0, length)).into_response();
            response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
            response
        }
        RangeOutcome::Part(start, end) => {
            let pieces = made.pieces(start, end);
            let mut response =
                (StatusCode::PARTIAL_CONTENT, blocking_pool.stream(pieces)).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_LENGTH, (end - start).into());
            let range = format!("bytes {start}-{}/{length}", end - 1);
            set(headers, header::CONTENT_RANGE, &range);
            response
        }
    };
    let headers = response.headers_mut();
    set(headers, header::ETAG, &tag);
    set(headers, header::LAST_MODIFIED, built);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(crate::http::middleware::etag::MAX_AGE),
    );
    if !compressed {
        response.extensions_mut().insert(NoCompression);
    }
    Ok(response)
}

/// Adds a header whose value is known to be plain text.
fn set(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

/// The content type and file name.
fn tell(response: &mut Response, format: Format, layer: &str, crs: Crs) {
    let headers = response.headers_mut();
    let parameters = if format == Format::Csv { "; charset=utf-8; header=present" } else { "" };
    set(headers, header::CONTENT_TYPE, &format!("{}{parameters}", format.media_type()));
    let of_crs = match crs {
        Crs::Crs84 => String::new(),
        other => format!("_{}", other.epsg()),
    };
    let name = format!("attachment; filename=\"{layer}{of_crs}.{}\"", format.suffix());
    set(headers, header::CONTENT_DISPOSITION, &name);
    set(headers, CONTENT_CRS, &format!("<{}>", crs.uri()));
    headers.insert(header::LINK, HeaderValue::from_static("</v1/layers>; rel=\"describedby\""));
}

/// The selection of a request, without its format.
pub(in crate::http) struct ItemsFile {
    pub(in crate::http) schema: Arc<Schema>,
    /// The indices of the features in the layer, in order.
    pub(in crate::http) indices: Vec<usize>,
    pub(in crate::http) form: Form,
}

/// Responds with some features of a layer as a file.
pub(in crate::http) async fn selected(
    app: &AppState,
    served: &Arc<Served>,
    format: Format,
    items_file: ItemsFile,
) -> Result<Response, Problem> {
    let ItemsFile { schema, indices, form } = items_file;
    let (layer, crs) = (schema.layer(), form.crs);
    let atlas = Arc::clone(served.atlas());
    let made = once(&app.blocking_pool, move || {
        let mut selection = Selection::new(&atlas, &schema, &indices, crs);
        if let Some(only) = &form.only {
            selection.attributes = only.to_vec();
        }
        selection.drawing = form.drawing;
        Made::by(|out| formats::write(format, &selection, out, &()))
    });
    let mut response = made.await?;
    let id = served.atlas().layers()[layer].layer().meta().id.as_str();
    tell(&mut response, format, id, crs);
    if format.is_text() {
        response.extensions_mut().remove::<NoCompression>();
    }
    Ok(response)
}

/// A file written for one request, sent whole.
pub(in crate::http) async fn once(
    blocking_pool: &BlockingPool,
    make: impl FnOnce() -> std::io::Result<Made> + Send + 'static,
) -> Result<Response, Problem> {
    let made = blocking_pool.run_blocking(|| make().map_err(|error| failed(&error))).await?;
    let length = made.length();
    let mut response = blocking_pool.stream(Arc::new(made).pieces(0, length)).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    response.extensions_mut().insert(NoCompression);
    Ok(response)
}
