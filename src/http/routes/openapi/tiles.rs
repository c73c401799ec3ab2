//! `/tiles`.

use serde_json::{Value, json};

use super::build::{
    self, Members, Operation, list, named, number, object, ok, ok_json, one_of, text, whole,
};
use crate::http::error::ProblemKind;
use crate::http::routes::tiles::MVT;

const OF_LAYERS: [ProblemKind; 4] = [
    ProblemKind::UnknownLayer,
    ProblemKind::NotInForce,
    ProblemKind::InvalidParameter,
    ProblemKind::ConflictingParameters,
];

pub(super) fn paths() -> Members {
    let tile = Operation {
        tag: "tiles",
        id: "tile",
        summary: "One Mapbox Vector Tile of one or more layers, zoom 0 to 14",
        parameters: &["tileLayers", "z", "x", "y", "tileVersion", "date"],
        ok: tile_bytes(),
        problems: [&OF_LAYERS[..], &[ProblemKind::UnknownTile]].concat(),
    };
    let tilejson = Operation {
        tag: "tiles",
        id: "tileJson",
        summary: "What a map must be told of some layers: TileJSON 3.0",
        parameters: &["tileset", "date"],
        ok: ok_json("The address of the tiles, the layers in them, the attribution.", "TileJson"),
        problems: [&OF_LAYERS[..], &[ProblemKind::UnknownRoute]].concat(),
    };
    build::paths([
        ("/tiles/{layers}/{z}/{x}/{y}", vec![with_redirect(with_empty(tile.get()))]),
        ("/tiles/{tileset}", vec![tilejson.get()]),
    ])
}

pub(super) fn tile_bytes() -> Value {
    let bytes = json!({"type": "string", "format": "binary"});
    ok(
        "The tile (MVT 2.1, 4096 units, areas with 64 units of buffer). A layer of areas comes \
with `{layer}_label`, a point for each area's name; points are gathered at low zooms, with `count`.",
        &[(MVT, bytes)],
    )
}

pub(super) fn with_empty((method, mut operation): (&'static str, Value)) -> (&'static str, Value) {
    operation["responses"]["204"] = json!({"description": "The layers have nothing there."});
    (method, operation)
}

fn with_redirect((method, mut operation): (&'static str, Value)) -> (&'static str, Value) {
    operation["responses"]["307"] = json!({
        "description": "The version has gone: to the same tile of the present one.",
        "headers": {"Location": {"schema": {"type": "string"}}}
    });
    (method, operation)
}

/// By the name they are referred to by.
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
                "Layers by comma, areas or points, by series (`ward`: the vintage of the day) or \
own id (`ward_2013`). Each goes by that name in the tile.",
                json!({"type": "string", "pattern": "^[a-z][a-z0-9_]*(,[a-z][a-z0-9_]*)*$"}),
                json!("ward,lap"),
            ),
        ),
        (
            "tileset",
            path(
                "tileset",
                "The same with `.json` behind.",
                json!({"type": "string", "pattern": "\\.json$"}),
                json!("ward,lap.json"),
            ),
        ),
        (
            "z",
            path("z", "Zoom.", json!({"type": "integer", "minimum": 0, "maximum": 14}), json!(9)),
        ),
        ("x", path("x", "Column, from the west.", place(), json!(254))),
        (
            "y",
            path(
                "y",
                "Row, from the north (XYZ, not TMS); `.mvt` or `.pbf` may stand behind.",
                place(),
                json!(168),
            ),
        ),
        (
            "tileVersion",
            json!({
                "name": "v", "in": "query",
                "description": "The version that a TileJSON named: such a tile never changes and \
            is kept for ever. Another version than the present is sent on.",
                "schema": {"type": "string"}, "example": "9f3c5a61-0123456789abcdef",
            }),
        ),
    ]
}

/// By name.
pub(super) fn schemas() -> Vec<(&'static str, Value)> {
    let layer = object(
        "A layer in the tiles.",
        [
            ("id", text("Its name in the tiles.")),
            (
                "fields",
                json!({
                    "type": "object", "description": "Properties, each with its kind.",
                    "additionalProperties": one_of(&["String", "Number", "Boolean"], "The kind."),
                }),
            ),
            ("minzoom", whole("The shallowest zoom.")),
            ("maxzoom", whole("The deepest zoom.")),
        ],
    );
    let numbers = |description: &str| list(&number("Degrees, or a zoom at the end."), description);
    let tilejson = object(
        "TileJSON 3.0.",
        [
            ("tilejson", one_of(&["3.0.0"], "The version of the format.")),
            ("name", text("The title of the place.")),
            ("description", text("The titles of the layers.")),
            ("scheme", one_of(&["xyz"], "Rows from the north.")),
            ("tiles", list(&text("With {z}, {x}, {y}."), "The address of a tile.")),
            ("minzoom", whole("The shallowest zoom.")),
            ("maxzoom", whole("The deepest zoom; maps magnify its tiles from there on.")),
            ("attribution", text("To be shown on the map, as HTML.")),
            ("bounds?", numbers("West, south, east, north; absent where there is nothing.")),
            ("center?", numbers("Longitude, latitude, zoom.")),
            ("vector_layers", list(&layer, "Layers, and the points of their areas' names.")),
            ("snapshot", named("Snapshot")),
        ],
    );
    vec![("TileJson", tilejson)]
}
