//! Listing of the tiles that are not empty.

use std::collections::BTreeSet;

use crate::clip::{BUFFER, Window, clip};
use crate::coverage::{DrawnArea, Polygon};
use crate::mercator::{TILE_EXTENT, TilePoint};
use crate::source::{PreparedFeatures, PreparedLayer, labels_at};
use crate::{TileCoord, TileSource};

impl TileSource {
    /// Returns the tiles of a zoom in which the given layers can have features. All other tiles are
    /// empty; few of those returned are. Sorted by column, then row.
    pub fn tiles(&self, zoom: u8, layers: &[usize]) -> Vec<TileCoord> {
        let mut tiles = BTreeSet::new();
        for layer in layers.iter().filter_map(|&number| self.layers.get(number)) {
            layer.add_tiles(zoom, &mut tiles);
        }
        tiles
            .into_iter()
            .filter_map(|(x, y)| {
                TileCoord::new(zoom, u32::try_from(x).ok()?, u32::try_from(y).ok()?).ok()
            })
            .collect()
    }
}

impl PreparedLayer {
    /// Adds the column and row of each tile of a zoom in which the layer has features.
    fn add_tiles(&self, zoom: u8, tiles: &mut BTreeSet<(i32, i32)>) {
        match &self.shapes {
            PreparedFeatures::Areas { coverage, labels } => {
                for drawn in coverage.at(zoom).drawn() {
                    let range = TileRange::around(drawn, zoom);
                    range.covered(&drawn.polygons, tiles);
                }
                tiles.extend(labels_at(labels, zoom));
            }
            PreparedFeatures::Points(clusters) => tiles.extend(clusters.tiles(zoom)),
        }
    }
}

/// A rectangle of tiles: its first and last column and row.
#[derive(Clone, Copy)]
struct TileRange {
    low: (i32, i32),
    high: (i32, i32),
}

impl TileRange {
    /// Returns the tiles of a zoom whose windows meet the extent of an area.
    fn around(drawn: &DrawnArea, zoom: u8) -> Self {
        let last = (1 << zoom) - 1;
        let tile = |v: i32| v.div_euclid(TILE_EXTENT).clamp(0, last);
        let (mut low, mut high) = ((last, last), (0, 0));
        for TilePoint { x, y } in drawn.polygons.iter().flat_map(|polygon| &polygon[0]) {
            low = (low.0.min(tile(x - BUFFER)), low.1.min(tile(y - BUFFER)));
            high = (high.0.max(tile(x + BUFFER)), high.1.max(tile(y + BUFFER)));
        }
        Self { low, high }
    }

    /// Returns the rectangle with its buffer.
    fn window(self) -> Window {
        let corner = |(column, row): (i32, i32), by: i32| TilePoint {
            x: column * TILE_EXTENT + by,
            y: row * TILE_EXTENT + by,
        };
        Window { low: corner(self.low, -BUFFER), high: corner(self.high, TILE_EXTENT + BUFFER) }
    }

    /// Splits the longer side in half. Returns `None` for a single tile.
    fn halves(self) -> Option<[Self; 2]> {
        let Self { low, high } = self;
        let (width, height) = (high.0 - low.0, high.1 - low.1);
        let middle = (low.0 + width / 2, low.1 + height / 2);
        if width == 0 && height == 0 {
            None
        } else if width >= height {
            let (left, right) = ((middle.0, high.1), (middle.0 + 1, low.1));
            Some([Self { low, high: left }, Self { low: right, high }])
        } else {
            let (upper, lower) = ((high.0, middle.1), (low.0, middle.1 + 1));
            Some([Self { low, high: upper }, Self { low: lower, high }])
        }
    }

    /// Adds the tiles in which the polygons have area. Halves the rectangle until one tile is left,
    /// so that each step has fewer edges to clip.
    fn covered(self, polygons: &[Polygon], tiles: &mut BTreeSet<(i32, i32)>) {
        let here = clip(polygons, self.window());
        if here.is_empty() {
            return;
        }
        match self.halves() {
            None => {
                tiles.insert(self.low);
            }
            Some(halves) => {
                for half in halves {
                    half.covered(&here, tiles);
                }
            }
        }
    }
}
