//! `lapwing new`: its catalogues and its error messages.

use std::fs;

use lapwing_boundaries::catalogue::{Catalogue, LayerSource};
use lapwing_boundaries::compose::Definition;

use crate::county::{lapwing, refusal};

fn new(args: &[&str]) -> (tempfile::TempDir, Catalogue) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("place");
    let output = lapwing(&[&["new"], args, &["-o", out.to_str().unwrap()]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let catalogue = Catalogue::read(&out.join("catalogue.toml")).unwrap();
    (folder, catalogue)
}

fn ids(catalogue: &Catalogue) -> Vec<&str> {
    catalogue.layers.iter().map(|layer| layer.meta.id.as_str()).collect()
}

#[test]
fn every_authority_of_england_gets_a_catalogue_that_can_be_read() {
    let codes = include_str!("../../../src/cli/commands/new/authorities.txt");
    // Each needs a process; one in ten covers every kind and unusual name.
    for (code, name) in codes.lines().step_by(10).map(|line| line.split_once(' ').unwrap()) {
        let (_folder, catalogue) = new(&["--authority", code]);
        assert_eq!(catalogue.title, name);
        let LayerSource::Vector(source) = &catalogue.layers[0].source else { panic!() };
        assert_eq!(source.only[0].field, "LAD24CD");
        assert!(source.only[0].values[0].matches(code));
    }
}

#[test]
fn a_new_catalogue_is_filled_in_and_names_no_partnerships() {
    let (folder, catalogue) = new(&["--authority", "E06000062", "--authority", "Milton Keynes"]);
    assert_eq!(catalogue.title, "Milton Keynes, West Northamptonshire");
    let layers =
        ["local_authority", "ward", "parish", "non_civil_parished_area", "lsoa", "gp_practice"];
    assert_eq!(ids(&catalogue), layers);
    for layer in &catalogue.layers {
        let id = layer.meta.id.as_str();
        assert!(layer.meta.licence.is_some() && layer.meta.attribution.is_some(), "{id}");
        assert!(!layer.origin.urls.is_empty(), "{id}");
        assert_eq!(layer.within.is_none(), id == "local_authority", "{id}");
        if id != "gp_practice" {
            assert!(layer.meta.resolution.is_some() && layer.meta.vintage.valid_from.is_some());
            assert_eq!(layer.meta.coverage, !id.contains("parish"), "{id}");
        }
    }
    assert_eq!(catalogue.postcodes.as_ref().unwrap().within.as_ref().unwrap().margin_m, 5000.0);
    let laps = fs::read_to_string(folder.path().join("place/laps.toml")).unwrap();
    assert!(laps.lines().all(|line| line.is_empty() || line.starts_with('#')), "{laps}");
    let text = fs::read_to_string(folder.path().join("place/catalogue.toml")).unwrap();
    assert!(text.contains("# id = \"lap\""), "ready to be taken in");
}

#[test]
fn several_editions_of_wards_are_vintages_of_one_layer() {
    let (_folder, catalogue) =
        new(&["--authority", "E06000042", "--wards", "2025-05", "--wards", "2022-12"]);
    assert_eq!(ids(&catalogue)[1..3], ["ward_2022", "ward"]);
    let meta = |at: usize| &catalogue.layers[at].meta;
    assert_eq!(meta(1).series, meta(2).id);
    assert_eq!(meta(1).vintage.valid_to, meta(2).vintage.valid_from);
}

#[test]
fn full_resolution_has_its_own_services() {
    let (_folder, catalogue) = new(&["--authority", "E09000001", "--resolution", "BFC"]);
    for layer in &catalogue.layers {
        for url in layer.origin.urls.iter().filter(|url| url.contains("FeatureServer")) {
            assert!(url.contains("_BFC") && !url.contains("{R}"), "{url}");
        }
    }
}

#[test]
fn northamptonshire_comes_with_the_partnerships_that_are_known() {
    let (folder, catalogue) = new(&["northamptonshire"]);
    assert_eq!(catalogue.title, "Northamptonshire");
    assert!(ids(&catalogue).contains(&"lap"));
    let laps = Definition::read(&folder.path().join("place/laps.toml")).unwrap();
    let shipped =
        concat!(env!("CARGO_MANIFEST_DIR"), "/boundaries/catalogues/northamptonshire/laps.toml");
    let text = |path: &std::path::Path| fs::read_to_string(path).unwrap();
    assert_eq!(text(&folder.path().join("place/laps.toml")), text(shipped.as_ref()));
    drop(laps);
}

#[test]
fn an_unknown_authority_or_existing_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("x");
    let out = out.to_str().unwrap();
    for (args, expected) in [
        (&["--authority", "W06000015"][..], "W06000015 is in Wales"),
        (&["--authority", "E10000021"], "is a county council: name its districts"),
        (&["--authority", "Nowhere"], "is not a local authority in England"),
        (&["northamptonshir"], "did you mean \"northamptonshire\"?"),
        (&["--authority", "E06000062", "--wards", "2023-12"], "unknown edition of wards"),
        (&[], "required"),
    ] {
        let (code, message) = refusal(&[&["new"], args, &["-o", out]].concat());
        assert_eq!(code, 2, "{message}");
        assert!(message.contains(expected), "{message}");
        assert!(!fs::exists(out).unwrap(), "nothing is written");
    }
    let new = ["new", "--authority", "E06000062", "-o", out];
    assert!(lapwing(&new).status.success());
    let (code, message) = refusal(&new);
    assert!(code == 1 && message.contains("already exists"), "{message}");
    assert!(lapwing(&[&new[..], &["--force"]].concat()).status.success());
}
