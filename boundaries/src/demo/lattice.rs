//! The lattice: small blocks that tile the plane. Some of them become land.
//!
//! Blocks are the cells of a hexagonal lattice with randomly displaced corners and irregular sides.
//! Wards, parishes and the county are groups of whole blocks. In such a lattice exactly three
//! blocks meet at each corner, so the rings around any group are simple and never touch each other:
//! every group is a valid geometry.
//!
//! Sides cannot cross. Let the lattice have sides of length 1. Corners move by less than
//! [`CORNER_SHIFT`] along each axis, less than 0.27 in all, and are at distance 1 from the middle
//! of each of their blocks. Seen from a middle, corners therefore keep their order, and the
//! triangles between a middle and each side do not overlap. In each such triangle the angles at the
//! two ends of the side are more than 28° (worst case: one end moved outward, the other inward). A
//! side stays within the rhombus around it whose edges rise from both ends with [`SLOPE`], less
//! than 19°, so it stays within its own two triangles. A side always advances from one end to the
//! other, so it never meets itself. Rounding to whole centimetres moves points a thousand times
//! less than the remaining distance.

use std::cmp::Ordering;

use geo::Coord;

use super::rng::{Purpose, Rng};
use crate::geometry::predicate::orientation;

/// The largest displacement of a corner along each axis, as a fraction of the side length.
const CORNER_SHIFT: f64 = 0.19;

/// The largest distance of a point from the straight side, as a fraction of the distance to its
/// nearer end.
const SLOPE: f64 = 0.34;

/// The height of an equilateral triangle of side 1: half the square root of 3.
const HALF_ROOT_3: f64 = 0.866_025_403_784_438_6;

/// The number of rows and columns along the edge that are always sea, so that land always has
/// neighbours.
const MARGIN: usize = 3;

/// A block, as an index into the lattice, row by row from the south-west.
pub(super) type Block = usize;

/// The label of a block that is in no group.
pub(super) const NOBODY: u32 = u32::MAX;

/// A lattice of blocks.
pub(super) struct Lattice {
    seed: u64,
    columns: usize,
    rows: usize,
    /// Side length before corners are displaced, in metres.
    side_m: f64,
    /// Middle of the south-west block, in BNG metres.
    origin: Coord<f64>,
    /// The number of straight pieces per side, a power of two.
    pieces: usize,
    /// The north and south corner of each block, in BNG metres, rounded to centimetres.
    corners: Vec<[Coord<f64>; 2]>,
}

impl Lattice {
    /// Creates a square of at least `blocks` blocks with sides of `side_m` metres.
    pub(super) fn new(
        seed: u64,
        blocks: usize,
        side_m: f64,
        origin: Coord<f64>,
        pieces: usize,
    ) -> Self {
        // In side lengths, columns are 2 × HALF_ROOT_3 apart and rows 1.5.
        let rows = (blocks as f64 * 2.0 * HALF_ROOT_3 / 1.5).sqrt().ceil() as usize + 2 * MARGIN;
        let columns =
            (blocks as f64 * 1.5 / (2.0 * HALF_ROOT_3)).sqrt().ceil() as usize + 2 * MARGIN;
        let mut lattice = Self { seed, columns, rows, side_m, origin, pieces, corners: Vec::new() };
        lattice.corners = (0..lattice.len())
            .map(|block| {
                let mut rng = Rng::at(seed, Purpose::Corners, block as u64);
                let middle = lattice.middle(block);
                [1.0, -1.0].map(|up| Coord {
                    x: whole_cm(middle.x + rng.signed() * CORNER_SHIFT * side_m),
                    y: whole_cm(middle.y + (up + rng.signed() * CORNER_SHIFT) * side_m),
                })
            })
            .collect();
        lattice
    }

    /// Returns the number of blocks.
    pub(super) fn len(&self) -> usize {
        self.columns * self.rows
    }

