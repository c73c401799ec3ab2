//! Cleaning of one ring: closes it, and removes repeated points and spikes.
//!
//! None of this changes the area covered: closing a ring adds the segment that every reader
//! assumes, and repeated points and spikes have no area.

use geo::Coord;

use super::exact::{Ring, side, strictly_between};
use crate::fault::FaultKind;
use crate::load::raw::RawRing;

/// A fault in one ring.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RingFault {
    pub(super) kind: FaultKind,
    pub(super) at: Option<Coord<f64>>,
    pub(super) message: String,
}

/// The result of cleaning a ring.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cleaned {
    /// At least three points, without repeated points or spikes; and the repairs.
    Ring(Ring, Vec<RingFault>),
    /// The ring has no area: fewer than three points remain.
    Flat(RingFault),
    /// Some coordinates are not finite.
    Broken(Vec<RingFault>),
}

/// Cleans one ring from the file.
pub(super) fn clean(raw: RawRing) -> Cleaned {
    let broken: Vec<RingFault> = raw
        .iter()
        .enumerate()
        .filter(|(_, p)| !p.x.is_finite() || !p.y.is_finite())
        .map(|(i, p)| RingFault {
            kind: FaultKind::NonFiniteCoordinate,
            at: None,
            message: format!(
                "point {i} of the ring is {} {}, which is not a finite position: correct it",
                p.x, p.y
            ),
        })
        .collect();
    if !broken.is_empty() {
        return Cleaned::Broken(broken);
    }
    let given = raw.len();
    let first = raw.first().copied();
    // Adding zero turns -0.0 into 0.0, so that equal points have equal bits.
    let mut points: Ring = raw.into_iter().map(|p| Coord { x: p.x + 0.0, y: p.y + 0.0 }).collect();
    let mut faults = Vec::new();
    if points.len() > 1 && points.first() == points.last() {
        points.pop();
    } else if points.len() > 2 {
        faults.push(RingFault {
            kind: FaultKind::UnclosedRing,
            at: points.last().copied(),
            message: "the ring is not closed: its last point differs from its first; closed with a straight line"
                .to_owned(),
        });
    }
    let ring = without_spikes(without_repeats(points, &mut faults), &mut faults);
    if ring.len() < 3 {
        let message = match given {
            0 => "the ring has no points".to_owned(),
            1..=3 => {
                format!(
                    "the ring has {given} points: a ring needs at least 4, the last equal to the first"
                )
            }
            _ => "the ring has no area: all its points are on one line".to_owned(),
        };
        return Cleaned::Flat(RingFault { kind: FaultKind::TooFewPoints, at: first, message });
    }
    Cleaned::Ring(ring, faults)
}

fn without_repeats(points: Ring, faults: &mut Vec<RingFault>) -> Ring {
    let mut kept: Ring = Vec::with_capacity(points.len());
    let mut repeated = |at: Coord<f64>| {
        faults.push(RingFault {
            kind: FaultKind::RepeatedPoint,
            at: Some(at),
            message: "the point is repeated; kept once".to_owned(),
        });
    };
    for p in points {
        if kept.last() == Some(&p) {
            repeated(p);
        } else {
            kept.push(p);
        }
    }
    while kept.len() > 1 && kept.first() == kept.last() {
        kept.pop().into_iter().for_each(&mut repeated);
    }
    kept
}

