//! Each rule of validity under its name; what is drawn is drawn in the test.

pub(crate) mod real;

use geo::{Area as _, Coord, MultiPolygon};

use super::{admit, admit_geometry};
use crate::fault::{Fault, FaultKind, Report, Severity};
use crate::layer::{Layer, LayerId, LayerMeta, Resolution, Vintage};
use crate::load::raw::{RawFeature, RawGeometry, RawLayer, RawRing};

fn ring(points: &[(f64, f64)]) -> RawRing {
    points.iter().map(|&(x, y)| Coord { x, y }).collect()
}

fn square(x: f64, y: f64, side: f64) -> RawRing {
    ring(&[(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)])
}

fn hole(x: f64, y: f64, side: f64) -> RawRing {
    let mut ring = square(x, y, side);
    ring.reverse();
    ring
}

fn meta(resolution: Option<Resolution>) -> LayerMeta {
    LayerMeta {
        id: LayerId::parse("ward").unwrap(),
        series: LayerId::parse("ward").unwrap(),
        title: "Wards".to_owned(),
        vintage: Vintage::default(),
        resolution,
        coverage: false,
        licence: None,
        attribution: None,
        source: "wards.geojson".to_owned(),
    }
}

fn feature(index: usize, code: &str, geometry: RawGeometry) -> RawFeature {
    RawFeature {
        index,
        code: Some(code.to_owned()),
        name: Some(format!("Ward {code}")),
        properties: Vec::new(),
        geometry,
    }
}

fn polygons(polygons: Vec<Vec<RawRing>>) -> RawGeometry {
    RawGeometry::Polygons { polygons, grouped: true }
}

fn ungrouped(rings: Vec<RawRing>) -> RawGeometry {
    RawGeometry::Polygons { polygons: rings.into_iter().map(|r| vec![r]).collect(), grouped: false }
}

fn admitted(features: Vec<RawFeature>, resolution: Option<Resolution>) -> (Option<Layer>, Report) {
    let mut report = Report::default();
    let raw = RawLayer { file: "wards.geojson".to_owned(), features };
    let layer = admit(raw, meta(resolution), &mut report);
    assert_eq!(layer.is_none(), report.has_errors(), "{report:#?}");
    (layer, report)
}

/// The one area of a layer made of one feature, and its faults.
fn one(geometry: RawGeometry) -> (Option<MultiPolygon<f64>>, Vec<Fault>) {
    let (layer, report) = admitted(vec![feature(0, "A", geometry)], None);
    (layer.map(|l| l.areas()[0].geometry().clone()), report.faults)
}

fn told(faults: &[Fault]) -> Vec<(Severity, FaultKind, Option<[f64; 2]>)> {
    faults.iter().map(|f| (f.severity, f.kind, f.at)).collect()
}

use FaultKind as K;
use Severity::{Error, Note, Repaired};

