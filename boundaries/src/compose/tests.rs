//! Each rule of composition under its name, on a board of squares.

use std::path::Path;

use geo::{Area as _, Coord};

use super::{Definition, compose};
use crate::fault::{FaultKind as K, Report, Severity};
use crate::layer::{Layer, LayerId, LayerMeta, Resolution, Vintage};
use crate::load::raw::{RawFeature, RawGeometry, RawLayer, RawRing};
use crate::validity::admit;

fn ring(points: &[(f64, f64)]) -> RawRing {
    points.iter().map(|&(x, y)| Coord { x, y }).collect()
}

fn rectangle(x: f64, y: f64, width: f64, height: f64) -> RawRing {
    let (right, top) = (x + width, y + height);
    ring(&[(x, y), (right, y), (right, top), (x, top), (x, y)])
}

fn meta(id: &str, resolution: Option<Resolution>) -> LayerMeta {
    LayerMeta {
        id: LayerId::parse(id).unwrap(),
        series: LayerId::parse(id).unwrap(),
        title: id.to_owned(),
        vintage: Vintage::default(),
        resolution,
        coverage: true,
        licence: None,
        attribution: None,
        source: format!("{id}.geojson"),
    }
}

fn layer_of(id: &str, resolution: Option<Resolution>, areas: Vec<(&str, Vec<RawRing>)>) -> Layer {
    let features = areas
        .into_iter()
        .enumerate()
        .map(|(index, (code, rings))| RawFeature {
            index,
            code: Some(code.to_owned()),
            name: Some(format!("{id} {code}")),
            properties: vec![("LAD".to_owned(), serde_json::json!("West"))],
            geometry: RawGeometry::Polygons { polygons: vec![rings], grouped: true },
        })
        .collect();
    let mut report = Report::default();
    let raw = RawLayer { file: format!("{id}.geojson"), features };
    admit(raw, meta(id, resolution), &mut report).unwrap_or_else(|| panic!("{report:?}"))
}

/// Wards `W00` to `W33`: a board of 4 by 4 squares of 100 m, column and row.
fn wards() -> Layer {
    let codes: Vec<(String, RawRing)> = (0..16)
        .map(|i| {
            let (column, row) = (i % 4, i / 4);
            let square = rectangle(f64::from(column) * 100., f64::from(row) * 100., 100., 100.);
            (format!("W{column}{row}"), square)
        })
        .collect();
    layer_of("ward", None, codes.iter().map(|(c, r)| (c.as_str(), vec![r.clone()])).collect())
}

/// Parishes across the wards: `P1` the southern 150 m, `P2` a block in the middle.
fn parishes() -> Layer {
    layer_of(
        "parish",
        None,
        vec![
            ("P1", vec![rectangle(0., 0., 400., 150.)]),
            ("P2", vec![rectangle(150., 150., 100., 100.)]),
        ],
    )
}

fn composed_of(toml: &str, layers: &[&Layer]) -> (Option<Layer>, Report) {
    let definition = Definition::parse(toml.as_bytes(), Path::new("county/laps.toml"))
        .unwrap_or_else(|e| panic!("{e}"));
    let mut report = Report::default();
    let mut read = |path: &Path, _: &mut Report| {
        (path == Path::new("county/drawn.geojson")).then(|| RawLayer {
            file: "drawn.geojson".to_owned(),
            features: vec![RawFeature {
                index: 0,
                code: None,
                name: None,
                properties: Vec::new(),
                geometry: RawGeometry::Polygons {
                    polygons: vec![vec![rectangle(0., 0., 50., 50.)]],
                    grouped: true,
                },
            }],
        })
    };
    let layer = compose(&definition, layers, meta("lap", None), &mut read, &mut report);
    assert_eq!(layer.is_none(), report.has_errors(), "{report:#?}");
    (layer, report)
}

fn area(code: &str, rest: &str) -> String {
    format!("[[area]]\ncode = \"{code}\"\nname = \"Area {code}\"\n{rest}\n")
}

fn property<'a>(layer: &'a Layer, key: &str) -> Option<&'a serde_json::Value> {
    layer.areas()[0].properties().iter().find(|(k, _)| k == key).map(|(_, v)| v)
}

