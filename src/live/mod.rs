//! The live snapshot, swapped atomically.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwapOption;
use jiff::civil::Date;
use lapwing_boundaries::atlas::Atlas;

use crate::answers::Prerendered;
use crate::compat::directory::Directory;
use crate::compat::layer_roles::LayerPlan;
use crate::compat::outcodes::Outcodes;
use crate::compat::{AreaTexts, CompatTables};
use crate::features::attributes::{Schema, Schemas};
use crate::features::generalise::{Drawing, Drawings};
use crate::formats::Shelf;
use crate::tile_layers::Tiles;

mod api_documents;
pub mod reload;

pub use api_documents::ApiDocument;
use api_documents::ApiDocuments;

/// A snapshot that is being served: the atlas, and what is derived from it once and cached for as
/// long as it is served.
#[derive(Debug)]
pub struct Served {
    atlas: Arc<Atlas>,
    tiles: Tiles,
    schemas: Schemas,
    drawings: Drawings,
    files: Shelf,
    ready: Arc<Prerendered>,
    compat: CompatTables,
    api: ApiDocuments,
}

impl Served {
    fn new(atlas: Atlas) -> Self {
        let atlas = Arc::new(atlas);
        Self {
            tiles: Tiles::of(Arc::clone(&atlas)),
            schemas: Schemas::new(atlas.layers().len()),
            drawings: Drawings::default(),
            files: Shelf::default(),
            ready: Arc::default(),
            compat: CompatTables::default(),
            api: ApiDocuments::default(),
            atlas,
        }
    }

    /// The atlas.
    pub fn atlas(&self) -> &Arc<Atlas> {
        &self.atlas
    }

    /// Its tiles.
    pub fn tiles(&self) -> &Tiles {
        &self.tiles
    }

    /// The attributes of the layer at this index of the atlas.
    ///
    /// # Panics
    ///
    /// If the atlas has no such layer.
    pub fn schema(&self, layer: usize) -> &Arc<Schema> {
        self.schemas.of(&self.atlas, layer)
    }

    /// The areas of the layer at this index, simplified to one of
    /// [`TOLERANCES_M`](crate::features::generalise::TOLERANCES_M).
    ///
    /// # Panics
    ///
    /// If the atlas has no such layer.
    pub fn drawing(&self, layer: usize, tolerance_m: u16) -> Drawing {
        self.drawings.of(&self.atlas, layer, tolerance_m)
    }

    /// The prerendered parts of its lookups.
    pub fn ready(&self) -> &Arc<Prerendered> {
        &self.ready
    }

    /// Its areas by the ids, types and generations of MapIt.
    pub fn directory(&self) -> &Directory {
        self.compat.directory(&self.atlas)
    }

    /// Its areas as MapIt documents. `write` is called once and must always be the same function.
    pub fn area_texts(&self, write: impl FnOnce() -> AreaTexts) -> &AreaTexts {
        self.compat.area_texts(write)
    }

    /// Its outcodes.
    pub fn outcodes(&self) -> &Outcodes {
        self.compat.outcodes(&self.atlas)
    }

    /// Its layers by role, on a date.
    pub fn plan(&self, day: Date) -> Arc<LayerPlan> {
        self.compat.plan(&self.atlas, day)
    }

    /// Its OpenAPI document, under the public URL `url`. `build` is called once for each URL and
    /// must be the same function for all.
    pub fn api_document<E>(
        &self,
        url: &str,
        build: impl FnOnce() -> Result<ApiDocument, E>,
    ) -> Result<Arc<ApiDocument>, E> {
        self.api.of(url, build)
    }

    /// Its layers as files.
    pub fn files(&self) -> &Shelf {
        &self.files
    }
}

/// The current snapshot, shared by everything that serves. Clones share their state.
///
/// A request takes the snapshot once and keeps it until its end, so that a swap never mixes two in
/// one answer.
#[derive(Clone, Debug, Default)]
pub struct Live {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    served: ArcSwapOption<Served>,
    draining: AtomicBool,
}

impl Live {
    /// Without a snapshot: not ready until one is swapped in.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a snapshot.
    pub fn with(atlas: Atlas) -> Self {
        let live = Self::new();
        live.swap(atlas);
        live
    }

    /// Swaps in another snapshot and returns the previous one. Requests in progress finish with the
    /// one they have.
    pub fn swap(&self, atlas: Atlas) -> Option<Arc<Served>> {
        self.inner.served.swap(Some(Arc::new(Served::new(atlas))))
    }

    /// The current snapshot.
    pub fn served(&self) -> Option<Arc<Served>> {
        self.inner.served.load_full()
    }

    /// Marks the beginning of shutdown.
    pub fn drain(&self) {
        self.inner.draining.store(true, Ordering::Relaxed);
    }

    /// Returns whether shutdown has begun.
    pub fn is_draining(&self) -> bool {
        self.inner.draining.load(Ordering::Relaxed)
    }

    /// Returns whether there is a snapshot and shutdown has not begun.
    pub fn is_ready(&self) -> bool {
        !self.is_draining() && self.inner.served.load().is_some()
    }
}
