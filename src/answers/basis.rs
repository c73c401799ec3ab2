//! What an answer is based on.

use lapwing_boundaries::confidence::Basis;

/// What an answer is based on, and whether addresses agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnswerBasis {
    Position,
    /// Addresses that are in the same area of each layer.
    Addresses,
    /// Addresses that are in several areas of a layer.
    SplitAddresses,
}

impl AnswerBasis {
    /// All of them. `ALL[basis as usize]` is `basis`.
    pub(super) const ALL: [Self; 3] = [Self::Position, Self::Addresses, Self::SplitAddresses];

    pub(super) const fn new(is_by_addresses: bool, is_split: bool) -> Self {
        match (is_by_addresses, is_split) {
            (false, _) => Self::Position,
            (true, false) => Self::Addresses,
            (true, true) => Self::SplitAddresses,
        }
    }

    /// The member `by` of an answer.
    pub(super) const fn by(self) -> Basis {
        match self {
            Self::Position => Basis::Position,
            Self::Addresses | Self::SplitAddresses => Basis::Addresses,
        }
    }

    /// The member `split` of an answer.
    pub(super) const fn split(self) -> Option<bool> {
        match self {
            Self::Position => None,
            Self::Addresses => Some(false),
            Self::SplitAddresses => Some(true),
        }
    }
}
