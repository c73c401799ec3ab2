//! For every square of the grid, the edges that can be the nearest to a point in it.
//!
//! A point in a square of half-diagonal *h* is at most *h* from the centre. If the edge nearest to the
//! centre is at distance *d*, then the edge nearest to the point is at most *d* + *h* from the point,
//! and so at most *d* + 2*h* from the centre. The edges of a layer within that distance are the
//! *candidates* of the square. The distance from a point to the nearest boundary of the layer is
//! exactly the least distance to the candidates of its square.
//!
//! # Layout
//!
//! | array | content |
//! |---|---|
//! | `layers: u32` | one per layer: the index of its first block in `blocks`, or [`NO_AREAS`] |
//! | `blocks: u64` | one per block of the grid and layer with areas, row by row. High half: log₂ of the side of its squares in metres; low half: the index of its first square in `starts` |
//! | `starts: u32` | one per square, row by row in each block, and one more: the start of its candidates in `runs` |
//! | `runs: u32` | candidates that are adjacent in the edges of the cell index: [`Run`] |

use geo::Coord;
use rayon::prelude::*;

use super::Frame;
use super::grid::{Grid, Squares, distance_2, square_distance_2};
use super::inventory::{EdgesBySquare, Inventory};
use super::run::Run;
use crate::storage::mmap::Numbers;

/// Stands for a layer without areas.
pub(super) const NO_AREAS: u32 = u32::MAX;

/// Squares are halved until they have at most this many candidates on average: checking that many takes
/// as long as the two cache misses to find them.
const CANDIDATES_PER_SQUARE: usize = 8;

/// Halving continues only while it reduces the candidates of a square to at most this fraction. Far
/// from all boundaries it does not.
const WORTH_HALVING: f64 = 0.85;

/// The number of squares beyond which a block is not halved, unless it has more edges.
const MIN_SQUARES: usize = 16;

/// A margin in metres: far more than the rounding errors of distances, far less than any square.
const MARGIN_M: f64 = 1.0 / 1024.0;

/// The arrays, owned.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidates {
    pub(super) layers: Numbers<u32>,
    pub(super) blocks: Numbers<u64>,
    pub(super) starts: Numbers<u32>,
    pub(super) runs: Numbers<u32>,
}

/// The arrays, by reference.
#[derive(Clone, Copy, Debug)]
pub(super) struct CandidatesView<'a> {
    pub(super) layers: &'a [u32],
    pub(super) blocks: &'a [u64],
    pub(super) starts: &'a [u32],
    pub(super) runs: &'a [u32],
}

impl CandidatesView<'_> {
    /// The start and end of the runs of a square, given its block and an offset from the corner of the
    /// grid.
    #[inline]
    pub(super) fn run_range(&self, grid: Grid, x: u32, y: u32, block: u64) -> [u32; 2] {
        let square = block as u32 as usize + grid.cell_in_block(x, y, (block >> 32) as u32);
        [self.starts[square], self.starts[square + 1]]
    }
}

impl Candidates {
    pub(super) fn view(&self) -> CandidatesView<'_> {
        CandidatesView {
            layers: &self.layers,
            blocks: &self.blocks,
            starts: &self.starts,
            runs: &self.runs,
        }
    }

    /// Finds the candidates of every square of the first `layers` layers. The result takes at most
    /// `bytes` bytes, unless even the coarsest squares need more.
    pub(super) fn of(inventory: &Inventory, frame: Frame, layers: usize, bytes: u64) -> Self {
        let grids: Vec<Option<LayerGrid<'_>>> =
            (0..layers).map(|layer| LayerGrid::new(inventory, frame, layer)).collect();
        let mut per_square = CANDIDATES_PER_SQUARE;
        loop {
            let found = Self::with(&grids, per_square);
            if found.bytes() <= bytes || per_square > inventory.lines.len() {
                return found;
            }
            per_square *= 2;
        }
    }

    fn with(grids: &[Option<LayerGrid<'_>>], per_square: usize) -> Self {
        let (mut layers, mut blocks) = (Vec::new(), Vec::new());
        let (mut starts, mut runs) = (Vec::new(), Vec::new());
        for grid in grids {
            let Some(grid) = grid else {
                layers.push(NO_AREAS);
                continue;
            };
            layers.push(entry(blocks.len()));
            let halved: Vec<HalvedBlock> = (0..grid.nearby.len())
                .into_par_iter()
                .map(|block| grid.halve(block, per_square))
                .collect();
            starts.reserve(halved.iter().map(|block| block.counts.len()).sum::<usize>() + 1);
            runs.reserve(halved.iter().map(|block| block.runs.len()).sum());
            for block in halved {
                blocks.push(u64::from(block.bits) << 32 | u64::from(entry(starts.len())));
                let mut start = runs.len();
                for count in block.counts {
                    starts.push(entry(start));
                    start += count as usize;
                }
                runs.extend(block.runs);
            }
        }
        starts.push(entry(runs.len()));
        Self {
            layers: layers.into(),
            blocks: blocks.into(),
            starts: starts.into(),
            runs: runs.into(),
        }
    }

    /// The size of the arrays in bytes.
    pub(super) fn bytes(&self) -> u64 {
        let short = self.layers.len() + self.starts.len() + self.runs.len();
        8 * self.blocks.len() as u64 + 4 * short as u64
    }
}

fn entry(len: usize) -> u32 {
    u32::try_from(len).ok().filter(|&len| len != NO_AREAS).expect("fewer than 2³² candidates")
}

/// The squares of one block, row by row: the number of runs of each, and the runs of all. Not a list
/// per square, because millions of squares are in memory before they are concatenated.
struct HalvedBlock {
    bits: u32,
    counts: Vec<u32>,
    runs: Vec<u32>,
}

