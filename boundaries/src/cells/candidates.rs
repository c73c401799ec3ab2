//! Which edges can be the nearest to a point, ready for every square of ground.
//!
//! Points of a square of half diagonal *h* are at most *h* from its centre. If the nearest edge to
//! the centre is *d* away, then the nearest edge to any such point is at most *d* + *h* from that
//! point, and so at most *d* + 2*h* from the centre. The edges of a layer within that reach are the
//! square's *candidates*: the distance from a point to the layer's nearest boundary is the least of
//! the distances to the candidates of its square, exactly.
//!
//! # Layout
//!
//! | array | holds |
//! |---|---|
//! | `layers: u32` | one a layer: the place of its first block in `blocks`, or [`NO_AREAS`] |
//! | `blocks: u64` | one a block of the grid and layer with areas, row by row. High half: log₂ of the side of its squares in metres; low half: the place of its first square in `starts` |
//! | `starts: u32` | one a square, row by row in each block, and one more: where its candidates begin in `runs` |
//! | `runs: u32` | candidates that follow one another in the index's own edges: [`Run`] |

use geo::{Coord, Line};
use rayon::prelude::*;

use super::Frame;
use super::grid::{Grid, Squares, distance_2, square_distance_2};
use super::inventory::{EdgesBySquare, Inventory};
use crate::storage::mmap::Numbers;

/// A layer without areas has no nearest edge.
pub(super) const NO_AREAS: u32 = u32::MAX;

/// Squares are halved until they have so few candidates on average, at best: as many as are looked
/// at in the time of the two cache misses on the way to them.
const CANDIDATES_A_SQUARE: usize = 8;

/// Halving goes on only while it leaves at most this part of the candidates of a square: far from
/// all boundaries it gains nothing.
const WORTH_HALVING: f64 = 0.85;

/// A block is not halved beyond so many squares, or as many as it has edges.
const SQUARES_WITHOUT_EDGES: usize = 16;

/// Far more than the rounding of distances on the British grid, far less than any square.
const MARGIN_M: f64 = 1.0 / 1024.0;

/// Edges that follow one another: the place of the first in the high bits of a word, and how many
/// more there are in the low five.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) first: u32,
    pub(super) count: u32,
}

impl Run {
    const COUNT_BITS: u32 = 5;
    const LONGEST: u32 = 1 << Self::COUNT_BITS;

    /// Reads a word.
    #[inline]
    pub(super) fn of(word: u32) -> Self {
        Self { first: word >> Self::COUNT_BITS, count: (word & (Self::LONGEST - 1)) + 1 }
    }

    fn word(self) -> u32 {
        assert!(self.first >> (32 - Self::COUNT_BITS) == 0, "fewer than 2²⁷ edges");
        self.first << Self::COUNT_BITS | (self.count - 1)
    }

    /// The runs of some edges, ascending.
    fn all(edges: &[u32]) -> impl Iterator<Item = Self> + '_ {
        let follows = |a: &u32, b: &u32| *a + 1 == *b;
        let longest = Self::LONGEST as usize;
        edges
            .chunk_by(follows)
            .flat_map(move |run| run.chunks(longest))
            .map(|run| Self { first: run[0], count: run.len() as u32 })
    }

    /// The coordinates of its edges.
    #[inline]
    pub(super) fn edges(self, of: &[f64]) -> impl Iterator<Item = Line<f64>> + '_ {
        let (first, count) = (4 * self.first as usize, 4 * self.count as usize);
        let (edges, _) = of[first..first + count].as_chunks::<4>();
        edges
            .iter()
            .map(|&[ax, ay, bx, by]| Line::new(Coord { x: ax, y: ay }, Coord { x: bx, y: by }))
    }
}

/// The arrays.
#[derive(Clone, Debug, Default)]
pub(super) struct Candidates {
    pub(super) layers: Numbers<u32>,
    pub(super) blocks: Numbers<u64>,
    pub(super) starts: Numbers<u32>,
    pub(super) runs: Numbers<u32>,
}

