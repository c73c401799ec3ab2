//! Ordnance Survey's own forty test points of OSTN15.
//!
//! The points are those of the "OSTN15 and OSGM15 developer pack" (Ordnance Survey, BSD licence).
//! They are not kept here: the package `lonlat_bng`, which brings the grid, carries them too.

use std::path::PathBuf;
use std::process::Command;

use lapwing_boundaries::position::{Accuracy, Bng, LngLat};

/// The folder of the points, in the sources that cargo has fetched.
fn developer_pack() -> PathBuf {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| String::from("cargo"));
    let rustc = Command::new("rustc").args(["--print", "host-tuple"]).output().expect("rustc runs");
    let host = String::from_utf8_lossy(&rustc.stdout).trim().to_owned();
    let output = Command::new(cargo)
        .args([
            "metadata",
            "--format-version=1",
            "--offline",
            "--locked",
            "--filter-platform",
            &host,
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    let manifest = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|package| package["name"] == "lonlat_bng")
        .and_then(|package| package["manifest_path"].as_str())
        .expect("lonlat_bng is a dependency");
    PathBuf::from(manifest).with_file_name("test_inputs")
}

/// The rows of a file of the pack, as point ids and numbers; text becomes NaN.
fn rows(file: &str) -> Vec<(String, Vec<f64>)> {
    let text = std::fs::read_to_string(developer_pack().join(file)).expect("the pack is there");
    text.lines()
        .skip(1)
        .map(|line| {
            let mut cells = line.trim_start_matches('\u{feff}').split(',');
            let id = cells.next().unwrap_or_default().trim().to_owned();
            (id, cells.map(|cell| cell.trim().parse().unwrap_or(f64::NAN)).collect())
        })
        .filter(|(id, _)| id.starts_with("TP"))
        .collect()
}

#[test]
fn the_forty_points_go_to_the_grid_within_a_millimetre() {
    let given = rows("OSTN15_OSGM15_TestInput_ETRStoOSGB.csv");
    let published = rows("OSTN15_OSGM15_TestOutput_ETRStoOSGB.csv");
    assert_eq!(given.len(), 40);
    for (id, degrees) in &given {
        let (_, expected) = published.iter().find(|(other, _)| other == id).unwrap();
        let (bng, accuracy) = LngLat::new(degrees[1], degrees[0]).unwrap().to_bng().unwrap();
        assert_eq!(accuracy, Accuracy::Ostn15, "{id}");
        // The published values are rounded to the millimetre, and so are ours.
        let apart = [bng.easting() - expected[0], bng.northing() - expected[1]];
        assert!(apart.iter().all(|d| d.abs() < 0.0011), "{id}: {bng:?} for {expected:?}");
    }
}

#[test]
fn the_forty_points_come_back_from_the_grid_within_two_millimetres() {
    let given = rows("OSTN15_OSGM15_TestInput_OSGBtoETRS.csv");
    // The last row of each point is its result; the rows before are the steps of the iteration.
    let steps = rows("OSGB36_to_ETRS.csv");
    assert_eq!(given.len(), 40);
    for (id, grid) in &given {
        let (_, result) = steps.iter().rfind(|(other, _)| other == id).unwrap();
        let (lat, lon) = (result[1], result[2]);
        let (found, accuracy) = Bng::new(grid[0], grid[1]).unwrap().to_lng_lat();
        assert_eq!(accuracy, Accuracy::Ostn15, "{id}");
        let north_m = (found.lat() - lat).to_radians() * 6_371_000.0;
        let east_m = (found.lon() - lon).to_radians() * 6_371_000.0 * lat.to_radians().cos();
        assert!(north_m.hypot(east_m) < 0.002, "{id}: {found:?} for {lat} {lon}");
    }
}

#[test]
fn beyond_the_grid_the_position_is_approximate_and_says_so() {
    // Rockall's sea, the Channel, and off Norfolk beyond the eastern edge.
    for (lon, lat) in [(-9.5, 57.0), (-2.0, 49.3), (2.6, 52.8)] {
        let (bng, accuracy) = LngLat::new(lon, lat).unwrap().to_bng().unwrap();
        assert_eq!(accuracy, Accuracy::Helmert, "{lon} {lat}");
        let (back, _) = bng.to_lng_lat();
        assert!((back.lon() - lon).abs() < 1e-4 && (back.lat() - lat).abs() < 1e-4, "{back:?}");
    }
}
