//! The grid of square blocks and cells. Sides are powers of two of a metre and corners are whole
//! metres, so the cell of a point and the centre of a cell are exact.

use geo::{Coord, Line};
use serde::{Deserialize, Serialize};

/// The greatest coordinate of a corner in metres, far beyond any position on the National Grid.
const FARTHEST_M: f64 = (1 << 24) as f64;

/// A rectangle of square blocks. A block or cell includes its west and south sides and excludes its
/// east and north sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Grid {
    /// The south-west corner, in BNG metres.
    pub(super) west: i32,
    pub(super) south: i32,
    /// The number of blocks from west to east, and from south to north.
    pub(super) columns: u32,
    pub(super) rows: u32,
    /// log₂ of a block's side in metres.
    pub(super) block_bits: u32,
}

/// The greatest integer not above `v`, saturating at the limits of the type.
#[inline]
pub(super) fn whole(v: f64) -> i32 {
    let toward_zero = v as i32;
    toward_zero.saturating_sub(i32::from(f64::from(toward_zero) > v))
}

impl Grid {
    /// The blocks of that size that cover the rectangle from `low` to `high`, both inclusive.
    pub(super) fn covering(low: Coord<f64>, high: Coord<f64>, block_bits: u32) -> Self {
        let block = |v: f64| whole(v.clamp(-FARTHEST_M, FARTHEST_M)) >> block_bits;
        let (column, row) = (block(low.x), block(low.y));
        Self {
            west: column << block_bits,
            south: row << block_bits,
            columns: (block(high.x) - column + 1) as u32,
            rows: (block(high.y) - row + 1) as u32,
            block_bits,
        }
    }

    /// The number of blocks.
    pub(super) fn len(self) -> usize {
        self.columns as usize * self.rows as usize
    }

    /// Whole metres from the south-west corner to a point; `None` if it is outside the grid.
    #[inline]
    pub(super) fn cell_of(self, point: Coord<f64>) -> Option<(u32, u32)> {
        // A point west or south of the corner wraps round to a number beyond the far side.
        let x = whole(point.x).wrapping_sub(self.west) as u32;
        let y = whole(point.y).wrapping_sub(self.south) as u32;
        let inside = (x >> self.block_bits) < self.columns && (y >> self.block_bits) < self.rows;
        inside.then_some((x, y))
    }

    /// The index of the block at an offset from the corner.
    #[inline]
    pub(super) fn block_of(self, x: u32, y: u32) -> usize {
        (y >> self.block_bits) as usize * self.columns as usize + (x >> self.block_bits) as usize
    }

    /// The index within its block of the cell at an offset from the corner, for cells of side
    /// 2^`cell_bits` metres.
    #[inline]
    pub(super) fn cell_in_block(self, x: u32, y: u32, cell_bits: u32) -> usize {
        let mask = (1_u32 << self.block_bits) - 1;
        let (column, row) = ((x & mask) >> cell_bits, (y & mask) >> cell_bits);
        ((row << (self.block_bits - cell_bits)) + column) as usize
    }

    /// The centre of the cell at an offset from the corner.
    #[inline]
    pub(super) fn centre(self, x: u32, y: u32, cell_bits: u32) -> Coord<f64> {
        let middle = |v: u32, corner: i32| {
            let low = f64::from(corner) + f64::from(v >> cell_bits << cell_bits);
            low + 0.5 * f64::from(1_u32 << cell_bits)
        };
        Coord { x: middle(x, self.west), y: middle(y, self.south) }
    }

    /// The south-west corner of a block.
    pub(super) fn corner(self, column: u32, row: u32) -> Coord<f64> {
        let corner = |n: u32, origin: i32| f64::from(origin) + f64::from(n << self.block_bits);
        Coord { x: corner(column, self.west), y: corner(row, self.south) }
    }

    /// The side of a block in metres.
    pub(super) fn block_side(self) -> f64 {
        f64::from(1_u32 << self.block_bits)
    }

    /// The blocks as squares of one rectangle.
    pub(super) fn squares(self) -> Squares {
        Squares {
            corner: self.corner(0, 0),
            side: self.block_side(),
            columns: self.columns,
            rows: self.rows,
        }
    }

    /// The cells of one block as squares.
    pub(super) fn cell_squares(self, column: u32, row: u32, cell_bits: u32) -> Squares {
        let along = 1 << (self.block_bits - cell_bits);
        Squares {
            corner: self.corner(column, row),
            side: f64::from(1_u32 << cell_bits),
            columns: along,
            rows: along,
        }
    }
}

/// A rectangle of equal squares: all blocks, or the cells of one block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Squares {
    pub(super) corner: Coord<f64>,
    pub(super) side: f64,
    pub(super) columns: u32,
    pub(super) rows: u32,
}

impl Squares {
    /// The number of squares.
    pub(super) fn len(self) -> usize {
        self.columns as usize * self.rows as usize
    }

    /// The index of a square, row by row.
    pub(super) fn index_of(self, column: u32, row: u32) -> usize {
        row as usize * self.columns as usize + column as usize
    }

    /// The centre of a square.
    pub(super) fn centre(self, column: u32, row: u32) -> Coord<f64> {
        let middle = |n: u32, corner: f64| corner + (f64::from(n) + 0.5) * self.side;
        Coord { x: middle(column, self.corner.x), y: middle(row, self.corner.y) }
    }
}

/// The squared distance from a point to the square with the south-west corner `low`, in m²; 0 inside.
pub(super) fn square_distance_2(low: Coord<f64>, side: f64, point: Coord<f64>) -> f64 {
    let off = |low: f64, v: f64| (low - v).max(v - (low + side)).max(0.0);
    let (dx, dy) = (off(low.x, point.x), off(low.y, point.y));
    dx * dx + dy * dy
}

/// The squared distance from a point to an edge, in m².
pub(super) fn distance_2(edge: Line<f64>, point: Coord<f64>) -> f64 {
    let (way, along) = (point - edge.start, edge.end - edge.start);
    let length_2 = along.x * along.x + along.y * along.y;
    let t = ((way.x * along.x + way.y * along.y) / length_2).clamp(0.0, 1.0);
    let (dx, dy) = (way.x - t * along.x, way.y - t * along.y);
    dx * dx + dy * dy
}
