//! Single rings.

use super::{hole, one, polygons, ring, square, summary};
use crate::fault::FaultKind as K;
use crate::fault::Severity::{Error, Repaired};
use geo::Area as _;

#[test]
fn a_valid_feature_is_unchanged() {
    let (taken, faults) = one(polygons(vec![
        vec![square(0., 0., 10.), hole(2., 2., 2.), hole(6., 6., 2.)],
        vec![square(20., 0., 10.)],
    ]));
    let taken = taken.unwrap();
    assert_eq!(faults, []);
    assert_eq!(taken.unsigned_area(), 192.0);
    assert_eq!(taken.0[0].exterior().0, square(0., 0., 10.));
    assert_eq!(taken.0[0].interiors()[1].0, hole(6., 6., 2.));
}

#[test]
fn an_unclosed_ring_is_closed_and_reported() {
    let (taken, faults) =
        one(polygons(vec![vec![ring(&[(0., 0.), (9., 0.), (9., 9.), (0., 9.)])]]));
    assert_eq!(summary(&faults), [(Repaired, K::UnclosedRing, Some([0., 9.]))]);
    assert_eq!(taken.unwrap().unsigned_area(), 81.0);
    let text = faults[0].to_string();
    assert!(
        text.starts_with(
            "ward: wards.geojson: feature 0 (A), polygon 0, ring 0, at 0 9: the ring is not closed"
        ),
        "{text}"
    );
}

#[test]
fn a_feature_with_too_few_points_is_refused() {
    let (taken, faults) = one(polygons(vec![vec![ring(&[(3., 4.), (9., 0.), (3., 4.)])]]));
    assert!(taken.is_none());
    assert_eq!(summary(&faults), [(Error, K::TooFewPoints, Some([3., 4.]))]);
}

#[test]
fn a_ring_without_area_beside_a_valid_one_is_dropped() {
    let flat = ring(&[(20., 20.), (30., 20.), (25., 20.), (20., 20.)]);
    for rings in [
        vec![vec![square(0., 0., 10.)], vec![flat.clone()]],
        vec![vec![square(0., 0., 10.), flat.clone()]],
    ] {
        let (taken, faults) = one(polygons(rings));
        assert_eq!(summary(&faults), [(Repaired, K::TooFewPoints, Some([20., 20.]))]);
        assert_eq!(taken.unwrap().unsigned_area(), 100.0);
    }
}

#[test]
fn a_flat_exterior_ring_with_a_valid_hole_is_refused() {
    let flat = ring(&[(20., 20.), (30., 20.), (25., 20.), (20., 20.)]);
    let (taken, faults) =
        one(polygons(vec![vec![square(0., 0., 10.)], vec![flat, hole(2., 2., 2.)]]));
    assert!(taken.is_none());
    assert_eq!(summary(&faults), [(Error, K::TooFewPoints, Some([20., 20.]))]);
}

#[test]
fn repeated_points_are_dropped() {
    let (taken, faults) = one(polygons(vec![vec![ring(&[
        (0., 0.),
        (9., 0.),
        (9., 0.),
        (9., 9.),
        (0., 9.),
        (0., 0.),
    ])]]));
    assert_eq!(summary(&faults), [(Repaired, K::RepeatedPoint, Some([9., 0.]))]);
    assert_eq!(taken.unwrap().0[0].exterior().0.len(), 5);
}

#[test]
fn a_spike_is_dropped() {
    let (taken, faults) = one(polygons(vec![vec![ring(&[
        (0., 0.),
        (9., 0.),
        (9., 9.),
        (9., 30.),
        (9., 9.),
        (0., 9.),
        (0., 0.),
    ])]]));
    assert_eq!(summary(&faults), [(Repaired, K::Spike, Some([9., 30.]))]);
    assert_eq!(taken.unwrap().0[0].exterior().0, square(0., 0., 9.));
}

#[test]
fn a_non_finite_coordinate_is_refused() {
    let (taken, faults) =
        one(polygons(vec![vec![ring(&[(0., 0.), (f64::NAN, 0.), (9., 9.), (0., 0.)])]]));
    assert!(taken.is_none());
    assert_eq!(summary(&faults), [(Error, K::NonFiniteCoordinate, None)]);
}
