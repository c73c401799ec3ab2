//! A nearest-neighbour index of points: a packed Hilbert R-tree in flat arrays, used in place in a
//! snapshot.
//!
//! The points are sorted along a Hilbert curve. Each group of [`NODE_SIZE`] points gets a bounding
//! box, each group of [`NODE_SIZE`] boxes gets another, up to a single root (Kamel and Faloutsos, "On
//! packing R-trees", 1993). A nearest-first query visits the nearest box or point next (Hjaltason and
//! Samet, "Distance browsing in spatial databases", 1999).

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use geo::{Coord, Rect};
use rayon::prelude::*;

use crate::position::Bng;
use crate::storage::mmap::Numbers;
use crate::storage::sections::{Opened, Sections};

/// The number of points or boxes in a box. Their coordinates take four to eight cache lines.
const NODE_SIZE: usize = 16;

/// An index of the sites of one layer, or of the postcodes, for nearest-neighbour and range queries.
/// Points are identified by their index in the sequence that the index was built from.
#[derive(Debug, Default)]
pub struct PointIndex {
    /// The index of each point in the original sequence, in the order of the curve.
    indices: Numbers<u32>,
    /// Easting and northing of each point, in the same order.
    points: Numbers<f64>,
    /// West, south, east and north of each box, level by level: first the boxes of points, finally the
    /// root.
    boxes: Numbers<f64>,
}

/// The number of boxes on each level above `points` points.
fn levels(points: usize) -> impl Iterator<Item = usize> {
    let above = |below: usize| below.div_ceil(NODE_SIZE);
    let first = (points > 0).then(|| above(points));
    std::iter::successors(first, move |&below| (below > 1).then(|| above(below)))
}

/// The position of a square of a 2¹⁶ × 2¹⁶ grid along the Hilbert curve.
fn hilbert(mut x: u32, mut y: u32) -> u32 {
    let mut along = 0;
    for bit in (0..16).rev() {
        let (right, up) = (x >> bit & 1, y >> bit & 1);
        along = along << 2 | (3 * right) ^ up;
        // Each quadrant repeats the whole curve, rotated so that the ends meet.
        if up == 0 {
            if right == 1 {
                (x, y) = (!x, !y);
            }
            (x, y) = (y, x);
        }
    }
    along
}

impl PointIndex {
    /// Indexes points by their index in the sequence, skipping `None`.
    pub fn new(points: impl Iterator<Item = Option<Bng>>) -> Self {
        let mut all: Vec<(u32, u32, Coord<f64>)> = (0..)
            .zip(points)
            .filter_map(|(point_index, at)| Some((0, point_index, at?.coord())))
            .collect();
        let ends = all.iter().fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |ends, point| {
            widened(ends, [point.2.x, point.2.y, point.2.x, point.2.y])
        });
        let steps = |from: f64, to: f64| f64::from(u16::MAX) / (to - from).max(f64::MIN_POSITIVE);
        let (x_steps, y_steps) = (steps(ends[0], ends[2]), steps(ends[1], ends[3]));
        all.par_iter_mut().for_each(|(along, _, at)| {
            let step = |from: f64, to: f64, steps: f64| ((to - from) * steps) as u16;
            let (x, y) = (step(ends[0], at.x, x_steps), step(ends[1], at.y, y_steps));
            *along = hilbert(u32::from(x), u32::from(y));
        });
        all.par_sort_unstable_by_key(|(along, point_index, _)| (*along, *point_index));

