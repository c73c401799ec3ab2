//! The real sample of Northamptonshire against what is published and what GEOS measures.
//!
//! The sample is no part of the project: `LAPWING_SHARED` names its folder, or it lies beside the
//! checkout. Without it these tests say so and pass.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jiff::Timestamp;
use lapwing_boundaries::assemble;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::catalogue::{Catalogue, PostcodeFormat, PostcodeSpec};
use lapwing_boundaries::fault::Report;
use lapwing_boundaries::load::postcodes::load_postcodes;
use lapwing_boundaries::locate::Level;
use lapwing_boundaries::postcode::Postcode;

fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("LAPWING_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        PathBuf::from,
    );
    if folder.join("wards_2013.geojson").exists() {
        return Some(folder);
    }
    eprintln!("SKIPPED: the real sample is not at {}", folder.display());
    None
}

/// The county, built once from the catalogue that the project ships.
fn county() -> Option<&'static Atlas> {
    static COUNTY: OnceLock<Option<Atlas>> = OnceLock::new();
    let county = COUNTY.get_or_init(|| {
        let catalogue =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogues/northamptonshire/sample.toml");
        let catalogue = Catalogue::read_with_data(&catalogue, &shared()?).unwrap();
        let mut report = Report::default();
        let contents = assemble::contents(&catalogue, &mut report, &());
        let errors = || report.faults.iter().map(ToString::to_string).collect::<Vec<_>>();
        let contents = contents.unwrap_or_else(|| panic!("{:#?}", errors()));
        Some(Atlas::build(contents, Timestamp::UNIX_EPOCH, &()))
    });
    county.as_ref()
}

fn layer(atlas: &Atlas, id: &str) -> usize {
    atlas.layer_place(id).unwrap_or_else(|| panic!("there is a layer {id}"))
}

/// The codes of the areas that a postcode is in.
fn codes(atlas: &Atlas, id: &str, postcode: &str) -> Vec<String> {
    let record = atlas.postcode(Postcode::parse(postcode).unwrap()).unwrap();
    let place = layer(atlas, id);
    let located = atlas.locate_postcode(place, record).unwrap();
    let areas = atlas.layers()[place].layer().areas();
    located.matches.iter().map(|m| areas[m.area].code().to_string()).collect()
}

#[test]
fn the_guildhalls_postcode_is_in_castle_ward() {
    let Some(county) = county() else { return };
    assert_eq!(codes(county, "ward", "NN1 1ED"), ["E05013246"]);
}

/// Code-Point Open of July 2014 says in which ward of 2013 each postcode is. GEOS finds 15,538 of
/// the 15,548 that are in the county.
#[test]
fn postcodes_of_2014_are_in_the_wards_published_for_them() {
    let Some(county) = county() else { return };
    let spec = PostcodeSpec {
        path: shared().unwrap().join("codepoint_nn_2014.csv"),
        format: PostcodeFormat::CodePointOpen,
        licence: None,
        attribution: None,
    };
    let mut report = Report::default();
    let records = load_postcodes(&spec, &mut report);
    assert_eq!((records.len(), report.has_errors()), (15_649, false));

    let wards = layer(county, "ward_2013");
    let areas = county.layers()[wards].layer();
    let (mut in_county, mut agree) = (0, 0);
    for record in &records {
        let Some(published) = &record.published_ward else { continue };
        let Some(expected) = areas.area_index(published.as_str()) else { continue };
        in_county += 1;
        let located = county.locate(wards, record.position.unwrap());
        if located.matches.iter().any(|m| m.area == expected) {
            agree += 1;
            continue;
        }
        let distance = located.boundary_distance_m.unwrap();
        println!(
            "{} is published in {published}, {distance:.1} m from a boundary",
            record.postcode
        );
        assert_eq!(located.level, Level::NearBoundary, "{}", record.postcode);
        assert!(located.near.iter().any(|(area, _)| *area == expected), "{}", record.postcode);
        assert!(distance < 6.5, "{}: {distance}", record.postcode);
    }
    assert_eq!(in_county, 15_548);
    assert!(agree >= 15_538, "only {agree} agree");
}