    /// Returns the number of rows and columns.
    pub(super) fn rows_and_columns(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// Returns the middle of a block, in BNG metres.
    pub(super) fn middle(&self, block: Block) -> Coord<f64> {
        let (row, column) = (block / self.columns, block % self.columns);
        let shift = if row % 2 == 1 { 0.5 } else { 0.0 };
        Coord {
            x: self.origin.x + (column as f64 + shift) * 2.0 * HALF_ROOT_3 * self.side_m,
            y: self.origin.y + row as f64 * 1.5 * self.side_m,
        }
    }

    /// Returns the squared distance between the middles of two blocks, in side lengths.
    pub(super) fn distance2(&self, a: Block, b: Block) -> f64 {
        let (a, b) = (self.middle(a), self.middle(b));
        let (dx, dy) = ((a.x - b.x) / self.side_m, (a.y - b.y) / self.side_m);
        dx * dx + dy * dy
    }

    /// Returns true if a block is far enough from the edge to have all its neighbours, and its
    /// neighbours theirs.
    pub(super) fn is_inner(&self, block: Block) -> bool {
        let (row, column) = (block / self.columns, block % self.columns);
        (MARGIN..self.rows - MARGIN).contains(&row)
            && (MARGIN..self.columns - MARGIN).contains(&column)
    }

    /// Returns the block across a side: 0 is east, 1 north-east, and so on counter-clockwise. The
    /// block must not be on the edge of the lattice.
    pub(super) fn across(&self, block: Block, side: usize) -> Block {
        let odd = block / self.columns % 2;
        match side {
            0 => block + 1,
            1 => block + self.columns + odd,
            2 => block + self.columns + odd - 1,
            3 => block - 1,
            4 => block + odd - self.columns - 1,
            _ => block + odd - self.columns,
        }
    }

    /// Returns the six blocks around a block, counter-clockwise from the east.
    pub(super) fn around(&self, block: Block) -> [Block; 6] {
        [0, 1, 2, 3, 4, 5].map(|side| self.across(block, side))
    }

    /// Returns the start of a side, counter-clockwise around its block.
    pub(super) fn corner(&self, block: Block, side: usize) -> Coord<f64> {
        match side % 6 {
            0 => self.corners[self.across(block, 5)][0],
            1 => self.corners[self.across(block, 1)][1],
            2 => self.corners[block][0],
            3 => self.corners[self.across(block, 2)][1],
            4 => self.corners[self.across(block, 4)][0],
            _ => self.corners[block][1],
        }
    }

    /// Appends the points of a side, counter-clockwise around its block, without the last. Seen
    /// from the block across, the same side has the same points bit for bit, in reverse.
    pub(super) fn extend_with_side(&self, block: Block, side: usize, points: &mut Vec<Coord<f64>>) {
        let from = points.len();
        if side < 3 {
            self.draw_side(block, side, points);
        } else {
            self.draw_side(self.across(block, side), side - 3, points);
            points[from..].reverse();
        }
        points.pop();
    }

    /// Returns the block that contains a point, or `None` near or beyond the edge of the lattice.
    /// For a point on a side, returns either block.
    pub(super) fn block_at(&self, point: Coord<f64>) -> Option<Block> {
        let row = ((point.y - self.origin.y) / (1.5 * self.side_m)).round();
        let shift = if row as i64 % 2 == 0 { 0.0 } else { 0.5 };
        let column =
            ((point.x - self.origin.x) / (2.0 * HALF_ROOT_3 * self.side_m) - shift).round();
        if row < 0.0 || column < 0.0 || column >= self.columns as f64 {
            return None;
        }
        let guess = row as usize * self.columns + column as usize;
        if guess >= self.len() || !self.is_inner(guess) {
            return None;
        }
        // Find the triangle between a middle and a side that contains the point.
        let mut candidates = std::iter::once(guess).chain(self.around(guess));
        let (block, side) = candidates.find_map(|block| {
            let middle = self.middle(block);
            let side = (0..6).find(|&side| {
                let (start, end) = (self.corner(block, side), self.corner(block, side + 1));
                is_left(middle, start, point)
                    && is_left(start, end, point)
                    && is_left(end, middle, point)
            });
            side.map(|side| (block, side))
        })?;
        // Within that triangle, the side separates its block from the block across.
        let mut drawn = Vec::with_capacity(MAX_PIECES + 1);
        self.extend_with_side(block, side, &mut drawn);
        drawn.push(self.corner(block, side + 1));
        let (start, along) = (drawn[0], drawn[drawn.len() - 1] - drawn[0]);
        let advance = |p: Coord<f64>| (p.x - start.x) * along.x + (p.y - start.y) * along.y;
        let beside = drawn
            .windows(2)
            .find(|piece| advance(point) <= advance(piece[1]))
            .unwrap_or(&drawn[drawn.len() - 2..]);
        Some(if is_left(beside[0], beside[1], point) { block } else { self.across(block, side) })
    }

    /// Draws a side by midpoint displacement, including both ends.
    fn draw_side(&self, block: Block, side: usize, points: &mut Vec<Coord<f64>>) {
        let (start, end) = (self.corner(block, side), self.corner(block, side + 1));
        let along = end - start;
        let mut rng = Rng::at(self.seed, Purpose::Sides, (block * 3 + side) as u64);
        let n = self.pieces;
        // The distance of each point to the left of the straight line, in units of its length.
        let mut aside = [0.0_f64; MAX_PIECES + 1];
        let mut step = n;
        let mut reach = 0.16;
        while step > 1 {
            let half = step / 2;
            for middle in (half..n).step_by(step) {
                let level = (aside[middle - half] + aside[middle + half]) * 0.5;
                let nearer_end = middle.min(n - middle) as f64 / n as f64;
                let most = SLOPE * nearer_end;
                aside[middle] = (level + rng.signed() * reach).clamp(-most, most);
            }
            step = half;
            reach *= 0.5;
        }
        points.push(start);
        for (i, aside) in aside.iter().enumerate().take(n).skip(1) {
            // Shift the point along the line too, by less than half its distance to the next and
            // only inwards, so that it stays in the rhombus.
            let even = i as f64 / n as f64;
            let inward = match (2 * i).cmp(&n) {
                Ordering::Less => 1.0,
                Ordering::Equal => 0.0,
                Ordering::Greater => -1.0,
            };
            let part = even + inward * rng.unit() * 0.3 / n as f64;
            points.push(Coord {
                x: whole_cm(start.x + part * along.x - aside * along.y),
                y: whole_cm(start.y + part * along.y + aside * along.x),
            });
        }
        points.push(end);
    }
}

/// The maximum number of straight pieces per side.
pub(super) const MAX_PIECES: usize = 32;

/// Returns true if a point is to the left of a line or on it.
fn is_left(from: Coord<f64>, to: Coord<f64>, point: Coord<f64>) -> bool {
    orientation(from, to, point) >= 0.0
}

/// Rounds a coordinate to whole centimetres, so that its bits do not depend on how it was computed.
pub(super) fn whole_cm(metres: f64) -> f64 {
    (metres * 100.0).round() / 100.0
}

/// The connected parts of groups of blocks.
pub(super) struct Parts {
    /// The part of each inner block, or [`NOBODY`] for a block in no group.
    pub(super) part: Vec<u32>,
    /// The number of blocks of each part.
    pub(super) sizes: Vec<usize>,
}

impl Parts {
    /// Finds the connected parts of the groups given by `group`, numbered by their first block.
    pub(super) fn of(lattice: &Lattice, group: impl Fn(Block) -> u32) -> Self {
        let mut parts = Self { part: vec![NOBODY; lattice.len()], sizes: Vec::new() };
        for start in (0..lattice.len()).filter(|&b| lattice.is_inner(b)) {
            let of = group(start);
            if of == NOBODY || parts.part[start] != NOBODY {
                continue;
            }
            let number = parts.sizes.len() as u32;
            let mut edge = vec![start];
            let mut size = 0;
            parts.part[start] = number;
            while let Some(block) = edge.pop() {
                size += 1;
                for next in lattice.around(block) {
                    if lattice.is_inner(next) && parts.part[next] == NOBODY && group(next) == of {
                        parts.part[next] = number;
                        edge.push(next);
                    }
                }
            }
            parts.sizes.push(size);
        }
        parts
    }
}

/// Returns 0 if `chosen`, otherwise [`NOBODY`].
pub(super) fn label_if(chosen: bool) -> u32 {
    if chosen { 0 } else { NOBODY }
}
