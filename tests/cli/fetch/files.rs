//! Plain files.

use super::world::{World, ZIP, catalogue, zip};
use crate::mock_publishers::files::PlainFile;

fn world() -> World {
    let world = World::new(&catalogue("", ""));
    world.publishers.put_file(ZIP, PlainFile::new(zip(0), "one"));
    world
}

const ONLY: [&str; 2] = ["--only", "postcodes"];

#[test]
fn a_file_is_fetched_once_and_written_down() {
    let world = world();
    let stderr = world.fetch(&ONLY);
    assert!(stderr.contains("data/postcodes.zip: fetched, 300.0 kB"), "{stderr}");
    assert_eq!(world.read("data/postcodes.zip"), zip(0));
    assert_eq!(world.names(), ["postcodes.zip"]);
    let lock = String::from_utf8(world.read("sources.lock")).unwrap();
    for part in ["file = \"data/postcodes.zip\"", "etag = '\"one\"'", "bytes = 300004", ZIP] {
        assert!(lock.contains(part), "{lock}");
    }
    world.publishers.take_requests();
    let stderr = world.fetch(&ONLY);
    assert!(stderr.contains(": unchanged"), "{stderr}");
    let requests = world.publishers.take_requests();
    assert_eq!((requests.len(), requests[0].status), (1, 304));
    assert_eq!(world.read("sources.lock"), lock.as_bytes());
}

#[test]
fn a_changed_file_replaces_the_old_one() {
    let world = world();
    world.fetch(&ONLY);
    world.publishers.put_file(ZIP, PlainFile::new(zip(1), "two"));
    let stderr = world.fetch(&ONLY);
    assert!(stderr.contains("fetched, 300.0 kB"), "{stderr}");
    assert_eq!(world.read("data/postcodes.zip"), zip(1));
}

#[test]
fn a_redirect_is_followed() {
    let world = world();
    let elsewhere = format!("{}/store.example/signed", world.publishers.address);
    world.publishers.put_file(ZIP, PlainFile::redirect(&elsewhere));
    world.publishers.put_file("store.example/signed", PlainFile::new(zip(2), "x"));
    world.fetch(&ONLY);
    assert_eq!(world.read("data/postcodes.zip"), zip(2));
}
