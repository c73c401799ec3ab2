//! Rings that cross, touch or share a segment.

use super::{admitted, feature, hole, one, polygons, ring, square, summary};
use crate::fault::FaultKind as K;
use crate::fault::Severity::{Error, Repaired};
use crate::layer::Resolution;
use geo::Area as _;

#[test]
fn a_hole_may_touch_its_exterior_ring_at_a_point() {
    let touching = ring(&[(0., 5.), (5., 6.), (5., 4.), (0., 5.)]);
    for shell in [
        square(0., 0., 10.),
        ring(&[(0., 0.), (10., 0.), (10., 10.), (0., 10.), (0., 5.), (0., 0.)]),
    ] {
        let (taken, faults) = one(polygons(vec![vec![shell.clone(), touching.clone()]]));
        assert_eq!(faults, []);
        assert_eq!(taken.unwrap().0[0].exterior().0, shell);
    }
}

#[test]
fn polygons_may_touch_at_points() {
    let (taken, faults) = one(polygons(vec![
        vec![square(0., 0., 10.)],
        vec![square(10., 10., 10.)],
        vec![square(20., 0., 10.)],
    ]));
    assert_eq!(faults, []);
    assert_eq!(taken.unwrap().0.len(), 3);
}

#[test]
fn a_bow_tie_is_refused_at_its_crossing() {
    let (taken, faults) = one(polygons(vec![vec![ring(&[
        (0., 0.),
        (100., 100.),
        (100., 0.),
        (0., 100.),
        (0., 0.),
    ])]]));
    assert!(taken.is_none());
    assert_eq!(summary(&faults), [(Error, K::SelfCrossing, Some([50., 50.]))]);
    assert_eq!(faults[0].area_m2, Some(2500.0));
    assert!(faults[0].message.contains("ogr2ogr -makevalid"));
}

#[test]
fn a_bow_tie_through_a_vertex_is_refused() {
    let (taken, faults) = one(polygons(vec![vec![ring(&[
        (0., 0.),
        (50., 50.),
        (100., 100.),
        (100., 0.),
        (50., 50.),
        (0., 100.),
        (0., 0.),
    ])]]));
    assert!(taken.is_none());
    assert_eq!(summary(&faults), [(Error, K::SelfCrossing, Some([50., 50.]))]);
}

#[test]
fn every_crossing_is_reported() {
    // A zigzag that crosses the base three times.
    let (_, faults) = one(polygons(vec![vec![ring(&[
        (0., 0.),
        (100., 0.),
        (100., 50.),
        (80., -50.),
        (60., 50.),
        (40., -50.),
        (0., 50.),
        (0., 0.),
    ])]]));
    assert!(faults.iter().all(|f| f.kind == K::SelfCrossing && f.severity == Error));
    let xs: Vec<f64> = faults.iter().map(|f| f.at.unwrap()[0]).collect();
    assert_eq!(xs, [20., 50., 70., 90.]);
}

#[test]
fn a_tiny_crossing_is_repaired_if_the_resolution_allows() {
    // A 1 km square with a bow-tie 2 m wide and 10 m long in its east side: 10 m² are ambiguous.
    let shape = polygons(vec![vec![ring(&[
        (0., 0.),
        (1000., 0.),
        (1000., 500.),
        (1002., 510.),
        (1000., 510.),
        (1002., 500.),
        (1003., 600.),
        (1000., 1000.),
        (0., 1000.),
        (0., 0.),
    ])]]);
    let (layer, report) = admitted(vec![feature(0, "A", shape.clone())], Some(Resolution::Bgc));
    let crossing = report.faults.iter().find(|f| f.kind == K::SelfCrossing).unwrap();
    assert_eq!((crossing.severity, crossing.at), (Repaired, Some([1001., 505.])));
    assert!(layer.is_some());
    let (layer, report) = admitted(vec![feature(0, "A", shape)], None);
    assert!(layer.is_none());
    assert_eq!(summary(&report.faults), [(Error, K::SelfCrossing, Some([1001., 505.]))]);
}

#[test]
fn a_ring_touching_itself_from_outside_is_split_into_polygons() {
    let (taken, faults) = one(polygons(vec![vec![ring(&[
        (0., 0.),
        (10., 0.),
        (10., 10.),
        (20., 10.),
        (20., 20.),
        (10., 20.),
        (10., 10.),
        (0., 10.),
        (0., 0.),
    ])]]));
    assert_eq!(summary(&faults), [(Repaired, K::SelfTouching, Some([10., 10.]))]);
    let taken = taken.unwrap();
    assert_eq!((taken.0.len(), taken.unsigned_area()), (2, 200.0));
}

