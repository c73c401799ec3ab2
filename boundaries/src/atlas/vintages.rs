//! The vintages of a series, in the order of time.

use super::Atlas;
use crate::change::Succession;
use crate::layer::LayerId;

impl Atlas {
    /// The area layers of a series, the oldest first: by `valid_from`, an open beginning before
    /// all, then in the catalogue's order.
    pub fn vintages_of(&self, series: &LayerId) -> Vec<usize> {
        let meta = |place: usize| self.layers[place].layer().meta();
        let mut places: Vec<usize> = (0..self.layers.len())
            .filter(|&place| self.layers[place].layer().is_areas() && meta(place).series == *series)
            .collect();
        places.sort_by_key(|&place| meta(place).vintage.valid_from);
        places
    }

    /// What became of the areas of one layer in another.
    pub fn succession(&self, earlier: usize, later: usize) -> Succession<'_> {
        let side = |place: usize| (self.layers[place].layer(), self.is_disjoint(place));
        Succession::new(side(earlier), side(later), self.overlap_rows(earlier, later))
    }
}
