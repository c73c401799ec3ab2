//! What the layers answer for a place, whether it is precomputed or located now.

use lapwing_boundaries::atlas::PrecomputedAnswer;
use lapwing_boundaries::confidence::ConfidenceLevel;
use lapwing_boundaries::locate::{Located, Match};

use crate::answers::basis::AnswerBasis;

/// What the layers answer for a place. A layer is identified by its position among the layers
/// asked (`at`) and in the atlas (`layer`).
pub(super) trait LookupFacts {
    /// What the answer of these layers of the atlas is based on.
    fn basis(&self, layers: impl Iterator<Item = usize>) -> AnswerBasis;

    /// The areas that the answer names, in code order.
    fn matches(&self, at: usize, layer: usize) -> impl Iterator<Item = Match>;

    /// The level of the layer's answer, and metres to the nearest boundary: infinite for a layer
    /// without areas.
    fn confidence(&self, at: usize, layer: usize) -> (ConfidenceLevel, f64);

    /// The other areas whose boundary is near, in code order, with the distance in metres.
    fn near(&self, at: usize, layer: usize) -> impl Iterator<Item = (usize, f64)>;
}

impl LookupFacts for PrecomputedAnswer<'_> {
    #[inline]
    fn basis(&self, mut layers: impl Iterator<Item = usize>) -> AnswerBasis {
        let is_by_addresses = self.is_by_addresses();
        AnswerBasis::new(
            is_by_addresses,
            is_by_addresses && layers.any(|layer| self.is_split(layer)),
        )
    }

    fn matches(&self, _: usize, layer: usize) -> impl Iterator<Item = Match> {
        self.matches(layer)
    }

    fn confidence(&self, _: usize, layer: usize) -> (ConfidenceLevel, f64) {
        (self.level(layer), self.boundary_distance_m(layer).unwrap_or(f64::INFINITY))
    }

    fn near(&self, _: usize, layer: usize) -> impl Iterator<Item = (usize, f64)> {
        let own = self.near().filter(move |(of, ..)| *of == layer);
        own.map(|(_, area, distance)| (area, distance))
    }
}

/// A position: one answer for each layer asked, `None` where no vintage is in force on the day.
impl LookupFacts for [Option<Located>] {
    fn basis(&self, _: impl Iterator<Item = usize>) -> AnswerBasis {
        AnswerBasis::Position
    }

    fn matches(&self, at: usize, _: usize) -> impl Iterator<Item = Match> {
        self[at].iter().flat_map(|located| &located.matches).copied()
    }

    fn confidence(&self, at: usize, _: usize) -> (ConfidenceLevel, f64) {
        let located = self[at].as_ref();
        located.map_or((ConfidenceLevel::High, f64::INFINITY), |located| {
            (located.level, located.boundary_distance_m.unwrap_or(f64::INFINITY))
        })
    }

    fn near(&self, at: usize, _: usize) -> impl Iterator<Item = (usize, f64)> {
        self[at].iter().flat_map(|located| &located.near).copied()
    }
}
