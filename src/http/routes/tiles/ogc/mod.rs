//! OGC API - Tiles (OGC 20-057): the same tiles, addressed by rows before columns.
//!
//! 1. [`matrix_set`]: how the world is cut into tiles, at `/tileMatrixSets`;
//! 2. [`describe`]: what a set of tiles is, of one layer or of all;
//! 3. here: the routes. The tiles themselves are those of [`super::tile`].

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use lapwing_boundaries::atlas::Atlas;
use serde_json::Value;

use super::{refused, tile};
use crate::http::blocking::{json, respond};
use crate::http::error::{Kind, Problem};
use crate::http::request::negotiate::{JSON, negotiate};
use crate::http::request::params::Params;
use crate::http::request::public_url::origin;
use crate::http::{App, Routes, Taken};
use crate::tile_layers::{Chosen, Selection};

mod describe;
mod matrix_set;

/// The requirements classes that are kept here.
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

/// Of a document, from it to its list of tilesets (OGC 20-057, table 4).
pub(in crate::http) const TILESETS_VECTOR: &str =
    "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector";

/// From the landing page to the ways in which the world is cut (OGC 20-057, table 3).
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

/// What a document here needs to know of its request, which takes no parameters.
struct Asked {
    taken: Taken,
    origin: String,
}

impl Asked {
    fn of(
        taken: Taken,
        query: Option<&str>,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Self, Problem> {
        Params::read(query, &[])?;
        negotiate(headers, &[JSON])?;
        Ok(Self { taken, origin: origin(uri, headers) })
    }
}

fn answer(document: &Value) -> Result<Response, Problem> {
    Ok(respond(JSON, json(document)?))
}

async fn matrix_sets(
    taken: Taken,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = Asked::of(taken, query.as_deref(), &uri, &headers)?;
    answer(&matrix_set::list(&asked.origin))
}

async fn matrix_set(
    taken: Taken,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Asked::of(taken, query.as_deref(), &uri, &headers)?;
    answer(&matrix_set::web_mercator_quad())
}

/// One layer, by its own id, as a collection is named.
fn one(atlas: &Atlas, id: &str) -> Result<Selection, Problem> {
    let known = || crate::answers::layer_names(atlas).join(", ");
    let place = atlas.layer_place(id).ok_or_else(|| {
        let id: String = id.chars().take(80).collect();
        let detail = format!("there is no layer {id:?}: the layers here are {}", known());
        Problem::new(Kind::UnknownLayer, detail)
    })?;
    Ok(Selection::one(atlas, place))
}

async fn tilesets_of_all(
    taken: Taken,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Asked { taken, origin } = Asked::of(taken, query.as_deref(), &uri, &headers)?;
    answer(&describe::tilesets(&origin, "", taken.atlas()?.title()))
}

async fn tilesets_of_one(
    taken: Taken,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Asked { taken, origin } = Asked::of(taken, query.as_deref(), &uri, &headers)?;
    let atlas = taken.atlas()?;
    let layers = one(&atlas, &id)?;
    let title = describe::title(&atlas, &layers);
    answer(&describe::tilesets(&origin, &format!("/collections/{id}"), &title))
}

async fn tileset_of_all(
    State(app): State<App>,
    taken: Taken,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = Asked::of(taken, query.as_deref(), &uri, &headers)?;
    let layers = Selection::all(&*asked.taken.clone().atlas()?).map_err(refused)?;
    tileset(&app, asked, String::new(), layers).await
}

async fn tileset_of_one(
    State(app): State<App>,
    taken: Taken,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = Asked::of(taken, query.as_deref(), &uri, &headers)?;
    let layers = one(&*asked.taken.clone().atlas()?, &id)?;
    tileset(&app, asked, format!("/collections/{id}"), layers).await
}

async fn tileset(
    app: &App,
    Asked { taken, origin }: Asked,
    path: String,
    layers: Selection,
) -> Result<Response, Problem> {
    let served = taken.served()?;
    // The layers may have to be made ready first.
    let document = app.workshop.apart(move || {
        let set = served.tiles().tile_set(&layers).map_err(|error| Problem::internal(&error))?;
        Ok(describe::tileset(&origin, &path, served.atlas(), &layers, &set))
    });
    answer(&document.await?)
}

async fn tile_of_all(
    State(app): State<App>,
    taken: Taken,
    Path((zoom, row, column)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let tile = tile::coord(&zoom, &column, &row)?;
    let served = taken.served()?;
    let layers = Selection::all(served.atlas()).map_err(refused)?;
    let chosen = Arc::new(Chosen::of(layers, served.atlas()));
    tile::answer(&app, served, chosen, tile, false, &headers).await
}

async fn tile_of_one(
    State(app): State<App>,
    taken: Taken,
    Path((id, zoom, row, column)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Params::read(query.as_deref(), &[])?;
    let tile = tile::coord(&zoom, &column, &row)?;
    let served = taken.served()?;
    let chosen = Arc::new(Chosen::of(one(served.atlas(), &id)?, served.atlas()));
    tile::answer(&app, served, chosen, tile, false, &headers).await
}
