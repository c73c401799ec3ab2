//! The answer of one postcode, read where it lies.

use super::{
    AtlasLayer, BY_ADDRESSES, EVERY, HELMERT, Known, NO_HOLDERS, NOWHERE, SPLIT, layer_and_area,
};
use crate::geometry::predicate::Position;
use crate::locate::{self, Level, Located, Match, MatchBy};
use crate::position::Accuracy;

/// What one postcode's lookup needs.
#[derive(Clone, Copy, Debug)]
pub struct KnownAnswer<'a> {
    pub(super) known: &'a Known,
    pub(super) place: usize,
    /// Its entry in the known holders.
    pub(super) holders: u32,
    pub(super) is_guess: bool,
    pub(super) layers: &'a [AtlasLayer],
}

impl<'a> KnownAnswer<'a> {
    /// Longitude and latitude in millionths of a degree, rounded.
    pub fn millionths(&self) -> [i32; 2] {
        [self.known.degrees[2 * self.place], self.known.degrees[2 * self.place + 1]]
    }

    /// How good they are.
    pub fn accuracy(&self) -> Accuracy {
        let is_helmert = self.known.near_at[self.place] & HELMERT != 0;
        if is_helmert { Accuracy::Helmert } else { Accuracy::Ostn15 }
    }

    /// Whether its addresses answer, and not its position.
    #[inline]
    pub fn is_by_addresses(&self) -> bool {
        self.holders & BY_ADDRESSES != 0
    }

    /// How many addresses answer; 0 where its position does.
    pub fn addresses(&self) -> usize {
        if self.is_by_addresses() { self.known.addresses[self.place] as usize } else { 0 }
    }

    /// The number of the set of areas of all layers that hold the postcode, which it shares with
    /// others: see [`Atlas::known_sets`](super::super::Atlas::known_sets).
    #[inline]
    pub fn set(&self) -> usize {
        (self.holders & !(BY_ADDRESSES | SPLIT)) as usize
    }

    /// The holders as the pool has them: layer, area, and how.
    #[inline]
    fn pooled(&self) -> impl Iterator<Item = &'a [u32; 3]> + Clone + use<'a> {
        self.known.pooled(self.set())
    }

    /// The areas of all layers that hold the postcode, in order of layer, then code: layer and
    /// area.
    #[inline]
    pub fn holders(&self) -> impl Iterator<Item = (usize, usize)> + Clone + use<'a> {
        self.pooled().map(layer_and_area)
    }

    /// The same of one layer, with the ground on which they are named.
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

    /// Metres to the nearest boundary of an area layer, from the address that is nearest to it where
    /// addresses answer; `None` where the layer has no area.
    #[inline]
    pub fn boundary_distance_m(&self, layer: usize) -> Option<f64> {
        let column = self.known.columns[layer] as usize;
        let distance = self.known.distances[self.known.stride * self.place + column];
        (!distance.is_nan()).then_some(distance)
    }

    /// The other areas near the postcode, in order of layer, then code, with the distance in
    /// metres.
    pub fn near(&self) -> impl Iterator<Item = (usize, usize, f64)> + 'a {
        let from = (self.known.near_at[self.place] & !(HELMERT | NOWHERE)) as usize;
        let count = self.known.near[from] as usize;
        self.known.near[from + 1..from + 1 + 4 * count].chunks_exact(4).map(|near| {
            let bits = u64::from(near[2]) | u64::from(near[3]) << 32;
            (near[0] as usize, near[1] as usize, f64::from_bits(bits))
        })
    }

    /// Whether neither an area of these layers holds the postcode nor one of any layer its position.
    #[inline]
    pub fn is_outside(&self, layers: impl IntoIterator<Item = usize>) -> bool {
        if !self.is_by_addresses() {
            return self.set() == NO_HOLDERS;
        }
        self.known.near_at[self.place] & NOWHERE != 0
            && layers.into_iter().all(|layer| self.holders().all(|(of, _)| of != layer))
    }

    /// Whether the position is only a guess and answers, so that no answer is sure.
    #[inline]
    pub fn is_guess(&self) -> bool {
        self.is_guess
    }

    /// Closer than this to a boundary of the layer, in metres, is near.
    pub fn near_m(&self, layer: usize) -> f64 {
        let meta = self.layers[layer].layer.meta();
        if self.is_by_addresses() { meta.drawing_error_m() } else { locate::near_threshold_m(meta) }
    }

    /// Whether its addresses do not lie in the same area of a layer.
    #[inline]
    fn is_split(&self, layer: usize) -> bool {
        if self.holders & SPLIT == 0 {
            return false;
        }
        let mut own = self.pooled().filter(|[of, ..]| *of as usize == layer);
        own.next().is_some_and(|&[_, _, how]| how != EVERY) || own.next().is_some()
    }

    /// How sure the answer of an area layer is.
    pub fn level(&self, layer: usize) -> Level {
        if self.is_guess || self.is_split(layer) {
            return Level::Low;
        }
        let near_m = self.near_m(layer);
        let is_near = self.boundary_distance_m(layer).is_some_and(|distance| distance < near_m);
        if is_near { Level::NearBoundary } else { Level::High }
    }

    /// The same as is found on the spot: [`locate::locate_addresses`] of its addresses where it has
    /// some, else [`locate::locate`] of its position, never sure of a guess.
    pub fn located(&self, layer: usize) -> Located {
        let near = self.near().filter(|(of, ..)| *of == layer);
        Located {
            matches: self.matches(layer).collect(),
            boundary_distance_m: self.boundary_distance_m(layer),
            near_m: self.near_m(layer),
            near: near.map(|(_, area, distance)| (area, distance)).collect(),
            level: self.level(layer),
        }
    }
}
