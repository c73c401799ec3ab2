//! Prerendered lookups: the bytes that serde writes for [`LookupAnswer`](super::LookupAnswer),
//! without creating one.
//!
//! The text that the answers of a snapshot share is written once: that of every area
//! ([`AreaFragments`]), and that of the requested layers and day ([`LookupFragments`]). An answer
//! then needs one search for a postcode or the cells of a position ([`facts`]), some copying, and a
//! few numbers.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwapOption;
use lapwing_boundaries::atlas::{Atlas, ChosenLayer, Day, PrecomputedAnswer};
use lapwing_boundaries::gazetteer::PostcodeFacts;
use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use self::area_fragments::AreaFragments;
use self::fragments::LookupFragments;
use super::error::AnswerError;
use super::lookup::Found;
use super::place::{Place, ResolvedPlace};
use crate::answers::text_writer::TextWriter;

mod area_fragments;
mod facts;
mod fragments;
mod place_fragments;

/// How many lists of layers are cached with their text. Programs usually name the same layers each
/// time.
const NAMED_CAPACITY: usize = 64;

/// The prerendered text of a snapshot.
#[derive(Debug)]
pub struct Prerendered {
    texts: OnceLock<Arc<AreaFragments>>,
    /// The text for the last lookup that named no layers.
    default: ArcSwapOption<LookupFragments>,
    /// The text for lookups that named layers.
    named: Cache<LayersKey, Arc<LookupFragments>>,
}

impl Default for Prerendered {
    fn default() -> Self {
        Self {
            texts: OnceLock::new(),
            default: ArcSwapOption::empty(),
            named: Cache::new(NAMED_CAPACITY),
        }
    }
}

/// The names of layers, and the day.
#[derive(Debug, PartialEq, Eq, Hash)]
struct LayersKey {
    layers: Vec<String>,
    day: Day,
}

/// A borrowed [`LayersKey`]. Both have the same hash, as vectors and slices do.
#[derive(Hash)]
struct LayersKeyRef<'a> {
    layers: &'a [String],
    day: Day,
}

impl Equivalent<LayersKey> for LayersKeyRef<'_> {
    fn equivalent(&self, named: &LayersKey) -> bool {
        self.layers == named.layers && self.day == named.day
    }
}

/// The prerendered text for many lookups with the same layers and day.
#[derive(Clone, Debug)]
pub struct PrerenderedPlaces {
    texts: Arc<AreaFragments>,
    lookup: Arc<LookupFragments>,
}

impl PrerenderedPlaces {
    /// The layers in force on the day, by position in the atlas.
    pub fn layers(&self) -> impl Iterator<Item = usize> {
        self.lookup.layers().flatten()
    }

    /// Writes the members of the [`PlaceAnswer`](super::PlaceAnswer) of a precomputed postcode,
    /// without the braces.
    pub fn write(&self, writer: &mut TextWriter, known: &(PostcodeFacts, PrecomputedAnswer<'_>)) {
        self.lookup.write_place(writer, &self.texts, known, &known.1);
    }

    /// Writes the same for a position that was located in these layers.
    pub fn write_position(&self, writer: &mut TextWriter, found: &Found) {
        self.lookup.write_place(writer, &self.texts, &found.resolved, &*found.located);
    }
}

impl Prerendered {
    fn texts(&self, atlas: &Atlas) -> &Arc<AreaFragments> {
        self.texts.get_or_init(|| Arc::new(AreaFragments::new(atlas)))
    }

    /// Prepares the text for many lookups with the same layers and day.
    pub fn places(&self, atlas: &Atlas, chosen: &[ChosenLayer], day: Day) -> PrerenderedPlaces {
        PrerenderedPlaces {
            texts: Arc::clone(self.texts(atlas)),
            lookup: Arc::new(LookupFragments::of(atlas, chosen, day)),
        }
    }

    /// Writes the JSON of [`lookup`](super::lookup). Writes nothing if there is no answer.
    pub fn write_lookup(
        &self,
        writer: &mut TextWriter,
        atlas: &Atlas,
        place: Place,
        names: Option<&[String]>,
        day: Day,
    ) -> Result<(), AnswerError> {
        let known = place.known(atlas);
        let texts = self.texts(atlas);
        self.with(atlas, names, day, |ready| {
            if let Some(known) = known {
                ready.write(writer, texts, &known, &known.1);
            } else {
                // A postcode without a precomputed answer is refused here.
                let resolved = ResolvedPlace::find(atlas, place)?;
                let located = atlas.locate_each(ready.layers(), resolved.at);
                ready.write(writer, texts, &resolved, &*located);
            }
            Ok(())
        })
    }

    /// Calls `write` with the text for those layers and that day.
    fn with(
        &self,
        atlas: &Atlas,
        names: Option<&[String]>,
        day: Day,
        write: impl FnOnce(&LookupFragments) -> Result<(), AnswerError>,
    ) -> Result<(), AnswerError> {
        if let Some(layers) = names {
            if let Some(ready) = self.named.get(&LayersKeyRef { layers, day }) {
                return write(&ready);
            }
            let ready = Arc::new(LookupFragments::new(atlas, names, day)?);
            self.named.insert(LayersKey { layers: layers.to_vec(), day }, Arc::clone(&ready));
            return write(&ready);
        }
        let default = self.default.load();
        if let Some(default) = default.as_ref().filter(|default| default.day == day) {
            return write(default);
        }
        let default = Arc::new(LookupFragments::new(atlas, None, day)?);
        if matches!(day, Day::Today(_)) {
            self.default.store(Some(Arc::clone(&default)));
        }
        write(&default)
    }
}

#[cfg(test)]
mod literals;
#[cfg(test)]
mod tests;
