//! Several points at once: what is read for each is read for all of them, a step at a time, so that
//! memory gives it for all at the same time. A point by itself waits for a block, then for a cell,
//! then for its edges, each time for as long as a hundred multiplications take.

use super::candidates::{NO_AREAS, Run};
use super::{CellView, RECORD, UNIFORM};
use crate::position::Bng;
use crate::prefetch::prefetch;

/// So many runs of a square's candidates are fetched; most squares have no more.
const RUNS: usize = 4;

impl CellView<'_> {
    /// Fetches what [`Self::locate`] will read for each of the points. It changes nothing but how
    /// long that takes.
    pub fn fetch_areas<const N: usize>(&self, points: &[Option<Bng>; N]) {
        let grid = self.frame.grid;
        let blocks = points.map(|at| {
            let (x, y) = grid.place(at?.coord())?;
            Some((x, y, *self.blocks.get(grid.block_of(x, y))?))
        });
        let entries = blocks.map(|block| {
            let (x, y, block) = block?;
            let (kind, low) = ((block >> 32) as u32, block as u32);
            if kind == UNIFORM {
                return Some(low);
            }
            self.cells.get(low as usize + grid.cell_in_block(x, y, kind)).copied()
        });
        for entry in entries.into_iter().flatten() {
            if entry & RECORD == 0 {
                prefetch(self.sets, entry as usize);
            } else {
                let record = (entry & !RECORD) as usize;
                prefetch(self.records, record);
                prefetch(self.records, record + 16);
            }
        }
    }

    /// Fetches what [`Self::boundary_distance_m`] will read for each of the points.
    pub fn fetch_boundaries<const N: usize>(&self, layer: usize, points: &[Option<Bng>; N]) {
        let grid = self.frame.grid;
        let Some(&first) = self.candidates.layers.get(layer).filter(|&&first| first != NO_AREAS)
        else {
            return;
        };
        let squares = points.map(|at| {
            let (x, y) = grid.place(at?.coord())?;
            let block = *self.candidates.blocks.get(first as usize + grid.block_of(x, y))?;
            Some(block as u32 as usize + grid.cell_in_block(x, y, (block >> 32) as u32))
        });
        let around = squares.map(|square| {
            let around = self.candidates.starts.get(square?..)?.first_chunk::<2>()?;
            Some((around[0] as usize, around[1] as usize))
        });
        for &(from, _) in around.iter().flatten() {
            prefetch(self.candidates.runs, from);
        }
        for (from, to) in around.into_iter().flatten() {
            let near = self.candidates.runs.get(from..to.min(from + RUNS));
            for &run in near.into_iter().flatten() {
                // Most runs are so short that little of them lies elsewhere.
                let Run { first, count } = Run::of(run);
                prefetch(self.edges, 4 * first as usize);
                prefetch(self.edges, 4 * (first + count) as usize - 1);
            }
        }
    }
}
