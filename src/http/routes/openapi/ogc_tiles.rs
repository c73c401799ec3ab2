//! OGC API - Tiles. Operation ids end as OGC 20-057, section 13, requires.

use serde_json::{Value, json};

use super::build::{self, Members, Operation, ok_json};
use super::tiles::{tile_bytes, with_empty};
use crate::http::error::ProblemKind;

pub(super) fn paths() -> Members {
    let mut paths = matrix_sets();
    paths.extend(of_all());
    paths.extend(of_one());
    paths
}

/// A GET operation with the tag `tiles`.
fn get(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    parameters: &'static [&'static str],
    ok: Value,
    problems: &[ProblemKind],
) -> (&'static str, (&'static str, Value)) {
    let problems = problems.to_vec();
    (path, Operation { tag: "tiles", id, summary, parameters, ok, problems }.get())
}

fn matrix_sets() -> Members {
    let all = get(
        "/tileMatrixSets",
        "getTileMatrixSetsList",
        "Tile matrix sets",
        &[],
        ok_json("The tile matrix sets: WebMercatorQuad.", "TileMatrixSets"),
        &[],
    );
    let one = get(
        "/tileMatrixSets/WebMercatorQuad",
        "getTileMatrixSet",
        "Tile matrix set WebMercatorQuad",
        &[],
        ok_json("The tile matrix set, as in OGC 17-083r4, annex D.1.", "TileMatrixSet"),
        &[],
    );
    build::paths([all, one].map(|(path, operation)| (path, vec![operation])))
}

fn of_all() -> Members {
    let list = get(
        "/tiles",
        "all.dataset.vector.getTileSetsList",
        "Tilesets of all layers together",
        &[],
        ok_json("The tilesets: one, in WebMercatorQuad.", "TileSets"),
        &[],
    );
    let one = get(
        "/tiles/WebMercatorQuad",
        "all.dataset.vector.getTileSet",
        "Tileset of all layers",
        &[],
        ok_json("The tileset.", "TileSet"),
        &[ProblemKind::ConflictingParameters],
    );
    let (path, tile) = get(
        "/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}",
        "all.dataset.vector.getTile",
        "Vector tile of all layers; the path has the row before the column",
        &["tileMatrix", "tileRow", "tileCol"],
        tile_bytes(),
        &[ProblemKind::ConflictingParameters, ProblemKind::UnknownTile],
    );
    let all = [list, one, (path, with_empty(tile))];
    build::paths(all.map(|(path, operation)| (path, vec![operation])))
}

fn of_one() -> Members {
    let list = get(
        "/collections/{layer}/tiles",
        "layer.collection.vector.getTileSetsList",
        "Tilesets of one layer",
        &["collection"],
        ok_json("The tilesets: one, in WebMercatorQuad.", "TileSets"),
        &[ProblemKind::UnknownLayer],
    );
    let one = get(
        "/collections/{layer}/tiles/WebMercatorQuad",
        "layer.collection.vector.getTileSet",
        "Tileset of one layer",
        &["collection"],
        ok_json("The tileset.", "TileSet"),
        &[ProblemKind::UnknownLayer],
    );
    let (path, tile) = get(
        "/collections/{layer}/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}",
        "layer.collection.vector.getTile",
        "Vector tile of one layer; the path has the row before the column",
        &["collection", "tileMatrix", "tileRow", "tileCol"],
        tile_bytes(),
        &[ProblemKind::UnknownLayer, ProblemKind::UnknownTile],
    );
    let all = [list, one, (path, with_empty(tile))];
    build::paths(all.map(|(path, operation)| (path, vec![operation])))
}

/// Parameters of OGC API - Tiles, by reference name.
pub(super) fn parameters() -> Vec<(&'static str, Value)> {
    let path = |name: &str, description: &str, most: u32, example: u32| {
        json!({
            "name": name, "in": "path", "required": true, "description": description,
            "schema": {"type": "integer", "minimum": 0, "maximum": most}, "example": example,
        })
    };
    vec![
        ("tileMatrix", path("tileMatrix", "Zoom level.", 14, 9)),
        ("tileRow", path("tileRow", "Tile row, from the north.", 16383, 168)),
        ("tileCol", path("tileCol", "Tile column, from the west.", 16383, 254)),
    ]
}

/// Schemas by name. They list only the required members; OGC 17-083r4 publishes schemas that
/// describe each member.
pub(super) fn schemas() -> Vec<(&'static str, Value)> {
    let object = |description: &str, required: &[&str]| {
        let properties: Members =
            required.iter().map(|name| ((*name).to_owned(), json!({}))).collect();
        json!({
            "type": "object", "description": description, "required": required,
            "properties": properties, "additionalProperties": true,
        })
    };
    vec![
        ("TileMatrixSets", object("List of tile matrix sets.", &["links", "tileMatrixSets"])),
        (
            "TileMatrixSet",
            object(
                "A tile matrix set (OGC 17-083r4, section 7.1).",
                &["id", "title", "uri", "crs", "orderedAxes", "tileMatrices"],
            ),
        ),
        ("TileSets", object("List of tilesets (OGC 20-057, section 8.2).", &["links", "tilesets"])),
        (
            "TileSet",
            object(
                "A tileset (OGC 17-083r4, section 8).",
                &["title", "dataType", "crs", "tileMatrixSetURI", "links", "layers"],
            ),
        ),
    ]
}
