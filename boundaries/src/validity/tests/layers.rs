//! Validation of whole files: codes, geometry types, winding; and of a single geometry.

use super::{admitted, feature, hole, polygons, ring, square, summary};
use crate::fault::FaultKind as K;
use crate::fault::Severity::{Error, Note, Repaired};
use crate::load::raw::RawGeometry;
use crate::validity::admit_geometry;
use geo::Coord;

#[test]
fn wrong_winding_is_reversed_and_counted_in_one_note() {
    let (layer, report) = admitted(
        vec![
            feature(0, "A", polygons(vec![vec![hole(0., 0., 10.), square(2., 2., 2.)]])),
            feature(1, "B", polygons(vec![vec![hole(10., 0., 10.)]])),
        ],
        None,
    );
    assert_eq!(summary(&report.faults), [(Note, K::WrongWinding, None)]);
    assert!(report.faults[0].message.starts_with("3 rings have the wrong winding order"));
    let a = layer.unwrap().areas()[0].geometry().clone();
    assert_eq!(a.0[0].exterior().0, ring(&[(0., 0.), (10., 0.), (10., 10.), (0., 10.), (0., 0.)]));
    assert_eq!(a.0[0].interiors()[0].0, hole(2., 2., 2.));
}

#[test]
fn missing_invalid_and_duplicate_codes_are_all_reported() {
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
    let listed: Vec<_> =
        report.faults.iter().map(|f| (f.kind, f.feature.as_ref().unwrap().index)).collect();
    assert_eq!(
        listed,
        [(K::DuplicateCode, 1), (K::InvalidCode, 2), (K::MissingCode, 3), (K::MissingCode, 4)]
    );
    assert!(report.faults[0].message.contains("feature 0"));
}

#[test]
fn features_with_the_same_code_and_name_are_parts_of_one_area() {
    let part = |index, x| {
        let mut part = feature(index, "A", polygons(vec![vec![square(x, 0., 10.)]]));
        part.name = Some("Hunmanby".to_owned());
        part
    };
    let (layer, report) = admitted(vec![part(0, 0.), part(1, 10.)], None);
    assert_eq!(layer.unwrap().areas()[0].area_m2(), 200.0);
    let listed: Vec<_> = report.faults.iter().map(|f| (f.kind, f.severity)).collect();
    assert_eq!(listed, [(K::DuplicateCode, Repaired), (K::CrossingRings, Repaired)]);
    assert!(report.faults[0].message.contains("as feature 0"));
    // Parts that overlap are refused.
    let (layer, _) = admitted(vec![part(0, 0.), part(1, 5.)], None);
    assert!(layer.is_none());
}

#[test]
fn empty_geometries_and_wrong_types_are_refused() {
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
fn a_file_of_points_becomes_a_layer_of_sites() {
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
    assert_eq!(summary(&report.faults), [(Error, K::EmptyGeometry, None)]);
}

#[test]
fn a_single_geometry_is_validated_the_same_way() {
    let good = admit_geometry(vec![vec![hole(0., 0., 10.)]], 0.0).unwrap();
    assert_eq!(good.geometry.0[0].exterior().0[1], Coord { x: 10., y: 0. });
    assert_eq!(admit_geometry(vec![], 0.0).unwrap_err()[0].kind, K::EmptyGeometry);
    let faults =
        admit_geometry(vec![vec![square(0., 0., 9.), hole(50., 0., 1.)]], 0.0).unwrap_err();
    assert_eq!(faults[0].kind, K::HoleOutsideShell);
}