#[test]
fn whole_members_are_dissolved_in_their_own_vertices() {
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
fn members_around_a_ward_that_is_not_theirs_leave_a_hole() {
    let ring_of_eight = "include = [{ layer = \"ward\", codes = [\"W00\", \"W10\", \"W20\", \"W01\", \"W21\", \"W02\", \"W12\", \"W22\"] }]";
    let (layer, report) = composed_of(&area("N1", ring_of_eight), &[&wards()]);
    assert_eq!(report.faults, []);
    let layer = layer.unwrap();
    let polygon = &layer.areas()[0].geometry().0[0];
    assert_eq!((polygon.interiors().len(), polygon.unsigned_area()), (1, 80_000.));
}

#[test]
fn members_that_touch_in_a_point_are_two_polygons() {
    let (layer, _) = composed_of(
        &area("N1", "include = [{ layer = \"ward\", codes = [\"W00\", \"W11\"] }]"),
        &[&wards()],
    );
    assert_eq!(layer.unwrap().areas()[0].geometry().0.len(), 2);
}

#[test]
fn excluded_ground_is_taken_away() {
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
fn an_intersection_cuts_all_members() {
    let toml = area(
        "N1",
        "include = [{ layer = \"ward\", codes = [\"W00\", \"W11\", \"W21\"] }]\nintersect = [{ layer = \"parish\", codes = [\"P2\", \"P1\"] }]",
    );
    let (layer, _) = composed_of(&toml, &[&wards(), &parishes()]);
    assert_eq!(layer.unwrap().areas()[0].area_m2(), 10_000. + 2. * (5_000. + 2_500.));
}

#[test]
fn a_polygon_file_gives_ground() {
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
fn a_polygon_file_that_is_not_there_is_refused() {
    let (layer, report) = composed_of(&area("N1", "polygon = \"lost.geojson\""), &[]);
    assert!(layer.is_none());
    assert_eq!(report.faults[0].kind, K::UnreadableFile);
    assert_eq!(
        report.faults[0].to_string(),
        "lap: county/laps.toml: feature 0 (N1), field polygon: county/lost.geojson cannot be read"
    );
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
fn a_sliver_between_members_is_closed_and_told() {
    // B's corner lies 0.4 m short of the straight edge of A and C.
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
fn a_small_hole_of_a_members_own_stays() {
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
    // The parish is drawn 3 m over the ward's eastern edge.
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
    // Included within, then excluded: nothing of B is left, nor is a crumb.
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

#[test]
fn a_member_claimed_twice_names_both_areas() {
    let toml = area("N1", "include = [{ layer = \"ward\", codes = [\"W00\", \"W10\"] }]")
        + &area("N2", "include = [{ layer = \"ward\", codes = [\"W10\", \"W20\"] }]");
    let (layer, report) = composed_of(&toml, &[&wards()]);
    assert!(layer.is_none());
    let [fault] = &report.faults[..] else { panic!("{report:?}") };
    assert_eq!(fault.kind, K::ClaimedTwice);
    assert!(fault.message.starts_with("ward:W10 is claimed by N1 and N2:"), "{fault}");
    assert_eq!(fault.area_m2, Some(10_000.));
}

#[test]
fn ground_of_different_members_claimed_twice_is_told_with_its_place() {
    let toml = area("N1", "include = [{ layer = \"ward\", codes = [\"W00\"] }]")
        + &area("N2", "include = [{ layer = \"parish\", codes = [\"P1\"] }]");
    let (layer, report) = composed_of(&toml, &[&wards(), &parishes()]);
    assert!(layer.is_none());
    let [fault] = &report.faults[..] else { panic!("{report:?}") };
    assert_eq!((fault.kind, fault.at), (K::ClaimedTwice, Some([50., 50.])));
    assert_eq!(fault.area_m2, Some(10_000.));
    assert!(fault.message.starts_with("N1 and N2 claim the same ground"), "{fault}");
}

#[test]
fn a_ward_shared_out_in_parts_is_claimed_once() {
    let toml = area(
        "N1",
        "include = [{ layer = \"ward\", codes = [\"W01\"], within = { layer = \"parish\", codes = [\"P1\"] } }]",
    ) + &area(
        "N2",
        "include = [{ layer = \"ward\", codes = [\"W01\"] }]\nexclude = [{ layer = \"parish\", codes = [\"P1\"] }]",
    );
    let (layer, report) = composed_of(&toml, &[&wards(), &parishes()]);
    assert_eq!(report.faults, []);
    let layer = layer.unwrap();
    assert_eq!((layer.areas()[0].area_m2(), layer.areas()[1].area_m2()), (5_000., 5_000.));
}

#[test]
fn a_member_that_no_area_claims_is_noted_where_its_place_has_areas() {
    let places = "[places]\nlayer = \"ward\"\nfield = \"LAD\"\n";
    let claims = "include = [{ layer = \"ward\", codes = [\"W00\"] }, { layer = \"parish\", codes = [\"P2\"] }]";
    let west = format!("{places}{}", area("N1", &format!("place = \"West\"\n{claims}")));
    let (layer, report) = composed_of(&west, &[&wards(), &parishes()]);
    assert!(layer.is_some());
    assert_eq!(report.faults.len(), 15);
    assert!(report.faults.iter().all(|f| (f.kind, f.severity) == (K::Unclaimed, Severity::Note)));
    assert!(report.faults[0].message.starts_with("ward:W01 (ward W01) is claimed by no area"));
    let east = format!("{places}{}", area("N1", &format!("place = \"East\"\n{claims}")));
    assert_eq!(composed_of(&east, &[&wards(), &parishes()]).1.faults, []);
}

#[test]
fn a_member_claimed_by_ground_is_claimed() {
    let toml = format!(
        "[places]\nlayer = \"parish\"\nfield = \"LAD\"\n{}",
        area(
            "N1",
            "place = \"West\"\ninclude = [{ layer = \"ward\", codes = [\"W00\", \"W10\", \"W20\", \"W30\"] }]"
        )
    );
    // Two thirds of P1, and nothing of P2.
    let (_, report) = composed_of(&toml, &[&wards(), &parishes()]);
    let codes: Vec<_> =
        report.faults.iter().map(|f| f.feature.clone().unwrap().code.unwrap()).collect();
    assert_eq!(codes, ["P2"]);
}

#[test]
fn places_that_are_not_there_are_refused() {
    let one = area("N1", "place = \"West\"\ninclude = [{ layer = \"ward\", codes = [\"W00\"] }]");
    let (layer, report) =
        composed_of(&format!("[places]\nlayer = \"wards\"\nfield = \"LAD\"\n{one}"), &[&wards()]);
    assert!(layer.is_none());
    assert_eq!(report.faults[0].kind, K::UnknownMember);
    let (layer, report) = composed_of(
        &format!("[places]\nlayer = \"ward\"\nfield = \"LAD22NM\"\n{one}"),
        &[&wards()],
    );
    assert!(layer.is_none());
    assert_eq!(report.faults[0].kind, K::BadField);
    assert!(report.faults[0].message.contains("`keep`"));
}

#[test]
fn every_member_that_is_not_there_is_told_with_a_hint() {
    let toml = area(
        "N1",
        "include = [{ layer = \"wrad\", codes = [\"W00\"] }, { layer = \"ward\", codes = [\"W0X\", \"P1\"] }]\nexclude = [{ layer = \"lap\", codes = [\"N2\"] }]",
    );
    let (layer, report) = composed_of(&toml, &[&wards(), &parishes()]);
    assert!(layer.is_none());
    let told: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "lap: county/laps.toml: feature 0 (N1), field include: there is no layer wrad in the catalogue above this layer; did you mean \"ward\"?",
            "lap: county/laps.toml: feature 0 (N1), field include: the layer ward has no area W0X; did you mean W00?",
            "lap: county/laps.toml: feature 0 (N1), field include: the layer ward has no area P1; it is a code of parish",
            "lap: county/laps.toml: feature 0 (N1), field exclude: lap is the layer that is being composed: an area cannot be made of itself",
        ]
    );
}

#[test]
fn an_area_of_which_nothing_is_left_is_refused() {
    let toml = area(
        "N1",
        "include = [{ layer = \"ward\", codes = [\"W00\"] }]\nexclude = [{ layer = \"parish\", codes = [\"P1\"] }]",
    );
    let (layer, report) = composed_of(&toml, &[&wards(), &parishes()]);
    assert!(layer.is_none());
    assert_eq!(report.faults[0].kind, K::EmptyGeometry);
}
