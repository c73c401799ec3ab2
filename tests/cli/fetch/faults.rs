//! What goes wrong on the way, and what is left of it.

use std::fs::{self, File};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::layers::offsets;
use super::world::{World, ZIP, catalogue, wards, zip};
use crate::standin::faults::Fault;
use crate::standin::files::PlainFile;
use crate::standin::{Asked, ONS};

const FILE: [&str; 2] = ["--only", "postcodes"];
const LAYER: [&str; 2] = ["--only", "ward"];

fn world() -> World {
    let world = World::new(&catalogue("", ""));
    world.publishers.put_file(ZIP, PlainFile::new(zip(0), "one"));
    world.publishers.put_service("Wards", wards(4321));
    world
}

fn start(world: &World, more: &[&str]) -> Child {
    world.command(more).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits for something to come true, and not for ever.
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_mins(1), "{what} did not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn length(world: &World, name: &str) -> u64 {
    fs::metadata(world.path(name)).map_or(0, |found| found.len())
}

fn ranges(asked: &[Asked]) -> Vec<&str> {
    asked.iter().filter_map(|asked| asked.range.as_deref()).collect()
}

#[test]
fn a_transfer_that_breaks_is_gone_on_with_where_it_broke() {
    let world = world();
    world.publishers.fault(ZIP, 1, Fault::BreakAfter(100_000));
    let told = world.fetch(&FILE);
    assert!(told.contains("trying again in"), "{told}");
    assert_eq!(world.read("data/postcodes.zip"), zip(0));
    let asked = world.publishers.asked();
    assert_eq!((asked.len(), ranges(&asked)), (2, vec!["bytes=100000-"]));
    assert_eq!(world.names(), ["postcodes.zip"]);
}

#[test]
fn a_process_killed_in_the_middle_leaves_no_file_and_the_next_goes_on() {
    let world = world();
    world.publishers.fault(ZIP, 1, Fault::Slow(4096, Duration::from_millis(20)));
    let mut child = start(&world, &FILE);
    wait_until("a part", || length(&world, "data/.postcodes.zip.part") > 20_000);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(world.names(), [".postcodes.zip.part", ".postcodes.zip.part.toml"]);
    let there = length(&world, "data/.postcodes.zip.part");
    assert!(there < 300_000, "it was killed in the middle");
    world.publishers.asked();
    world.fetch(&FILE);
    let asked = world.publishers.asked();
    assert_eq!(ranges(&asked), [format!("bytes={there}-")]);
    assert_eq!(asked[0].status, 206);
    assert_eq!(world.read("data/postcodes.zip"), zip(0));
    assert_eq!(world.names(), ["postcodes.zip"]);
}

#[test]
fn a_file_that_changes_between_two_parts_is_taken_from_its_beginning() {
    let world = world();
    world.publishers.fault(ZIP, 9, Fault::BreakAfter(50_000));
    let told = world.refusal(&[&FILE[..], &["--retries", "0"]].concat());
    assert!(
        told.contains("closed the connection") && told.contains("run the command again"),
        "{told}"
    );
    assert!(!world.names().contains(&"postcodes.zip".to_owned()));
    let changed = world_after_change(&world);
    assert_eq!(world.read("data/postcodes.zip"), changed);
    let asked = world.publishers.asked();
    let whole = asked.iter().rfind(|asked| asked.range.is_some()).unwrap();
    assert_eq!(whole.status, 200, "the tag of the part was of other content");
}

/// Publishes another edition and fetches it.
fn world_after_change(world: &World) -> Vec<u8> {
    world.publishers.clear_faults();
    world.publishers.put_file(ZIP, PlainFile::new(zip(1), "two"));
    let told = world.fetch(&FILE);
    assert!(told.contains("has changed: starting again"), "{told}");
    zip(1)
}

#[test]
fn a_file_that_has_become_shorter_than_its_part_is_taken_from_its_beginning() {
    let world = world();
    world.publishers.fault(ZIP, 1, Fault::BreakAfter(200_000));
    world.refusal(&[&FILE[..], &["--retries", "0"]].concat());
    // A careless server: the same tag for other content.
    let shorter = zip(0)[..150_000].to_vec();
    world.publishers.put_file(ZIP, PlainFile::new(shorter.clone(), "one"));
    world.fetch(&FILE);
    assert_eq!(world.read("data/postcodes.zip"), shorter);
}

#[test]
fn a_server_without_ranges_or_tags_is_asked_for_the_whole_again() {
    let world = world();
    let plain = PlainFile { bytes: zip(3).into(), ..PlainFile::default() };
    world.publishers.put_file(ZIP, plain);
    world.publishers.fault(ZIP, 1, Fault::BreakAfter(100_000));
    world.fetch(&FILE);
    assert_eq!(world.read("data/postcodes.zip"), zip(3));
    assert!(ranges(&world.publishers.asked()).is_empty());
    let told = world.fetch(&FILE);
    assert!(told.contains("fetched again, same content"), "{told}");
}

