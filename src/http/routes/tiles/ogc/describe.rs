//! The description of a tileset (OGC 20-057, section 8; OGC 17-083r4, section 8).

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::layer::Layer;
use lapwing_tiles::TileSet;
use lapwing_tiles::mercator::Mercator;
use serde_json::{Map, Value, json};

use super::matrix_set;
use crate::http::request::negotiate::JSON;
use crate::http::routes::tiles::MVT;
use crate::tile_layers::{Selection, attribution};

const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

/// The link relation from a tileset to its tile matrix set.
const TILING_SCHEME: &str = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme";

pub(super) fn link(rel: &str, href: &str, kind: &str, title: &str) -> Value {
    json!({"href": href, "rel": rel, "type": kind, "title": title})
}

/// The titles of the layers.
pub(super) fn title(atlas: &Atlas, layers: &Selection) -> String {
    let of = |layer_index: usize| atlas.layers()[layer_index].layer().meta().title.as_str();
    layers.layers().map(|(_, layer_index)| of(layer_index)).collect::<Vec<_>>().join(", ")
}

/// The links of a tileset: to its document, its tile matrix set and its tiles.
fn links(origin: &str, path: &str) -> [Value; 3] {
    let itself = format!("{origin}{path}/tiles/WebMercatorQuad");
    let set = format!("{origin}/tileMatrixSets/WebMercatorQuad");
    let mut tiles =
        link("item", &format!("{itself}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"), MVT, "A tile");
    tiles["templated"] = json!(true);
    [
        link("self", &itself, JSON, "This tileset"),
        link(TILING_SCHEME, &set, JSON, matrix_set::TITLE),
        tiles,
    ]
}

fn head(origin: &str, path: &str, title: &str) -> Value {
    json!({
        "title": title,
        "dataType": "vector",
        "crs": matrix_set::CRS,
        "tileMatrixSetId": "WebMercatorQuad",
        "tileMatrixSetURI": matrix_set::URI,
        "links": links(origin, path),
    })
}

/// The list of tilesets, for `/tiles` and `/collections/{layer}/tiles`.
pub(super) fn tilesets(origin: &str, path: &str, title: &str, set: &TileSet) -> Value {
    let mut tileset = head(origin, path, title);
    add_limits(&mut tileset, set);
    json!({
        "links": [link("self", &format!("{origin}{path}/tiles"), JSON, "This document")],
        "tilesets": [tileset],
    })
}

/// Adds where there are tiles. A client need not open each tileset of a list to know.
fn add_limits(document: &mut Value, set: &TileSet) {
    if let Some(bounds @ [west, south, east, north]) = set.bounds {
        document["boundingBox"] =
            json!({"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84});
        let limits = (set.minzoom..=set.maxzoom).map(|zoom| limits(bounds, zoom));
        document["tileMatrixSetLimits"] = limits.collect();
    }
}

/// The tileset at `…/tiles/WebMercatorQuad`.
pub(super) fn tileset(
    origin: &str,
    path: &str,
    atlas: &Atlas,
    layers: &Selection,
    set: &TileSet,
) -> Value {
    let mut document = head(origin, path, &title(atlas, layers));
    document["attribution"] = json!(attribution(atlas, layers));
    document["layers"] = layers_of(atlas, layers, set).into();
    add_limits(&mut document, set);
    if let Some(center) = set.center() {
        document["centerPoint"] = json!({
            "coordinates": [center.lon, center.lat], "crs": CRS84,
            "tileMatrix": center.zoom.to_string(),
        });
    }
    document
}

/// The layers in the tiles. Labels are a point layer.
fn layers_of(atlas: &Atlas, layers: &Selection, set: &TileSet) -> Vec<Value> {
    set.vector_layers
        .iter()
        .map(|layer| {
            let own = layers.layers().find(|(name, _)| *name == layer.id);
            let meta = own.map(|(_, layer_index)| atlas.layers()[layer_index].layer());
            let title = meta.map_or_else(
                || format!("Names of {}", layer.id.trim_end_matches("_label")),
                |layer| layer.meta().title.clone(),
            );
            let properties: Map<String, Value> = layer
                .fields
                .iter()
                .map(|(name, kind)| (name.clone(), json!({"type": kind.to_ascii_lowercase()})))
                .collect();
            json!({
                "id": layer.id,
                "title": title,
                "dataType": "vector",
                "geometryDimension": if meta.is_some_and(Layer::is_areas) { 2 } else { 0 },
                "minTileMatrix": set.minzoom.to_string(),
                "maxTileMatrix": set.maxzoom.to_string(),
                "propertiesSchema": {"type": "object", "properties": properties},
            })
        })
        .collect()
}

/// The columns and rows that have tiles at a zoom level.
fn limits([west, south, east, north]: [f64; 4], zoom: u8) -> Value {
    let size = 1_u32 << zoom;
    let number = |part: f64| ((part * f64::from(size)) as u32).min(size - 1);
    let (low, high) = (Mercator::from_degrees(west, north), Mercator::from_degrees(east, south));
    json!({
        "tileMatrix": zoom.to_string(),
        "minTileRow": number(low.y), "maxTileRow": number(high.y),
        "minTileCol": number(low.x), "maxTileCol": number(high.x),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_the_corners() {
        let limits = limits([-0.9032, 52.2328, -0.8737, 52.2421], 14);
        let expected = json!({
            "tileMatrix": "14", "minTileRow": 5393, "maxTileRow": 5394,
            "minTileCol": 8150, "maxTileCol": 8152,
        });
        assert_eq!(limits, expected);
        assert_eq!(super::limits([-180.0, -90.0, 180.0, 90.0], 0)["maxTileCol"], 0);
    }
}
