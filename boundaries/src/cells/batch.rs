//! Lookups of several points at once. Each step is taken for all points before the next, so that their
//! cache misses overlap. A single lookup waits for a block, then for a cell, then for its edges, each
//! time for about as long as a hundred multiplications take.

use super::candidates::NO_AREAS;
use super::nearest::nearest_among;
use super::run::Run;
use super::{CellView, FoundCell, RECORD};
use crate::geometry::predicate::Position;
use crate::position::Bng;
use crate::storage::prefetch::prefetch;

/// The number of runs of a square's candidates that are prefetched. Most squares have no more.
const PREFETCHED_RUNS: usize = 4;

/// The cells of several points.
#[derive(Clone, Copy, Debug)]
pub struct CellsFound<const N: usize>([Option<FoundCell>; N]);

/// The candidates of a layer for several points.
#[derive(Clone, Copy, Debug)]
pub struct CandidatesFound<const N: usize> {
    layer: usize,
    /// The range of the runs of each point; `None` for points outside the grid and missing points.
    runs: [Option<[u32; 2]>; N],
}

impl CellView<'_> {
    /// Finds the cells of several points, and prefetches what [`Self::locate_found`] reads.
    #[inline]
    pub fn find_cells<const N: usize>(&self, points: &[Option<Bng>; N]) -> CellsFound<N> {
        let grid = self.frame.grid;
        let mut found = [None; N];
        let mut blocks = [0; N];
        for (at, point) in points.iter().enumerate() {
            if let Some((x, y)) = point.and_then(|point| grid.cell_of(point.coord())) {
                found[at] = Some((x, y));
                blocks[at] = self.blocks[grid.block_of(x, y)];
            }
        }
        let mut cells = [None; N];
        for (at, index) in found.into_iter().enumerate() {
            cells[at] = index.map(|(x, y)| self.cell_of(x, y, blocks[at]));
        }
        for found in cells.iter().flatten() {
            if found.entry & RECORD == 0 {
                prefetch(self.sets, found.entry as usize);
            } else {
                let record = (found.entry & !RECORD) as usize;
                prefetch(self.records, record);
                prefetch(self.records, record + 16);
            }
        }
        CellsFound(cells)
    }

    /// Like [`Self::locate`], for the point with the index `at` of a batch.
    #[inline]
    pub fn locate_found<const N: usize>(
        &self,
        found: &CellsFound<N>,
        at: usize,
        point: Bng,
        mut visit: impl FnMut(usize, usize, Position),
    ) {
        if let Some(found) = found.0[at] {
            self.answer(found, point.coord(), &mut visit);
        }
    }

    /// Finds the candidates of a layer for several points, and prefetches them.
    pub fn find_candidates<const N: usize>(
        &self,
        layer: usize,
        points: &[Option<Bng>; N],
    ) -> CandidatesFound<N> {
        let mut runs = [None; N];
        let first = self.candidates.layers.get(layer).filter(|&&first| first != NO_AREAS);
        let Some(&first) = first else { return CandidatesFound { layer, runs } };
        let grid = self.frame.grid;
        let mut indices = [None; N];
        let mut blocks = [0; N];
        for (at, point) in points.iter().enumerate() {
            if let Some((x, y)) = point.and_then(|point| grid.cell_of(point.coord())) {
                indices[at] = Some((x, y));
                blocks[at] = self.candidates.blocks[first as usize + grid.block_of(x, y)];
            }
        }
        for (at, index) in indices.into_iter().enumerate() {
            runs[at] = index.map(|(x, y)| self.candidates.run_range(grid, x, y, blocks[at]));
        }
        for &[from, _] in runs.iter().flatten() {
            prefetch(self.candidates.runs, from as usize);
        }
        for &[from, to] in runs.iter().flatten() {
            let (from, to) = (from as usize, to as usize);
            let near = self.candidates.runs.get(from..to.min(from + PREFETCHED_RUNS));
            for &run in near.into_iter().flatten() {
                // Most runs are so short that first and last edge cover all their cache lines.
                let Run { first, count } = Run::of(run);
                prefetch(self.edges, 4 * first as usize);
                prefetch(self.edges, 4 * (first + count) as usize - 1);
            }
        }
        CandidatesFound { layer, runs }
    }

    /// Like [`Self::boundary_distance_m`], for the point with the index `at` of a batch.
    #[inline]
    pub fn distance_to_found<const N: usize>(
        &self,
        found: &CandidatesFound<N>,
        at: usize,
        point: Bng,
    ) -> Option<f64> {
        match found.runs[at] {
            Some([from, to]) => {
                let runs = &self.candidates.runs[from as usize..to as usize];
                Some(nearest_among(runs, self.edges, point.coord()))
            }
            None => self.boundary_distance_m(found.layer, point),
        }
    }
}
