//! Whether a position answers or addresses.

use lapwing_boundaries::layer::LayerMeta;
use lapwing_boundaries::locate::{Level, near_threshold_m};

/// What answers.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    Position,
    /// Addresses that lie in the same areas.
    Addresses,
    /// Addresses that do not.
    SplitAddresses,
}

impl By {
    /// In their order.
    pub(super) const ALL: [Self; 3] = [Self::Position, Self::Addresses, Self::SplitAddresses];

    /// What has answered with that level, the worst of all layers'.
    pub(super) fn of(is_by_addresses: bool, worst: Level) -> Self {
        match (is_by_addresses, worst) {
            (false, _) => Self::Position,
            // Addresses make an answer low only by lying in several areas.
            (true, Level::Low) => Self::SplitAddresses,
            (true, _) => Self::Addresses,
        }
    }

    /// Closer than this to a boundary of the layer, in metres, is near.
    pub(super) fn near_m(self, layer: &LayerMeta) -> f64 {
        match self {
            Self::Position => near_threshold_m(layer),
            Self::Addresses | Self::SplitAddresses => layer.drawing_error_m(),
        }
    }

    /// The members of how sure an answer is that say so.
    pub(super) const fn members(self) -> &'static str {
        match self {
            Self::Position => "\"by\":\"position\"",
            Self::Addresses => "\"by\":\"addresses\",\"split\":false",
            Self::SplitAddresses => "\"by\":\"addresses\",\"split\":true",
        }
    }
}
