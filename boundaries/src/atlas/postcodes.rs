//! Postcodes and addresses of an atlas: records, precomputed answers, and those near or within.

use std::ops::Range;

use geo::{BoundingRect as _, MultiPolygon};

use super::{Atlas, PrecomputedAnswer, Provenance};
use crate::gazetteer::{Address, PostcodeFacts, PostcodeRecord};
use crate::geometry::predicate::{Position, position_in};
use crate::position::Bng;
use crate::postcode::{Postcode, PostcodePrefix};

impl Atlas {
    /// The full records of all postcodes, sorted, with what only the source publishes.
    pub fn all_records(&self) -> impl Iterator<Item = PostcodeRecord> + '_ {
        self.postcodes.all_records()
    }

    /// The facts of all postcodes, sorted.
    pub fn all_facts(&self) -> impl Iterator<Item = PostcodeFacts> + '_ {
        self.postcodes.all_facts()
    }

    /// The number of postcodes.
    pub fn postcode_count(&self) -> usize {
        self.postcodes.len()
    }

    /// The number of live postcodes.
    pub fn live_postcode_count(&self) -> usize {
        self.postcodes.live()
    }

    /// The number of addresses.
    pub fn address_count(&self) -> usize {
        self.address_count
    }

    /// The licence and attribution of the postcodes.
    pub fn postcodes_from(&self) -> &Provenance {
        &self.postcodes_from
    }

    /// The licence and attribution of the addresses.
    pub fn addresses_from(&self) -> &Provenance {
        &self.addresses_from
    }

    /// All addresses, sorted by postcode.
    pub fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// The facts of a postcode; `None` if it is unknown.
    pub fn facts(&self, postcode: Postcode) -> Option<PostcodeFacts> {
        Some(self.postcodes.facts(self.postcodes.find(postcode)?))
    }

    /// The facts of the postcode with that index in sorted order.
    ///
    /// # Panics
    ///
    /// Panics if `index` is out of range.
    pub fn facts_at(&self, index: usize) -> PostcodeFacts {
        self.postcodes.facts(index)
    }

    /// The range of indices of the postcodes with a prefix.
    pub fn range_of(&self, prefix: PostcodePrefix) -> Range<usize> {
        self.postcodes.range_of(prefix)
    }

    /// The facts of the postcodes with a prefix, sorted.
    pub fn facts_of(&self, prefix: PostcodePrefix) -> impl Iterator<Item = PostcodeFacts> + '_ {
        self.range_of(prefix).map(|index| self.facts_at(index))
    }

    /// The facts and the precomputed answer of a postcode; `None` if it is unknown or has no position.
    pub fn precomputed(
        &self,
        postcode: Postcode,
    ) -> Option<(PostcodeFacts, PrecomputedAnswer<'_>)> {
        let index = self.postcodes.find(postcode)?;
        self.precomputed.prefetch_all(index);
        let facts = self.postcodes.facts(index);
        Some((facts, self.precomputed.answer(index, facts.positional_quality, &self.layers)?))
    }

    /// Looks up several postcodes and prefetches their answers, so that their cache misses overlap.
    #[inline]
    pub fn precomputed_batch<const N: usize>(
        &self,
        postcodes: &[Option<Postcode>; N],
    ) -> PostcodeBatch<'_, N> {
        let indices = self.postcodes.find_batch(postcodes);
        for index in indices {
            self.postcodes.prefetch_quality(index as usize);
            self.precomputed.prefetch(index as usize);
        }
        PostcodeBatch { atlas: self, indices }
    }

    /// Like [`Self::precomputed_batch`], and prefetches everything that an answer contains.
    pub fn precomputed_batch_in_full<const N: usize>(
        &self,
        postcodes: &[Option<Postcode>; N],
    ) -> PostcodeBatch<'_, N> {
        let indices = self.postcodes.find_batch(postcodes);
        for index in indices {
            self.precomputed.prefetch_all(index as usize);
        }
        PostcodeBatch { atlas: self, indices }
    }

    /// The distinct sets of areas of postcodes, by the id that [`PrecomputedAnswer::area_set`] returns:
    /// layer and area of each, in order. There are far fewer sets than postcodes.
    pub fn area_sets(
        &self,
    ) -> impl Iterator<Item = (usize, impl Iterator<Item = (usize, usize)> + Clone)> {
        self.precomputed.sets()
    }

    /// An upper bound: all ids of area sets are less than this.
    pub fn area_set_id_bound(&self) -> usize {
        self.precomputed.set_id_bound()
    }

    /// The live and terminated postcodes that have a position, nearest first, with the distance in
    /// metres. Equally distant postcodes are in alphabetical order.
    pub fn nearest_postcodes(&self, at: Bng) -> impl Iterator<Item = (PostcodeFacts, f64)> + '_ {
        self.postcode_points.nearest(at).map(|(index, distance)| (self.facts_at(index), distance))
    }

    /// The live postcodes in a geometry or on its boundary, sorted.
    pub fn postcodes_within(&self, geometry: &MultiPolygon<f64>) -> Vec<PostcodeFacts> {
        let Some(extent) = geometry.bounding_rect() else { return Vec::new() };
        let mut indices: Vec<usize> = self
            .postcode_points
            .within(extent)
            .filter(|(index, _)| self.postcodes.facts(*index).is_live())
            .filter(|(_, point)| position_in(geometry, *point) != Position::Outside)
            .map(|(index, _)| index)
            .collect();
        indices.sort_unstable();
        indices.into_iter().map(|index| self.facts_at(index)).collect()
    }
}

/// Postcodes that were looked up together.
#[derive(Clone, Copy, Debug)]
pub struct PostcodeBatch<'a, const N: usize> {
    atlas: &'a Atlas,
    /// [`MISSING`](super::postcode_index::MISSING) for a postcode that was not found.
    indices: [u32; N],
}

impl<'a, const N: usize> PostcodeBatch<'a, N> {
    /// The precomputed answer of the postcode at that position of the batch; `None` if it is unknown or
    /// has no position.
    #[inline]
    pub fn answer(&self, at: usize) -> Option<PrecomputedAnswer<'a>> {
        let Atlas { postcodes, precomputed, layers, .. } = self.atlas;
        let index = self.indices[at] as usize;
        precomputed.answer(index, postcodes.positional_quality(index)?, layers)
    }

    /// The facts and the precomputed answer, as [`Atlas::precomputed`] returns them.
    pub fn facts_and_answer(&self, at: usize) -> Option<(PostcodeFacts, PrecomputedAnswer<'a>)> {
        let answer = self.answer(at)?;
        Some((self.atlas.postcodes.facts(self.indices[at] as usize), answer))
    }
}
