//! A cache of selections, with what every tile needs of them.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use lapwing_boundaries::atlas::{Atlas, Day};
use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use super::choose::{ChoiceError, Selection, choose};

/// The layers of a tile, with their key and version.
#[derive(Debug)]
pub struct TileLayers {
    /// The layers.
    pub layers: Selection,
    /// [`Selection::version`].
    pub version: String,
    /// [`Selection::key`].
    pub key: Arc<str>,
}

impl TileLayers {
    /// For some layers of an atlas.
    pub fn of(layers: Selection, atlas: &Atlas) -> Self {
        Self { version: layers.version(atlas), key: layers.key(), layers }
    }
}

/// A map requests a thousand tiles of the same layers; they are resolved once.
#[derive(Debug)]
pub(super) struct SelectionCache {
    selections: Cache<SelectionKey, Arc<TileLayers>>,
}

/// More selections than the maps of one service use.
const MAX_SELECTIONS: usize = 256;

impl Default for SelectionCache {
    fn default() -> Self {
        Self { selections: Cache::new(MAX_SELECTIONS) }
    }
}

impl SelectionCache {
    /// The layers of a comma-separated list on a date, resolved by [`choose`].
    pub(super) fn of(
        &self,
        atlas: &Atlas,
        names: &str,
        day: Day,
    ) -> Result<Arc<TileLayers>, ChoiceError> {
        if let Some(chosen) = self.selections.get(&SelectionKeyRef { names, day }) {
            return Ok(chosen);
        }
        let chosen = Arc::new(TileLayers::of(choose(atlas, names.split(','), day)?, atlas));
        self.selections.insert(SelectionKey { names: names.into(), day }, Arc::clone(&chosen));
        Ok(chosen)
    }
}

/// The key of a selection.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SelectionKey {
    names: Box<str>,
    day: Day,
}

/// A borrowed [`SelectionKey`].
#[derive(Hash)]
struct SelectionKeyRef<'a> {
    names: &'a str,
    day: Day,
}

impl Hash for SelectionKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        SelectionKeyRef { names: &self.names, day: self.day }.hash(state);
    }
}

impl Equivalent<SelectionKey> for SelectionKeyRef<'_> {
    fn equivalent(&self, key: &SelectionKey) -> bool {
        *self.names == *key.names && self.day == key.day
    }
}
