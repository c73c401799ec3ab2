//! The areas of a position or postcode, and the confidence of the answer.

use super::Atlas;
use crate::cells::CellIndex;
use crate::gazetteer::PostcodeFacts;
use crate::locate::{self, Located, Match, MatchBy};
use crate::position::Bng;
use crate::storage::MemoryBudget;

impl Atlas {
    /// The cell index of all layers.
    pub fn cells(&self) -> &CellIndex {
        &self.cells
    }

    /// The memory budget that the cell index was built with.
    pub fn cell_index_budget(&self) -> MemoryBudget {
        self.cell_index
    }

    /// Locates a position in one area layer.
    pub fn locate(&self, layer: usize, at: Bng) -> Located {
        let ground = self.ground_at(layer, at);
        locate::locate(self.layers[layer].layer.meta(), &self.cells.of_layer(layer), at, ground)
    }

    /// Locates a position in several area layers, with one lookup of its cell. `None` in `layers`
    /// yields `None`.
    pub fn locate_each(
        &self,
        layers: impl Iterator<Item = Option<usize>>,
        at: Bng,
    ) -> Vec<Option<Located>> {
        let mut found = Vec::new();
        self.cells.locate(at, |layer, area, position| found.push((layer, area, position)));
        layers
            .map(|layer| {
                let layer = layer?;
                let own = found.iter().filter(|(of, ..)| *of == layer);
                let matches =
                    own.map(|&(_, area, at)| Match { area, by: MatchBy::Position(at) }).collect();
                let ground = self.ground_among(layer, &found.iter().map(|(of, ..)| *of));
                let (meta, cells) = (self.layers[layer].layer.meta(), self.cells.of_layer(layer));
                Some(locate::with_matches(meta, &cells, at, matches, ground))
            })
            .collect()
    }

    /// Returns true if a position is in no area of any layer.
    pub fn is_outside_all(&self, at: Bng) -> bool {
        let mut is_outside = true;
        self.cells.locate(at, |_, _, _| is_outside = false);
        is_outside
    }

    /// The answer of one area layer for a postcode, by its addresses if it has any, otherwise by its
    /// position. Returns `None` if the postcode has no position.
    pub fn locate_facts(&self, layer: usize, record: &PostcodeFacts) -> Option<Located> {
        self.precomputed(record.postcode).map(|(_, answer)| answer.located(layer))
    }
}