/// Returns true if the path `a→b→c` turns back on itself at `b`.
fn is_spike(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> bool {
    side(a, b, c).is_eq() && (a == c || !strictly_between(a, c, b))
}

fn without_spikes(points: Ring, faults: &mut Vec<RingFault>) -> Ring {
    let mut spike = |at: Coord<f64>| {
        faults.push(RingFault {
            kind: FaultKind::Spike,
            at: Some(at),
            message:
                "the ring goes out to this point and back along the same line; removed the line"
                    .to_owned(),
        });
    };
    let mut kept: Ring = Vec::with_capacity(points.len());
    for p in points {
        while let [.., a, b] = kept[..]
            && b != p
            && is_spike(a, b, p)
        {
            kept.pop().into_iter().for_each(&mut spike);
        }
        if kept.last() != Some(&p) {
            kept.push(p);
        }
    }
    // The same across the start of the ring, whose points are at both ends of the list.
    let mut start = 0;
    while let [a, b, .., y, z] = kept[start..] {
        if z == a {
            // The foot of a spike that was just removed.
            kept.pop();
        } else if is_spike(y, z, a) {
            kept.pop().into_iter().for_each(&mut spike);
        } else if is_spike(z, a, b) {
            spike(a);
            start += 1;
        } else {
            break;
        }
    }
    kept.drain(..start);
    // Three points on one line have no area.
    if let [a, b, c] = kept[..]
        && side(a, b, c).is_eq()
    {
        kept.truncate(2);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(points: &[(f64, f64)]) -> RawRing {
        points.iter().map(|&(x, y)| Coord { x, y }).collect()
    }

    type Faults = Vec<(FaultKind, (f64, f64))>;

    fn cleaned(points: &[(f64, f64)]) -> (Ring, Faults) {
        match clean(ring(points)) {
            Cleaned::Ring(ring, faults) => {
                let position = |b: &RingFault| b.at.map_or((f64::NAN, f64::NAN), |p| (p.x, p.y));
                (ring, faults.iter().map(|b| (b.kind, position(b))).collect())
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_valid_ring_is_unchanged() {
        let (kept, faults) = cleaned(&[(0., 0.), (4., 0.), (4., 3.), (0., 0.)]);
        assert_eq!(kept, ring(&[(0., 0.), (4., 0.), (4., 3.)]));
        assert_eq!(faults, []);
    }

    #[test]
    fn an_unclosed_ring_is_closed() {
        let (kept, faults) = cleaned(&[(0., 0.), (4., 0.), (4., 3.)]);
        assert_eq!(kept.len(), 3);
        assert_eq!(faults, [(FaultKind::UnclosedRing, (4., 3.))]);
    }

    #[test]
    fn repeated_points_are_kept_once_even_at_the_closing_point() {
        let (kept, faults) = cleaned(&[(0., 0.), (4., 0.), (4., 0.), (4., 3.), (0., 0.), (0., 0.)]);
        assert_eq!(kept, ring(&[(0., 0.), (4., 0.), (4., 3.)]));
        assert_eq!(
            faults,
            [(FaultKind::RepeatedPoint, (4., 0.)), (FaultKind::RepeatedPoint, (0., 0.))]
        );
    }

    #[test]
    fn a_spike_is_removed_wherever_the_ring_starts() {
        let square_with_spike = [(0., 0.), (4., 0.), (4., 4.), (9., 9.), (4., 4.), (0., 4.)];
        for turn in 0..square_with_spike.len() {
            let mut points = square_with_spike.to_vec();
            points.rotate_left(turn);
            points.push(points[0]);
            let (kept, faults) = cleaned(&points);
            assert_eq!(kept.len(), 4, "{points:?} -> {kept:?}");
            assert!(!kept.contains(&Coord { x: 9., y: 9. }));
            assert_eq!(faults, [(FaultKind::Spike, (9., 9.))], "{points:?}");
        }
    }

    #[test]
    fn a_spike_of_several_points_is_removed_completely() {
        let (kept, faults) = cleaned(&[
            (0., 0.),
            (4., 0.),
            (4., 4.),
            (6., 6.),
            (9., 9.),
            (5., 5.),
            (4., 4.),
            (0., 4.),
            (0., 0.),
        ]);
        assert_eq!(kept, ring(&[(0., 0.), (4., 0.), (4., 4.), (0., 4.)]));
        assert_eq!(faults.first(), Some(&(FaultKind::Spike, (9., 9.))));
    }

    #[test]
    fn negative_zero_becomes_zero() {
        let (kept, _) = cleaned(&[(-0.0, -0.0), (4., 0.), (4., 3.), (0., 0.)]);
        assert!(kept[0].x.is_sign_positive() && kept[0].y.is_sign_positive());
    }

    #[test]
    fn rings_without_area_are_flat() {
        for points in [
            &[][..],
            &[(1., 1.)],
            &[(1., 1.), (2., 2.)],
            &[(1., 1.), (2., 2.), (1., 1.)],
            &[(1., 1.), (1., 1.), (1., 1.), (1., 1.)],
            &[(0., 0.), (1., 1.), (2., 2.), (3., 3.), (0., 0.)],
            &[(0., 0.), (2., 2.), (1., 1.), (3., 3.), (0., 0.)],
            &[(0., 0.), (1., 0.), (1., 1.), (1., 0.), (0., 0.)],
        ] {
            assert!(matches!(clean(ring(points)), Cleaned::Flat(_)), "{points:?}");
        }
    }

    #[test]
    fn a_non_finite_coordinate_breaks_the_ring() {
        let Cleaned::Broken(faults) =
            clean(ring(&[(0., 0.), (f64::NAN, 0.), (4., f64::INFINITY), (0., 0.)]))
        else {
            panic!("accepted");
        };
        assert_eq!(faults.len(), 2);
    }
}
