//! The layers of a snapshot as vector tiles.
//!
//! 1. [`choose`]: the names asked for, and a day, give a [`Selection`]: which layers of the atlas,
//!    and what each is called in the tile;
//!    `chosen` keeps it for the next tile;
//! 2. `input`: a layer of the atlas as the tile maker takes it, in degrees;
//! 3. [`Tiles`]: the layers made ready, each when it is first asked for, and any tile of them;
//! 4. `cache`: the tiles made before, compressed, up to so many bytes.
//!
//! A [`Tiles`] belongs to one snapshot and goes with it.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_tiles::{InputError, TileCoord, TileSet, TileSource, pyramid};

mod about;
mod cache;
mod choose;
mod chosen;
mod input;

pub use about::attribution;
pub use cache::{Cache, Place};
pub use choose::{ChoiceError, Selection, choose};
use chosen::Choices;
pub use chosen::Chosen;
pub use input::input_layer;

/// The tiles of one snapshot.
#[derive(Debug)]
pub struct Tiles {
    atlas: Arc<Atlas>,
    /// One for each layer of the atlas, made ready when it is first asked for.
    sources: Vec<OnceLock<Result<TileSource, InputError>>>,
    cache: OnceLock<Cache>,
    choices: Choices,
}

impl Tiles {
    /// Nothing is made ready yet.
    pub fn of(atlas: Arc<Atlas>) -> Self {
        let sources = atlas.layers().iter().map(|_| OnceLock::new()).collect();
        Self { atlas, sources, cache: OnceLock::new(), choices: Choices::default() }
    }

    /// The layers of a list with commas, as [`choose`] chooses them on that day.
    pub fn chosen(&self, names: &str, day: Day) -> Result<Arc<Chosen>, ChoiceError> {
        self.choices.of(&self.atlas, names, day)
    }

    /// The tiles made before: up to `bytes` bytes of them, as the first caller says.
    pub fn cache(&self, bytes: u64) -> &Cache {
        self.cache.get_or_init(|| Cache::new(bytes))
    }

    /// One tile, gzipped; none where the layers have nothing there.
    ///
    /// The first tile of a layer takes the time to make the layer ready, and the first of a zoom
    /// the time to draw it.
    pub fn make(&self, layers: &Selection, tile: TileCoord) -> Result<Option<Bytes>, InputError> {
        let mut bytes = Vec::new();
        for (name, place) in layers.layers() {
            // Layers written one after the other are one tile.
            bytes.extend(self.source(place)?.tile_as(tile, &[(0, name)]).unwrap_or_default());
        }
        Ok((!bytes.is_empty()).then(|| Bytes::from(pyramid::gzip(&bytes))))
    }

    /// What a map must be told of the layers.
    pub fn tile_set(&self, layers: &Selection) -> Result<TileSet, InputError> {
        let mut all = TileSet::default();
        for (name, place) in layers.layers() {
            all.join(self.source(place)?.tile_set_as(&[(0, name)]));
        }
        Ok(all)
    }

    fn source(&self, place: usize) -> Result<&TileSource, InputError> {
        let ready = self.sources[place].get_or_init(|| {
            let began = std::time::Instant::now();
            let layer = self.atlas.layers()[place].layer();
            let source = TileSource::prepare(vec![input_layer(&self.atlas, place)]);
            tracing::info!(layer = %layer.meta().id, took = ?began.elapsed(), "ready for tiles");
            source
        });
        ready.as_ref().map_err(Clone::clone)
    }
}
