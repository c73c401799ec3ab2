//! The cache of compressed tiles.

use std::sync::Arc;

use bytes::Bytes;
use lapwing_tiles::TileCoord;
use quick_cache::Weighter;
use quick_cache::sync::{Cache as Shared, DefaultLifecycle};

/// The key of a tile.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TileKey {
    /// [`super::Selection::key`].
    pub layers: Arc<str>,
    /// The tile.
    pub tile: TileCoord,
}

/// A sharded cache limited by total size. Empty tiles are cached, too. A request for a tile that is
/// being computed waits for it.
#[derive(Debug)]
pub struct Cache {
    tiles: Shared<TileKey, Option<Bytes>, Weight, Hasher>,
}

type Hasher = std::hash::RandomState;

/// The limit in bytes.
#[derive(Clone, Debug)]
struct Weight;

/// The overhead of a cached tile: key, links and counters.
const OVERHEAD: u64 = 160;

/// The estimated size of a tile, which only sizes the tables initially.
const USUAL_TILE: u64 = 4 << 10;

impl Weighter<TileKey, Option<Bytes>> for Weight {
    fn weight(&self, key: &TileKey, tile: &Option<Bytes>) -> u64 {
        OVERHEAD + key.layers.len() as u64 + tile.as_ref().map_or(0, |bytes| bytes.len() as u64)
    }
}

impl Cache {
    /// An empty cache for `bytes` bytes.
    pub fn new(bytes: u64) -> Self {
        let items = usize::try_from(bytes / USUAL_TILE).unwrap_or(usize::MAX).clamp(64, 1 << 16);
        let tiles = Shared::with(items, bytes, Weight, Hasher::new(), DefaultLifecycle::default());
        Self { tiles }
    }

    /// Returns the tile, computed by `make` if it is not cached.
    pub async fn get_or_make<E>(
        &self,
        key: TileKey,
        make: impl Future<Output = Result<Option<Bytes>, E>>,
    ) -> Result<Option<Bytes>, E> {
        self.tiles.get_or_insert_async(&key, make).await
    }

    /// The size of the cache in bytes, including overhead.
    pub fn bytes(&self) -> u64 {
        self.tiles.weight()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u32) -> TileKey {
        TileKey { layers: "ward".into(), tile: TileCoord::new(14, number, 0).unwrap() }
    }

    #[tokio::test]
    async fn the_cache_stays_within_its_limit() {
        let cache = Cache::new(100_000);
        for number in 0..1000 {
            let made = async { Ok::<_, ()>(Some(Bytes::from(vec![0; 1000]))) };
            cache.get_or_make(key(number), made).await.unwrap();
        }
        assert!((50_000..=100_000).contains(&cache.bytes()), "{}", cache.bytes());
    }

    #[tokio::test]
    async fn a_tile_is_encoded_once_and_again_only_after_a_failure() {
        let cache = Cache::new(1 << 20);
        let failed = cache.get_or_make(key(1), async { Err("no") }).await;
        assert_eq!(failed, Err("no"));
        let tile = Some(Bytes::from_static(b"tile"));
        let made = cache.get_or_make(key(1), async { Ok::<_, ()>(tile.clone()) }).await;
        assert_eq!(made, Ok(tile.clone()));
        let kept = cache.get_or_make(key(1), async { Err("made again") }).await;
        assert_eq!(kept, Ok(tile));
        let empty = cache.get_or_make(key(2), async { Ok::<_, ()>(None) }).await;
        assert_eq!(empty, Ok(None));
        assert_eq!(cache.get_or_make(key(2), async { Err("made again") }).await, Ok(None));
    }
}
