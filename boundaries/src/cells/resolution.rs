//! How large blocks and cells are.
//!
//! Blocks are so small that their table still fits a processor's own cache. Cells are halved, block
//! by block, until a point of the block meets half an edge on average: from there on a finer table
//! costs more in cache misses than it saves in edges. Where that needs more memory than the budget
//! allows, points may meet more edges, everywhere alike.

use geo::Coord;
use rayon::prelude::*;

use super::clip::clipped;
use super::grid::Grid;
use super::inventory::{EdgesBySquare, Inventory};
use crate::storage::MemoryBudget;

/// As many blocks as give a table of 512 KiB, half of what today's cores have of level 2 cache.
const MOST_BLOCKS: u64 = 65_536;
/// The smallest block has a side of 2³ m: no boundary is drawn finer.
const SMALLEST_BLOCK_BITS: u32 = 3;
/// Sides of blocks beyond 2²⁴ m, and of corners, would not fit the grid.
const LARGEST_BLOCK_BITS: u32 = 24;
/// A block is halved at most so often into cells, 16,384 of them.
const MOST_HALVINGS: u32 = 7;
/// How many edges a point may meet on average, at best.
const EDGES_A_POINT: f64 = 0.5;

/// The blocks for the ground from `low` to `high` and so many edges.
pub(super) fn grid(low: Coord<f64>, high: Coord<f64>, edges: usize) -> Grid {
    let most = MOST_BLOCKS.min(4 * edges as u64).max(1);
    let mut bits = SMALLEST_BLOCK_BITS;
    loop {
        let grid = Grid::covering(low, high, bits);
        if grid.len() as u64 <= most || bits == LARGEST_BLOCK_BITS {
            return grid;
        }
        bits += 1;
    }
}

/// The edges of a block, as far as they say how large its cells should be.
#[derive(Clone, Copy, Default)]
struct Density {
    edges: f64,
    /// The sum of what they run east or west and what they run north or south within it, metres.
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

    /// How many edges all cells of that side hold together: an edge is in one, and in one more
    /// for each side that it crosses.
    fn in_cells(self, side: f64) -> f64 {
        self.edges + self.run_m / side
    }

    fn halvings(self, grid: Grid, edges_a_point: f64) -> u32 {
        let most = MOST_HALVINGS.min(grid.block_bits);
        let suffices = |&halvings: &u32| {
            let Cells { count, side } = Cells::of(grid, halvings);
            self.in_cells(side) <= edges_a_point * count
        };
        (0..most).find(suffices).unwrap_or(most)
    }

    /// About how many bytes the cells take: their table, the edges, and about 28 more for each
    /// cell that has any.
    fn bytes(self, grid: Grid, halvings: u32) -> f64 {
        let Cells { count, side } = Cells::of(grid, halvings);
        let edges = self.in_cells(side);
        4.0 * count + 16.0 * edges + 28.0 * count.min(edges)
    }
}

/// The cells of a block that was halved so often.
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

/// log₂ of the side of the cells of each block, in metres; the block's own where no edge meets it.
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
    let bytes = |edges_a_point: f64| -> f64 {
        let of = |d: &Density| d.bytes(grid, d.halvings(grid, edges_a_point));
        fixed + densities.iter().map(of).sum::<f64>()
    };
    let mut edges_a_point = EDGES_A_POINT;
    let coarsest =
        densities.iter().fold(0.0_f64, |most, d| most.max(d.in_cells(grid.block_side())));
    while edges_a_point < coarsest && bytes(edges_a_point) > budget.bytes() as f64 {
        edges_a_point *= 1.25;
    }
    densities.iter().map(|d| grid.block_bits - d.halvings(grid, edges_a_point)).collect()
}
