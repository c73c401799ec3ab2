//! A cache of selections, with what every tile needs of them.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use lapwing_boundaries::atlas::{Atlas, Day};
use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use super::choose::{ChoiceError, Selection, choose};

/// The layers of a tile, with their key and version.
#[derive(Debug)]
pub struct Chosen {
    /// The layers.
    pub layers: Selection,
    /// [`Selection::version`].
    pub version: String,
    /// [`Selection::key`].
    pub key: Arc<str>,
}

impl Chosen {
    /// For some layers of an atlas.
    pub fn of(layers: Selection, atlas: &Atlas) -> Self {
        Self { version: layers.version(atlas), key: layers.key(), layers }
    }
}

/// A map requests a thousand tiles of the same layers; they are resolved once.
#[derive(Debug)]
pub(super) struct Choices {
    made: Cache<Asked, Arc<Chosen>>,
}

/// More lists of layers than the maps of one service use.
const MOST: usize = 256;

impl Default for Choices {
    fn default() -> Self {
        Self { made: Cache::new(MOST) }
    }
}

impl Choices {
    /// The layers of a comma-separated list on a date, resolved by [`choose`].
    pub(super) fn of(
        &self,
        atlas: &Atlas,
        names: &str,
        day: Day,
    ) -> Result<Arc<Chosen>, ChoiceError> {
        if let Some(chosen) = self.made.get(&Question { names, day }) {
            return Ok(chosen);
        }
        let chosen = Arc::new(Chosen::of(choose(atlas, names.split(','), day)?, atlas));
        self.made.insert(Asked { names: names.into(), day }, Arc::clone(&chosen));
        Ok(chosen)
    }
}

/// The key of a selection.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    names: Box<str>,
    day: Day,
}

/// The same, borrowed.
#[derive(Hash)]
struct Question<'a> {
    names: &'a str,
    day: Day,
}

impl Hash for Asked {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Question { names: &self.names, day: self.day }.hash(state);
    }
}

impl Equivalent<Asked> for Question<'_> {
    fn equivalent(&self, asked: &Asked) -> bool {
        *self.names == *asked.names && self.day == asked.day
    }
}
