//! Exact geometric predicates: every sign is correct, whatever the rounding.
//!
//! Orientation uses J. R. Shewchuk's algorithm ("Adaptive precision floating-point arithmetic and
//! fast robust geometric predicates", 1997) from the crate `robust`. The other predicates are built
//! from it and from comparisons. Areas and perimeters are ordinary `f64` sums and are only compared
//! with a tolerance.

use std::cmp::Ordering;

use geo::Coord;

/// An open ring: each point once, with an implied edge from the last to the first.
pub(crate) type Ring = Vec<Coord<f64>>;

/// Returns the side of `a→b` on which `c` lies: `Greater` left, `Less` right, `Equal` on the line.
pub(crate) fn side(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> Ordering {
    turn(a, b, c).total_cmp(&0.0)
}

/// Returns twice the signed area of the triangle `a b c`, positive if counter-clockwise. The sign
/// is exact.
pub(crate) fn turn(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> f64 {
    let of = |p: Coord<f64>| robust::Coord { x: p.x, y: p.y };
    robust::orient2d(of(a), of(b), of(c)) + 0.0
}

/// Orders points by x, then y.
pub(crate) fn order(a: Coord<f64>, b: Coord<f64>) -> Ordering {
    a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y))
}

/// Returns true if `p`, which must lie on the line through `a` and `b`, is strictly between them.
pub(crate) fn strictly_between(a: Coord<f64>, b: Coord<f64>, p: Coord<f64>) -> bool {
    let (from, to) = (order(a, p), order(p, b));
    from == to && from != Ordering::Equal
}

/// Returns the bits of a point as a hash key. Points must not contain negative zeros.
pub(crate) fn key(p: Coord<f64>) -> (u64, u64) {
    (p.x.to_bits(), p.y.to_bits())
}

/// Returns the edges of an open ring, the closing edge last.
pub(crate) fn edges(ring: &[Coord<f64>]) -> impl Iterator<Item = (Coord<f64>, Coord<f64>)> + '_ {
    let next = ring.iter().skip(1).chain(ring.first());
    ring.iter().copied().zip(next.copied())
}

/// Returns the signed area of an open ring, positive if counter-clockwise.
///
/// Sums relative to the first point, so that large coordinates cost no precision.
pub(crate) fn signed_area(ring: &[Coord<f64>]) -> f64 {
    let Some(&origin) = ring.first() else { return 0.0 };
    let doubled: f64 = edges(ring)
        .map(|(a, b)| (a.x - origin.x) * (b.y - origin.y) - (b.x - origin.x) * (a.y - origin.y))
        .sum();
    doubled / 2.0
}

/// Returns the perimeter of an open ring.
pub(crate) fn perimeter(ring: &[Coord<f64>]) -> f64 {
    edges(ring).map(|(a, b)| (b.x - a.x).hypot(b.y - a.y)).sum()
}

/// Returns true if a simple open ring is counter-clockwise. Exact: decided at the westernmost
/// point.
pub(crate) fn is_counter_clockwise(ring: &[Coord<f64>]) -> bool {
    let Some(west) = (0..ring.len()).min_by(|&i, &j| order(ring[i], ring[j])) else {
        return false;
    };
    let before = ring[(west + ring.len() - 1) % ring.len()];
    let after = ring[(west + 1) % ring.len()];
    match side(before, ring[west], after) {
        Ordering::Greater => true,
        Ordering::Less => false,
        // Only a ring that is not simple folds back at its westernmost point.
        Ordering::Equal => signed_area(ring) > 0.0,
    }
}

/// The position of a point relative to a ring, by the even-odd rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RingPosition {
    /// Inside.
    Inside,
    /// On an edge or vertex.
    Boundary,
    /// Outside.
    Outside,
}

/// Returns the position of `p` relative to an open ring.
pub(crate) fn ring_position(ring: &[Coord<f64>], p: Coord<f64>) -> RingPosition {
    let mut inside = false;
    for (a, b) in edges(ring) {
        match crosses_ray(a, b, p) {
            Ray::On => return RingPosition::Boundary,
            Ray::Up | Ray::Down => inside = !inside,
            Ray::Misses => {}
        }
    }
    if inside { RingPosition::Inside } else { RingPosition::Outside }
}

/// IntersectionKind an edge meets the ray from a point to the east.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ray {
    /// The point is on the edge itself.
    On,
    /// The edge crosses the ray northwards.
    Up,
    /// The edge crosses the ray southwards.
    Down,
    /// It does not cross.
    Misses,
}

/// Returns how the edge `a→b` meets the ray from `p` to the east. An edge contains its southern end
/// but not its northern one, so a ray through a vertex counts once.
pub(crate) fn crosses_ray(a: Coord<f64>, b: Coord<f64>, p: Coord<f64>) -> Ray {
    if (a.x < p.x && b.x < p.x) || (a.y > p.y && b.y > p.y) || (a.y < p.y && b.y < p.y) {
        return Ray::Misses;
    }
    let at = side(a, b, p);
    if at == Ordering::Equal && (p == a || p == b || strictly_between(a, b, p)) {
        return Ray::On;
    }
    match (a.y <= p.y, b.y <= p.y, at) {
        (true, false, Ordering::Greater) => Ray::Up,
        (false, true, Ordering::Less) => Ray::Down,
        _ => Ray::Misses,
    }
}

/// Orders the directions `from→a` and `from→b` counter-clockwise, starting just after due west, so
/// that due west is last.
pub(crate) fn by_direction(from: Coord<f64>, a: Coord<f64>, b: Coord<f64>) -> Ordering {
    // South-going (and due east) directions first, then north-going and due west.
    let half = |p: Coord<f64>| {
        let (dx, dy) = (p.x > from.x, p.y.total_cmp(&from.y));
        match dy {
            Ordering::Less => 0,
            Ordering::Equal if dx => 1,
            Ordering::Greater => 2,
            Ordering::Equal => 3,
        }
    };
    half(a).cmp(&half(b)).then_with(|| side(from, a, b).reverse())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn c(x: f64, y: f64) -> Coord<f64> {
        Coord { x, y }
    }

    #[test]
    fn a_ray_through_a_vertex_counts_once() {
        let diamond = [c(0.0, -1.0), c(1.0, 0.0), c(0.0, 1.0), c(-1.0, 0.0)];
        assert_eq!(ring_position(&diamond, c(0.0, 0.0)), RingPosition::Inside);
        assert_eq!(ring_position(&diamond, c(-2.0, 0.0)), RingPosition::Outside);
        assert_eq!(ring_position(&diamond, c(-1.0, 0.0)), RingPosition::Boundary);
        assert_eq!(ring_position(&diamond, c(0.5, 0.5)), RingPosition::Boundary);
    }

    #[test]
    fn directions_are_ordered_counter_clockwise_from_the_west() {
        let around = [
            c(-1.0, -1.0),
            c(0.0, -1.0),
            c(1.0, -1.0),
            c(1.0, 0.0),
            c(1.0, 1.0),
            c(0.0, 1.0),
            c(-1.0, 1.0),
            c(-1.0, 0.0),
        ];
        let mut sorted = around;
        sorted.reverse();
        sorted.sort_by(|a, b| by_direction(c(0.0, 0.0), *a, *b));
        assert_eq!(sorted, around);
    }

    #[test]
    fn winding_is_exact_even_if_the_area_is_lost_in_rounding() {
        let thin =
            [c(400_000.0, 300_000.0), c(400_001.0, 300_000.0), c(400_000.5, 300_000.0 + 1e-10)];
        assert!(is_counter_clockwise(&thin));
    }
}
