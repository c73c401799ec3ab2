//! Snap rounding: moves lines onto a grid so that they meet only at grid points.
//!
//! Rounding each vertex separately can push a vertex across a neighbouring edge. Here the grid cell
//! of every vertex is *hot*, and every segment that passes through a hot cell gets a vertex there.
//! If the input lines meet only at their vertices, the output lines do not cross, no vertex lies
//! inside another's edge, and edges that coincide are equal (Guibas and Marimont, "Rounding
//! arrangements dynamically", 1998). All decisions are exact.

use std::cmp::Ordering;

use super::point_index::PointIndex;

/// A point of the input grid or of the output grid.
pub(super) type Point = (i32, i32);

/// The hot cells of one output grid.
///
/// A cell of the output grid is a square of 2^`shift` input steps around its centre, without its
/// right and upper sides, so that every point lies in exactly one cell.
#[derive(Debug)]
pub(super) struct HotCells {
    shift: u32,
    cells: PointIndex,
}

/// Returns the cell of a point.
pub(super) const fn cell(p: Point, shift: u32) -> Point {
    (axis_cell(p.0, shift), axis_cell(p.1, shift))
}

/// Works in half steps, so that cells have integer sides even if `shift` is 0.
const fn axis_cell(v: i32, shift: u32) -> i32 {
    ((2 * v as i64 + (1 << shift)) >> (shift + 1)) as i32
}

impl HotCells {
    /// Creates the set of hot cells. Duplicates are removed.
    pub(super) fn new(mut cells: Vec<Point>, shift: u32) -> Self {
        cells.sort_unstable();
        cells.dedup();
        Self { shift, cells: PointIndex::new(cells.into_iter().map(|(x, y)| (x, y, 0)).collect()) }
    }

    /// Appends the hot cells that the segment passes through after the cell of its start, in order,
    /// including the cell of its end. Both ends must be in hot cells.
    pub(super) fn route(&self, from: Point, to: Point, out: &mut Vec<Point>) {
        let (start, end) = (cell(from, self.shift), cell(to, self.shift));
        if start == end {
            return;
        }
        let already = out.len();
        let (low, high) = (start.1.min(end.1), start.1.max(end.1));
        // The x range of the segment within the row, with a margin of one cell: these cells are
        // only candidates.
        let scale = f64::from(1_u32 << self.shift);
        let (ax, ay) = (f64::from(from.0) / scale, f64::from(from.1) / scale);
        let (bx, by) = (f64::from(to.0) / scale, f64::from(to.1) / scale);
        for (row, bottom, top) in self.cells.rows(low, high) {
            let at = |y: f64| {
                if by == ay { ax } else { ax + (bx - ax) * ((y - ay) / (by - ay)).clamp(0.0, 1.0) }
            };
            let (mut x0, mut x1) = (at(bottom as f64 - 1.0), at(top as f64 + 1.0));
            if by == ay {
                (x0, x1) = (ax, bx);
            }
            let (left, right) = (x0.min(x1).floor() as i32 - 1, x0.max(x1).ceil() as i32 + 1);
            for &(x, y, _) in self.cells.in_row(row, left, right) {
                if (x, y) != start && (x, y) != end && self.passes(from, to, (x, y)) {
                    out.push((x, y));
                }
            }
        }
        // A segment crosses rows and columns monotonically, so this sum gives the order.
        let (sx, sy) = (i64::from((to.0 - from.0).signum()), i64::from((to.1 - from.1).signum()));
        out[already..].sort_unstable_by_key(|c| i64::from(c.0) * sx + i64::from(c.1) * sy);
        out.push(end);
    }

    /// Returns true if the segment has a point in the cell.
    fn passes(&self, from: Point, to: Point, cell: Point) -> bool {
        let mut reach = Reach {
            low: Bound { num: 0, den: 1, open: false },
            high: Bound { num: 1, den: 1, open: false },
        };
        reach.keep(self.side(from.0, to.0, cell.0).as_ref())
            && reach.keep(self.side(from.1, to.1, cell.1).as_ref())
            && match reach.low.compare(&reach.high) {
                Ordering::Less => true,
                Ordering::Equal => !reach.low.open && !reach.high.open,
                Ordering::Greater => false,
            }
    }

    /// Returns the part of the segment, as fractions from 0 to 1, between two opposite sides of the
    /// cell, or `None` if there is none.
    fn side(&self, from: i32, to: i32, cell: i32) -> Option<Stretch> {
        let size = 2_i64 << self.shift;
        let start = 2 * i64::from(from);
        let step = 2 * i64::from(to) - start;
        let low = i64::from(cell) * size - size / 2 - start;
        let high = low + size;
        match step.cmp(&0) {
            Ordering::Equal => (low <= 0 && 0 < high).then_some(Stretch::All),
            Ordering::Greater => Some(Stretch::Between(
                Bound { num: low, den: step, open: false },
                Bound { num: high, den: step, open: true },
            )),
            Ordering::Less => Some(Stretch::Between(
                Bound { num: -high, den: -step, open: true },
                Bound { num: -low, den: -step, open: false },
            )),
        }
    }
}

