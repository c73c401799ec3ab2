//! The precomputed answer of one postcode, read in place.

use super::{
    AtlasLayer, BY_ADDRESSES, EMPTY_SET, EVERY, HELMERT, NO_AREA, OUTSIDE_ALL, Precomputed, SPLIT,
    layer_and_area,
};
use crate::confidence::{Basis, ConfidenceLevel, Coverage, Evidence, LayerTrust};
use crate::geometry::predicate::Position;
use crate::locate::{Located, Match, MatchBy};
use crate::position::Accuracy;

/// The precomputed answer of one postcode.
#[derive(Clone, Copy, Debug)]
pub struct PrecomputedAnswer<'a> {
    pub(super) all: &'a Precomputed,
    pub(super) index: usize,
    /// Its entry in [`Precomputed::sets`].
    pub(super) set: u32,
    pub(super) is_estimate: bool,
    pub(super) layers: &'a [AtlasLayer],
}

impl<'a> PrecomputedAnswer<'a> {
    /// Longitude and latitude in millionths of a degree, rounded.
    pub fn millionths(&self) -> [i32; 2] {
        [self.all.degrees[2 * self.index], self.all.degrees[2 * self.index + 1]]
    }

    /// The accuracy of the degrees.
    pub fn accuracy(&self) -> Accuracy {
        let is_helmert = self.all.near_at[self.index] & HELMERT != 0;
        if is_helmert { Accuracy::Helmert } else { Accuracy::Ostn15 }
    }

    /// What the answer is based on.
    #[inline]
    pub fn basis(&self) -> Basis {
        if self.is_by_addresses() { Basis::Addresses } else { Basis::Position }
    }

    /// Returns true if the answer is from the postcode's addresses rather than its position.
    #[inline]
    pub fn is_by_addresses(&self) -> bool {
        self.set & BY_ADDRESSES != 0
    }

    /// The number of addresses that the answer is from; 0 if it is from the position.
    pub fn addresses(&self) -> usize {
        if self.is_by_addresses() { self.all.addresses[self.index] as usize } else { 0 }
    }

    /// The id of the postcode's set of areas of all layers. Postcodes share sets, see
    /// [`Atlas::area_sets`](super::super::Atlas::area_sets).
    #[inline]
    pub fn area_set(&self) -> usize {
        (self.set & !(BY_ADDRESSES | SPLIT)) as usize
    }

    /// The areas as the pool stores them.
    #[inline]
    fn pooled(&self) -> impl Iterator<Item = &'a [u32; 3]> + Clone + use<'a> {
        self.all.pooled(self.area_set())
    }

