//! The geometry of one composed area.

use std::path::Path;

use geo::Area as _;

use super::{area, composed_of, layer_of, meta, parishes, property, rectangle, ring, wards};
use crate::compose::{Definition, compose};
use crate::fault::{FaultKind as K, Report, Severity};
use crate::layer::Resolution;

#[test]
fn complete_members_dissolve_without_new_vertices() {
    let wards = wards();
    let toml = area(
        "N1",
        "place = \"West\"\nstatus = \"pioneer\"\ninclude = [{ layer = \"ward\", codes = [\"W00\", \"W10\", \"W11\"] }]",
    );
    let (layer, report) = composed_of(&toml, &[&wards]);
    assert_eq!(report.faults, []);
    let layer = layer.unwrap();
    let n1 = &layer.areas()[0];
    assert_eq!(
        n1.geometry().0[0].exterior().0,
        ring(&[
            (0., 0.),
            (100., 0.),
            (200., 0.),
            (200., 100.),
            (200., 200.),
            (100., 200.),
            (100., 100.),
            (0., 100.),
            (0., 0.)
        ])
    );
    assert_eq!(n1.name(), "Area N1");
    assert_eq!(property(&layer, "place"), Some(&serde_json::json!("West")));
    assert_eq!(property(&layer, "status"), Some(&serde_json::json!("pioneer")));
    assert_eq!(property(&layer, "locality"), None);
    assert_eq!(
        property(&layer, "members"),
        Some(&serde_json::json!(["ward:W00", "ward:W10", "ward:W11"]))
    );
    assert_eq!(property(&layer, "part_members"), None);
}

#[test]
fn members_around_another_ward_leave_a_hole() {
    let ring_of_eight = "include = [{ layer = \"ward\", codes = [\"W00\", \"W10\", \"W20\", \"W01\", \"W21\", \"W02\", \"W12\", \"W22\"] }]";
    let (layer, report) = composed_of(&area("N1", ring_of_eight), &[&wards()]);
    assert_eq!(report.faults, []);
    let layer = layer.unwrap();
    let polygon = &layer.areas()[0].geometry().0[0];
    assert_eq!((polygon.interiors().len(), polygon.unsigned_area()), (1, 80_000.));
}

#[test]
fn members_that_touch_at_a_point_form_two_polygons() {
    let (layer, _) = composed_of(
        &area("N1", "include = [{ layer = \"ward\", codes = [\"W00\", \"W11\"] }]"),
        &[&wards()],
    );
    assert_eq!(layer.unwrap().areas()[0].geometry().0.len(), 2);
}

#[test]
fn excluded_areas_are_subtracted() {
    let toml = area(
        "N1",
        "include = [{ layer = \"ward\", codes = [\"W00\", \"W01\"] }]\nexclude = [{ layer = \"parish\", codes = [\"P1\"] }]",
    );
    let (layer, report) = composed_of(&toml, &[&wards(), &parishes()]);
    assert_eq!(report.faults, []);
    let layer = layer.unwrap();
    assert_eq!(layer.areas()[0].area_m2(), 5_000.);
    assert_eq!(property(&layer, "members"), Some(&serde_json::json!([])));
    assert_eq!(
        property(&layer, "part_members"),
        Some(&serde_json::json!([
            {"member": "ward:W00", "share": 0.0},
            {"member": "ward:W01", "share": 0.5}
        ]))
    );
}

#[test]
fn a_part_ward_is_cut_to_its_parish() {
    let toml = area(
        "N1",
        "include = [{ layer = \"ward\", codes = [\"W33\"] }, { layer = \"ward\", codes = [\"W11\"], within = { layer = \"parish\", codes = [\"P2\"] } }]",
    );
    let (layer, report) = composed_of(&toml, &[&wards(), &parishes()]);
    assert_eq!(report.faults, []);
    let layer = layer.unwrap();
    assert_eq!(layer.areas()[0].area_m2(), 12_500.);
    assert_eq!(property(&layer, "members"), Some(&serde_json::json!(["ward:W33"])));
}

#[test]
fn intersect_cuts_all_members() {
    let toml = area(
        "N1",
        "include = [{ layer = \"ward\", codes = [\"W00\", \"W11\", \"W21\"] }]\nintersect = [{ layer = \"parish\", codes = [\"P2\", \"P1\"] }]",
    );
    let (layer, _) = composed_of(&toml, &[&wards(), &parishes()]);
    assert_eq!(layer.unwrap().areas()[0].area_m2(), 10_000. + 2. * (5_000. + 2_500.));
}

#[test]
fn a_polygon_file_adds_its_polygons() {
    let (layer, report) = composed_of(&area("N1", "polygon = \"drawn.geojson\""), &[]);
    assert_eq!(report.faults, []);
    assert_eq!(layer.unwrap().areas()[0].area_m2(), 2_500.);
    let (layer, _) = composed_of(
        &area(
            "N1",
            "polygon = \"drawn.geojson\"\ninclude = [{ layer = \"ward\", codes = [\"W10\"] }]",
        ),
        &[&wards()],
    );
    assert_eq!(layer.unwrap().areas()[0].area_m2(), 12_500.);
}

