//! The shapes of the answers.

use serde_json::Value;

use super::build::{Members, named, one_of, or_null, per_layer, whole};

mod areas;
mod geometry;
mod layers;
mod lookups;
mod overlaps;
mod points;
mod shared;

pub(super) use overlaps::relation;

pub(super) type Schemas = Vec<(&'static str, Value)>;

/// By name.
pub(super) fn all() -> Members {
    [
        shared::schemas(),
        lookups::schemas(),
        areas::schemas(),
        overlaps::schemas(),
        super::changes::schemas(),
        points::schemas(),
        layers::schemas(),
        geometry::schemas(),
        super::tiles::schemas(),
        super::ogc_tiles::schemas(),
        super::compat::schemas(),
    ]
    .into_iter()
    .flatten()
    .map(|(name, schema)| (name.to_owned(), schema))
    .collect()
}

pub(super) fn layers() -> Value {
    let one = or_null(named("LayerUsed"));
    per_layer(&one, "The vintage that answered for each key; null where none is in force that day.")
}

fn resolution() -> Value {
    one_of(
        &["BFC", "BFE", "BGC", "BSC", "BUC"],
        "How far the drawing is generalised, as ONS says it.",
    )
}

pub(super) fn counts() -> [(&'static str, Value); 2] {
    [
        ("postcodes?", whole("Live postcodes it holds; absent without postcodes.")),
        ("addresses?", whole("Addresses it holds; absent without addresses.")),
    ]
}