#[test]
fn a_ring_touching_itself_from_inside_is_split_into_exterior_ring_and_hole() {
    let (taken, faults) = one(polygons(vec![vec![ring(&[
        (0., 0.),
        (10., 0.),
        (10., 10.),
        (5., 10.),
        (7., 5.),
        (3., 5.),
        (5., 10.),
        (0., 10.),
        (0., 0.),
    ])]]));
    assert_eq!(summary(&faults), [(Repaired, K::SelfTouching, Some([5., 10.]))]);
    let taken = taken.unwrap();
    assert_eq!((taken.0.len(), taken.0[0].interiors().len()), (1, 1));
    assert_eq!(taken.unsigned_area(), 90.0);
}

#[test]
fn a_vertex_touching_an_edge_of_its_ring_splits_the_ring() {
    let (taken, faults) = one(polygons(vec![vec![ring(&[
        (0., 0.),
        (10., 0.),
        (10., 10.),
        (6., 10.),
        (5., 0.),
        (4., 10.),
        (0., 10.),
        (0., 0.),
    ])]]));
    assert_eq!(summary(&faults), [(Repaired, K::SelfTouching, Some([5., 0.]))]);
    assert_eq!(taken.unwrap().0.len(), 2);
}

#[test]
fn a_keyhole_becomes_a_hole() {
    // Exterior ring and hole joined by a cut that runs both ways.
    let (taken, faults) = one(polygons(vec![vec![ring(&[
        (0., 0.),
        (5., 0.),
        (5., 3.),
        (3., 5.),
        (5., 7.),
        (7., 5.),
        (5., 3.),
        (5., 0.),
        (10., 0.),
        (10., 10.),
        (0., 10.),
        (0., 0.),
    ])]]));
    assert!(
        faults.iter().all(|f| (f.severity, f.kind) == (Repaired, K::SelfTouching)),
        "{faults:?}"
    );
    assert!(faults.iter().any(|f| f.at == Some([5., 0.])));
    let taken = taken.unwrap();
    assert_eq!((taken.0.len(), taken.0[0].interiors().len()), (1, 1));
    assert_eq!(taken.unsigned_area(), 92.0);
}

#[test]
fn a_hole_that_cuts_its_polygon_apart_leaves_two_polygons() {
    let across = ring(&[(0., 5.), (5., 6.), (10., 5.), (5., 4.), (0., 5.)]);
    let (taken, faults) = one(polygons(vec![vec![square(0., 0., 10.), across]]));
    assert_eq!(
        summary(&faults),
        [(Repaired, K::SelfTouching, Some([0., 5.])), (Repaired, K::SelfTouching, Some([10., 5.]))]
    );
    let taken = taken.unwrap();
    assert_eq!((taken.0.len(), taken.unsigned_area()), (2, 90.0));
}

#[test]
fn polygons_that_share_a_segment_are_merged() {
    let (taken, faults) = one(polygons(vec![vec![square(0., 0., 10.)], vec![square(10., 2., 5.)]]));
    assert_eq!(summary(&faults), [(Repaired, K::CrossingRings, Some([10., 2.]))]);
    let taken = taken.unwrap();
    assert_eq!((taken.0.len(), taken.unsigned_area()), (1, 125.0));
}

#[test]
fn a_hole_that_shares_a_segment_with_its_exterior_ring_is_cut_off() {
    let (taken, faults) = one(polygons(vec![vec![square(0., 0., 10.), hole(0., 4., 2.)]]));
    assert_eq!(summary(&faults), [(Repaired, K::CrossingRings, Some([0., 4.]))]);
    let taken = taken.unwrap();
    assert_eq!((taken.0[0].interiors().len(), taken.unsigned_area()), (0, 96.0));
}

#[test]
fn a_hole_that_crosses_its_exterior_ring_is_refused() {
    let (taken, faults) = one(polygons(vec![vec![square(0., 0., 10.), hole(8., 4., 4.)]]));
    assert!(taken.is_none());
    assert_eq!(
        summary(&faults),
        [(Error, K::CrossingRings, Some([10., 4.])), (Error, K::CrossingRings, Some([10., 8.]))]
    );
    assert_eq!(faults[0].area_m2, Some(8.0));
}

#[test]
fn polygons_that_cross_are_refused() {
    let (taken, faults) = one(polygons(vec![vec![square(0., 0., 10.)], vec![square(8., 8., 10.)]]));
    assert!(taken.is_none());
    assert_eq!(
        summary(&faults),
        [(Error, K::CrossingRings, Some([8., 10.])), (Error, K::CrossingRings, Some([10., 8.]))]
    );
}

#[test]
fn holes_that_cross_are_refused() {
    let (taken, faults) =
        one(polygons(vec![vec![square(0., 0., 20.), hole(2., 2., 6.), hole(4., 4., 8.)]]));
    assert!(taken.is_none());
    assert_eq!(
        summary(&faults),
        [(Error, K::CrossingRings, Some([4., 8.])), (Error, K::CrossingRings, Some([8., 4.]))]
    );
}
