//! The squares that an edge intersects, and its part in a square.

use geo::{Coord, Line};

use super::grid::Squares;

/// An edge counts as intersecting a square if it is within this distance, in metres. That is far more
/// than the rounding errors below (2⁻²⁹ m) and far less than any square. A superfluous edge costs a
/// little time; a missing one would give a wrong answer.
const MARGIN_M: f64 = 1.0 / 1024.0;

/// Calls `visit(column, row)` for every square that an edge intersects, including its sides, row by row.
pub(super) fn for_each_square(edge: Line<f64>, squares: Squares, mut visit: impl FnMut(u32, u32)) {
    let Squares { corner, side, columns, rows } = squares;
    let Line { start, end } = edge;
    let (west, east) = (start.x.min(end.x), start.x.max(end.x));
    let (south, north) = (start.y.min(end.y), start.y.max(end.y));
    let Some((first, last)) = run(south - corner.y, north - corner.y, side, rows) else { return };
    for row in first..=last {
        let low = corner.y + f64::from(row) * side - MARGIN_M;
        let (mut from, mut to) = (west, east);
        let (dx, dy) = (end.x - start.x, end.y - start.y);
        if dy != 0.0 {
            let x = |y: f64| start.x + ((y - start.y) / dy).clamp(0.0, 1.0) * dx;
            let (a, b) = (x(low), x(low + side + 2.0 * MARGIN_M));
            (from, to) = (from.max(a.min(b)), to.min(a.max(b)));
        }
        if let Some((first, last)) = run(from - corner.x, to - corner.x, side, columns) {
            for column in first..=last {
                visit(column, row);
            }
        }
    }
}

/// The squares between two distances from the start of a row of `count` squares.
fn run(from: f64, to: f64, side: f64, count: u32) -> Option<(u32, u32)> {
    let first = ((from - MARGIN_M) / side).floor().max(0.0);
    let last = ((to + MARGIN_M) / side).floor().min(f64::from(count) - 1.0);
    (first <= last).then_some((first as u32, last as u32))
}

/// Clips an edge to the square with that centre and half side, including its sides (Liang and Barsky,
/// "A new concept and method for line clipping", 1984). The result is rounded.
pub(super) fn clipped(edge: Line<f64>, centre: Coord<f64>, half: f64) -> Option<Line<f64>> {
    let (dx, dy) = (edge.dx(), edge.dy());
    let (mut from, mut to) = (0.0_f64, 1.0_f64);
    for (at, delta) in [(edge.start.x - centre.x, dx), (edge.start.y - centre.y, dy)] {
        if delta == 0.0 {
            if at.abs() > half {
                return None;
            }
            continue;
        }
        let (a, b) = ((-half - at) / delta, (half - at) / delta);
        from = from.max(a.min(b));
        to = to.min(a.max(b));
    }
    let at = |t: f64| Coord { x: edge.start.x + t * dx, y: edge.start.y + t * dy };
    // Ends that are not clipped stay exact.
    let start = if from == 0.0 { edge.start } else { at(from) };
    let end = if to == 1.0 { edge.end } else { at(to) };
    (from <= to).then_some(Line { start, end })
}
