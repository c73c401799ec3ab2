//! Label position of an area: its pole of inaccessibility, the inner point farthest from the
//! outline (Garcia-Castellanos and Lombardo, 2007), found by subdividing squares as Mapbox's
//! polylabel does. Weighed against the crate `polylabel`: this version works on arcs of the fine
//! grid with their counts, and limits the number of squares.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::arcs::Arcs;
use crate::mercator::FinePoint;

/// Relative precision: the search stops when no square can contain a point farther from the outline
/// by more than this fraction.
const PRECISION: f64 = 0.02;

/// Absolute precision in fine steps: 0.2 m in England.
const LEAST_GAIN: f64 = 8.0;

/// Maximum number of initial squares along the longer side of the extent.
const MOST_SQUARES: f64 = 64.0;

/// Maximum number of squares examined. Real areas take about a hundred; very thin, long ones could
/// take unlimited time.
const MOST_TRIES: usize = 20_000;

/// The pole of inaccessibility of one area.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pole {
    /// Its position.
    pub(crate) at: FinePoint,
    /// Its distance from the outline, in fine steps.
    pub(crate) radius: f64,
    /// Twice the area, in square fine steps.
    pub(crate) twice_area: i64,
}

/// An edge, and how often the area's outline runs along it.
struct Edge {
    a: (f64, f64),
    b: (f64, f64),
    times: i32,
}

/// A square, and an upper limit for the distance of its points from the outline.
struct Square {
    x: f64,
    y: f64,
    half: f64,
    /// The distance of its centre from the outline, negative outside the area.
    distance: f64,
    most: f64,
}

impl Pole {
    /// Finds the pole of the area that runs along these arcs the given number of times.
    pub(super) fn of(arcs: &Arcs, uses: &[(u32, i32)]) -> Option<Self> {
        let point = |p: FinePoint| (f64::from(p.x), f64::from(p.y));
        let edges: Vec<Edge> = uses
            .iter()
            .flat_map(|&(arc, times)| {
                let points = &arcs.points[arcs.range(arc as usize)];
                points.windows(2).map(move |w| Edge { a: point(w[0]), b: point(w[1]), times })
            })
            .collect();
        let (left, bottom) = edges.first()?.a;
        let (mut low, mut high) = ((left, bottom), (left, bottom));
        let mut twice_area = 0.0;
        for &Edge { a, b, times } in &edges {
            low = (low.0.min(a.0), low.1.min(a.1));
            high = (high.0.max(a.0), high.1.max(a.1));
            twice_area +=
                f64::from(times) * ((a.0 - left) * (b.1 - bottom) - (b.0 - left) * (a.1 - bottom));
        }
        let fine = |x: f64, y: f64| FinePoint { x: x.round() as i32, y: y.round() as i32 };
        // An area too thin to have a pole is labelled on its outline.
        let (at, radius) = furthest(&edges, low, high)
            .map_or((fine(left, bottom), 0.0), |best| (fine(best.x, best.y), best.distance));
        Some(Self { at, radius, twice_area: twice_area as i64 })
    }
}

/// Returns the square with the best centre.
fn furthest(edges: &[Edge], low: (f64, f64), high: (f64, f64)) -> Option<Square> {
    let (width, height) = (high.0 - low.0, high.1 - low.1);
    let side = width.min(height).max(width.max(height) / MOST_SQUARES).max(1.0);
    let mut best: Option<Square> = None;
    let mut queue = BinaryHeap::new();
    let mut tries = 0;
    let mut y = low.1 + side / 2.0;
    while y < high.1 + side / 2.0 {
        let mut x = low.0 + side / 2.0;
        while x < high.0 + side / 2.0 {
            queue.push(Square::new(edges, x, y, side / 2.0));
            x += side;
        }
        y += side;
    }
    while let Some(square) = queue.pop() {
        let reached = best.as_ref().map_or(0.0, |best| best.distance);
        tries += 1;
        if square.most <= reached + (reached * PRECISION).max(LEAST_GAIN) || tries > MOST_TRIES {
            break;
        }
        let (x, y, half) = (square.x, square.y, square.half / 2.0);
        if square.distance > reached {
            best = Some(square);
        }
        for (dx, dy) in [(-half, -half), (half, -half), (-half, half), (half, half)] {
            queue.push(Square::new(edges, x + dx, y + dy, half));
        }
    }
    best
}

impl Square {
    fn new(edges: &[Edge], x: f64, y: f64, half: f64) -> Self {
        let mut around = 0;
        let mut nearest = f64::INFINITY;
        for &Edge { a, b, times } in edges {
            if (a.1 <= y) != (b.1 <= y) {
                let upward = b.1 > a.1;
                let side = (b.0 - a.0) * (y - a.1) - (b.1 - a.1) * (x - a.0);
                if (side > 0.0) == upward {
                    around += if upward { times } else { -times };
                }
            }
            nearest = nearest.min(square_distance((x, y), a, b));
        }
        let distance = if around > 0 { nearest.sqrt() } else { -nearest.sqrt() };
        Self { x, y, half, distance, most: distance + half * std::f64::consts::SQRT_2 }
    }
}

/// Returns the squared distance from a point to a segment.
fn square_distance(p: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let along = if length == 0.0 {
        0.0
    } else {
        (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / length).clamp(0.0, 1.0)
    };
    let (x, y) = (a.0 + along * dx - p.0, a.1 + along * dy - p.1);
    x * x + y * y
}

impl PartialEq for Square {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Square {}

impl PartialOrd for Square {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Square {
    fn cmp(&self, other: &Self) -> Ordering {
        self.most.total_cmp(&other.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the pole of the area that rings wind around.
    fn pole(rings: &[&[(i32, i32)]]) -> Option<Square> {
        let point = |&(x, y): &(i32, i32)| (f64::from(x), f64::from(y));
        let edges: Vec<Edge> = rings
            .iter()
            .flat_map(|ring| ring.iter().zip(ring.iter().cycle().skip(1)))
            .map(|(a, b)| Edge { a: point(a), b: point(b), times: 1 })
            .collect();
        furthest(&edges, (0.0, 0.0), (1000.0, 1000.0))
    }

    #[test]
    fn the_pole_of_a_square_is_its_centre() {
        let square = pole(&[&[(0, 0), (1000, 0), (1000, 1000), (0, 1000)]]).unwrap();
        assert!((square.distance - 500.0).abs() <= 500.0 * PRECISION, "{}", square.distance);
    }

    #[test]
    fn the_pole_of_a_bent_area_is_in_its_widest_part() {
        // A horseshoe whose centroid lies outside.
        let shoe = [
            (0, 0),
            (1000, 0),
            (1000, 1000),
            (900, 1000),
            (900, 300),
            (100, 300),
            (100, 1000),
            (0, 1000),
        ];
        let at = pole(&[&shoe]).unwrap();
        assert!(at.y < 300.0 && at.distance > 140.0, "({}, {}): {}", at.x, at.y, at.distance);
    }

    #[test]
    fn the_pole_avoids_holes_and_is_in_the_largest_part() {
        let big = [(0, 0), (600, 0), (600, 1000), (0, 1000)];
        let lake = [(100, 300), (100, 700), (500, 700), (500, 300)];
        let small = [(800, 0), (1000, 0), (1000, 200), (800, 200)];
        let at = pole(&[&big, &lake, &small]).unwrap();
        assert!(at.x < 600.0 && (at.y < 300.0 || at.y > 700.0), "({}, {})", at.x, at.y);
    }

    #[test]
    fn an_empty_area_has_no_pole() {
        assert!(pole(&[&[(0, 0), (1000, 1000)]]).is_none());
    }
}
