//! Distances to boundaries. For a point in the grid, the nearest edge is among the candidates of its
//! square. Edges within a distance, and the nearest edge to a point outside the grid, are found by
//! rings of blocks around the point, and rings of cells in each block.

use geo::{Coord, Line};

use super::candidates::NO_AREAS;
use super::grid::{Squares, distance_2, square_distance_2};
use super::record::{Parts, edge_at};
use super::run::Run;
use super::{CellView, RECORD, UNIFORM, layer_bit};
use crate::position::Bng;

impl CellView<'_> {
    /// The distance from `at` to the nearest edge of any area of a layer, in metres; `None` for a layer
    /// without areas.
    pub fn boundary_distance_m(&self, layer: usize, at: Bng) -> Option<f64> {
        let first = *self.candidates.layers.get(layer)?;
        if first == NO_AREAS {
            return None;
        }
        let (point, grid) = (at.coord(), self.frame.grid);
        let Some((x, y)) = grid.cell_of(point) else {
            return Some(self.distance_by_rings(layer, point));
        };
        let block = self.candidates.blocks[first as usize + grid.block_of(x, y)];
        let [from, to] = self.candidates.run_range(grid, x, y, block);
        let runs = &self.candidates.runs[from as usize..to as usize];
        Some(nearest_among(runs, self.edges, point))
    }

    /// The same, for a point inside or outside the grid.
    pub(super) fn distance_by_rings(&self, layer: usize, point: Coord<f64>) -> f64 {
        let mut nearest = f64::INFINITY;
        self.approach(layer, point, &mut nearest, &mut |nearest, edge, _, _| {
            *nearest = nearest.min(distance_2(edge, point));
        });
        nearest.sqrt()
    }

    /// The areas of a layer with an edge within `reach_m` metres of `at`, with the distance to the
    /// nearest edge in metres, in code order.
    pub fn edges_within(&self, layer: usize, at: Bng, reach_m: f64) -> Vec<(usize, f64)> {
        let point = at.coord();
        let mut near: Vec<(usize, f64)> = Vec::new();
        let mut reach_2 = reach_m * reach_m;
        self.approach(layer, point, &mut reach_2, &mut |reach_2, edge, items, bits| {
            let distance_2 = distance_2(edge, point);
            if distance_2 <= *reach_2 {
                let mut bits = bits;
                while bits != 0 {
                    let item = items[bits.trailing_zeros() as usize];
                    near.push((self.frame.layer_and_area(item).1, distance_2.sqrt()));
                    bits &= bits - 1;
                }
            }
        });
        near.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        near.dedup_by_key(|(area, _)| *area);
        near
    }

    /// Calls `visit(limit_2, edge, items, bits)` for the edges of a layer in cells within the square
    /// root of `limit_2`, near cells first. `visit` may lower the limit. A bit of `bits` is set if the
    /// item is an area of the layer with that edge. An edge may be visited more than once.
    fn approach(
        &self,
        layer: usize,
        point: Coord<f64>,
        limit_2: &mut f64,
        visit: &mut impl FnMut(&mut f64, Line<f64>, &[u32], u32),
    ) {
        let grid = self.frame.grid;
        let squares = grid.squares();
        rings(squares, point, limit_2, &mut |limit_2, column, row| {
            let index = squares.index_of(column, row);
            if self.block_layers[index] & layer_bit(layer) == 0 {
                return;
            }
            let (kind, first) = ((self.blocks[index] >> 32) as u32, self.blocks[index] as u32);
            if kind == UNIFORM {
                return;
            }
            let cells = grid.cell_squares(column, row, kind);
            rings(cells, point, limit_2, &mut |limit_2, column, row| {
                let entry = self.cells[first as usize + cells.index_of(column, row)];
                if entry & RECORD != 0 {
                    self.visit_record(layer, entry & !RECORD, limit_2, visit);
                }
            });
        });
    }

    fn visit_record(
        &self,
        layer: usize,
        start: u32,
        limit_2: &mut f64,
        visit: &mut impl FnMut(&mut f64, Line<f64>, &[u32], u32),
    ) {
        for part in Parts::of(&self.records[start as usize..]) {
            let of_layer = part.items.iter().enumerate().fold(0, |bits, (index, &item)| {
                bits | u32::from(self.frame.layer_and_area(item).0 == layer) << index
            });
            if of_layer == 0 {
                continue;
            }
            for (index, bits) in part.edges() {
                if bits & of_layer != 0 {
                    visit(limit_2, edge_at(self.edges, index), part.items, bits & of_layer);
                }
            }
        }
    }
}

/// The distance from a point to the nearest edge of runs, in metres.
pub(super) fn nearest_among(runs: &[u32], edges: &[f64], point: Coord<f64>) -> f64 {
    let mut nearest_2 = f64::INFINITY;
    for &run in runs {
        for edge in Run::of(run).edges(edges) {
            // Faster than `min`, which handles NaN; no distance is NaN.
            let distance_2 = distance_2(edge, point);
            nearest_2 = if distance_2 < nearest_2 { distance_2 } else { nearest_2 };
        }
    }
    nearest_2.sqrt()
}

/// Calls `visit(limit_2, column, row)` for the squares within the square root of `limit_2` of a point,
/// ring by ring around the point, which may be outside all squares.
fn rings(
    squares: Squares,
    point: Coord<f64>,
    limit_2: &mut f64,
    visit: &mut impl FnMut(&mut f64, u32, u32),
) {
    let Squares { corner, side, columns, rows } = squares;
    let (columns, rows) = (i64::from(columns), i64::from(rows));
    if columns == 0 || rows == 0 {
        return;
    }
    let column = ((point.x - corner.x) / side).floor() as i64;
    let row = ((point.y - corner.y) / side).floor() as i64;
    let beyond = |own: i64, count: i64| (-own).max(own - (count - 1)).max(0);
    let farthest = |own: i64, count: i64| own.abs().max((count - 1 - own).abs());
    let first = beyond(column, columns).max(beyond(row, rows));
    let last = farthest(column, columns).max(farthest(row, rows));
    for ring in first..=last {
        // The width of the whole squares between the point's own square and this ring.
        let gap = (ring - 1).max(0) as f64 * side;
        if gap * gap > *limit_2 {
            return;
        }
        for y in (row - ring).max(0)..=(row + ring).min(rows - 1) {
            let step = if (y - row).abs() == ring { 1 } else { 2 * ring.max(1) };
            let mut x = column - ring;
            if step == 1 {
                x = x.max(0);
            }
            while x <= (column + ring).min(columns - 1) {
                if x >= 0 {
                    let low =
                        Coord { x: corner.x + x as f64 * side, y: corner.y + y as f64 * side };
                    if square_distance_2(low, side, point) <= *limit_2 {
                        visit(limit_2, x as u32, y as u32);
                    }
                }
                x += step;
            }
        }
    }
}