        let points: Vec<f64> = all.iter().flat_map(|(_, _, at)| [at.x, at.y]).collect();
        let mut boxes: Vec<f64> = Vec::new();
        for chunk in points.chunks(2 * NODE_SIZE) {
            boxes
                .extend(bounding_box(chunk.chunks_exact(2).map(|at| [at[0], at[1], at[0], at[1]])));
        }
        let mut below = 0;
        for count in levels(all.len()).skip(1) {
            let end = boxes.len();
            for _ in 0..count {
                let next = (below + 4 * NODE_SIZE).min(end);
                let of = bounding_box(boxes[below..next].as_chunks().0.iter().copied());
                boxes.extend(of);
                below = next;
            }
        }
        let indices: Vec<u32> = all.into_iter().map(|(_, point_index, _)| point_index).collect();
        Self { indices: indices.into(), points: points.into(), boxes: boxes.into() }
    }

    /// Adds the arrays to the sections of a snapshot.
    pub(crate) fn store<'a>(&'a self, name: &str, sections: &mut Sections<'a>) {
        sections.put(&format!("{name}.places"), &self.indices);
        sections.put(&format!("{name}.points"), &self.points);
        sections.put(&format!("{name}.boxes"), &self.boxes);
    }

    /// Opens the arrays of a snapshot in place. Returns `None` if they are inconsistent.
    pub(crate) fn open(opened: &Opened, name: &str) -> Option<Self> {
        let index = Self {
            indices: opened.numbers(&format!("{name}.places"))?,
            points: opened.numbers(&format!("{name}.points"))?,
            boxes: opened.numbers(&format!("{name}.boxes"))?,
        };
        let count = index.indices.len();
        let fits = index.points.len() == 2 * count
            && index.boxes.len() == 4 * levels(count).sum::<usize>();
        fits.then_some(index)
    }

    /// All points, nearest first, with the distance in metres. Equally distant points are in order of
    /// their index.
    pub fn nearest(&self, at: Bng) -> impl Iterator<Item = (usize, f64)> + '_ {
        let mut queue: BinaryHeap<Reverse<QueueEntry>> = BinaryHeap::new();
        if let Some(root) = self.root() {
            queue.push(Reverse(QueueEntry { distance_2: 0.0, node: root }));
        }
        let at = at.coord();
        std::iter::from_fn(move || {
            loop {
                let Reverse(QueueEntry { distance_2, node }) = queue.pop()?;
                let (level, number) = match node {
                    Node::Point(point_index) => {
                        return Some((point_index as usize, distance_2.sqrt()));
                    }
                    Node::Box { level, number } => (level, number),
                };
                queue.extend(self.children(level, number).map(|(node, [x0, y0, x1, y1])| {
                    let (dx, dy) =
                        (distance_to_interval(at.x, x0, x1), distance_to_interval(at.y, y0, y1));
                    Reverse(QueueEntry { distance_2: dx * dx + dy * dy, node })
                }));
            }
        })
    }

    /// The points in `rect` (BNG metres), including its edges, in no particular order.
    pub fn within(&self, rect: Rect<f64>) -> impl Iterator<Item = (usize, Coord<f64>)> + '_ {
        let (min, max) = (rect.min(), rect.max());
        let meets = move |[x0, y0, x1, y1]: [f64; 4]| {
            x0 <= max.x && x1 >= min.x && y0 <= max.y && y1 >= min.y
        };
        let mut queue: Vec<(Node, [f64; 4])> = Vec::new();
        queue.extend(self.root().map(|root| (root, [f64::MIN, f64::MIN, f64::MAX, f64::MAX])));
        std::iter::from_fn(move || {
            loop {
                let (node, [x, y, ..]) = queue.pop()?;
                match node {
                    Node::Point(point_index) => {
                        return Some((point_index as usize, Coord { x, y }));
                    }
                    Node::Box { level, number } => {
                        queue.extend(self.children(level, number).filter(|(_, of)| meets(*of)));
                    }
                }
            }
        })
    }

    /// The box of all points; `None` if there are none.
    fn root(&self) -> Option<Node> {
        let levels = levels(self.indices.len()).count();
        levels.checked_sub(1).map(|level| Node::Box { level: level as u32, number: 0 })
    }

    /// The children of a box with their extents. The boxes of level 0 contain points.
    fn children(&self, level: u32, number: u32) -> impl Iterator<Item = (Node, [f64; 4])> + '_ {
        let (level, first) = (level as usize, number as usize * NODE_SIZE);
        let mut before = levels(self.indices.len());
        let (count, start) = match level.checked_sub(1) {
            None => (self.indices.len(), 0),
            Some(below) => {
                let start: usize = before.by_ref().take(below).sum();
                (before.next().unwrap_or(0), start)
            }
        };
        (first..(first + NODE_SIZE).min(count)).map(move |item| {
            if level == 0 {
                let (x, y) = (self.points[2 * item], self.points[2 * item + 1]);
                return (Node::Point(self.indices[item]), [x, y, x, y]);
            }
            let ends = &self.boxes[4 * (start + item)..][..4];
            let node = Node::Box { level: level as u32 - 1, number: item as u32 };
            (node, [ends[0], ends[1], ends[2], ends[3]])
        })
    }
}

