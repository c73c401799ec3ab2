//! Claims across areas, and what is refused.

use super::{area, composed_as, composed_of, parishes, wards};
use crate::fault::{FaultKind as K, Severity};
use crate::layer::{Completeness, LayerMeta};

#[test]
fn a_missing_polygon_file_is_refused() {
    let (layer, report) = composed_of(&area("N1", "polygon = \"lost.geojson\""), &[]);
    assert!(layer.is_none());
    assert_eq!(report.faults[0].kind, K::UnreadableFile);
    assert_eq!(
        report.faults[0].to_string(),
        "lap: county/laps.toml: feature 0 (N1), field polygon: county/lost.geojson cannot be read"
    );
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
fn an_overlap_of_different_members_is_reported_with_its_location() {
    let toml = area("N1", "include = [{ layer = \"ward\", codes = [\"W00\"] }]")
        + &area("N2", "include = [{ layer = \"parish\", codes = [\"P1\"] }]");
    let (layer, report) = composed_of(&toml, &[&wards(), &parishes()]);
    assert!(layer.is_none());
    let [fault] = &report.faults[..] else { panic!("{report:?}") };
    assert_eq!((fault.kind, fault.at), (K::ClaimedTwice, Some([50., 50.])));
    assert_eq!(fault.area_m2, Some(10_000.));
    assert!(fault.message.starts_with("N1 and N2 overlap here"), "{fault}");
}

#[test]
fn a_ward_split_between_two_areas_is_claimed_once() {
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
fn an_unclaimed_member_is_noted_if_its_place_has_areas() {
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
fn a_layer_that_is_declared_complete_claims_the_members_of_every_place() {
    let places = "[places]\nlayer = \"ward\"\nfield = \"LAD\"\n";
    // No area is in West, where all the wards are.
    let east = area("N1", "place = \"East\"\ninclude = [{ layer = \"parish\", codes = [\"P2\"] }]");
    let complete = LayerMeta { complete: Completeness::Everywhere, ..super::meta("lap", None) };
    let (layer, report) =
        composed_as(&format!("{places}{east}"), &[&wards(), &parishes()], complete.clone());
    assert!(layer.is_none());
    assert!(report.faults.iter().all(|f| (f.kind, f.severity) == (K::Unclaimed, Severity::Error)));
    let message = &report.faults[0].message;
    assert!(
        message.starts_with("ward:W00 (ward W00) in West is claimed by no area, although the catalogue declares lap complete"),
        "{message}"
    );
    // Without `places` nothing says what should be claimed.
    let (layer, report) = composed_as(&east, &[&wards(), &parishes()], complete);
    assert!(layer.is_some() && report.faults.is_empty(), "{report:?}");
}

#[test]
fn a_member_covered_by_other_members_is_claimed() {
    let toml = format!(
        "[places]\nlayer = \"parish\"\nfield = \"LAD\"\n{}",
        area(
            "N1",
            "place = \"West\"\ninclude = [{ layer = \"ward\", codes = [\"W00\", \"W10\", \"W20\", \"W30\"] }]"
        )
    );
    // The wards cover two thirds of P1, and nothing of P2.
    let (_, report) = composed_of(&toml, &[&wards(), &parishes()]);
    let [fault] = &report.faults[..] else { panic!("{report:?}") };
    assert!(fault.message.starts_with("parish:P2 (parish P2) is claimed by no area"), "{fault}");
}

#[test]
fn a_missing_places_layer_or_field_is_refused() {
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
fn every_missing_member_is_reported_with_a_hint() {
    let toml = area(
        "N1",
        "include = [{ layer = \"wrad\", codes = [\"W00\"] }, { layer = \"ward\", codes = [\"W0X\", \"P1\"] }]\nexclude = [{ layer = \"lap\", codes = [\"N2\"] }]",
    );
    let (layer, report) = composed_of(&toml, &[&wards(), &parishes()]);
    assert!(layer.is_none());
    let messages: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "lap: county/laps.toml: feature 0 (N1), field include: the catalogue has no layer wrad; did you mean \"ward\"?",
            "lap: county/laps.toml: feature 0 (N1), field include: the layer ward has no area W0X; did you mean W00?",
            "lap: county/laps.toml: feature 0 (N1), field include: the layer ward has no area P1; it is a code of parish",
            "lap: county/laps.toml: feature 0 (N1), field exclude: lap is the layer being composed: an area cannot be made of itself",
        ]
    );
}

#[test]
fn an_area_without_remaining_geometry_is_refused() {
    let toml = area(
        "N1",
        "include = [{ layer = \"ward\", codes = [\"W00\"] }]\nexclude = [{ layer = \"parish\", codes = [\"P1\"] }]",
    );
    let (layer, report) = composed_of(&toml, &[&wards(), &parishes()]);
    assert!(layer.is_none());
    assert_eq!(report.faults[0].kind, K::EmptyGeometry);
}
