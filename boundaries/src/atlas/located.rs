//! Which areas hold a position or a postcode, and how sure that is.

use super::Atlas;
use crate::cells::CellIndex;
use crate::gazetteer::PostcodeFacts;
use crate::locate::{self, Located, Match, MatchBy};
use crate::position::Bng;
use crate::storage::MemoryBudget;

impl Atlas {
    /// Where the areas of all layers are.
    pub fn cells(&self) -> &CellIndex {
        &self.cells
    }

    /// How much memory the cell index was allowed.
    pub fn cell_index_budget(&self) -> MemoryBudget {
        self.cell_index
    }

    /// What an area layer answers for a position.
    pub fn locate(&self, layer: usize, at: Bng) -> Located {
        locate::locate(self.layers[layer].layer.meta(), &self.cells.of_layer(layer), at)
    }

    /// What several area layers answer for a position, whose cell is found once for all of them;
    /// `None` for `None`.
    pub fn locate_each(
        &self,
        layers: impl Iterator<Item = Option<usize>>,
        at: Bng,
    ) -> Vec<Option<Located>> {
        let mut holders = Vec::new();
        self.cells.locate(at, |layer, area, position| holders.push((layer, area, position)));
        layers
            .map(|layer| {
                let layer = layer?;
                let own = holders.iter().filter(|(of, ..)| *of == layer);
                let matches =
                    own.map(|&(_, area, at)| Match { area, by: MatchBy::Position(at) }).collect();
                let meta = self.layers[layer].layer.meta();
                Some(locate::with_holders(meta, &self.cells.of_layer(layer), at, matches))
            })
            .collect()
    }

    /// Whether a position lies in no area of any layer.
    pub fn is_nowhere(&self, at: Bng) -> bool {
        let mut is_nowhere = true;
        self.cells.locate(at, |_, _, _| is_nowhere = false);
        is_nowhere
    }

    /// What an area layer answers for a postcode; `None` where the postcode has no position. Its
    /// addresses, where there are some, answer instead of its position.
    pub fn locate_facts(&self, layer: usize, record: &PostcodeFacts) -> Option<Located> {
        self.known(record.postcode).map(|(_, known)| known.located(layer))
    }
}
