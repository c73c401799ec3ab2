//! The layers of a snapshot as vector tiles.
//!
//! 1. [`choose`] resolves layer names and a date to a [`Selection`]; `chosen` caches it for the
//!    next tile;
//! 2. `input` converts a layer of the atlas to degrees for the tile crate;
//! 3. [`Tiles`] prepares each layer on first use and draws any tile;
//! 4. `cache` holds compressed tiles, up to a total size.
//!
//! [`Tiles`] belongs to one snapshot and is dropped with it.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_tiles::{InputError, TileCoord, TileSet, TileSource, pyramid};

mod about;
mod cache;
mod choose;
mod input;
mod selection_cache;

pub use about::attribution;
pub use cache::{Cache, TileKey};
pub use choose::{ChoiceError, Selection, choose};
pub use input::input_layer;
use selection_cache::SelectionCache;
pub use selection_cache::TileLayers;

/// The tiles of one snapshot.
#[derive(Debug)]
pub struct Tiles {
    atlas: Arc<Atlas>,
    /// One entry per layer of the atlas, prepared on first use.
    sources: Vec<OnceLock<Result<TileSource, InputError>>>,
    cache: OnceLock<Cache>,
    selections: SelectionCache,
}

impl Tiles {
    /// Without any layer prepared.
    pub fn of(atlas: Arc<Atlas>) -> Self {
        let sources = atlas.layers().iter().map(|_| OnceLock::new()).collect();
        Self { atlas, sources, cache: OnceLock::new(), selections: SelectionCache::default() }
    }

    /// The layers of a comma-separated list, resolved by [`choose`] on a date.
    pub fn layers(&self, names: &str, day: Day) -> Result<Arc<TileLayers>, ChoiceError> {
        self.selections.of(&self.atlas, names, day)
    }

    /// The tile cache, created on first use with a limit of `bytes` bytes.
    pub fn cache(&self, bytes: u64) -> &Cache {
        self.cache.get_or_init(|| Cache::new(bytes))
    }

    /// One tile compressed with gzip; `None` if the layers have nothing there.
    ///
    /// The first tile of a layer also prepares the layer, and the first of a zoom level draws that
    /// level.
    pub fn make(&self, layers: &Selection, tile: TileCoord) -> Result<Option<Bytes>, InputError> {
        let mut bytes = Vec::new();
        for (name, layer_index) in layers.layers() {
            // A tile is the concatenation of its layers.
            bytes.extend(self.source(layer_index)?.tile_as(tile, &[(0, name)]).unwrap_or_default());
        }
        Ok((!bytes.is_empty()).then(|| Bytes::from(pyramid::gzip(&bytes))))
    }

    /// The metadata of the layers for a map.
    pub fn tile_set(&self, layers: &Selection) -> Result<TileSet, InputError> {
        let mut all = TileSet::default();
        for (name, layer_index) in layers.layers() {
            all.join(self.source(layer_index)?.tile_set_as(&[(0, name)]));
        }
        Ok(all)
    }

    fn source(&self, layer_index: usize) -> Result<&TileSource, InputError> {
        let ready = self.sources[layer_index].get_or_init(|| {
            let began = std::time::Instant::now();
            let layer = self.atlas.layers()[layer_index].layer();
            let source = TileSource::prepare(vec![input_layer(&self.atlas, layer_index)]);
            tracing::info!(layer = %layer.meta().id, took = ?began.elapsed(), "ready for tiles");
            source
        });
        ready.as_ref().map_err(Clone::clone)
    }
}
