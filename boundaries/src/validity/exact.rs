//! Exact predicates on coordinates: every sign here is the true sign, whatever the rounding.
//!
//! Orientation is J. R. Shewchuk's ("Adaptive precision floating-point arithmetic and fast robust
//! geometric predicates", 1997), through the crate `robust`; all else is built from it and from
//! comparisons. Measures (areas, perimeters) are ordinary `f64` sums and only ever compared with a
//! tolerance.

use std::cmp::Ordering;

use geo::Coord;

/// An open ring: its points once each, the way back from the last to the first understood.
pub(crate) type Ring = Vec<Coord<f64>>;

/// The side of `a→b` on which `c` lies: `Greater` left, `Less` right, `Equal` on the line.
pub(crate) fn side(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> Ordering {
    turn(a, b, c).total_cmp(&0.0)
}

/// Twice the area of the triangle `a b c`, positive when counter-clockwise; its sign is exact.
pub(crate) fn turn(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> f64 {
    let of = |p: Coord<f64>| robust::Coord { x: p.x, y: p.y };
    robust::orient2d(of(a), of(b), of(c)) + 0.0
}

/// The order of points by x, then y.
pub(crate) fn order(a: Coord<f64>, b: Coord<f64>) -> Ordering {
    a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y))
}

/// Whether `p`, known to lie on the line of `a b`, lies between them and is neither.
pub(crate) fn strictly_between(a: Coord<f64>, b: Coord<f64>, p: Coord<f64>) -> bool {
    let (from, to) = (order(a, p), order(p, b));
    from == to && from != Ordering::Equal
}

/// A key under which equal points are equal; the points have no negative zeros.
pub(crate) fn key(p: Coord<f64>) -> (u64, u64) {
    (p.x.to_bits(), p.y.to_bits())
}

/// The edges of an open ring, the closing one last.
pub(crate) fn edges(ring: &[Coord<f64>]) -> impl Iterator<Item = (Coord<f64>, Coord<f64>)> + '_ {
    let next = ring.iter().skip(1).chain(ring.first());
    ring.iter().copied().zip(next.copied())
}

/// The signed area of an open ring in the square of its unit, positive when counter-clockwise.
///
/// Summed from the ring's first point, so that eastings of hundreds of kilometres cost no digits.
pub(crate) fn signed_area(ring: &[Coord<f64>]) -> f64 {
    let Some(&origin) = ring.first() else { return 0.0 };
    let doubled: f64 = edges(ring)
        .map(|(a, b)| (a.x - origin.x) * (b.y - origin.y) - (b.x - origin.x) * (a.y - origin.y))
        .sum();
    doubled / 2.0
}

/// The length of the boundary of an open ring.
pub(crate) fn perimeter(ring: &[Coord<f64>]) -> f64 {
    edges(ring).map(|(a, b)| (b.x - a.x).hypot(b.y - a.y)).sum()
}

/// Whether a simple open ring runs counter-clockwise, decided exactly at its westernmost point.
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

/// Where a point lies with respect to a ring, read by the even-odd rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Inside.
    Inside,
    /// On an edge or vertex.
    Boundary,
    /// Outside.
    Outside,
}

/// Where `p` lies with respect to an open ring.
pub(crate) fn place(ring: &[Coord<f64>], p: Coord<f64>) -> Place {
    let mut inside = false;
    for (a, b) in edges(ring) {
        match crosses_ray(a, b, p) {
            Ray::On => return Place::Boundary,
            Ray::Up | Ray::Down => inside = !inside,
            Ray::Misses => {}
        }
    }
    if inside { Place::Inside } else { Place::Outside }
}

/// How an edge meets the ray from a point to the east.
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

/// How the edge `a→b` meets the ray from `p` to the east. An edge holds its southern end and not
/// its northern one, so that a ray through a vertex counts once.
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

/// The order of the directions `from→a` and `from→b`, counter-clockwise from due west, so that
/// due west itself is last.
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
        assert_eq!(place(&diamond, c(0.0, 0.0)), Place::Inside);
        assert_eq!(place(&diamond, c(-2.0, 0.0)), Place::Outside);
        assert_eq!(place(&diamond, c(-1.0, 0.0)), Place::Boundary);
        assert_eq!(place(&diamond, c(0.5, 0.5)), Place::Boundary);
    }

    #[test]
    fn directions_turn_counter_clockwise_from_the_west() {
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
    fn winding_is_exact_where_the_area_is_lost_in_rounding() {
        let thin =
            [c(400_000.0, 300_000.0), c(400_001.0, 300_000.0), c(400_000.5, 300_000.0 + 1e-10)];
        assert!(is_counter_clockwise(&thin));
    }
}
