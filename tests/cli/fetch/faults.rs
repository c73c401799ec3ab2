//! Failed transfers, and the files after them.

use std::fs::{self, File};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::layers::offsets;
use super::world::{World, ZIP, catalogue, wards, zip};
use crate::mock_publishers::faults::Fault;
use crate::mock_publishers::files::PlainFile;
use crate::mock_publishers::{ONS, ReceivedRequest};

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

/// Waits for a condition, with a time limit.
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

fn ranges(requests: &[ReceivedRequest]) -> Vec<&str> {
    requests.iter().filter_map(|requests| requests.range.as_deref()).collect()
}

#[test]
fn an_interrupted_transfer_is_resumed() {
    let world = world();
    world.publishers.fault(ZIP, 1, Fault::BreakAfter(100_000));
    let stderr = world.fetch(&FILE);
    assert!(stderr.contains("trying again in"), "{stderr}");
    assert_eq!(world.read("data/postcodes.zip"), zip(0));
    let requests = world.publishers.take_requests();
    assert_eq!((requests.len(), ranges(&requests)), (2, vec!["bytes=100000-"]));
    assert_eq!(world.names(), ["postcodes.zip"]);
}

#[test]
fn a_killed_process_leaves_no_file_and_the_next_one_resumes() {
    let world = world();
    world.publishers.fault(ZIP, 1, Fault::Slow(4096, Duration::from_millis(20)));
    let mut child = start(&world, &FILE);
    wait_until("a part", || length(&world, "data/.postcodes.zip.part") > 20_000);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(world.names(), [".postcodes.zip.part", ".postcodes.zip.part.toml"]);
    let there = length(&world, "data/.postcodes.zip.part");
    assert!(there < 300_000, "it was killed in the middle");
    world.publishers.take_requests();
    world.fetch(&FILE);
    let requests = world.publishers.take_requests();
    assert_eq!(ranges(&requests), [format!("bytes={there}-")]);
    assert_eq!(requests[0].status, 206);
    assert_eq!(world.read("data/postcodes.zip"), zip(0));
    assert_eq!(world.names(), ["postcodes.zip"]);
}

#[test]
fn a_file_that_changes_during_a_transfer_is_downloaded_from_its_start() {
    let world = world();
    world.publishers.fault(ZIP, 9, Fault::BreakAfter(50_000));
    let stderr = world.refusal(&[&FILE[..], &["--retries", "0"]].concat());
    assert!(
        stderr.contains("closed the connection") && stderr.contains("run the command again"),
        "{stderr}"
    );
    assert!(!world.names().contains(&"postcodes.zip".to_owned()));
    let changed = world_after_change(&world);
    assert_eq!(world.read("data/postcodes.zip"), changed);
    let requests = world.publishers.take_requests();
    let whole = requests.iter().rfind(|requests| requests.range.is_some()).unwrap();
    assert_eq!(whole.status, 200, "the tag of the part was of other content");
}

/// Publishes another edition and fetches it.
fn world_after_change(world: &World) -> Vec<u8> {
    world.publishers.clear_faults();
    world.publishers.put_file(ZIP, PlainFile::new(zip(1), "two"));
    let stderr = world.fetch(&FILE);
    assert!(stderr.contains("has changed: starting again"), "{stderr}");
    zip(1)
}

