//! Several points at once: each step on the way to their answers is taken for all of them before the
//! next, so that memory gives what they read at the same time. A point by itself waits for a block,
//! then for a cell, then for its edges, each time for as long as a hundred multiplications take.

use super::candidates::{NO_AREAS, Run};
use super::nearest::nearest_among;
use super::{CellView, Found, RECORD};
use crate::geometry::predicate::Position;
use crate::position::Bng;
use crate::storage::prefetch::prefetch;

/// So many runs of a square's candidates are fetched; most squares have no more.
const RUNS: usize = 4;

/// The cells of several points.
#[derive(Clone, Copy, Debug)]
pub struct CellsFound<const N: usize>([Option<Found>; N]);

/// The candidates of a layer for several points.
#[derive(Clone, Copy, Debug)]
pub struct CandidatesFound<const N: usize> {
    layer: usize,
    /// Where the runs of each are; `None` where that is no way to answer.
    runs: [Option<[u32; 2]>; N],
}

impl CellView<'_> {
    /// Finds the cells of several points, and fetches what [`Self::locate_found`] will read.
    #[inline]
    pub fn find_cells<const N: usize>(&self, points: &[Option<Bng>; N]) -> CellsFound<N> {
        let grid = self.frame.grid;
        let mut found = [None; N];
        let mut blocks = [0; N];
        for (at, point) in points.iter().enumerate() {
            if let Some((x, y)) = point.and_then(|point| grid.place(point.coord())) {
                found[at] = Some((x, y));
                blocks[at] = self.blocks[grid.block_of(x, y)];
            }
        }
        let mut cells = [None; N];
        for (at, place) in found.into_iter().enumerate() {
            cells[at] = place.map(|(x, y)| self.cell_of(x, y, blocks[at]));
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

    /// What [`Self::locate`] gives for one of those points, by its number.
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

    /// Finds the candidates of a layer for several points, and fetches them.
    pub fn find_candidates<const N: usize>(
        &self,
        layer: usize,
        points: &[Option<Bng>; N],
    ) -> CandidatesFound<N> {
        let mut runs = [None; N];
        let first = self.candidates.layers.get(layer).filter(|&&first| first != NO_AREAS);
        let Some(&first) = first else { return CandidatesFound { layer, runs } };
        let grid = self.frame.grid;
        let mut places = [None; N];
        let mut blocks = [0; N];
        for (at, point) in points.iter().enumerate() {
            if let Some((x, y)) = point.and_then(|point| grid.place(point.coord())) {
                places[at] = Some((x, y));
                blocks[at] = self.candidates.blocks[first as usize + grid.block_of(x, y)];
            }
        }
        for (at, place) in places.into_iter().enumerate() {
            runs[at] = place.map(|(x, y)| self.candidates.around(grid, x, y, blocks[at]));
        }
        for &[from, _] in runs.iter().flatten() {
            prefetch(self.candidates.runs, from as usize);
        }
        for &[from, to] in runs.iter().flatten() {
            let (from, to) = (from as usize, to as usize);
            let near = self.candidates.runs.get(from..to.min(from + RUNS));
            for &run in near.into_iter().flatten() {
                // Most runs are so short that little of them lies elsewhere.
                let Run { first, count } = Run::of(run);
                prefetch(self.edges, 4 * first as usize);
                prefetch(self.edges, 4 * (first + count) as usize - 1);
            }
        }
        CandidatesFound { layer, runs }
    }

    /// What [`Self::boundary_distance_m`] gives for one of those points, by its number.
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
