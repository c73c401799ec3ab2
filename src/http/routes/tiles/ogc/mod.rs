//! OGC API - Tiles (OGC 20-057): the same tiles, addressed by row before column.
//!
//! 1. [`matrix_set`]: the tile matrix set, at `/tileMatrixSets`;
//! 2. [`describe`]: the description of a tileset, of one layer or of all;
//! 3. this module: the routes. The tiles themselves come from [`super::tile`].

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use lapwing_boundaries::atlas::Atlas;
use lapwing_tiles::TileSet;
use serde_json::Value;

use super::{refused, tile};
use crate::http::blocking::{json, respond};
use crate::http::error::{Problem, ProblemKind};
use crate::http::request::negotiate::{JSON, negotiate};
use crate::http::request::params::Params;
use crate::http::request::public_url::origin;
use crate::http::{AppState, RequestSnapshot, Routes};
use crate::tile_layers::{Selection, TileLayers};

mod describe;
mod matrix_set;

/// The requirements classes that are implemented.
pub(in crate::http) const CLASSES: [(&str, &str); 9] = [
    ("http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core", "Tiles: core"),
    ("http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset", "Tiles: tilesets"),
    ("http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list", "Tiles: lists"),
    ("http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets", "Tiles: of layers"),
    ("http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/dataset-tilesets", "Tiles: of all"),
    ("http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt", "Tiles: Mapbox Vector Tiles"),
    ("http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/oas30", "Tiles: OpenAPI 3.0"),
    ("http://www.opengis.net/spec/tms/2.0/conf/tilematrixset", "Tile matrix sets"),
    ("http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset", "Tile matrix sets: JSON"),
];

/// The link relation to a list of tilesets (OGC 20-057, table 4).
pub(in crate::http) const TILESETS_VECTOR: &str =
    "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";

/// The link relation to the list of tile matrix sets (OGC 20-057, table 3).
pub(in crate::http) const TILING_SCHEMES: &str =
    "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes";

pub(super) fn tile_routes() -> Routes {
    vec![
        ("/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}", get(tile_of_all)),
        (
            "/collections/{layer}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}",
            get(tile_of_one),
        ),
    ]
}

pub(super) fn routes() -> Routes {
    vec![
        ("/tileMatrixSets", get(matrix_sets)),
        ("/tileMatrixSets/WebMercatorQuad", get(matrix_set)),
        ("/tiles", get(tilesets_of_all)),
        ("/tiles/WebMercatorQuad", get(tileset_of_all)),
        ("/collections/{layer}/tiles", get(tilesets_of_one)),
        ("/collections/{layer}/tiles/WebMercatorQuad", get(tileset_of_one)),
    ]
}

/// What a document needs to know about its request, which has no parameters.
struct TilesetRequest {
    snapshot: RequestSnapshot,
    origin: String,
}

impl TilesetRequest {
    fn of(
        snapshot: RequestSnapshot,
        query: Option<&str>,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Self, Problem> {
        Params::read(query, &[])?;
        negotiate(headers, &[JSON])?;
        Ok(Self { snapshot, origin: origin(uri, headers) })
    }
}

fn answer(document: &Value) -> Result<Response, Problem> {
    Ok(respond(JSON, json(document)?))
}

async fn matrix_sets(
    snapshot: RequestSnapshot,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tileset_request = TilesetRequest::of(snapshot, query.as_deref(), &uri, &headers)?;
    answer(&matrix_set::list(&tileset_request.origin))
}

async fn matrix_set(
    snapshot: RequestSnapshot,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    TilesetRequest::of(snapshot, query.as_deref(), &uri, &headers)?;
    answer(&matrix_set::web_mercator_quad())
}

/// One layer, by its own id, as for a collection.
fn one(atlas: &Atlas, id: &str) -> Result<Selection, Problem> {
    let known = || crate::answers::layer_names(atlas).join(", ");
    let layer_index = atlas.layer_index(id).ok_or_else(|| {
        let id: String = id.chars().take(80).collect();
        let detail = format!("there is no layer {id:?}: the layers here are {}", known());
        Problem::new(ProblemKind::UnknownLayer, detail)
    })?;
    Ok(Selection::one(atlas, layer_index))
}

async fn tilesets_of_all(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = TilesetRequest::of(snapshot, query.as_deref(), &uri, &headers)?;
    let atlas = asked.snapshot.clone().atlas()?;
    let layers = Selection::all(&atlas).map_err(refused)?;
    let title = atlas.title().to_owned();
    described(&app, asked, layers, move |origin, _, _, set| {
        describe::tilesets(origin, "", &title, set)
    })
    .await
}

async fn tilesets_of_one(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = TilesetRequest::of(snapshot, query.as_deref(), &uri, &headers)?;
    let layers = one(&*asked.snapshot.clone().atlas()?, &id)?;
    described(&app, asked, layers, move |origin, atlas, layers, set| {
        let title = describe::title(atlas, layers);
        describe::tilesets(origin, &format!("/collections/{id}"), &title, set)
    })
    .await
}

async fn tileset_of_all(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tileset_request = TilesetRequest::of(snapshot, query.as_deref(), &uri, &headers)?;
    let layers = Selection::all(&*tileset_request.snapshot.clone().atlas()?).map_err(refused)?;
    tileset(&app, tileset_request, String::new(), layers).await
}

async fn tileset_of_one(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tileset_request = TilesetRequest::of(snapshot, query.as_deref(), &uri, &headers)?;
    let layers = one(&*tileset_request.snapshot.clone().atlas()?, &id)?;
    tileset(&app, tileset_request, format!("/collections/{id}"), layers).await
}

async fn tileset(
    app: &AppState,
    asked: TilesetRequest,
    path: String,
    layers: Selection,
) -> Result<Response, Problem> {
    described(app, asked, layers, move |origin, atlas, layers, set| {
        describe::tileset(origin, &path, atlas, layers, set)
    })
    .await
}

/// Answers with a document about the tiles of some layers, which may have to be prepared first.
async fn described(
    app: &AppState,
    TilesetRequest { snapshot, origin }: TilesetRequest,
    layers: Selection,
    describe: impl FnOnce(&str, &Atlas, &Selection, &TileSet) -> Value + Send + 'static,
) -> Result<Response, Problem> {
    let served = snapshot.served()?;
    let document = app.blocking_pool.run_blocking(move || {
        let set = served.tiles().tile_set(&layers).map_err(|error| Problem::internal(&error))?;
        Ok(describe(&origin, served.atlas(), &layers, &set))
    });
    answer(&document.await?)
}

async fn tile_of_all(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path((zoom, row, column)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let tile = tile::coord(&zoom, &column, &row)?;
    let served = snapshot.served()?;
    let layers = Selection::all(served.atlas()).map_err(refused)?;
    let chosen = Arc::new(TileLayers::of(layers, served.atlas()));
    tile::answer(&app, served, chosen, tile, false, &headers).await
}

async fn tile_of_one(
    State(app): State<AppState>,
    snapshot: RequestSnapshot,
    Path((id, zoom, row, column)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let tile = tile::coord(&zoom, &column, &row)?;
    let served = snapshot.served()?;
    let chosen = Arc::new(TileLayers::of(one(served.atlas(), &id)?, served.atlas()));
    tile::answer(&app, served, chosen, tile, false, &headers).await
}