/// The edges of a layer by block, and for each block the blocks that contain all its candidates.
struct LayerGrid<'a> {
    inventory: &'a Inventory,
    frame: Frame,
    by_block: EdgesBySquare,
    nearby: Vec<Vec<u32>>,
}

impl<'a> LayerGrid<'a> {
    /// Returns `None` for a layer without areas.
    fn new(inventory: &'a Inventory, frame: Frame, layer: usize) -> Option<Self> {
        let is_own = |edge: &u32| {
            inventory.items(*edge).iter().any(|&item| frame.layer_and_area(item).0 == layer)
        };
        let own: Vec<u32> = (0..inventory.lines.len() as u32).filter(is_own).collect();
        if own.is_empty() {
            return None;
        }
        let squares = frame.grid.squares();
        let by_block = EdgesBySquare::new(inventory, own.iter().copied(), squares);
        let with_edges: Vec<u32> = (0..squares.len() as u32)
            .filter(|&block| !by_block.of(block as usize).is_empty())
            .collect();
        let mut nearby = vec![Vec::new(); squares.len()];
        let across = squares.columns.max(squares.rows).next_power_of_two();
        descend(squares, (0, 0, across), &with_edges, &mut nearby);
        Some(Self { inventory, frame, by_block, nearby })
    }

    /// Halves a block into squares while that reduces the number of candidates.
    fn halve(&self, block: usize, per_square: usize) -> HalvedBlock {
        let grid = self.frame.grid;
        let (column, row) = (block as u32 % grid.columns, block as u32 / grid.columns);
        let mut around: Vec<u32> = self.nearby[block]
            .iter()
            .flat_map(|&other| self.by_block.of(other as usize))
            .copied()
            .collect();
        around.sort_unstable();
        around.dedup();
        let mut bits = grid.block_bits;
        let mut squares =
            vec![self.candidates(grid.cell_squares(column, row, bits), 0, 0, &around)];
        let most = self.by_block.of(block).len().max(MIN_SQUARES);
        while bits > 0 && squares.len() < most {
            let total: usize = squares.iter().map(Vec::len).sum();
            if total <= per_square * squares.len() {
                break;
            }
            let halved = grid.cell_squares(column, row, bits - 1);
            let quarter = |index: u32| {
                let (x, y) = (index % halved.columns, index / halved.columns);
                let parent = (y / 2) * (halved.columns / 2) + x / 2;
                self.candidates(halved, x, y, &squares[parent as usize])
            };
            let quarters: Vec<Vec<u32>> = (0..halved.len() as u32).map(quarter).collect();
            let left: usize = quarters.iter().map(Vec::len).sum();
            if left as f64 > WORTH_HALVING * 4.0 * total as f64 {
                break;
            }
            (squares, bits) = (quarters, bits - 1);
        }
        let (mut counts, mut runs) = (Vec::with_capacity(squares.len()), Vec::new());
        for candidates in squares {
            let before = runs.len();
            runs.extend(Run::all(&candidates).map(Run::word));
            counts.push((runs.len() - before) as u32);
        }
        // All blocks are in memory at once, so spare capacity would add up.
        runs.shrink_to_fit();
        HalvedBlock { bits, counts, runs }
    }

    /// The candidates of a square among `of`, the candidates of a larger square that contains it.
    fn candidates(&self, squares: Squares, column: u32, row: u32, of: &[u32]) -> Vec<u32> {
        let centre = squares.centre(column, row);
        let distances: Vec<f64> =
            of.iter().map(|&edge| distance_2(self.inventory.line(edge), centre).sqrt()).collect();
        let nearest = distances.iter().copied().fold(f64::INFINITY, f64::min);
        let reach = nearest + diagonal(squares.side) + MARGIN_M;
        let near = of.iter().zip(distances).filter(|(_, distance)| *distance <= reach);
        near.map(|(&edge, _)| edge).collect()
    }
}

fn diagonal(side: f64) -> f64 {
    side * std::f64::consts::SQRT_2
}

/// For each block of a square of blocks, given by its first column and row and its width in blocks,
/// finds the blocks that contain all its candidates, among `of`, which contain those of the square.
///
/// The nearest point of an edge is in a block that the edge intersects, so it is at least as far away
/// as that block. An edge that intersects a block is at most as far away as the block's far corner.
fn descend(squares: Squares, at: (u32, u32, u32), of: &[u32], nearby: &mut [Vec<u32>]) {
    let (column, row, across) = at;
    if column >= squares.columns || row >= squares.rows {
        return;
    }
    let side = f64::from(across) * squares.side;
    let low = |n: u32, corner: f64| corner + f64::from(n) * squares.side;
    let centre = Coord {
        x: low(column, squares.corner.x) + side / 2.0,
        y: low(row, squares.corner.y) + side / 2.0,
    };
    let distance = |&block: &u32| {
        let (x, y) = (block % squares.columns, block / squares.columns);
        let corner = Coord { x: low(x, squares.corner.x), y: low(y, squares.corner.y) };
        square_distance_2(corner, squares.side, centre).sqrt()
    };
    let distances: Vec<f64> = of.iter().map(distance).collect();
    let nearest = distances.iter().copied().fold(f64::INFINITY, f64::min);
    let reach = nearest + diagonal(squares.side) + diagonal(side) + MARGIN_M;
    let near: Vec<u32> = of
        .iter()
        .zip(&distances)
        .filter(|(_, distance)| **distance <= reach)
        .map(|(&block, _)| block)
        .collect();
    if across == 1 {
        nearby[squares.index_of(column, row)] = near;
        return;
    }
    let half = across / 2;
    for (right, up) in [(0, 0), (half, 0), (0, half), (half, half)] {
        descend(squares, (column + right, row + up, half), &near, nearby);
    }
}
