//! Which tiles there are.

use std::collections::BTreeSet;

use crate::clip::{BUFFER, Window, clip};
use crate::coverage::{Drawn, Polygon};
use crate::mercator::{TILE_EXTENT, Unit};
use crate::source::{Prepared, Shapes, labels_at};
use crate::{TileCoord, TileSource};

impl TileSource {
    /// The tiles of a zoom in which the given layers may have something: a tile that is not among
    /// them is empty, and few among them are. Sorted by column, then row.
    pub fn tiles(&self, zoom: u8, layers: &[usize]) -> Vec<TileCoord> {
        let mut places = BTreeSet::new();
        for layer in layers.iter().filter_map(|&number| self.layers.get(number)) {
            layer.places(zoom, &mut places);
        }
        places
            .into_iter()
            .filter_map(|(x, y)| {
                TileCoord::new(zoom, u32::try_from(x).ok()?, u32::try_from(y).ok()?).ok()
            })
            .collect()
    }
}

impl Prepared {
    /// Adds column and row of each tile of a zoom in which the layer has something.
    fn places(&self, zoom: u8, places: &mut BTreeSet<(i32, i32)>) {
        match &self.shapes {
            Shapes::Areas { coverage, labels } => {
                for drawn in coverage.at(zoom).drawn() {
                    let range = Range::around(drawn, zoom);
                    range.covered(&drawn.polygons, places);
                }
                places.extend(labels_at(labels, zoom));
            }
            Shapes::Points(clusters) => places.extend(clusters.tiles(zoom)),
        }
    }
}

/// A rectangle of tiles: columns and rows, the first and the last.
#[derive(Clone, Copy)]
struct Range {
    low: (i32, i32),
    high: (i32, i32),
}

impl Range {
    /// The tiles of a zoom whose windows the extent of an area reaches.
    fn around(drawn: &Drawn, zoom: u8) -> Self {
        let last = (1 << zoom) - 1;
        let tile = |v: i32| v.div_euclid(TILE_EXTENT).clamp(0, last);
        let (mut low, mut high) = ((last, last), (0, 0));
        for Unit { x, y } in drawn.polygons.iter().flat_map(|polygon| &polygon[0]) {
            low = (low.0.min(tile(x - BUFFER)), low.1.min(tile(y - BUFFER)));
            high = (high.0.max(tile(x + BUFFER)), high.1.max(tile(y + BUFFER)));
        }
        Self { low, high }
    }

    /// The rectangle and its buffer.
    fn window(self) -> Window {
        let corner = |(column, row): (i32, i32), by: i32| Unit {
            x: column * TILE_EXTENT + by,
            y: row * TILE_EXTENT + by,
        };
        Window { low: corner(self.low, -BUFFER), high: corner(self.high, TILE_EXTENT + BUFFER) }
    }

    /// The two halves of the longer side; none of a single tile.
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

    /// Adds the tiles that polygons have something in, halving until one tile is left: each half
    /// has fewer edges to look at.
    fn covered(self, polygons: &[Polygon], places: &mut BTreeSet<(i32, i32)>) {
        let here = clip(polygons, self.window());
        if here.is_empty() {
            return;
        }
        match self.halves() {
            None => {
                places.insert(self.low);
            }
            Some(halves) => {
                for half in halves {
                    half.covered(&here, places);
                }
            }
        }
    }
}
