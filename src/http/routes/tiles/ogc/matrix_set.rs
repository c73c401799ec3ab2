//! `WebMercatorQuad` (OGC 17-083r4, annex D.1): the square of EPSG:3857, halved at each zoom level.

use std::f64::consts::PI;

use serde_json::{Value, json};

use super::describe::link;
use crate::http::request::negotiate::JSON;

/// Its URI in the OGC register.
pub(super) const URI: &str = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad";

/// EPSG:3857.
pub(super) const CRS: &str = "http://www.opengis.net/def/crs/EPSG/0/3857";

pub(super) const TITLE: &str = "Google Maps Compatible for the World";

/// Half the side of the square in metres.
const REACH: f64 = PI * 6_378_137.0;

/// The pixels along one side of a tile in the definition.
const TILE_PIXELS: u32 = 256;

/// The size of a pixel that defines scale denominators (OGC 17-083r4, section 6.1.1), in metres.
const PIXEL: f64 = 0.000_28;

/// The deepest zoom level of the definition.
const DEEPEST: u32 = 24;

/// The list at `/tileMatrixSets`.
pub(super) fn list(origin: &str) -> Value {
    let address = format!("{origin}/tileMatrixSets/WebMercatorQuad");
    json!({
        "links": [link("self", &format!("{origin}/tileMatrixSets"), JSON, "This document")],
        "tileMatrixSets": [{
            "id": "WebMercatorQuad",
            "title": TITLE,
            "uri": URI,
            "crs": CRS,
            "links": [link("self", &address, JSON, "Its definition")],
        }],
    })
}

/// The definition.
pub(super) fn web_mercator_quad() -> Value {
    let matrices: Vec<Value> = (0..=DEEPEST)
        .map(|zoom| {
            let size = 1_u32 << zoom;
            let cell = 2.0 * REACH / f64::from(TILE_PIXELS) / f64::from(size);
            json!({
                "id": zoom.to_string(),
                "scaleDenominator": cell / PIXEL,
                "cellSize": cell,
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": [-REACH, REACH],
                "tileWidth": TILE_PIXELS,
                "tileHeight": TILE_PIXELS,
                "matrixWidth": size,
                "matrixHeight": size,
            })
        })
        .collect();
    json!({
        "id": "WebMercatorQuad",
        "title": TITLE,
        "uri": URI,
        "crs": CRS,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": matrices,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_standard() {
        let set = web_mercator_quad();
        // OGC 17-083r4, table D.1.
        for (zoom, scale, cell) in [
            (0, 559_082_264.028_717, 156_543.033_928_041),
            (14, 34_123.673_341_596_4, 9.554_628_535_647_03),
        ] {
            let matrix = &set["tileMatrices"][zoom];
            let near = |name: &str, expected: f64| {
                let found = matrix[name].as_f64().unwrap();
                assert!((found / expected - 1.0).abs() < 1e-9, "{name} of {zoom}: {found}");
            };
            near("scaleDenominator", scale);
            near("cellSize", cell);
        }
        assert_eq!(set["tileMatrices"].as_array().unwrap().len(), 25);
    }
}
