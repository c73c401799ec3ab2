//! Lookups put together from ready parts: the same bytes that serde writes of
//! [`LookupAnswer`](super::LookupAnswer), without making one.
//!
//! What a snapshot's answers share is written once: the text of every area ([`AreaFragments`]), and for
//! the layers and day asked the texts around them ([`LookupFragments`]). What is left for an answer is
//! what is [`facts`] of the place (of a postcode one search for it, of a position its cells), some
//! copying, and a few numbers.

use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwapOption;
use lapwing_boundaries::atlas::{Atlas, Chosen, Day, PrecomputedAnswer};
use lapwing_boundaries::gazetteer::PostcodeFacts;
use quick_cache::Equivalent;
use quick_cache::sync::Cache;

use self::area_fragments::AreaFragments;
use self::fragments::LookupFragments;
use super::error::AnswerError;
use super::lookup::Found;
use super::place::{Place, Standing};
use crate::answers::text_writer::Pen;

mod area_fragments;
mod facts;
mod fragments;
mod place_fragments;

/// So many lists of layers are kept with the texts around their answers. Programs that ask name the
/// same layers each time.
const KEPT: usize = 64;

/// What a snapshot keeps ready for lookups.
#[derive(Debug)]
pub struct Ready {
    texts: OnceLock<Arc<AreaFragments>>,
    /// What was asked last without naming layers.
    usual: ArcSwapOption<LookupFragments>,
    /// What was asked naming layers.
    named: Cache<Named, Arc<LookupFragments>>,
}

impl Default for Ready {
    fn default() -> Self {
        Self { texts: OnceLock::new(), usual: ArcSwapOption::empty(), named: Cache::new(KEPT) }
    }
}

/// Layers that were named, and the day.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Named {
    layers: Vec<String>,
    day: Day,
}

/// The same, borrowed. Both hash alike, as lists and slices do.
#[derive(Hash)]
struct Naming<'a> {
    layers: &'a [String],
    day: Day,
}

impl Equivalent<Named> for Naming<'_> {
    fn equivalent(&self, named: &Named) -> bool {
        self.layers == named.layers && self.day == named.day
    }
}

/// The parts of the answers to many questions for the same layers and day.
#[derive(Clone, Debug)]
pub struct ReadyPlaces {
    texts: Arc<AreaFragments>,
    lookup: Arc<LookupFragments>,
}

impl ReadyPlaces {
    /// The layers that answer, by their places in the atlas.
    pub fn layers(&self) -> impl Iterator<Item = usize> {
        self.lookup.layers().flatten()
    }

    /// Writes the members of the [`PlaceAnswer`](super::PlaceAnswer) of a known postcode, without
    /// the braces around them.
    pub fn write(&self, pen: &mut Pen, known: &(PostcodeFacts, PrecomputedAnswer<'_>)) {
        self.lookup.write_place(pen, &self.texts, known, &known.1);
    }

    /// Writes the same of a position that was located in the layers these parts are for.
    pub fn write_position(&self, pen: &mut Pen, found: &Found) {
        self.lookup.write_place(pen, &self.texts, &found.standing, &*found.located);
    }
}

impl Ready {
    fn texts(&self, atlas: &Atlas) -> &Arc<AreaFragments> {
        self.texts.get_or_init(|| Arc::new(AreaFragments::new(atlas)))
    }

    /// What the answers to many questions for some layers and a day are put together from.
    pub fn places(&self, atlas: &Atlas, chosen: &[Chosen], day: Day) -> ReadyPlaces {
        ReadyPlaces {
            texts: Arc::clone(self.texts(atlas)),
            lookup: Arc::new(LookupFragments::of(atlas, chosen, day)),
        }
    }

    /// Writes the JSON of [`lookup`](super::lookup) for the same question; nothing where there is no
    /// answer.
    pub fn write_lookup(
        &self,
        pen: &mut Pen,
        atlas: &Atlas,
        place: Place,
        names: Option<&[String]>,
        day: Day,
    ) -> Result<(), AnswerError> {
        let known = place.known(atlas);
        let texts = self.texts(atlas);
        self.with(atlas, names, day, |ready| {
            if let Some(known) = known {
                ready.write(pen, texts, &known, &known.1);
            } else {
                // That of a postcode is known if it has any: here it is refused.
                let standing = Standing::find(atlas, place)?;
                let located = atlas.locate_each(ready.layers(), standing.at);
                ready.write(pen, texts, &standing, &*located);
            }
            Ok(())
        })
    }

    /// Writes with the texts for those layers and that day.
    fn with(
        &self,
        atlas: &Atlas,
        names: Option<&[String]>,
        day: Day,
        write: impl FnOnce(&LookupFragments) -> Result<(), AnswerError>,
    ) -> Result<(), AnswerError> {
        if let Some(layers) = names {
            if let Some(ready) = self.named.get(&Naming { layers, day }) {
                return write(&ready);
            }
            let ready = Arc::new(LookupFragments::new(atlas, names, day)?);
            self.named.insert(Named { layers: layers.to_vec(), day }, Arc::clone(&ready));
            return write(&ready);
        }
        let usual = self.usual.load();
        if let Some(usual) = usual.as_ref().filter(|usual| usual.day == day) {
            return write(usual);
        }
        let usual = Arc::new(LookupFragments::new(atlas, None, day)?);
        if matches!(day, Day::Today(_)) {
            self.usual.store(Some(Arc::clone(&usual)));
        }
        write(&usual)
    }
}

#[cfg(test)]
mod literals;
#[cfg(test)]
mod tests;
