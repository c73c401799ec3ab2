//! The middle of an area: its pole of inaccessibility, the inner point furthest from the outline
//! (Garcia-Castellanos and Lombardo, 2007), found by halving squares as Mapbox's polylabel does.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::arcs::Arcs;
use crate::mercator::Fine;

/// Squares are halved until none can hold a point further from the outline by more than this
/// part; a name is never placed more exactly.
const PRECISION: f64 = 0.02;

/// Nor is anything below this many fine steps looked for, 0.2 m in England.
const LEAST_GAIN: f64 = 8.0;

/// Squares along the longer side of the extent to begin with, at most.
const MOST_SQUARES: f64 = 64.0;

/// Squares looked at, at most: real areas take some hundred, threads without end would take all.
const MOST_TRIES: usize = 20_000;

/// The middle of one area.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Middle {
    /// Where it is.
    pub(crate) at: Fine,
    /// How far from the outline, in fine steps.
    pub(crate) radius: f64,
    /// Twice the area of the ground, in square fine steps.
    pub(crate) twice_area: i64,
}

/// An edge and how often the area's outline runs along it.
struct Edge {
    a: (f64, f64),
    b: (f64, f64),
    times: i32,
}

/// A square of which no point is further from the outline than `most`.
struct Square {
    x: f64,
    y: f64,
    half: f64,
    /// How far its centre is from the outline; negative outside.
    distance: f64,
    most: f64,
}

impl Middle {
    /// Finds the middle of the area that runs along these arcs, each so many times.
    pub(super) fn of(arcs: &Arcs, uses: &[(u32, i32)]) -> Option<Self> {
        let point = |p: Fine| (f64::from(p.x), f64::from(p.y));
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
        let fine = |x: f64, y: f64| Fine { x: x.round() as i32, y: y.round() as i32 };
        // An area too thin to have a middle is named at its outline.
        let (at, radius) = furthest(&edges, low, high)
            .map_or((fine(left, bottom), 0.0), |best| (fine(best.x, best.y), best.distance));
        Some(Self { at, radius, twice_area: twice_area as i64 })
    }
}

/// The centre of the best square.
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

/// The square of the distance from a point to a segment.
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

    /// The middle of the ground that rings wind around.
    fn middle(rings: &[&[(i32, i32)]]) -> Option<Square> {
        let point = |&(x, y): &(i32, i32)| (f64::from(x), f64::from(y));
        let edges: Vec<Edge> = rings
            .iter()
            .flat_map(|ring| ring.iter().zip(ring.iter().cycle().skip(1)))
            .map(|(a, b)| Edge { a: point(a), b: point(b), times: 1 })
            .collect();
        furthest(&edges, (0.0, 0.0), (1000.0, 1000.0))
    }

    #[test]
    fn the_middle_of_a_square_is_its_middle() {
        let square = middle(&[&[(0, 0), (1000, 0), (1000, 1000), (0, 1000)]]).unwrap();
        assert!((square.distance - 500.0).abs() <= 500.0 * PRECISION, "{}", square.distance);
    }

    #[test]
    fn the_middle_of_a_bent_area_lies_in_its_widest_arm() {
        // A horseshoe whose centre of gravity lies outside.
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
        let at = middle(&[&shoe]).unwrap();
        assert!(at.y < 300.0 && at.distance > 140.0, "({}, {}): {}", at.x, at.y, at.distance);
    }

    #[test]
    fn the_middle_keeps_clear_of_holes_and_takes_the_largest_part() {
        let big = [(0, 0), (600, 0), (600, 1000), (0, 1000)];
        let lake = [(100, 300), (100, 700), (500, 700), (500, 300)];
        let small = [(800, 0), (1000, 0), (1000, 200), (800, 200)];
        let at = middle(&[&big, &lake, &small]).unwrap();
        assert!(at.x < 600.0 && (at.y < 300.0 || at.y > 700.0), "({}, {})", at.x, at.y);
    }

    #[test]
    fn what_has_no_ground_has_no_middle() {
        assert!(middle(&[&[(0, 0), (1000, 1000)]]).is_none());
    }
}
