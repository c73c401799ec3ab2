//! `/tiles`: the layers as Mapbox Vector Tiles, for maps.
//!
//! - `/tiles/{layers}/{z}/{x}/{y}` is one tile, in the module `tile`;
//! - `/tiles/{layers}.json` is what a map must be told of them, in `tilejson`;
//! - the same tiles by OGC API - Tiles, of each layer and of all, are in [`ogc`].
//!
//! # Copies
//!
//! A tile's address in a TileJSON has `v=`, the version of these layers: such a tile never changes
//! and may be kept for ever. An address with another version, from a snapshot that has gone, is
//! sent on to the present one, so that a map that was opened before goes on. Without `v=` a copy
//! may be used for a minute, and is then asked about by its tag.

use std::sync::Arc;

use axum::routing::get;
use lapwing_boundaries::atlas::Day;

use crate::http::Routes;
use crate::http::error::{Kind, Problem};
use crate::http::request::params::Params;
use crate::live::Served;
use crate::tile_layers::{ChoiceError, Chosen};

pub(super) mod ogc;
mod tile;
mod tilejson;

pub(in crate::http) use tile::MVT;

/// Tiles carry their own tags: each is known by the version of its layers.
pub(in crate::http) fn tile_routes() -> Routes {
    [vec![("/tiles/{layers}/{z}/{x}/{y}", get(tile::tile))], ogc::tile_routes()].concat()
}

pub(in crate::http) fn routes() -> Routes {
    [vec![("/tiles/{tileset}", get(tilejson::tilejson))], ogc::routes()].concat()
}

/// More layers in one tile than any map draws.
const MOST_LAYERS: usize = 32;

/// The layers of a list with commas, on the day asked for.
fn selection(served: &Served, names: &str, day: Day) -> Result<Arc<Chosen>, Problem> {
    if names.split(',').count() > MOST_LAYERS {
        let detail = format!("up to {MOST_LAYERS} layers are put in one tile: name fewer");
        return Err(Problem::new(Kind::UnknownLayer, detail));
    }
    served.tiles().chosen(names, day).map_err(refused)
}

fn refused(error: ChoiceError) -> Problem {
    match error {
        ChoiceError::Answer(error) => error.into(),
        error @ ChoiceError::SameName { .. } => {
            Problem::new(Kind::ConflictingParameters, error.to_string())
        }
    }
}

/// `?v=…`, with the date where one was asked for: the query under which a tile is kept for ever.
fn lasting_query(params: &Params, version: &str) -> String {
    let date = params.get("date").map(|date| format!("&date={}", date.trim())).unwrap_or_default();
    format!("?v={version}{date}")
}
