//! Layers of feature services.

use serde_json::Value;

use super::world::{World, catalogue, wards};
use crate::mock_publishers::ONS;
use crate::mock_publishers::portal::Item;

fn world(count: usize) -> World {
    let world = World::new(&catalogue("", ""));
    world.publishers.put_service("Wards", wards(count));
    world
}

const ONLY: [&str; 2] = ["--only", "ward"];

/// The offsets of the requested pages.
pub(crate) fn offsets(world: &World) -> Vec<u64> {
    let requests = world.publishers.take_requests();
    let offset = |address: &str| {
        let (_, rest) = address.split_once("resultOffset=")?;
        rest.split('&').next()?.parse().ok()
    };
    requests.iter().filter_map(|requests| offset(&requests.address)).collect()
}

#[test]
fn a_layer_larger_than_a_page_is_complete_and_in_code_order() {
    let world = world(4321);
    let stderr = world.fetch(&ONLY);
    assert!(stderr.contains("data/wards.geojson: fetched, 4321 features"), "{stderr}");
    assert_eq!(offsets(&world), [0, 2000, 4000]);
    let layer: Value = serde_json::from_slice(&world.read("data/wards.geojson")).unwrap();
    assert_eq!(layer["crs"]["properties"]["name"], "urn:ogc:def:crs:EPSG::27700");
    let codes: Vec<&str> = layer["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|feature| feature["properties"]["WDCD"].as_str().unwrap())
        .collect();
    assert_eq!(codes.len(), 4321);
    assert!(codes.is_sorted());
    assert_eq!(layer["features"][0]["properties"].as_object().unwrap().len(), 2);
    assert_eq!(world.names(), ["wards.geojson"]);
    let stderr = world.fetch(&ONLY);
    assert!(stderr.contains(": unchanged"), "{stderr}");
    assert_eq!(offsets(&world), [0_u64; 0], "its pages were not asked for again");
}

#[test]
fn the_same_features_in_other_pages_are_the_same_bytes() {
    let world = world(500);
    world.fetch(&ONLY);
    let whole = world.read("data/wards.geojson");
    let mut service = wards(500);
    service.most_a_page = 70;
    service.flag_under_properties = false;
    service.edited += 1;
    service.features.reverse();
    world.publishers.put_service("Wards", service);
    let stderr = world.fetch(&ONLY);
    assert!(stderr.contains(", same content"), "{stderr}");
    assert_eq!(world.read("data/wards.geojson"), whole);
}

#[test]
fn the_error_for_a_missing_service_lists_everything_tried() {
    let world = World::new(&catalogue("", ""));
    let stderr = world.refusal(&ONLY);
    for part in [
        "cannot fetch data/wards.geojson, for layer ward",
        "Wards/FeatureServer/0 answered: error 400, Invalid URL",
        "the search of geoportal.statistics.gov.uk knows no service for wards",
        "write its address as `url`",
    ] {
        assert!(stderr.contains(part), "{stderr}");
    }
    assert!(world.names().is_empty());
}

#[test]
fn the_portals_search_finds_a_service_by_its_new_name() {
    let world = World::new(&catalogue("", ""));
    world.publishers.put_service("WD_V2", wards(3));
    let url = format!("https://{ONS}/WD_V2/FeatureServer");
    let item = |title: &str, url: &str| {
        let (title, kind) = (title.to_owned(), "Feature Service".to_owned());
        Item { title, kind, url: url.to_owned() }
    };
    world.publishers.put_item(item("Parishes", "https://elsewhere.example/P/FeatureServer"));
    world.publishers.put_item(item("Wards (December 2022)", &url));
    let stderr = world.fetch(&ONLY);
    assert!(stderr.contains(&format!("taken from {url}/0, which the search")), "{stderr}");
    assert!(String::from_utf8(world.read("sources.lock")).unwrap().contains("WD_V2"));
    let stderr = world.fetch(&ONLY);
    assert!(stderr.contains(": unchanged"), "{stderr}");
}
