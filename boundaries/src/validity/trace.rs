//! Tracing of boundary pieces into polygons with simple rings.

use std::collections::HashMap;

use geo::{Coord, LineString, MultiPolygon, Polygon};

use super::exact::{self, Ring, RingPosition, by_direction, key};

/// Builds polygons from directed pieces that have the inside on their left.
///
/// The pieces must meet only at their ends and form closed loops. Where more than two meet at a
/// point, rings are split there, so that every ring is simple: exterior rings counter-clockwise,
/// holes clockwise, and no two rings share more than points. Each ring starts at its westernmost
/// point.
///
/// Returns `None` if the pieces do not form closed loops.
pub(crate) fn polygons(pieces: &[(Coord<f64>, Coord<f64>)]) -> Option<MultiPolygon<f64>> {
    let mut shells: Vec<Ring> = Vec::new();
    let mut holes: Vec<Ring> = Vec::new();
    for ring in rings(pieces)? {
        if exact::is_counter_clockwise(&ring) { shells.push(ring) } else { holes.push(ring) }
    }
    shells.sort_by(|r, s| exact::order(r[0], s[0]));
    holes.sort_by(|r, s| exact::order(r[0], s[0]));
    let mut of_shell: Vec<Vec<Ring>> = vec![Vec::new(); shells.len()];
    let owners = owners(&holes, &shells);
    for (hole, owner) in holes.into_iter().zip(owners) {
        of_shell[owner?].push(hole);
    }
    Some(shells.into_iter().zip(of_shell).map(|(shell, holes)| polygon(shell, holes)).collect())
}

/// Builds a polygon from open rings.
pub(crate) fn polygon(shell: Ring, holes: Vec<Ring>) -> Polygon<f64> {
    let closed = |mut ring: Ring| {
        ring.extend(ring.first().copied());
        LineString::new(ring)
    };
    Polygon::new(closed(shell), holes.into_iter().map(closed).collect())
}

/// Follows the pieces with the inside on their left, and splits the loops into simple rings.
fn rings(pieces: &[(Coord<f64>, Coord<f64>)]) -> Option<Vec<Ring>> {
    let mut leaving: HashMap<(u64, u64), Vec<usize>> = HashMap::with_capacity(pieces.len());
    for (i, (a, _)) in pieces.iter().enumerate() {
        leaving.entry(key(*a)).or_default().push(i);
    }
    let mut used = vec![false; pieces.len()];
    let mut rings = Vec::new();
    for first in 0..pieces.len() {
        if used[first] {
            continue;
        }
        let mut walk: Ring = Vec::new();
        let mut at = first;
        loop {
            used[at] = true;
            let (a, b) = pieces[at];
            walk.push(a);
            let ways = leaving.get(&key(b))?;
            let next = *ways
                .iter()
                .filter(|&&w| !used[w] || w == first)
                .min_by(|&&v, &&w| clockwise_from(b, a, pieces[v].1, pieces[w].1))?;
            if next == first {
                break;
            }
            at = next;
        }
        split_at_touches(walk, &mut rings);
    }
    Some(rings)
}

/// Orders two ways out of `node` clockwise, starting from the way back to `from`.
fn clockwise_from(
    node: Coord<f64>,
    from: Coord<f64>,
    v: Coord<f64>,
    w: Coord<f64>,
) -> std::cmp::Ordering {
    // Directions counter-clockwise of `from` come after all that are clockwise of it.
    let wraps = |p: Coord<f64>| by_direction(node, p, from).is_ge();
    wraps(v).cmp(&wraps(w)).then_with(|| by_direction(node, w, v))
}

/// Splits a closed walk at points visited more than once.
fn split_at_touches(walk: Ring, rings: &mut Vec<Ring>) {
    let mut stack: Ring = Vec::with_capacity(walk.len());
    let mut depth: HashMap<(u64, u64), usize> = HashMap::with_capacity(walk.len());
    for p in walk {
        if let Some(&since) = depth.get(&key(p)) {
            let loop_ = stack.split_off(since);
            for q in &loop_ {
                depth.remove(&key(*q));
            }
            rings.push(from_the_west(loop_));
        }
        depth.insert(key(p), stack.len());
        stack.push(p);
    }
    rings.push(from_the_west(stack));
}

/// Rotates a ring to start at its westernmost point, so that the result does not depend on the
/// order of the pieces.
fn from_the_west(mut ring: Ring) -> Ring {
    let west = (0..ring.len()).min_by(|&i, &j| exact::order(ring[i], ring[j])).unwrap_or(0);
    ring.rotate_left(west);
    ring
}

/// Returns, for each hole, the smallest shell around it.
pub(crate) fn owners(holes: &[Ring], shells: &[Ring]) -> Vec<Option<usize>> {
    let mut by_size: Vec<(f64, Extent, usize)> = shells
        .iter()
        .enumerate()
        .map(|(i, shell)| (exact::signed_area(shell).abs(), Extent::of(shell), i))
        .collect();
    by_size.sort_by(|a, b| a.0.total_cmp(&b.0));
    holes
        .iter()
        .map(|hole| {
            let extent = Extent::of(hole);
            let size = exact::signed_area(hole).abs();
            by_size
                .iter()
                .filter(|(shell_size, around, _)| *shell_size >= size && around.contains(&extent))
                .find(|(_, _, shell)| lies_in(hole, &shells[*shell]))
                .map(|(_, _, shell)| *shell)
        })
        .collect()
}

/// Returns true if a ring lies inside another one that it may touch but does not cross.
pub(crate) fn lies_in(inner: &[Coord<f64>], outer: &[Coord<f64>]) -> bool {
    inner
        .iter()
        .map(|p| exact::ring_position(outer, *p))
        .find(|position| *position != RingPosition::Boundary)
        .is_some_and(|position| position == RingPosition::Inside)
}

/// A bounding box.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    low: (f64, f64),
    high: (f64, f64),
}

impl Extent {
    /// Returns the bounding box of some points.
    pub(crate) fn of(points: &[Coord<f64>]) -> Self {
        let empty = Self {
            low: (f64::INFINITY, f64::INFINITY),
            high: (f64::NEG_INFINITY, f64::NEG_INFINITY),
        };
        points.iter().fold(empty, |e, p| Self {
            low: (e.low.0.min(p.x), e.low.1.min(p.y)),
            high: (e.high.0.max(p.x), e.high.1.max(p.y)),
        })
    }

    /// Returns the box as an R-tree envelope.
    pub(crate) fn envelope(&self) -> rstar::AABB<[f64; 2]> {
        rstar::AABB::from_corners([self.low.0, self.low.1], [self.high.0, self.high.1])
    }

    /// Returns true if the other box lies inside this one.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        self.low.0 <= other.low.0
            && self.low.1 <= other.low.1
            && self.high.0 >= other.high.0
            && self.high.1 >= other.high.1
    }
}