#[test]
fn a_good_feature_is_taken_as_it_is() {
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
fn winding_is_turned_and_counted_in_one_note() {
    let (layer, report) = admitted(
        vec![
            feature(0, "A", polygons(vec![vec![hole(0., 0., 10.), square(2., 2., 2.)]])),
            feature(1, "B", polygons(vec![vec![hole(10., 0., 10.)]])),
        ],
        None,
    );
    assert_eq!(told(&report.faults), [(Note, K::WrongWinding, None)]);
    assert!(report.faults[0].message.starts_with("3 rings run the other way"));
    let a = layer.unwrap().areas()[0].geometry().clone();
    assert_eq!(a.0[0].exterior().0, ring(&[(0., 0.), (10., 0.), (10., 10.), (0., 10.), (0., 0.)]));
    assert_eq!(a.0[0].interiors()[0].0, hole(2., 2., 2.));
}

#[test]
fn an_island_in_a_lake_is_good() {
    let (taken, faults) =
        one(polygons(vec![vec![square(0., 0., 10.), hole(2., 2., 6.)], vec![square(4., 4., 2.)]]));
    assert_eq!(faults, []);
    assert_eq!(taken.unwrap().unsigned_area(), 68.0);
}

#[test]
fn a_hole_that_touches_its_shell_in_one_point_is_good() {
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
fn polygons_that_touch_in_points_are_good() {
    let (taken, faults) = one(polygons(vec![
        vec![square(0., 0., 10.)],
        vec![square(10., 10., 10.)],
        vec![square(20., 0., 10.)],
    ]));
    assert_eq!(faults, []);
    assert_eq!(taken.unwrap().0.len(), 3);
}

#[test]
fn an_unclosed_ring_is_closed_and_told() {
    let (taken, faults) =
        one(polygons(vec![vec![ring(&[(0., 0.), (9., 0.), (9., 9.), (0., 9.)])]]));
    assert_eq!(told(&faults), [(Repaired, K::UnclosedRing, Some([0., 9.]))]);
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
fn a_feature_of_too_few_points_is_refused() {
    let (taken, faults) = one(polygons(vec![vec![ring(&[(3., 4.), (9., 0.), (3., 4.)])]]));
    assert!(taken.is_none());
    assert_eq!(told(&faults), [(Error, K::TooFewPoints, Some([3., 4.]))]);
}

#[test]
fn a_ring_without_ground_beside_a_good_one_is_dropped() {
    let flat = ring(&[(20., 20.), (30., 20.), (25., 20.), (20., 20.)]);
    for rings in [
        vec![vec![square(0., 0., 10.)], vec![flat.clone()]],
        vec![vec![square(0., 0., 10.), flat.clone()]],
    ] {
        let (taken, faults) = one(polygons(rings));
        assert_eq!(told(&faults), [(Repaired, K::TooFewPoints, Some([20., 20.]))]);
        assert_eq!(taken.unwrap().unsigned_area(), 100.0);
    }
}

#[test]
fn a_flat_shell_with_a_good_hole_is_refused() {
    let flat = ring(&[(20., 20.), (30., 20.), (25., 20.), (20., 20.)]);
    let (taken, faults) =
        one(polygons(vec![vec![square(0., 0., 10.)], vec![flat, hole(2., 2., 2.)]]));
    assert!(taken.is_none());
    assert_eq!(told(&faults), [(Error, K::TooFewPoints, Some([20., 20.]))]);
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
    assert_eq!(told(&faults), [(Repaired, K::RepeatedPoint, Some([9., 0.]))]);
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
    assert_eq!(told(&faults), [(Repaired, K::Spike, Some([9., 30.]))]);
    assert_eq!(taken.unwrap().0[0].exterior().0, square(0., 0., 9.));
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
    assert_eq!(told(&faults), [(Error, K::SelfCrossing, Some([50., 50.]))]);
    assert_eq!(faults[0].area_m2, Some(2500.0));
    assert!(faults[0].message.contains("ogr2ogr -makevalid"));
}

#[test]
fn a_bow_tie_through_a_vertex_is_refused_too() {
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
    assert_eq!(told(&faults), [(Error, K::SelfCrossing, Some([50., 50.]))]);
}

#[test]
fn every_crossing_is_told() {
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
fn a_tiny_crossing_is_mended_where_the_resolution_allows() {
    // 1 km square; in its east side a bow-tie 2 m wide, 10 m long: 10 m² in doubt.
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
    assert_eq!(told(&report.faults), [(Error, K::SelfCrossing, Some([1001., 505.]))]);
}

#[test]
fn a_ring_that_touches_itself_outside_is_split_into_polygons() {
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
    assert_eq!(told(&faults), [(Repaired, K::SelfTouching, Some([10., 10.]))]);
    let taken = taken.unwrap();
    assert_eq!((taken.0.len(), taken.unsigned_area()), (2, 200.0));
}

#[test]
fn a_ring_that_touches_itself_inside_is_split_into_shell_and_hole() {
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
    assert_eq!(told(&faults), [(Repaired, K::SelfTouching, Some([5., 10.]))]);
    let taken = taken.unwrap();
    assert_eq!((taken.0.len(), taken.0[0].interiors().len()), (1, 1));
    assert_eq!(taken.unsigned_area(), 90.0);
}

#[test]
fn a_vertex_that_touches_an_edge_of_its_ring_splits_it_there() {
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
    assert_eq!(told(&faults), [(Repaired, K::SelfTouching, Some([5., 0.]))]);
    assert_eq!(taken.unwrap().0.len(), 2);
}

#[test]
fn a_keyhole_becomes_a_hole() {
    // Shell and hole joined by a cut that is walked both ways.
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
fn a_hole_that_cuts_its_polygon_apart_gives_two_polygons() {
    let across = ring(&[(0., 5.), (5., 6.), (10., 5.), (5., 4.), (0., 5.)]);
    let (taken, faults) = one(polygons(vec![vec![square(0., 0., 10.), across]]));
    assert_eq!(
        told(&faults),
        [(Repaired, K::SelfTouching, Some([0., 5.])), (Repaired, K::SelfTouching, Some([10., 5.]))]
    );
    let taken = taken.unwrap();
    assert_eq!((taken.0.len(), taken.unsigned_area()), (2, 90.0));
}

#[test]
fn polygons_that_share_a_line_are_merged() {
    let (taken, faults) = one(polygons(vec![vec![square(0., 0., 10.)], vec![square(10., 2., 5.)]]));
    assert_eq!(told(&faults), [(Repaired, K::CrossingRings, Some([10., 2.]))]);
    let taken = taken.unwrap();
    assert_eq!((taken.0.len(), taken.unsigned_area()), (1, 125.0));
}

#[test]
fn a_hole_that_shares_a_line_with_its_shell_is_cut_off() {
    let (taken, faults) = one(polygons(vec![vec![square(0., 0., 10.), hole(0., 4., 2.)]]));
    assert_eq!(told(&faults), [(Repaired, K::CrossingRings, Some([0., 4.]))]);
    let taken = taken.unwrap();
    assert_eq!((taken.0[0].interiors().len(), taken.unsigned_area()), (0, 96.0));
}

#[test]
fn a_hole_that_crosses_its_shell_is_refused_at_the_crossings() {
    let (taken, faults) = one(polygons(vec![vec![square(0., 0., 10.), hole(8., 4., 4.)]]));
    assert!(taken.is_none());
    assert_eq!(
        told(&faults),
        [(Error, K::CrossingRings, Some([10., 4.])), (Error, K::CrossingRings, Some([10., 8.]))]
    );
    assert_eq!(faults[0].area_m2, Some(8.0));
}

#[test]
fn polygons_that_cross_are_refused() {
    let (taken, faults) = one(polygons(vec![vec![square(0., 0., 10.)], vec![square(8., 8., 10.)]]));
    assert!(taken.is_none());
    assert_eq!(
        told(&faults),
        [(Error, K::CrossingRings, Some([8., 10.])), (Error, K::CrossingRings, Some([10., 8.]))]
    );
}

#[test]
fn holes_that_cross_are_refused() {
    let (taken, faults) =
        one(polygons(vec![vec![square(0., 0., 20.), hole(2., 2., 6.), hole(4., 4., 8.)]]));
    assert!(taken.is_none());
    assert_eq!(
        told(&faults),
        [(Error, K::CrossingRings, Some([4., 8.])), (Error, K::CrossingRings, Some([8., 4.]))]
    );
}

#[test]
fn a_hole_outside_its_shell_is_refused() {
    let (taken, faults) = one(polygons(vec![vec![square(0., 0., 10.), hole(50., 50., 4.)]]));
    assert!(taken.is_none());
    assert_eq!(told(&faults), [(Error, K::HoleOutsideShell, Some([50., 50.]))]);
    assert_eq!(faults[0].area_m2, Some(16.0));
}

#[test]
fn a_hole_given_to_the_wrong_polygon_names_the_right_one() {
    let (taken, faults) = one(polygons(vec![
        vec![square(0., 0., 10.), hole(52., 52., 4.)],
        vec![square(50., 50., 10.)],
    ]));
    assert!(taken.is_none());
    assert_eq!(told(&faults), [(Error, K::HoleOutsideShell, Some([52., 52.]))]);
    assert!(faults[0].message.contains("inside polygon 1"), "{}", faults[0].message);
}

#[test]
fn a_hole_in_a_hole_is_refused() {
    let (taken, faults) =
        one(polygons(vec![vec![square(0., 0., 10.), hole(2., 2., 6.), hole(3., 3., 1.)]]));
    assert!(taken.is_none());
    assert_eq!(told(&faults), [(Error, K::WrongNesting, Some([3., 3.]))]);
}

#[test]
fn a_polygon_on_another_is_refused() {
    let (taken, faults) = one(polygons(vec![vec![square(0., 0., 10.)], vec![square(3., 3., 1.)]]));
    assert!(taken.is_none());
    assert_eq!(told(&faults), [(Error, K::WrongNesting, Some([3., 3.]))]);
}

#[test]
fn a_hole_or_polygon_that_stands_twice_is_taken_once() {
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
fn a_hole_that_is_its_whole_shell_leaves_no_ground() {
    let (taken, faults) = one(polygons(vec![vec![square(0., 0., 10.), hole(0., 0., 10.)]]));
    assert!(taken.is_none());
    assert_eq!(told(&faults), [(Error, K::EmptyGeometry, None)]);
}

#[test]
fn ungrouped_rings_are_grouped_by_containment_whatever_their_winding() {
    // The shapefile trap: the hole of the second shell follows the first.
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

#[test]
fn codes_that_are_missing_invalid_or_twice_are_all_told() {
    let geometry = || polygons(vec![vec![square(0., 0., 10.)]]);
    let mut nameless = feature(3, "", geometry());
    nameless.code = None;
    let (layer, report) = admitted(
        vec![
            feature(0, "A", geometry()),
            feature(1, " A ", geometry()),
            feature(2, "St George", geometry()),
            nameless,
            feature(4, "  ", geometry()),
        ],
        None,
    );
    assert!(layer.is_none());
    let told: Vec<_> =
        report.faults.iter().map(|f| (f.kind, f.feature.as_ref().unwrap().index)).collect();
    assert_eq!(
        told,
        [(K::DuplicateCode, 1), (K::InvalidCode, 2), (K::MissingCode, 3), (K::MissingCode, 4)]
    );
    assert!(report.faults[0].message.contains("feature 0"));
}

#[test]
fn empty_geometries_and_other_kinds_are_refused() {
    let (layer, report) = admitted(
        vec![
            feature(0, "A", polygons(vec![vec![square(0., 0., 10.)]])),
            feature(1, "B", RawGeometry::Empty),
            feature(2, "C", polygons(vec![])),
            feature(3, "D", polygons(vec![vec![], vec![vec![]]])),
            feature(4, "E", RawGeometry::Point(Coord { x: 1., y: 2. })),
            feature(5, "F", RawGeometry::Other("LineString".to_owned())),
        ],
        None,
    );
    assert!(layer.is_none());
    let kinds: Vec<_> = report.faults.iter().map(|f| f.kind).collect();
    assert_eq!(
        kinds,
        [K::EmptyGeometry, K::EmptyGeometry, K::EmptyGeometry, K::WrongGeometry, K::WrongGeometry]
    );
}

#[test]
fn a_file_of_points_is_a_layer_of_sites() {
    let (layer, report) = admitted(
        vec![feature(0, "K2", RawGeometry::Point(Coord { x: 475_486., y: 260_275. }))],
        None,
    );
    assert_eq!(report.faults, []);
    assert_eq!(layer.unwrap().sites()[0].name, "Ward K2");
}

#[test]
fn a_file_without_features_is_refused() {
    let (layer, report) = admitted(vec![], None);
    assert!(layer.is_none());
    assert_eq!(told(&report.faults), [(Error, K::EmptyGeometry, None)]);
}

#[test]
fn a_coordinate_that_is_no_number_is_refused() {
    let (taken, faults) =
        one(polygons(vec![vec![ring(&[(0., 0.), (f64::NAN, 0.), (9., 9.), (0., 0.)])]]));
    assert!(taken.is_none());
    assert_eq!(told(&faults), [(Error, K::NonFiniteCoordinate, None)]);
}

#[test]
fn a_callers_own_polygon_goes_through_the_same_door() {
    let good = admit_geometry(vec![vec![hole(0., 0., 10.)]], 0.0).unwrap();
    assert_eq!(good.geometry.0[0].exterior().0[1], Coord { x: 10., y: 0. });
    assert_eq!(admit_geometry(vec![], 0.0).unwrap_err()[0].kind, K::EmptyGeometry);
    let faults =
        admit_geometry(vec![vec![square(0., 0., 9.), hole(50., 0., 1.)]], 0.0).unwrap_err();
    assert_eq!(faults[0].kind, K::HoleOutsideShell);
}
