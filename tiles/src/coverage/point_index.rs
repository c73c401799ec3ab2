//! Static point index: points sorted into rows of equal height, and by `x` within a row.

/// Target number of points per row: few enough to scan, many enough to keep rows few.
const POINTS_PER_ROW: usize = 24;

/// A static index of points with ids.
#[derive(Debug)]
pub(super) struct PointIndex {
    /// Row height as a power of two.
    shift: u32,
    /// The lowest row.
    first: i32,
    /// The start of each row in `points`, and one past the last.
    starts: Vec<u32>,
    points: Vec<(i32, i32, u32)>,
}

impl PointIndex {
    /// Builds the index.
    pub(super) fn new(mut points: Vec<(i32, i32, u32)>) -> Self {
        let (low, high) = points
            .iter()
            .fold((i32::MAX, i32::MIN), |(low, high), &(_, y, _)| (low.min(y), high.max(y)));
        if points.is_empty() {
            return Self { shift: 0, first: 0, starts: vec![0], points };
        }
        let height = (i64::from(high) - i64::from(low) + 1) as u64;
        let wanted = (points.len() / POINTS_PER_ROW).max(1) as u64;
        let shift = (height / wanted).max(1).ilog2();
        points.sort_unstable_by_key(|&(x, y, id)| (y >> shift, x, y, id));
        let first = low >> shift;
        let count = ((high >> shift) - first + 1) as usize;
        let mut starts = vec![0_u32; count + 1];
        for &(_, y, _) in &points {
            starts[((y >> shift) - first) as usize + 1] += 1;
        }
        for row in 0..count {
            starts[row + 1] += starts[row];
        }
        Self { shift, first, starts, points }
    }

    /// Returns the rows that a range of `y` meets, each with its lowest and highest `y`.
    pub(super) fn rows(&self, low: i32, high: i32) -> impl Iterator<Item = (usize, i64, i64)> {
        let count = self.starts.len() - 1;
        let from = (low >> self.shift).saturating_sub(self.first).max(0);
        let until = ((high >> self.shift).saturating_sub(self.first) + 1).max(0) as usize;
        (from as usize..until.min(count)).zip(self.first.saturating_add(from)..).map(
            |(row, number)| {
                let base = i64::from(number) << self.shift;
                (row, base, base + (1 << self.shift) - 1)
            },
        )
    }

    /// Returns the points of one row with `x` from `low` to `high`, inclusive, at any `y` of the
    /// row.
    pub(super) fn in_row(&self, row: usize, low: i32, high: i32) -> &[(i32, i32, u32)] {
        let row = &self.points[self.starts[row] as usize..self.starts[row + 1] as usize];
        let from = row.partition_point(|p| p.0 < low);
        let until = from + row[from..].partition_point(|p| p.0 <= high);
        &row[from..until]
    }

    /// Returns the points of a rectangle, including its sides.
    pub(super) fn within(
        &self,
        low: (i32, i32),
        high: (i32, i32),
    ) -> impl Iterator<Item = (i32, i32, u32)> {
        self.rows(low.1, high.1)
            .flat_map(move |(row, _, _)| self.in_row(row, low.0, high.0))
            .filter(move |p| p.1 >= low.1 && p.1 <= high.1)
            .copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_query_equals_a_scan_of_all_points() {
        let mut state = 7_u64;
        let mut next = |below: i32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((state >> 33) as i32).rem_euclid(below)
        };
        let points: Vec<_> = (0..2000).map(|id| (next(500) - 100, next(3000) - 50, id)).collect();
        let rows = PointIndex::new(points.clone());
        for _ in 0..200 {
            let low = (next(500) - 120, next(3000) - 80);
            let high = (low.0 + next(80), low.1 + next(300));
            let mut found: Vec<_> = rows.within(low, high).collect();
            let inside = |p: &&(i32, i32, u32)| {
                p.0 >= low.0 && p.0 <= high.0 && p.1 >= low.1 && p.1 <= high.1
            };
            let mut wanted: Vec<_> = points.iter().filter(inside).copied().collect();
            found.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(found, wanted);
        }
        assert_eq!(PointIndex::new(Vec::new()).within((0, 0), (9, 9)).count(), 0);
    }
}
