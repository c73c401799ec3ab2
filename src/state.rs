//! The live snapshot, swapped atomically.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwapOption;
use lapwing_boundaries::atlas::Atlas;

/// The atlas that answers now, shared by everything that serves. Clones are one and the same.
///
/// A request takes the atlas once and keeps it to its end, so that a swap under way never mixes
/// two snapshots in one answer.
#[derive(Clone, Debug, Default)]
pub struct Live {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    atlas: ArcSwapOption<Atlas>,
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

    /// Puts in another snapshot; requests under way finish with the one they took.
    pub fn swap(&self, atlas: Atlas) {
        self.inner.atlas.store(Some(Arc::new(atlas)));
    }

    /// The atlas that answers now.
    pub fn atlas(&self) -> Option<Arc<Atlas>> {
        self.inner.atlas.load_full()
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
        !self.is_draining() && self.inner.atlas.load().is_some()
    }
}