#[test]
fn a_busy_server_is_asked_again_and_obeyed() {
    let world = world();
    world.publishers.fault(ZIP, 2, Fault::Status(503, None));
    world.publishers.fault(ZIP, 1, Fault::Status(429, Some("1")));
    let began = Instant::now();
    let told = world.fetch(&FILE);
    assert!(began.elapsed() >= Duration::from_secs(1), "it asked to be left alone for a second");
    assert!(told.contains("503") && told.contains("trying again in 1.0 s"), "{told}");
    let statuses: Vec<u16> = world.publishers.asked().iter().map(|asked| asked.status).collect();
    assert_eq!(statuses, [503, 503, 429, 200]);
    fs::remove_dir_all(world.path("data")).unwrap();
    world.publishers.fault(ZIP, 1, Fault::Status(429, Some("3600")));
    let told = world.refusal(&FILE);
    assert!(told.contains("left alone for 60 minutes: run the command again then"), "{told}");
}

#[test]
fn a_silent_server_is_not_waited_for_for_ever() {
    let world = world();
    world.publishers.fault(ZIP, 1, Fault::Hang);
    world.publishers.fault(ZIP, 1, Fault::HangAfter(70_000));
    let told = world.fetch(&[&FILE[..], &["--timeout", "0.5"]].concat());
    assert!(told.contains("sent nothing within the time limit"), "{told}");
    assert_eq!(world.read("data/postcodes.zip"), zip(0));
    assert_eq!(ranges(&world.publishers.asked()), ["bytes=70000-"]);
}

#[test]
fn a_file_that_is_not_the_expected_one_never_takes_its_name() {
    let world = World::new(&catalogue("", &format!("sha256 = \"{}\"", "ab".repeat(32))));
    world.publishers.put_file(ZIP, PlainFile::new(zip(0), "one"));
    let told = world.refusal(&FILE);
    assert!(told.contains("the catalogue expects abab"), "{told}");
    assert!(world.names().is_empty(), "{:?}", world.names());
    assert!(!world.path("sources.lock").exists());

    world.publishers.fault(ZIP, 1, Fault::WebPage);
    fs::write(world.path("catalogue.toml"), catalogue("", "")).unwrap();
    let told = world.refusal(&FILE);
    assert!(told.contains("a web page instead of a data file"), "{told}");
    assert!(world.names().is_empty());
}

#[test]
fn a_refused_fetch_leaves_the_old_file_and_the_second_address_is_taken() {
    let world = world();
    world.fetch(&FILE);
    world.publishers.fault(ZIP, 1, Fault::Status(404, None));
    let told = world.refusal(&FILE);
    assert!(told.contains("for the postcodes; the existing file is unchanged"), "{told}");
    assert_eq!(world.read("data/postcodes.zip"), zip(0));
    let two = catalogue("", "").replace(
        &format!("url = \"https://{ZIP}\""),
        &format!("url = [\"https://{ZIP}\", \"https://mirror.example/zip\"]"),
    );
    fs::write(world.path("catalogue.toml"), two).unwrap();
    world.publishers.put_file("mirror.example/zip", PlainFile::new(zip(5), "m"));
    world.publishers.fault(ZIP, 1, Fault::Status(403, None));
    world.fetch(&FILE);
    assert_eq!(world.read("data/postcodes.zip"), zip(5));
}

#[test]
fn a_file_put_there_by_hand_is_not_written_over() {
    let world = world();
    fs::create_dir(world.path("data")).unwrap();
    fs::write(world.path("data/postcodes.zip"), "mine").unwrap();
    let told = world.refusal(&FILE);
    assert!(told.contains("was not fetched by lapwing: --force"), "{told}");
    assert_eq!(world.read("data/postcodes.zip"), b"mine");
    world.fetch(&[&FILE[..], &["--force"]].concat());
    fs::write(world.path("data/postcodes.zip"), "mended").unwrap();
    let told = world.refusal(&FILE);
    assert!(told.contains("has changed since it was fetched"), "{told}");
}

