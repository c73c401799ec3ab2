//! What the layers answer for a place, whether it is precomputed or located now.

use lapwing_boundaries::atlas::PrecomputedAnswer;
use lapwing_boundaries::confidence::{ConfidenceLevel, Coverage, LayerTrust};
use lapwing_boundaries::locate::{Located, Match};

use crate::answers::basis::AnswerBasis;

/// What the layers answer for a place. A layer is identified by its position among the layers
/// asked (`at`) and in the atlas (`layer`).
pub(super) trait LookupFacts {
    /// What the answer of these layers of the atlas is based on.
    fn basis(&self, layers: impl Iterator<Item = usize>) -> AnswerBasis;

    /// The areas that the answer names, in code order.
    fn matches(&self, at: usize, layer: usize) -> impl Iterator<Item = Match>;

    /// How far the layer's answer can be trusted.
    fn trust(&self, at: usize, layer: usize) -> LayerTrust;

    /// How many of the postcode's addresses are in no area of the layer, of how many.
    fn unassigned(&self, layer: usize) -> (usize, usize);

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

    fn trust(&self, _: usize, layer: usize) -> LayerTrust {
        self.trust(layer)
    }

    #[inline]
    fn unassigned(&self, layer: usize) -> (usize, usize) {
        (self.unassigned(layer), self.addresses())
    }

    fn near(&self, _: usize, layer: usize) -> impl Iterator<Item = (usize, f64)> {
        let own = self.near().filter(move |(of, ..)| *of == layer);
        own.map(|(_, area, distance)| (area, distance))
    }
}

/// Only layers that are in force are asked.
const NOT_ASKED: LayerTrust = LayerTrust {
    level: ConfidenceLevel::High,
    coverage: Coverage::Complete,
    boundary_distance_m: f64::INFINITY,
};

/// A position: one answer for each layer asked, `None` where no vintage is in force on the day.
impl LookupFacts for [Option<Located>] {
    fn basis(&self, _: impl Iterator<Item = usize>) -> AnswerBasis {
        AnswerBasis::Position
    }

    fn matches(&self, at: usize, _: usize) -> impl Iterator<Item = Match> {
        self[at].iter().flat_map(|located| &located.matches).copied()
    }

    fn trust(&self, at: usize, _: usize) -> LayerTrust {
        self[at].as_ref().map_or(NOT_ASKED, Located::trust)
    }

    fn unassigned(&self, _: usize) -> (usize, usize) {
        (0, 0)
    }

    fn near(&self, at: usize, _: usize) -> impl Iterator<Item = (usize, f64)> {
        self[at].iter().flat_map(|located| &located.near).copied()
    }
}
