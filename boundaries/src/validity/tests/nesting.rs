//! Nesting of rings.

use super::{hole, one, polygons, square, summary, ungrouped};
use crate::fault::FaultKind as K;
use crate::fault::Severity::{Error, Repaired};
use geo::Area as _;

#[test]
fn an_island_in_a_hole_is_valid() {
    let (taken, faults) =
        one(polygons(vec![vec![square(0., 0., 10.), hole(2., 2., 6.)], vec![square(4., 4., 2.)]]));
    assert_eq!(faults, []);
    assert_eq!(taken.unwrap().unsigned_area(), 68.0);
}

#[test]
fn a_hole_outside_its_exterior_ring_is_refused() {
    let (taken, faults) = one(polygons(vec![vec![square(0., 0., 10.), hole(50., 50., 4.)]]));
    assert!(taken.is_none());
    assert_eq!(summary(&faults), [(Error, K::HoleOutsideShell, Some([50., 50.]))]);
    assert_eq!(faults[0].area_m2, Some(16.0));
}

#[test]
fn the_message_for_a_misplaced_hole_names_the_polygon_around_it() {
    let (taken, faults) = one(polygons(vec![
        vec![square(0., 0., 10.), hole(52., 52., 4.)],
        vec![square(50., 50., 10.)],
    ]));
    assert!(taken.is_none());
    assert_eq!(summary(&faults), [(Error, K::HoleOutsideShell, Some([52., 52.]))]);
    assert!(faults[0].message.contains("inside polygon 1"), "{}", faults[0].message);
}

#[test]
fn a_hole_in_a_hole_is_refused() {
    let (taken, faults) =
        one(polygons(vec![vec![square(0., 0., 10.), hole(2., 2., 6.), hole(3., 3., 1.)]]));
    assert!(taken.is_none());
    assert_eq!(summary(&faults), [(Error, K::WrongNesting, Some([3., 3.]))]);
}

#[test]
fn a_polygon_inside_another_is_refused() {
    let (taken, faults) = one(polygons(vec![vec![square(0., 0., 10.)], vec![square(3., 3., 1.)]]));
    assert!(taken.is_none());
    assert_eq!(summary(&faults), [(Error, K::WrongNesting, Some([3., 3.]))]);
}

#[test]
fn a_duplicate_hole_or_polygon_is_kept_once() {
    let mut turned = hole(2., 2., 2.);
    turned.rotate_left(1);
    turned.pop();
    turned.push(turned[0]);
    for rings in [
        vec![vec![square(0., 0., 10.), hole(2., 2., 2.), turned]],
        vec![
            vec![square(0., 0., 10.), hole(2., 2., 2.)],
            vec![square(0., 0., 10.), hole(2., 2., 2.)],
        ],
    ] {
        let (taken, faults) = one(polygons(rings));
        assert!(faults.iter().all(|f| (f.severity, f.kind) == (Repaired, K::WrongNesting)));
        assert!(!faults.is_empty());
        assert_eq!(taken.unwrap().unsigned_area(), 96.0);
    }
}

#[test]
fn a_hole_equal_to_its_exterior_ring_leaves_an_empty_geometry() {
    let (taken, faults) = one(polygons(vec![vec![square(0., 0., 10.), hole(0., 0., 10.)]]));
    assert!(taken.is_none());
    assert_eq!(summary(&faults), [(Error, K::EmptyGeometry, None)]);
}

#[test]
fn ungrouped_rings_are_grouped_by_containment_and_not_by_winding() {
    // As in some shapefiles, the hole of the second polygon follows the first polygon.
    let rings = vec![
        square(0., 0., 10.),
        square(102., 2., 2.),
        hole(100., 0., 10.),
        square(2., 2., 6.),
        hole(4., 4., 2.),
    ];
    let (taken, faults) = one(ungrouped(rings));
    assert_eq!(faults, []);
    let taken = taken.unwrap();
    let shape: Vec<_> = taken.iter().map(|p| (p.exterior().0[0].x, p.interiors().len())).collect();
    assert_eq!(shape, [(0., 1), (100., 1), (4., 0)]);
    assert_eq!(taken.unsigned_area(), 100. - 36. + 4. + 100. - 4.);
}

#[test]
fn ungrouped_rings_that_cross_are_refused() {
    let (taken, faults) = one(ungrouped(vec![square(0., 0., 10.), square(8., 8., 10.)]));
    assert!(taken.is_none());
    assert!(faults.iter().all(|f| (f.severity, f.kind) == (Error, K::CrossingRings)));
    assert_eq!(faults.len(), 2);
}