#[test]
fn a_composed_layer_can_be_composed_again() {
    let wards = wards();
    let toml = area("N1", "include = [{ layer = \"ward\", codes = [\"W00\"] }]")
        + &area("N2", "include = [{ layer = \"ward\", codes = [\"W10\"] }]");
    let laps = composed_of(&toml, &[&wards]).0.unwrap();
    let toml = area("N", "include = [{ layer = \"lap\", codes = [\"N1\", \"N2\"] }]");
    let definition = Definition::parse(toml.as_bytes(), Path::new("localities.toml")).unwrap();
    let mut report = Report::default();
    let localities = compose(
        &definition,
        &[&wards, &laps],
        meta("locality", None),
        &mut |_, _| None,
        &mut report,
    );
    assert_eq!(localities.unwrap().areas()[0].area_m2(), 20_000.);
}

#[test]
fn a_sliver_between_members_is_closed_and_reported() {
    // B's corner lies 0.4 m away from the straight edge of A.
    let layer = layer_of(
        "ward",
        Some(Resolution::Bgc),
        vec![
            ("A", vec![rectangle(0., 0., 100., 100.)]),
            (
                "B",
                vec![ring(&[
                    (100., 0.),
                    (200., 0.),
                    (200., 100.),
                    (100., 100.),
                    (100.4, 50.),
                    (100., 0.),
                ])],
            ),
        ],
    );
    let toml = area("N1", "include = [{ layer = \"ward\", codes = [\"A\", \"B\"] }]");
    let (layer, report) = composed_of(&toml, &[&layer]);
    let layer = layer.unwrap();
    assert_eq!(layer.areas()[0].geometry().0[0].interiors().len(), 0);
    assert_eq!(layer.areas()[0].area_m2(), 20_000.);
    let [fault] = &report.faults[..] else { panic!("{report:?}") };
    assert_eq!((fault.kind, fault.severity), (K::SliverClosed, Severity::Repaired));
    assert!((fault.area_m2.unwrap() - 20.).abs() < 1e-9);
    assert_eq!(fault.feature.as_ref().unwrap().code.as_deref(), Some("N1"));
}

#[test]
fn a_small_hole_in_a_member_stays() {
    let mut garden = rectangle(50., 50., 0.5, 0.5);
    garden.reverse();
    let layer = layer_of(
        "ward",
        Some(Resolution::Bsc),
        vec![
            ("A", vec![rectangle(0., 0., 100., 100.), garden]),
            ("B", vec![rectangle(100., 0., 100., 100.)]),
        ],
    );
    let toml = area("N1", "include = [{ layer = \"ward\", codes = [\"A\", \"B\"] }]");
    let (layer, report) = composed_of(&toml, &[&layer]);
    assert_eq!(report.faults, []);
    assert_eq!(layer.unwrap().areas()[0].geometry().0[0].interiors().len(), 1);
}

#[test]
fn a_crumb_left_by_cutting_is_dropped() {
    // The parish is drawn 3 m across the ward's eastern edge.
    let parish = layer_of("parish", None, vec![("P", vec![rectangle(0., 0., 403., 100.)])]);
    let ward = layer_of(
        "ward",
        Some(Resolution::Bgc),
        vec![
            ("A", vec![rectangle(0., 0., 400., 1000.)]),
            ("B", vec![rectangle(400., 0., 100., 1000.)]),
        ],
    );
    let toml = area(
        "N1",
        "include = [{ layer = \"ward\", codes = [\"A\", \"B\"], within = { layer = \"parish\", codes = [\"P\"] } }]\nexclude = [{ layer = \"ward\", codes = [\"B\"] }]",
    );
    // B is included within the parish, then excluded: nothing of B is left, not even a crumb.
    let (layer, _) = composed_of(&toml, &[&ward, &parish]);
    assert_eq!(layer.unwrap().areas()[0].area_m2(), 40_000.);
    let toml = area(
        "N1",
        "include = [{ layer = \"parish\", codes = [\"P\"] }, { layer = \"ward\", codes = [\"C\"] }]\nexclude = [{ layer = \"ward\", codes = [\"A\"] }]",
    );
    let ward = layer_of(
        "ward",
        Some(Resolution::Bgc),
        vec![
            ("A", vec![rectangle(0., 0., 400., 1000.)]),
            ("C", vec![rectangle(500., 0., 400., 1000.)]),
        ],
    );
    let (layer, report) = composed_of(&toml, &[&ward, &parish]);
    assert_eq!(layer.unwrap().areas()[0].area_m2(), 400_000.);
    assert_eq!(report.faults[0].kind, K::SliverClosed);
    assert_eq!(report.faults[0].area_m2, Some(300.));
}
