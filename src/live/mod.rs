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

pub mod reload;

/// A snapshot as it is served: the atlas, and what is made from it once and kept as long as it
/// serves.
#[derive(Debug)]
pub struct Served {
    atlas: Arc<Atlas>,
    tiles: Tiles,
    schemas: Schemas,
    drawings: Drawings,
    files: Shelf,
    ready: Arc<Prerendered>,
    compat: CompatTables,
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
            atlas,
        }
    }

    /// What it answers from.
    pub fn atlas(&self) -> &Arc<Atlas> {
        &self.atlas
    }

    /// Its tiles.
    pub fn tiles(&self) -> &Tiles {
        &self.tiles
    }

    /// The attributes of the layer at that place of the atlas.
    ///
    /// # Panics
    ///
    /// When the atlas has no such layer.
    pub fn schema(&self, layer: usize) -> &Arc<Schema> {
        self.schemas.of(&self.atlas, layer)
    }

    /// The areas of the layer at that place, drawn at one of
    /// [`TOLERANCES_M`](crate::features::generalise::TOLERANCES_M).
    ///
    /// # Panics
    ///
    /// When the atlas has no such layer.
    pub fn drawing(&self, layer: usize, tolerance_m: u16) -> Drawing {
        self.drawings.of(&self.atlas, layer, tolerance_m)
    }

    /// What its lookups are put together from.
    pub fn ready(&self) -> &Arc<Prerendered> {
        &self.ready
    }

    /// Its areas by the numbers, types and generations of MapIt.
    pub fn directory(&self) -> &Directory {
        self.compat.directory(&self.atlas)
    }

    /// Its areas as MapIt writes them; `write` is always the same, and called once.
    pub fn area_texts(&self, write: impl FnOnce() -> AreaTexts) -> &AreaTexts {
        self.compat.area_texts(write)
    }

    /// Its outcodes.
    pub fn outcodes(&self) -> &Outcodes {
        self.compat.outcodes(&self.atlas)
    }

    /// Its layers that answer on a day, by kind.
    pub fn plan(&self, day: Date) -> Arc<LayerPlan> {
        self.compat.plan(&self.atlas, day)
    }

    /// Its layers as files.
    pub fn files(&self) -> &Shelf {
        &self.files
    }
}

/// The snapshot that answers now, shared by everything that serves. Clones are one and the same.
///
/// A request takes the snapshot once and keeps it to its end, so that a swap under way never mixes
/// two in one answer.
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
    /// Without a snapshot yet: not ready until one is put in.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a snapshot.
    pub fn with(atlas: Atlas) -> Self {
        let live = Self::new();
        live.swap(atlas);
        live
    }

    /// Puts in another snapshot and gives back the one before; requests under way finish with the
    /// one they took.
    pub fn swap(&self, atlas: Atlas) -> Option<Arc<Served>> {
        self.inner.served.swap(Some(Arc::new(Served::new(atlas))))
    }

    /// The snapshot that answers now.
    pub fn served(&self) -> Option<Arc<Served>> {
        self.inner.served.load_full()
    }

    /// Says that no new requests are wanted: shutdown has begun.
    pub fn drain(&self) {
        self.inner.draining.store(true, Ordering::Relaxed);
    }

    /// Whether shutdown has begun.
    pub fn is_draining(&self) -> bool {
        self.inner.draining.load(Ordering::Relaxed)
    }

    /// Whether requests should be sent here: there is a snapshot and shutdown has not begun.
    pub fn is_ready(&self) -> bool {
        !self.is_draining() && self.inner.served.load().is_some()
    }
}
