//! `lapwing tiles`: the pyramid as a PMTiles archive.

use std::fs;
use std::path::Path;

use crate::county::{lapwing, refusal, snapshot_file, squares_file};

/// Writes an archive and returns its bytes and stderr.
fn archive(path: &Path, snapshot: &str, options: &[&str]) -> (Vec<u8>, String) {
    let output = path.to_str().unwrap();
    let done = lapwing(&[&["tiles", snapshot, "-o", output], options].concat());
    let message = String::from_utf8(done.stderr).unwrap();
    assert!(done.status.success(), "{message}");
    (fs::read(path).unwrap(), message)
}

/// A number of the header (PMTiles version 3, section 3).
fn number(archive: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(archive[at..at + 8].try_into().unwrap())
}

/// Degrees at an offset of the header.
fn degrees(archive: &[u8], at: usize) -> f64 {
    f64::from(i32::from_le_bytes(archive[at..at + 4].try_into().unwrap())) / 1e7
}

fn metadata(archive: &[u8]) -> serde_json::Value {
    use std::io::Read as _;
    let (from, bytes) = (number(archive, 24) as usize, number(archive, 32) as usize);
    let mut text = String::new();
    let zipped = &archive[from..from + bytes];
    flate2::read::GzDecoder::new(zipped).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_archive_has_metadata() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("squares.pmtiles");
    let (bytes, message) = archive(&path, squares_file(), &["--zooms", "9-12"]);
    assert_eq!(&bytes[..8], b"PMTiles\x03");
    assert_eq!(bytes[98], 2, "tiles are gzipped");
    assert_eq!(bytes[99], 1, "tiles are MVT");
    assert_eq!((bytes[100], bytes[101]), (9, 12), "zooms");
    let bounds = [102, 106, 110, 114].map(|at| degrees(&bytes, at));
    for (ours, known) in bounds.into_iter().zip([-0.903_22, 52.232_84, -0.873_71, 52.242_10]) {
        assert!((ours - known).abs() < 1e-5, "{bounds:?}");
    }
    let about = metadata(&bytes);
    assert_eq!(about["attribution"], "Illustrative: this place does not exist | Squares by hand");
    let ids: Vec<&str> = about["vector_layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| l["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids,
        [
            "ward",
            "ward_label",
            "ward_2013",
            "ward_2013_label",
            "lap",
            "lap_label",
            "parish",
            "parish_label",
            "hall"
        ]
    );
    let tiles = number(&bytes, 72);
    assert!(message.contains(&format!("{tiles} tiles of zooms 9-12, 5 layers")), "{message}");
}

#[test]
fn layers_are_chosen_by_name_and_day() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wards.pmtiles");
    let options = ["--layers", "ward", "--date", "2014-01-01", "--zooms", "11"];
    let (bytes, _) = archive(&path, squares_file(), &options);
    assert_eq!(metadata(&bytes)["vector_layers"].as_array().unwrap().len(), 2);
    assert_eq!((bytes[100], bytes[101]), (11, 11));
}

#[test]
fn equal_snapshots_give_equal_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let options = ["--layers", "lap,gp_practice", "--zooms", "0-10", "-q"];
    let write = |name: &str| archive(&folder.path().join(name), snapshot_file(), &options);
    let (first, message) = write("a.pmtiles");
    assert_eq!(message, "", "nothing is told of long work");
    assert!(first == write("b.pmtiles").0);
}

#[test]
fn a_failed_write_is_refused_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for (options, code, part) in [
        (vec!["-o", "-"], 2, "use -o FILE.pmtiles"),
        (vec!["-o", &at("x.mbtiles")], 2, "does not end in .pmtiles"),
        (vec!["-o", &at("x.pmtiles"), "--layers", "wrad"], 2, "did you mean \"ward\"?"),
        (vec!["-o", &at("x.pmtiles"), "--zooms", "3-15"], 2, "from 0 to 14"),
        (vec!["-o", &at("no/x.pmtiles")], 1, "create its folder first"),
        (
            vec!["-o", &at("x.pmtiles"), "--layers", "ward", "--date", "2000-01-01"],
            2,
            "no vintage of ward is in force",
        ),
    ] {
        let (found, message) = refusal(&[&["tiles", squares_file()], &options[..]].concat());
        assert!(found == code && message.contains(part), "{options:?}: {found} {message}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}