/// A position along a segment as a fraction, and whether it is excluded.
#[derive(Clone, Copy, Debug)]
struct Bound {
    num: i64,
    den: i64,
    open: bool,
}

impl Bound {
    fn compare(&self, other: &Self) -> Ordering {
        (self.num * other.den).cmp(&(other.num * self.den))
    }
}

/// A part of a segment.
enum Stretch {
    All,
    Between(Bound, Bound),
}

/// The part of a segment that is left.
struct Reach {
    low: Bound,
    high: Bound,
}

impl Reach {
    /// Intersects with `stretch`. Returns `false` if nothing is left.
    fn keep(&mut self, stretch: Option<&Stretch>) -> bool {
        match stretch {
            None => false,
            Some(Stretch::All) => true,
            Some(&Stretch::Between(low, high)) => {
                match low.compare(&self.low) {
                    Ordering::Greater => self.low = low,
                    Ordering::Equal => self.low.open |= low.open,
                    Ordering::Less => {}
                }
                match high.compare(&self.high) {
                    Ordering::Less => self.high = high,
                    Ordering::Equal => self.high.open |= high.open,
                    Ordering::Greater => {}
                }
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routed(cells: &[Point], shift: u32, from: Point, to: Point) -> Vec<Point> {
        let mut all = cells.to_vec();
        all.extend([cell(from, shift), cell(to, shift)]);
        let mut out = Vec::new();
        HotCells::new(all, shift).route(from, to, &mut out);
        out
    }

    #[test]
    fn a_point_on_the_side_of_two_cells_is_in_the_upper_one() {
        // Cells of four steps: cell 0 runs from -2 to 1.
        assert_eq!([-3, -2, 1, 2, 5].map(|x| axis_cell(x, 2)), [-1, 0, 0, 1, 1]);
    }

    #[test]
    fn an_edge_gets_a_vertex_in_every_hot_cell_in_order() {
        let cells = [(2, 1), (5, 4), (5, 9), (8, 4)];
        assert_eq!(routed(&cells, 0, (0, 0), (10, 5)), [(2, 1), (8, 4), (10, 5)]);
        assert_eq!(routed(&cells, 0, (10, 5), (0, 0)), [(8, 4), (2, 1), (0, 0)]);
        assert_eq!(routed(&cells, 0, (0, 0), (10, 8)), [(2, 1), (5, 4), (10, 8)]);
    }

    #[test]
    fn an_edge_along_a_side_is_in_one_cell() {
        // Cells of two steps: the line y = 1 is the lower side of row 1 and the upper side of row
        // 0.
        let cells = [(3, 0), (3, 1)];
        assert_eq!(routed(&cells, 1, (0, 1), (12, 1)), [(3, 1), (6, 1)]);
    }

    #[test]
    fn a_corner_on_an_edge_is_in_one_cell() {
        // x + y = 2 passes the corner (1, 1) of four cells of two steps. Only the cell (1, 1)
        // contains it, and no other point of the line; (0, 1) and (1, 0) contain parts of the line.
        let cells = [(0, 0), (1, 1), (0, 1), (1, 0)];
        assert_eq!(routed(&cells, 1, (-4, 6), (6, -4)), [(0, 1), (1, 1), (1, 0), (3, -2)]);
    }

    #[test]
    fn the_index_equals_a_scan_of_all_cells() {
        let mut state = 11_u64;
        let mut next = |below: i32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((state >> 33) as i32).rem_euclid(below)
        };
        for shift in [0, 1, 3] {
            let ends: Vec<Point> = (0..400).map(|_| (next(4000), next(900))).collect();
            let hot = HotCells::new(ends.iter().map(|&p| cell(p, shift)).collect(), shift);
            for pair in ends.windows(2) {
                let mut found = Vec::new();
                hot.route(pair[0], pair[1], &mut found);
                let start = cell(pair[0], shift);
                let mut snap_points: Vec<Point> = ends
                    .iter()
                    .map(|&p| cell(p, shift))
                    .filter(|&c| c != start && hot.passes(pair[0], pair[1], c))
                    .collect();
                snap_points.sort_unstable();
                snap_points.dedup();
                found.sort_unstable();
                assert_eq!(found, snap_points, "shift {shift}, {pair:?}");
            }
        }
    }
}