#[test]
fn a_file_shorter_than_its_part_is_downloaded_from_its_start() {
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
fn without_ranges_or_validators_the_complete_file_is_requested_again() {
    let world = world();
    let plain = PlainFile { bytes: zip(3).into(), ..PlainFile::default() };
    world.publishers.put_file(ZIP, plain);
    world.publishers.fault(ZIP, 1, Fault::BreakAfter(100_000));
    world.fetch(&FILE);
    assert_eq!(world.read("data/postcodes.zip"), zip(3));
    assert!(ranges(&world.publishers.take_requests()).is_empty());
    let stderr = world.fetch(&FILE);
    assert!(stderr.contains("fetched again, same content"), "{stderr}");
}

#[test]
fn a_busy_server_is_retried_after_the_requested_delay() {
    let world = world();
    world.publishers.fault(ZIP, 2, Fault::Status(503, None));
    world.publishers.fault(ZIP, 1, Fault::Status(429, Some("1")));
    let began = Instant::now();
    let stderr = world.fetch(&FILE);
    assert!(began.elapsed() >= Duration::from_secs(1), "it asked to be left alone for a second");
    assert!(stderr.contains("503") && stderr.contains("trying again in 1.0 s"), "{stderr}");
    let statuses: Vec<u16> =
        world.publishers.take_requests().iter().map(|requests| requests.status).collect();
    assert_eq!(statuses, [503, 503, 429, 200]);
    fs::remove_dir_all(world.path("data")).unwrap();
    world.publishers.fault(ZIP, 1, Fault::Status(429, Some("3600")));
    let stderr = world.refusal(&FILE);
    assert!(stderr.contains("left alone for 60 minutes: run the command again then"), "{stderr}");
}

#[test]
fn a_silent_server_times_out() {
    let world = world();
    world.publishers.fault(ZIP, 1, Fault::Hang);
    world.publishers.fault(ZIP, 1, Fault::HangAfter(70_000));
    let stderr = world.fetch(&[&FILE[..], &["--timeout", "0.5"]].concat());
    assert!(stderr.contains("sent nothing within the time limit"), "{stderr}");
    assert_eq!(world.read("data/postcodes.zip"), zip(0));
    assert_eq!(ranges(&world.publishers.take_requests()), ["bytes=70000-"]);
}

#[test]
fn an_unexpected_file_never_replaces_the_old_one() {
    let world = World::new(&catalogue("", &format!("sha256 = \"{}\"", "ab".repeat(32))));
    world.publishers.put_file(ZIP, PlainFile::new(zip(0), "one"));
    let stderr = world.refusal(&FILE);
    assert!(stderr.contains("the catalogue expects abab"), "{stderr}");
    assert!(world.names().is_empty(), "{:?}", world.names());
    assert!(!world.path("sources.lock").exists());

    world.publishers.fault(ZIP, 1, Fault::WebPage);
    fs::write(world.path("catalogue.toml"), catalogue("", "")).unwrap();
    let stderr = world.refusal(&FILE);
    assert!(stderr.contains("a web page instead of a data file"), "{stderr}");
    assert!(world.names().is_empty());
}

#[test]
fn a_refused_download_leaves_the_old_file_and_the_second_url_is_tried() {
    let world = world();
    world.fetch(&FILE);
    world.publishers.fault(ZIP, 1, Fault::Status(404, None));
    let stderr = world.refusal(&FILE);
    assert!(stderr.contains("for the postcodes; the existing file is unchanged"), "{stderr}");
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
fn a_file_placed_by_hand_is_not_overwritten() {
    let world = world();
    fs::create_dir(world.path("data")).unwrap();
    fs::write(world.path("data/postcodes.zip"), "mine").unwrap();
    let stderr = world.refusal(&FILE);
    assert!(stderr.contains("was not fetched by lapwing: --force"), "{stderr}");
    assert_eq!(world.read("data/postcodes.zip"), b"mine");
    world.fetch(&[&FILE[..], &["--force"]].concat());
    fs::write(world.path("data/postcodes.zip"), "mended").unwrap();
    let stderr = world.refusal(&FILE);
    assert!(stderr.contains("has changed since it was fetched"), "{stderr}");
}

#[test]
fn offline_reports_missing_and_changed_files_without_requests() {
    let world = world();
    let stderr = world.refusal(&["--offline"]);
    assert!(
        stderr.contains("2 of 2 files")
            && stderr.contains("wards.geojson, for layer ward, is missing")
    );
    world.fetch(&[]);
    world.publishers.take_requests();
    let stderr = world.fetch(&["--offline"]);
    assert!(stderr.contains("all 2 files are present"), "{stderr}");
    fs::write(world.path("data/postcodes.zip"), "mine").unwrap();
    let stderr = world.refusal(&["--offline"]);
    assert!(
        stderr.contains("postcodes.zip, for the postcodes, has changed since it was fetched"),
        "{stderr}"
    );
    fs::remove_file(world.path("sources.lock")).unwrap();
    let stderr = world.fetch(&["--offline"]);
    assert!(stderr.contains("not fetched by lapwing"), "{stderr}");
    assert!(world.publishers.take_requests().is_empty());
}

#[test]
fn concurrent_fetches_and_broken_locks_are_refused() {
    let world = world();
    let held = File::open(world.path("catalogue.toml")).unwrap();
    held.lock().unwrap();
    let stderr = world.refusal(&FILE);
    assert!(stderr.contains("another lapwing is fetching"), "{stderr}");
    drop(held);
    fs::write(world.path("sources.lock"), "version = 1\nfoo = 2\n").unwrap();
    let stderr = world.refusal(&FILE);
    assert!(stderr.contains("sources.lock is not a lock that can be used: line 2"), "{stderr}");
}

#[test]
fn a_process_killed_between_two_pages_later_requests_only_the_rest() {
    let world = world();
    world.publishers.fault("resultOffset=2000", 1, Fault::Hang);
    let mut child = start(&world, &LAYER);
    let first = world.path("data/.wards.geojson.pages/00000000.json");
    wait_until("the first page", || first.exists());
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(world.names(), [".wards.geojson.pages"]);
    world.publishers.clear_faults();
    world.publishers.take_requests();
    world.fetch(&LAYER);
    assert_eq!(offsets(&world), [2000, 4000]);
    assert_eq!(world.names(), ["wards.geojson"]);

    // Equal to an uninterrupted transfer.
    let other = self::world();
    other.fetch(&LAYER);
    assert_eq!(other.read("data/wards.geojson"), world.read("data/wards.geojson"));
}

#[test]
fn pages_of_an_edited_layer_are_discarded() {
    let world = world();
    world.publishers.fault("resultOffset=2000", 9, Fault::ErrorBody(400));
    let stderr = world.refusal(&LAYER);
    assert!(stderr.contains("error 400, Unable to perform query."), "{stderr}");
    world.publishers.clear_faults();
    let mut edited = wards(4000);
    edited.edited += 1;
    world.publishers.put_service("Wards", edited);
    world.publishers.take_requests();
    let stderr = world.fetch(&LAYER);
    assert!(stderr.contains("4000 features"), "{stderr}");
    assert_eq!(offsets(&world), [0, 2000]);
}

#[test]
fn an_error_with_status_200_or_a_truncated_response_is_retried() {
    let world = world();
    world.publishers.fault("resultOffset=0", 1, Fault::ErrorBody(500));
    world.publishers.fault("resultOffset=0", 1, Fault::CutTo(1000));
    world.publishers.fault("returnCountOnly", 1, Fault::Status(502, None));
    let stderr = world.fetch(&LAYER);
    assert!(stderr.contains("error 500") && stderr.contains("cut short"), "{stderr}");
    assert!(stderr.contains("fetched, 4321 features"), "{stderr}");
}

#[test]
fn a_failing_page_is_requested_in_smaller_pages() {
    let world = world();
    world.publishers.fault("resultRecordCount=2000", 99, Fault::Status(504, None));
    world.fetch(&LAYER);
    let requests = offsets(&world);
    assert_eq!(requests, [0, 0, 1000, 2000, 3000, 4000]);
}

#[test]
fn a_missing_field_or_an_empty_layer_is_an_error() {
    let world = world();
    let other = catalogue("only = { LADCD = [\"E06000062\"] }", "");
    fs::write(world.path("catalogue.toml"), other).unwrap();
    let stderr = world.refusal(&LAYER);
    assert!(
        stderr.contains("the layer has no field LADCD; its fields are FID, WDCD, WDNM"),
        "{stderr}"
    );
    let none = catalogue("only = { WDCD = [\"E06*\"] }", "");
    fs::write(world.path("catalogue.toml"), none).unwrap();
    let stderr = world.refusal(&LAYER);
    assert!(stderr.contains("has no feature for where=WDCD LIKE 'E06%'"), "{stderr}");
    let some = catalogue("only = { WDCD = [\"E05000007\", \"E05000011\"] }", "");
    fs::write(world.path("catalogue.toml"), some).unwrap();
    assert!(world.fetch(&LAYER).contains("2 features"));
    let lock = String::from_utf8(world.read("sources.lock")).unwrap();
    assert!(lock.contains(&format!("https://{ONS}/Wards/FeatureServer/0")), "{lock}");
    assert!(lock.contains("features = 2") && lock.contains("licence = \"OGL-UK-3.0\""), "{lock}");
}
