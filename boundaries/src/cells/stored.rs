//! Storing a cell index as sections of a snapshot, and opening it.

use super::candidates::Candidates;
use super::grid::Grid;
use super::{CellIndex, Frame};
use crate::storage::sections::{Opened, Sections};

impl CellIndex {
    /// Adds the arrays to the sections of a snapshot.
    pub(crate) fn store<'a>(&'a self, sections: &mut Sections<'a>) {
        sections.encode("cells", &self.frame);
        sections.put("cells.blocks", &self.blocks);
        sections.put("cells.layers", &self.block_layers);
        sections.put("cells.cells", &self.cells);
        sections.put("cells.sets", &self.sets);
        sections.put("cells.records", &self.records);
        sections.put("cells.edges", &self.edges);
        sections.put("near.layers", &self.candidates.layers);
        sections.put("near.blocks", &self.candidates.blocks);
        sections.put("near.starts", &self.candidates.starts);
        sections.put("near.runs", &self.candidates.runs);
    }

    /// Opens the arrays of a snapshot in place. Returns `None` if they are inconsistent.
    pub(crate) fn open(opened: &Opened) -> Option<Self> {
        let frame: Frame = opened.decode("cells")?;
        let Grid { columns, rows, block_bits, .. } = frame.grid;
        let index = Self {
            frame,
            blocks: opened.numbers("cells.blocks")?,
            block_layers: opened.numbers("cells.layers")?,
            cells: opened.numbers("cells.cells")?,
            sets: opened.numbers("cells.sets")?,
            records: opened.numbers("cells.records")?,
            edges: opened.numbers("cells.edges")?,
            candidates: Candidates {
                layers: opened.numbers("near.layers")?,
                blocks: opened.numbers("near.blocks")?,
                starts: opened.numbers("near.starts")?,
                runs: opened.numbers("near.runs")?,
            },
        };
        let blocks = u64::from(columns) * u64::from(rows);
        let fits = index.blocks.len() as u64 == blocks
            && index.block_layers.len() as u64 == blocks
            && block_bits <= 24
            && frame.area_bits <= 32;
        fits.then_some(index)
    }
}
