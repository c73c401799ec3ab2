//! The postcodes and addresses of an atlas: what is known of each, and which are near or within.

use std::ops::Range;

use geo::{BoundingRect as _, MultiPolygon};

use super::{Atlas, KnownAnswer, Provenance};
use crate::gazetteer::{Address, PostcodeFacts, PostcodeRecord};
use crate::geometry::predicate::{Position, position_in};
use crate::position::Bng;
use crate::postcode::{Beginning, Postcode};

impl Atlas {
    /// All that is known of every postcode, in order: what its source publishes, too.
    pub fn all_records(&self) -> impl Iterator<Item = PostcodeRecord> + '_ {
        self.gazette.all_records()
    }

    /// What a lookup needs to know of every postcode, in order, read where it lies.
    pub fn all_facts(&self) -> impl Iterator<Item = PostcodeFacts> + '_ {
        self.gazette.all_facts()
    }

    /// How many postcodes there are.
    pub fn postcode_count(&self) -> usize {
        self.gazette.len()
    }

    /// How many of them are not terminated.
    pub fn live_postcode_count(&self) -> usize {
        self.gazette.live()
    }

    /// How many addresses there are.
    pub fn address_count(&self) -> usize {
        self.address_count
    }

    /// Where the postcodes come from.
    pub fn postcodes_from(&self) -> &Provenance {
        &self.postcodes_from
    }

    /// Where the addresses come from.
    pub fn addresses_from(&self) -> &Provenance {
        &self.addresses_from
    }

    /// All addresses, in order of postcode.
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// What a lookup needs to know of a postcode.
    pub fn facts(&self, postcode: Postcode) -> Option<PostcodeFacts> {
        Some(self.gazette.facts(self.gazette.find(postcode)?))
    }

    /// What a lookup needs to know of the postcode at a place in their order.
    ///
    /// # Panics
    ///
    /// When there are no more than `place` of them.
    pub fn facts_at(&self, place: usize) -> PostcodeFacts {
        self.gazette.facts(place)
    }

    /// The places of the postcodes that begin so.
    pub fn places_of(&self, beginning: Beginning) -> Range<usize> {
        self.gazette.places_of(beginning)
    }

    /// What a lookup needs to know of the postcodes that begin so, in order.
    pub fn facts_of(&self, beginning: Beginning) -> impl Iterator<Item = PostcodeFacts> + '_ {
        self.places_of(beginning).map(|place| self.facts_at(place))
    }

    /// A postcode and what its lookup needs, found when the atlas was built; `None` where it is
    /// unknown or has no position.
    pub fn known(&self, postcode: Postcode) -> Option<(PostcodeFacts, KnownAnswer<'_>)> {
        let place = self.gazette.find(postcode)?;
        self.known.prefetch_all(place);
        let facts = self.gazette.facts(place);
        Some((facts, self.known.answer(place, facts.positional_quality, &self.layers)?))
    }

    /// Several postcodes, whose answers will be asked for. What memory is slow to give is waited for
    /// once for all of them.
    #[inline]
    pub fn known_together<const N: usize>(
        &self,
        asked: &[Option<Postcode>; N],
    ) -> KnownTogether<'_, N> {
        let places = self.gazette.find_together(asked);
        for place in places {
            self.gazette.prefetch_quality(place as usize);
            self.known.prefetch(place as usize);
        }
        KnownTogether { atlas: self, places }
    }

    /// The same where all will be asked for that is known of them.
    pub fn known_facts_together<const N: usize>(
        &self,
        asked: &[Option<Postcode>; N],
    ) -> KnownTogether<'_, N> {
        let places = self.gazette.find_together(asked);
        for place in places {
            self.known.prefetch_all(place as usize);
        }
        KnownTogether { atlas: self, places }
    }

    /// The sets of areas that hold postcodes, as [`KnownAnswer::set`] numbers them: layer and area
    /// of each, in order. There are far fewer than postcodes.
    pub fn known_sets(
        &self,
    ) -> impl Iterator<Item = (usize, impl Iterator<Item = (usize, usize)> + Clone)> {
        self.known.sets()
    }

    /// The numbers of these sets are less than this.
    pub fn known_set_numbers(&self) -> usize {
        self.known.set_numbers()
    }

    /// The postcodes with a position, live and terminated, nearest first, of equally near ones in
    /// order, with the distance in metres.
    pub fn nearest_postcodes(&self, at: Bng) -> impl Iterator<Item = (PostcodeFacts, f64)> + '_ {
        self.postcode_index.nearest(at).map(|(place, distance)| (self.facts_at(place), distance))
    }

    /// The live postcodes within a geometry, its boundary included, in order.
    pub fn postcodes_within(&self, ground: &MultiPolygon<f64>) -> Vec<PostcodeFacts> {
        let Some(extent) = ground.bounding_rect() else { return Vec::new() };
        let mut places: Vec<usize> = self
            .postcode_index
            .within(extent)
            .filter(|(place, _)| self.gazette.facts(*place).is_live())
            .filter(|(_, point)| position_in(ground, *point) != Position::Outside)
            .map(|(place, _)| place)
            .collect();
        places.sort_unstable();
        places.into_iter().map(|place| self.facts_at(place)).collect()
    }
}

/// Postcodes that were found together.
#[derive(Clone, Copy, Debug)]
pub struct KnownTogether<'a, const N: usize> {
    atlas: &'a Atlas,
    /// [`NOTHING`](super::postcode_index::NOTHING) of one that is not there.
    places: [u32; N],
}

impl<'a, const N: usize> KnownTogether<'a, N> {
    /// What the lookup of one of them needs; `None` where it is unknown or has no position.
    #[inline]
    pub fn known(&self, at: usize) -> Option<KnownAnswer<'a>> {
        let Atlas { gazette, known, layers, .. } = self.atlas;
        let place = self.places[at] as usize;
        known.answer(place, gazette.positional_quality(place)?, layers)
    }

    /// The same with the postcode, as [`Atlas::known`] gives them.
    pub fn known_facts(&self, at: usize) -> Option<(PostcodeFacts, KnownAnswer<'a>)> {
        let known = self.known(at)?;
        Some((self.atlas.gazette.facts(self.places[at] as usize), known))
    }
}
