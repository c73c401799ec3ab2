//! The vintages of a series.

use super::Atlas;
use crate::change::Succession;
use crate::layer::LayerId;

impl Atlas {
    /// The area layers of a series in chronological order of `valid_from`, unbounded first, then in the
    /// catalogue's order.
    pub fn vintages_of(&self, series: &LayerId) -> Vec<usize> {
        let meta = |place: usize| self.layers[place].layer().meta();
        let mut places: Vec<usize> = (0..self.layers.len())
            .filter(|&place| self.layers[place].layer().is_areas() && meta(place).series == *series)
            .collect();
        places.sort_by_key(|&place| meta(place).vintage.valid_from);
        places
    }

    /// Compares two vintages.
    pub fn succession(&self, earlier: usize, later: usize) -> Succession<'_> {
        let side = |place: usize| (self.layers[place].layer(), self.is_disjoint(place));
        Succession::new(side(earlier), side(later), self.overlap_rows(earlier, later))
    }
}
