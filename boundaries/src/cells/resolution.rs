//! The choice of the sizes of blocks and cells.
//!
//! Blocks are as small as possible while their table fits the level 2 cache of a core. Cells are
//! halved, block by block, until a lookup in the block checks half an edge on average. Beyond that a
//! finer table costs more in cache misses than it saves in edges. If that exceeds the memory budget,
//! the number of edges per lookup is raised for all blocks alike.

use geo::Coord;
use rayon::prelude::*;

use super::clip::clipped;
use super::grid::Grid;
use super::inventory::{EdgesBySquare, Inventory};
use crate::storage::MemoryBudget;

/// The greatest number of blocks. Their table takes 512 KiB, half of the level 2 cache of current
/// cores.
const MAX_BLOCKS: u64 = 65_536;
/// log₂ of the smallest side of a block, 8 m: finer blocks are no use, given the detail of boundaries.
const MIN_BLOCK_BITS: u32 = 3;
/// log₂ of the greatest side of a block, in metres. Greater coordinates would not fit the grid.
const MAX_BLOCK_BITS: u32 = 24;
/// The greatest number of times that a block is halved, into 16,384 cells.
const MAX_HALVINGS: u32 = 7;
/// The target for the average number of edges that a lookup checks.
const EDGES_PER_LOOKUP: f64 = 0.5;

/// The grid for the extent from `low` to `high` and that number of edges.
pub(super) fn grid(low: Coord<f64>, high: Coord<f64>, edges: usize) -> Grid {
    let most = MAX_BLOCKS.min(4 * edges as u64).max(1);
    let mut bits = MIN_BLOCK_BITS;
    loop {
        let grid = Grid::covering(low, high, bits);
        if grid.len() as u64 <= most || bits == MAX_BLOCK_BITS {
            return grid;
        }
        bits += 1;
    }
}

/// The statistics of a block's edges from which the size of its cells follows.
#[derive(Clone, Copy, Default)]
struct Density {
    edges: f64,
    /// The sum of the east-west and north-south lengths of its edges within the block, in metres.
    run_m: f64,
}

impl Density {
    fn of(inventory: &Inventory, edges: &[u32], centre: Coord<f64>, half: f64) -> Self {
        let runs = edges.iter().filter_map(|&edge| clipped(inventory.line(edge), centre, half));
        Self {
            edges: edges.len() as f64,
            run_m: runs.map(|line| line.dx().abs() + line.dy().abs()).sum(),
        }
    }

    /// The total number of edges over all cells of that side: an edge is in one cell, and in one more
    /// for each side of a cell that it crosses.
    fn in_cells(self, side: f64) -> f64 {
        self.edges + self.run_m / side
    }

    fn halvings(self, grid: Grid, edges_per_lookup: f64) -> u32 {
        let most = MAX_HALVINGS.min(grid.block_bits);
        let suffices = |&halvings: &u32| {
            let Cells { count, side } = Cells::of(grid, halvings);
            self.in_cells(side) <= edges_per_lookup * count
        };
        (0..most).find(suffices).unwrap_or(most)
    }

    /// The approximate size of the cells in bytes: their table, the edges, and about 28 bytes for each
    /// cell that has edges.
    fn bytes(self, grid: Grid, halvings: u32) -> f64 {
        let Cells { count, side } = Cells::of(grid, halvings);
        let edges = self.in_cells(side);
        4.0 * count + 16.0 * edges + 28.0 * count.min(edges)
    }
}

/// The cells of a block after a number of halvings.
struct Cells {
    count: f64,
    side: f64,
}

impl Cells {
    fn of(grid: Grid, halvings: u32) -> Self {
        let along = f64::from(1_u32 << halvings);
        Self { count: along * along, side: grid.block_side() / along }
    }
}

/// log₂ of the side of each block's cells in metres; that of the block itself if it has no edges.
pub(super) fn cell_bits(
    grid: Grid,
    inventory: &Inventory,
    by_block: &EdgesBySquare,
    budget: MemoryBudget,
) -> Vec<u32> {
    let squares = grid.squares();
    let densities: Vec<Density> = (0..grid.len())
        .into_par_iter()
        .map(|block| {
            let (column, row) = (block as u32 % grid.columns, block as u32 / grid.columns);
            let centre = squares.centre(column, row);
            Density::of(inventory, by_block.of(block), centre, grid.block_side() / 2.0)
        })
        .collect();

    let fixed = 16.0 * grid.len() as f64 + 32.0 * inventory.lines.len() as f64;
    let bytes = |edges_per_lookup: f64| -> f64 {
        let of = |d: &Density| d.bytes(grid, d.halvings(grid, edges_per_lookup));
        fixed + densities.iter().map(of).sum::<f64>()
    };
    let mut edges_per_lookup = EDGES_PER_LOOKUP;
    let coarsest =
        densities.iter().fold(0.0_f64, |most, d| most.max(d.in_cells(grid.block_side())));
    while edges_per_lookup < coarsest && bytes(edges_per_lookup) > budget.bytes() as f64 {
        edges_per_lookup *= 1.25;
    }
    densities.iter().map(|d| grid.block_bits - d.halvings(grid, edges_per_lookup)).collect()
}
