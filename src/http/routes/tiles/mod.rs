//! `/tiles`: the layers as Mapbox Vector Tiles.
//!
//! - `/tiles/{layers}/{z}/{x}/{y}` is one tile, in the module `tile`;
//! - `/tiles/{layers}.json` is the TileJSON of some layers, in `tilejson`;
//! - the same tiles by OGC API - Tiles, of each layer and of all, are in [`ogc`].
//!
//! # Caching
//!
//! The URL of a tile in a TileJSON has `v=`, the version of its layers. Such a tile never changes
//! and may be cached for ever. A URL with another version, from a previous snapshot, is redirected
//! to the current one, so that a map opened before continues to work. Without `v=` a tile may be
//! cached for a minute and is then revalidated by its tag.

use std::sync::Arc;

use axum::routing::get;
use lapwing_boundaries::atlas::Day;

use crate::http::Routes;
use crate::http::error::{Problem, ProblemKind};
use crate::http::request::params::Params;
use crate::live::Served;
use crate::tile_layers::{ChoiceError, TileLayers};

pub(super) mod ogc;
mod tile;
pub(super) mod tilejson;

pub(in crate::http) use tile::MVT;

/// Tiles set their own tags, made from the version of their layers.
pub(in crate::http) fn tile_routes() -> Routes {
    [vec![("/tiles/{layers}/{z}/{x}/{y}", get(tile::tile))], ogc::tile_routes()].concat()
}

pub(in crate::http) fn routes() -> Routes {
    [vec![("/tiles/{tileset}", get(tilejson::tilejson))], ogc::routes()].concat()
}

/// More layers in one tile than any map draws.
const MOST_LAYERS: usize = 32;

/// The layers of a comma-separated list, on the requested date.
fn selection(served: &Served, names: &str, day: Day) -> Result<Arc<TileLayers>, Problem> {
    if names.split(',').count() > MOST_LAYERS {
        let detail = format!("a tile can have up to {MOST_LAYERS} layers: name fewer");
        return Err(Problem::new(ProblemKind::UnknownLayer, detail));
    }
    served.tiles().layers(names, day).map_err(refused)
}

fn refused(error: ChoiceError) -> Problem {
    match error {
        ChoiceError::Answer(error) => error.into(),
        error @ ChoiceError::SameName { .. } => {
            Problem::new(ProblemKind::ConflictingParameters, error.to_string())
        }
    }
}

/// `?v=…`, with the date if one was requested: the query under which a tile may be cached for ever.
fn lasting_query(params: &Params, version: &str) -> String {
    let date = params.get("date").map(|date| format!("&date={}", date.trim())).unwrap_or_default();
    format!("?v={version}{date}")
}