#[test]
fn offline_says_what_is_missing_and_what_differs_and_asks_nobody() {
    let world = world();
    let told = world.refusal(&["--offline"]);
    assert!(
        told.contains("2 of 2 files") && told.contains("wards.geojson, for layer ward, is missing")
    );
    world.fetch(&[]);
    world.publishers.asked();
    let told = world.fetch(&["--offline"]);
    assert!(told.contains("all 2 files are present"), "{told}");
    fs::write(world.path("data/postcodes.zip"), "mine").unwrap();
    let told = world.refusal(&["--offline"]);
    assert!(
        told.contains("postcodes.zip, for the postcodes, has changed since it was fetched"),
        "{told}"
    );
    fs::remove_file(world.path("sources.lock")).unwrap();
    let told = world.fetch(&["--offline"]);
    assert!(told.contains("not fetched by lapwing"), "{told}");
    assert!(world.publishers.asked().is_empty());
}

#[test]
fn two_at_once_are_refused_and_a_broken_lock_is_told() {
    let world = world();
    let held = File::open(world.path("catalogue.toml")).unwrap();
    held.lock().unwrap();
    let told = world.refusal(&FILE);
    assert!(told.contains("another lapwing is fetching"), "{told}");
    drop(held);
    fs::write(world.path("sources.lock"), "version = 1\nfoo = 2\n").unwrap();
    let told = world.refusal(&FILE);
    assert!(told.contains("sources.lock is not a lock that can be used: line 2"), "{told}");
}

#[test]
fn a_process_killed_between_two_pages_asks_only_for_the_rest_the_next_time() {
    let world = world();
    world.publishers.fault("resultOffset=2000", 1, Fault::Hang);
    let mut child = start(&world, &LAYER);
    let first = world.path("data/.wards.geojson.pages/00000000.json");
    wait_until("the first page", || first.exists());
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(world.names(), [".wards.geojson.pages"]);
    world.publishers.clear_faults();
    world.publishers.asked();
    world.fetch(&LAYER);
    assert_eq!(offsets(&world), [2000, 4000]);
    assert_eq!(world.names(), ["wards.geojson"]);

    // As one that was never interrupted.
    let other = self::world();
    other.fetch(&LAYER);
    assert_eq!(other.read("data/wards.geojson"), world.read("data/wards.geojson"));
}

#[test]
fn pages_of_a_layer_that_was_edited_since_are_thrown_away() {
    let world = world();
    world.publishers.fault("resultOffset=2000", 9, Fault::ErrorBody(400));
    let told = world.refusal(&LAYER);
    assert!(told.contains("error 400, Unable to perform query."), "{told}");
    world.publishers.clear_faults();
    let mut edited = wards(4000);
    edited.edited += 1;
    world.publishers.put_service("Wards", edited);
    world.publishers.asked();
    let told = world.fetch(&LAYER);
    assert!(told.contains("4000 features"), "{told}");
    assert_eq!(offsets(&world), [0, 2000]);
}

#[test]
fn an_answer_of_200_with_an_error_or_cut_short_is_asked_for_again() {
    let world = world();
    world.publishers.fault("resultOffset=0", 1, Fault::ErrorBody(500));
    world.publishers.fault("resultOffset=0", 1, Fault::CutTo(1000));
    world.publishers.fault("returnCountOnly", 1, Fault::Status(502, None));
    let told = world.fetch(&LAYER);
    assert!(told.contains("error 500") && told.contains("cut short"), "{told}");
    assert!(told.contains("fetched, 4321 features"), "{told}");
}

#[test]
fn pages_that_are_too_large_for_a_service_are_asked_for_smaller() {
    let world = world();
    world.publishers.fault("resultRecordCount=2000", 99, Fault::Status(504, None));
    world.fetch(&LAYER);
    let asked = offsets(&world);
    assert_eq!(asked, [0, 0, 1000, 2000, 3000, 4000]);
}

#[test]
fn a_layer_without_a_field_or_a_feature_says_so() {
    let world = world();
    let other = catalogue("only = { LADCD = [\"E06000062\"] }", "");
    fs::write(world.path("catalogue.toml"), other).unwrap();
    let told = world.refusal(&LAYER);
    assert!(
        told.contains("the layer has no field LADCD; its fields are FID, WDCD, WDNM"),
        "{told}"
    );
    let none = catalogue("only = { WDCD = [\"E06*\"] }", "");
    fs::write(world.path("catalogue.toml"), none).unwrap();
    let told = world.refusal(&LAYER);
    assert!(told.contains("has no feature for where=WDCD LIKE 'E06%'"), "{told}");
    let some = catalogue("only = { WDCD = [\"E05000007\", \"E05000011\"] }", "");
    fs::write(world.path("catalogue.toml"), some).unwrap();
    assert!(world.fetch(&LAYER).contains("2 features"));
    let lock = String::from_utf8(world.read("sources.lock")).unwrap();
    assert!(lock.contains(&format!("https://{ONS}/Wards/FeatureServer/0")), "{lock}");
    assert!(lock.contains("features = 2") && lock.contains("licence = \"OGL-UK-3.0\""), "{lock}");
}