/// The distance of a coordinate from an interval; 0 inside.
fn distance_to_interval(at: f64, low: f64, high: f64) -> f64 {
    (low - at).max(at - high).max(0.0)
}

fn widened(a: [f64; 4], b: [f64; 4]) -> [f64; 4] {
    [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
}

fn bounding_box(extents: impl Iterator<Item = [f64; 4]>) -> [f64; 4] {
    extents.fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], widened)
}

/// A box or a point. Boxes sort before points, so that all equally distant points are in the queue
/// before the first of them is returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Box { level: u32, number: u32 },
    Point(u32),
}

/// An entry of the priority queue, ordered by distance.
#[derive(Debug)]
struct QueueEntry {
    distance_2: f64,
    node: Node,
}

impl Ord for QueueEntry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.distance_2.total_cmp(&other.distance_2).then(self.node.cmp(&other.node))
    }
}

impl PartialOrd for QueueEntry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for QueueEntry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for QueueEntry {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points on a small grid of whole metres, so that many are equally distant; some are `None`.
    fn points(count: usize, seed: u64) -> Vec<Option<Bng>> {
        let mut state = seed;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % below
        };
        (0..count)
            .map(|_| {
                let (x, y) = (next(200) as f64, next(100) as f64);
                (next(10) > 0).then(|| Bng::new(400_000.0 + x, 300_000.0 + y).unwrap())
            })
            .collect()
    }

    #[test]
    fn nearest_points_come_in_order_of_distance_and_index() {
        for (seed, count) in (1..).zip([0, 1, 2, 15, 16, 17, 255, 256, 257, 5000]) {
            let points = points(count, seed);
            let index = PointIndex::new(points.iter().copied());
            for (x, y) in [(400_100.0, 300_050.0), (0.0, 0.0), (400_200.5, 299_990.0)] {
                let at = Bng::new(x, y).unwrap();
                let mut sorted: Vec<(usize, f64)> = (0..)
                    .zip(&points)
                    .filter_map(|(point_index, point)| {
                        let (dx, dy) =
                            (point.as_ref()?.easting() - x, point.as_ref()?.northing() - y);
                        Some((point_index, (dx * dx + dy * dy).sqrt()))
                    })
                    .collect();
                sorted.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
                assert_eq!(index.nearest(at).collect::<Vec<_>>(), sorted, "{count}, seed {seed}");
            }
        }
    }

    #[test]
    fn points_in_a_rectangle_are_those_that_a_scan_finds() {
        let points = points(3000, 7);
        let index = PointIndex::new(points.iter().copied());
        for (x, y, width, height) in
            [(50, 20, 30, 40), (0, 0, 200, 100), (10, 10, 0, 0), (300, 0, 9, 9)]
        {
            let min = Coord { x: 400_000.0 + f64::from(x), y: 300_000.0 + f64::from(y) };
            let max = Coord { x: min.x + f64::from(width), y: min.y + f64::from(height) };
            let mut found: Vec<usize> =
                index.within(Rect::new(min, max)).map(|(point_index, _)| point_index).collect();
            found.sort_unstable();
            let holds = |at: Bng| {
                (min.x..=max.x).contains(&at.easting()) && (min.y..=max.y).contains(&at.northing())
            };
            let scanned: Vec<usize> = (0..points.len())
                .filter(|&point_index| points[point_index].is_some_and(holds))
                .collect();
            assert_eq!(found, scanned, "{x} {y}");
        }
    }
}
