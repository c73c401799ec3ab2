//! Schemas of the responses.

use serde_json::Value;

use super::build::{Members, named, one_of, or_null, per_layer, whole};

mod areas;
mod changes;
mod geometry;
mod layers;
mod lookups;
mod overlaps;
mod points;
mod shared;

use overlaps::relation;

pub(super) type Schemas = Vec<(&'static str, Value)>;

/// All schemas, by name.
pub(super) fn all() -> Members {
    [
        shared::schemas(),
        lookups::schemas(),
        areas::schemas(),
        overlaps::schemas(),
        changes::schemas(),
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
    per_layer(
        &one,
        "The vintage used for each requested layer. Null if none is in force on that day.",
    )
}

fn resolution() -> Value {
    one_of(
        &["BFC", "BFE", "BGC", "BSC", "BUC"],
        "Generalisation of the boundaries, in the codes of the Office for National Statistics \
         (ONS). Null if unknown.",
    )
}

pub(super) fn counts() -> [(&'static str, Value); 2] {
    [
        (
            "postcodes?",
            whole("Number of live postcodes in the area. Absent if the snapshot has no postcodes."),
        ),
        (
            "addresses?",
            whole("Number of addresses in the area. Absent if the snapshot has no addresses."),
        ),
    ]
}
