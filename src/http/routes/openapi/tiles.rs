//! `/tiles`.

use serde_json::{Value, json};

use super::build::{self, Members, Operation, ok, ok_json};
use crate::http::error::ProblemKind;
use crate::http::routes::tiles::MVT;

const LAYER_PROBLEMS: [ProblemKind; 4] = [
    ProblemKind::UnknownLayer,
    ProblemKind::NotInForce,
    ProblemKind::InvalidParameter,
    ProblemKind::ConflictingParameters,
];

pub(super) fn paths() -> Members {
    let tile = Operation {
        tag: "tiles",
        id: "tile",
        summary: "Mapbox Vector Tile of one or more layers, zoom 0 to 14",
        parameters: &["tileLayers", "z", "x", "y", "tileVersion", "date"],
        ok: tile_bytes(),
        problems: [&LAYER_PROBLEMS[..], &[ProblemKind::UnknownTile]].concat(),
    };
    let tilejson = Operation {
        tag: "tiles",
        id: "tileJson",
        summary: "TileJSON 3.0 of one or more layers",
        parameters: &["tileset", "date"],
        ok: ok_json("Tile URL, layers and attribution.", "TileJson"),
        problems: [&LAYER_PROBLEMS[..], &[ProblemKind::UnknownRoute]].concat(),
    };
    build::paths([
        ("/tiles/{layers}/{z}/{x}/{y}", vec![with_redirect(with_empty(tile.get()))]),
        ("/tiles/{tileset}", vec![tilejson.get()]),
    ])
}

pub(super) fn tile_bytes() -> Value {
    let bytes = json!({"type": "string", "format": "binary"});
    ok(
        "The tile (MVT 2.1, extent 4096, areas buffered by 64 units). Each area layer comes with \
         a layer `{layer}_label` of one label point per area. Points are clustered at low zooms, \
         with the number of points in `count`.",
        &[(MVT, bytes)],
    )
}

pub(super) fn with_empty((method, mut operation): (&'static str, Value)) -> (&'static str, Value) {
    operation["responses"]["204"] = json!({"description": "The layers have nothing in this tile."});
    (method, operation)
}

fn with_redirect((method, mut operation): (&'static str, Value)) -> (&'static str, Value) {
    operation["responses"]["307"] = json!({
        "description": "The requested version is not the current one. `Location` is the same tile \
            in the current version.",
        "headers": {"Location": {"schema": {"type": "string"}}}
    });
    (method, operation)
}

/// Parameters of tiles, by reference name.
pub(super) fn parameters() -> Vec<(&'static str, Value)> {
    let path = |name: &str, description: &str, schema: Value, example: Value| {
        json!({
            "name": name, "in": "path", "required": true, "description": description,
            "schema": schema, "example": example,
        })
    };
    let place = || json!({"type": "integer", "minimum": 0, "maximum": 16383});
    vec![
        (
            "tileLayers",
            path(
                "layers",
                "Area or point layers, separated by commas: a series (`ward`, the vintage in \
                 force on `date`) or the id of one vintage (`ward_2013`). Layers in the tile have \
                 these names.",
                json!({"type": "string", "pattern": "^[a-z][a-z0-9_]*(,[a-z][a-z0-9_]*)*$"}),
                json!("ward,lap"),
            ),
        ),
        (
            "tileset",
            path(
                "tileset",
                "Layers as in a tile's path, followed by `.json`.",
                json!({"type": "string", "pattern": "\\.json$"}),
                json!("ward,lap.json"),
            ),
        ),
        (
            "z",
            path(
                "z",
                "Zoom level.",
                json!({"type": "integer", "minimum": 0, "maximum": 14}),
                json!(9),
            ),
        ),
        ("x", path("x", "Tile column, from the west.", place(), json!(254))),
        (
            "y",
            path(
                "y",
                "Tile row, from the north (XYZ, not TMS). Can be followed by `.mvt` or `.pbf`.",
                place(),
                json!(168),
            ),
        ),
        (
            "tileVersion",
            json!({
                "name": "v", "in": "query",
                "description": "Version from TileJSON. A tile with a version never changes and \
                    can be cached indefinitely. An outdated version is redirected to the current \
                    one.",
                "schema": {"type": "string"}, "example": "9f3c5a61-0123456789abcdef",
            }),
        ),
    ]
}