    /// The areas of all layers that contain the postcode, as layer and area, sorted by layer, then
    /// code.
    #[inline]
    pub fn areas(&self) -> impl Iterator<Item = (usize, usize)> + Clone + use<'a> {
        self.pooled().map(layer_and_area)
    }

    /// The areas of one layer, with the reason for each.
    #[inline]
    pub fn matches(&self, layer: usize) -> impl Iterator<Item = Match> + use<'_, 'a> {
        let own = self.pooled().filter(move |[of, ..]| *of as usize == layer);
        own.map(|&[_, area, how]| Match { area: area as usize, by: self.by(how) })
    }

    #[inline]
    fn by(&self, how: u32) -> MatchBy {
        if self.is_by_addresses() {
            let all = self.addresses();
            let count = if how == EVERY { all } else { how as usize };
            MatchBy::Addresses { count, share: count as f64 / all as f64 }
        } else if how == 0 {
            MatchBy::Position(Position::Inside)
        } else {
            MatchBy::Position(Position::Boundary)
        }
    }

    /// The distance to the nearest boundary of an area layer, in metres; for an answer from addresses,
    /// of the address nearest to it. `None` if the layer has no areas.
    #[inline]
    pub fn boundary_distance_m(&self, layer: usize) -> Option<f64> {
        let column = self.all.columns[layer] as usize;
        let distance = self.all.distances[self.all.stride * self.index + column];
        (!distance.is_nan()).then_some(distance)
    }

    /// Other areas near the postcode, sorted by layer, then code, with the distance in metres.
    pub fn near(&self) -> impl Iterator<Item = (usize, usize, f64)> + 'a {
        let from = (self.all.near_at[self.index] & !(HELMERT | OUTSIDE_ALL)) as usize;
        let count = self.all.near[from] as usize;
        self.all.near[from + 1..from + 1 + 4 * count].chunks_exact(4).map(|near| {
            let bits = u64::from(near[2]) | u64::from(near[3]) << 32;
            (near[0] as usize, near[1] as usize, f64::from_bits(bits))
        })
    }

    /// The number of addresses that are in no area of a layer; 0 if the answer is from the position.
    #[inline]
    pub fn unassigned(&self, layer: usize) -> usize {
        if !self.is_by_addresses() {
            return 0;
        }
        match self.last_entry(layer) {
            None => self.addresses(),
            Some([_, NO_AREA, count]) => count as usize,
            Some(_) => 0,
        }
    }

    /// The last entry of a layer: that of addresses in no area, if there are any.
    #[inline]
    fn last_entry(&self, layer: usize) -> Option<[u32; 3]> {
        let entries = self.all.entries(self.area_set());
        entries.iter().rev().find(|[of, ..]| *of as usize == layer).copied()
    }

    /// Returns true if areas of a layer contain the postcode: all its addresses if the answer is from
    /// them.
    #[inline]
    fn is_covered(&self, layer: usize) -> bool {
        self.last_entry(layer).is_some_and(|[_, area, _]| area != NO_AREA)
    }

    /// Whether a layer answers for the postcode.
    #[inline]
    pub fn coverage(&self, layer: usize) -> Coverage {
        if self.is_covered(layer) {
            return Coverage::Complete;
        }
        let is_outside = self.area_set() == EMPTY_SET
            && (!self.is_by_addresses() || self.all.near_at[self.index] & OUTSIDE_ALL != 0);
        let ground = self.layers[layer].ground.at(is_outside, |region| self.is_covered(region));
        ground.coverage(false, self.boundary_distance_m(layer).unwrap_or(f64::INFINITY))
    }

    /// Returns true if no area of these layers contains the postcode, and no area of any layer its
    /// position.
    #[inline]
    pub fn is_outside(&self, layers: impl IntoIterator<Item = usize>) -> bool {
        if !self.is_by_addresses() {
            return self.area_set() == EMPTY_SET;
        }
        self.all.near_at[self.index] & OUTSIDE_ALL != 0
            && layers.into_iter().all(|layer| self.areas().all(|(of, _)| of != layer))
    }

    /// Returns true if the answer is from a position that is only an estimate, so that its level is
    /// [`ConfidenceLevel::Low`].
    #[inline]
    pub fn is_estimate(&self) -> bool {
        self.is_estimate
    }

    /// An answer closer than this to a boundary of the layer, in metres, is uncertain.
    pub fn threshold_m(&self, layer: usize) -> f64 {
        self.basis().threshold_m(self.layers[layer].layer.meta())
    }

    /// Returns true if the addresses are in different areas of a layer, or some in none.
    #[inline]
    pub fn is_split(&self, layer: usize) -> bool {
        if self.set & SPLIT == 0 {
            return false;
        }
        let mut own = self.pooled().filter(|[of, ..]| *of as usize == layer);
        own.next().is_some_and(|&[_, _, how]| how != EVERY) || own.next().is_some()
    }

    /// How far the answer of an area layer can be trusted.
    #[inline]
    pub fn trust(&self, layer: usize) -> LayerTrust {
        let evidence = Evidence {
            boundary_distance_m: self.boundary_distance_m(layer).unwrap_or(f64::INFINITY),
            threshold_m: self.threshold_m(layer),
            is_split: self.is_split(layer),
            is_estimate: self.is_estimate,
            coverage: self.coverage(layer),
        };
        evidence.into()
    }

    /// The confidence level of the answer of an area layer.
    #[inline]
    pub fn level(&self, layer: usize) -> ConfidenceLevel {
        self.trust(layer).level
    }

    /// The answer of one layer, equal to that of
    /// [`locate_addresses`](crate::locate::locate_addresses) if there are addresses, otherwise to
    /// that of [`locate`](crate::locate::locate) with the level [`ConfidenceLevel::Low`] for an
    /// estimate.
    pub fn located(&self, layer: usize) -> Located {
        let near = self.near().filter(|(of, ..)| *of == layer);
        let LayerTrust { level, coverage, .. } = self.trust(layer);
        Located {
            matches: self.matches(layer).collect(),
            boundary_distance_m: self.boundary_distance_m(layer),
            threshold_m: self.threshold_m(layer),
            near: near.map(|(_, area, distance)| (area, distance)).collect(),
            unassigned: self.unassigned(layer),
            is_split: self.is_split(layer),
            coverage,
            level,
        }
    }
}
