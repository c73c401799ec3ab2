//! One tile.

use std::io::Read as _;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use lapwing_tiles::TileCoord;

use super::{lasting_query, selection};
use crate::http::error::{Problem, ProblemKind};
use crate::http::middleware::content_encoding::Codings;
use crate::http::middleware::etag;
use crate::http::request::params::Params;
use crate::http::{AppState, RequestSnapshot};
use crate::live::Served;
use crate::tile_layers::{TileKey, TileLayers};

/// The registered media type of Mapbox Vector Tiles.
pub(in crate::http) const MVT: &str = "application/vnd.mapbox-vector-tile";

/// For a URL with a version.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// For a URL without: a new snapshot is visible within this time.
const A_MINUTE: &str = "public, max-age=60";

pub(super) async fn tile(
    State(app): State<AppState>,
    taken: RequestSnapshot,
    Path((layers, z, x, y)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::read(query.as_deref(), &[&["v", "date"]])?;
    let day = params.day()?;
    let tile = coord(&z, &x, file_stem(&y))?;
    let served = taken.served()?;
    let chosen = selection(&served, &layers, day)?;
    let requested_version = params.get("v");
    if requested_version.is_some_and(|requested_version| requested_version != chosen.version) {
        return Ok(send_on(&lasting_query(&params, &chosen.version)));
    }
    answer(&app, served, chosen, tile, requested_version.is_some(), &headers).await
}

/// The tile of some layers, with its caching headers.
pub(in crate::http) async fn answer(
    app: &AppState,
    served: Arc<Served>,
    chosen: Arc<TileLayers>,
    tile: TileCoord,
    lasts: bool,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    // The URL identifies the tile and the version its layers, so together they identify the
    // content. The tag is weak because the tile may be sent with gzip or without.
    let tag = format!("W/\"{}\"", chosen.version);
    let mut response = if etag::has(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match kept_or_made(app, served, chosen, tile).await? {
            None => StatusCode::NO_CONTENT.into_response(),
            Some(gzipped) => written(gzipped, Codings::of(headers).take_gzip())?,
        }
    };
    let headers = response.headers_mut();
    let copies = if lasts { FOR_EVER } else { A_MINUTE };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(copies));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

/// The tile compressed with gzip, from the cache or computed now.
async fn kept_or_made(
    app: &AppState,
    served: Arc<Served>,
    chosen: Arc<TileLayers>,
    tile: TileCoord,
) -> Result<Option<Bytes>, Problem> {
    let key = TileKey { layers: Arc::clone(&chosen.key), tile };
    let cache = served.tiles().cache(app.limits.tile_cache as u64);
    let worker = Arc::clone(&served);
    app.metrics.tile_asked();
    let make = async {
        app.metrics.tile_made();
        let make = move || {
            worker.tiles().make(&chosen.layers, tile).map_err(|error| Problem::internal(&error))
        };
        app.blocking_pool.run_blocking(make).await
    };
    cache.get_or_make(key, make).await
}

fn written(gzipped: Bytes, as_gzip: bool) -> Result<Response, Problem> {
    let bytes = if as_gzip {
        gzipped
    } else {
        let mut plain = Vec::new();
        let read = flate2::read::GzDecoder::new(&*gzipped).read_to_end(&mut plain);
        read.map_err(|error| Problem::internal(&error))?;
        plain.into()
    };
    let mut response = Body::from(bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MVT));
    if as_gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// Redirects to the tile of the current version. The location is relative, so that it works behind
/// any proxy.
fn send_on(query: &str) -> Response {
    let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(A_MINUTE));
    if let Ok(query) = HeaderValue::from_str(query) {
        headers.insert(header::LOCATION, query);
    }
    response
}

/// A row with the suffix that some clients append.
fn file_stem(row: &str) -> &str {
    [".mvt", ".pbf"].iter().find_map(|suffix| row.strip_suffix(suffix)).unwrap_or(row)
}

/// The tile at three numbers.
pub(in crate::http) fn coord(zoom: &str, column: &str, row: &str) -> Result<TileCoord, Problem> {
    let shown = |text: &str| text.chars().take(20).collect::<String>();
    let no_tile = |why: String| Problem::new(ProblemKind::UnknownTile, why);
    let number = |text: &str| -> Result<u32, Problem> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = text.parse().ok().filter(|_| digits);
        number.ok_or_else(|| no_tile(format!("{:?} is no number of a tile", shown(text))))
    };
    let (zoom, column, row) = (number(zoom)?, number(column)?, number(row)?);
    let zoom = u8::try_from(zoom).unwrap_or(u8::MAX);
    TileCoord::new(zoom, column, row).map_err(|error| no_tile(error.to_string()))
}
