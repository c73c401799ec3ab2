//! The vintages of a series.

use super::Atlas;
use crate::change::Succession;
use crate::layer::LayerId;

impl Atlas {
    /// The area layers of a series in chronological order of `valid_from`, unbounded first, then in the
    /// catalogue's order.
    pub fn vintages_of(&self, series: &LayerId) -> Vec<usize> {
        let meta = |layer_index: usize| self.layers[layer_index].layer().meta();
        let mut indices: Vec<usize> = (0..self.layers.len())
            .filter(|&layer_index| {
                self.layers[layer_index].layer().is_areas() && meta(layer_index).series == *series
            })
            .collect();
        indices.sort_by_key(|&layer_index| meta(layer_index).vintage.valid_from);
        indices
    }

    /// Compares two vintages.
    pub fn succession(&self, earlier: usize, later: usize) -> Succession<'_> {
        let side =
            |layer_index: usize| (self.layers[layer_index].layer(), self.is_disjoint(layer_index));
        Succession::new(side(earlier), side(later), self.overlap_rows(earlier, later))
    }
}