/// The arrays wherever they lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct CandidatesView<'a> {
    pub(super) layers: &'a [u32],
    pub(super) blocks: &'a [u64],
    pub(super) starts: &'a [u32],
    pub(super) runs: &'a [u32],
}

impl CandidatesView<'_> {
    /// Where the runs of the square of a place in that block begin and end.
    #[inline]
    pub(super) fn around(&self, grid: Grid, x: u32, y: u32, block: u64) -> [u32; 2] {
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

    /// Finds the candidates of every square of as many layers, in at most so many bytes if the
    /// coarsest squares allow.
    pub(super) fn of(inventory: &Inventory, frame: Frame, layers: usize, bytes: u64) -> Self {
        let grids: Vec<Option<LayerGrid<'_>>> =
            (0..layers).map(|layer| LayerGrid::new(inventory, frame, layer)).collect();
        let mut a_square = CANDIDATES_A_SQUARE;
        loop {
            let found = Self::with(&grids, a_square);
            if found.bytes() <= bytes || a_square > inventory.lines.len() {
                return found;
            }
            a_square *= 2;
        }
    }

    fn with(grids: &[Option<LayerGrid<'_>>], a_square: usize) -> Self {
        let (mut layers, mut blocks) = (Vec::new(), Vec::new());
        let (mut starts, mut runs) = (Vec::new(), Vec::new());
        for grid in grids {
            let Some(grid) = grid else {
                layers.push(NO_AREAS);
                continue;
            };
            layers.push(entry(blocks.len()));
            let halved: Vec<Block> = (0..grid.nearby.len())
                .into_par_iter()
                .map(|block| grid.halve(block, a_square))
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

    /// The bytes that the arrays take.
    pub(super) fn bytes(&self) -> u64 {
        let short = self.layers.len() + self.starts.len() + self.runs.len();
        8 * self.blocks.len() as u64 + 4 * short as u64
    }
}

fn entry(len: usize) -> u32 {
    u32::try_from(len).ok().filter(|&len| len != NO_AREAS).expect("fewer than 2³² candidates")
}

/// One block's squares, row by row: how many runs of candidates each has, and the runs of all. Two
/// lists and not one for each square: there are millions of squares before they are put together.
struct Block {
    bits: u32,
    counts: Vec<u32>,
    runs: Vec<u32>,
}

/// A layer's edges by block, and for each block the blocks that hold all its candidates.
struct LayerGrid<'a> {
    inventory: &'a Inventory,
    frame: Frame,
    by_block: EdgesBySquare,
    nearby: Vec<Vec<u32>>,
}

impl<'a> LayerGrid<'a> {
    /// `None` for a layer without areas.
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

    /// The squares of a block, as small as pays.
    fn halve(&self, block: usize, a_square: usize) -> Block {
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
        let most = self.by_block.of(block).len().max(SQUARES_WITHOUT_EDGES);
        while bits > 0 && squares.len() < most {
            let total: usize = squares.iter().map(Vec::len).sum();
            if total <= a_square * squares.len() {
                break;
            }
            let halved = grid.cell_squares(column, row, bits - 1);
            let quarter = |place: u32| {
                let (x, y) = (place % halved.columns, place / halved.columns);
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
        // What it might still have grown to, all blocks would hold together.
        runs.shrink_to_fit();
        Block { bits, counts, runs }
    }

    /// Which of some edges, all of a larger square's candidates, are those of a square.
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

/// Finds for each block of a square of blocks (its first column and row, and how many it is
/// across) the blocks that hold all its candidates, out of `of`, which hold those of the square.
///
/// The nearest point of an edge lies in a block that the edge meets, at least as far as the block;
/// and an edge that meets a block is at most as far as the block's far corner.
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
        nearby[squares.place(column, row)] = near;
        return;
    }
    let half = across / 2;
    for (right, up) in [(0, 0), (half, 0), (0, half), (half, half)] {
        descend(squares, (column + right, row + up, half), &near, nearby);
    }
}
