//! Conversion between ETRS89 and the National Grid, compared with Ordnance Survey's test points and
//! an independent implementation.
//!
//! - `ordnance_survey.csv`: the forty test points of Ordnance Survey's "OSTN15 and OSGM15 developer
//!   pack", all of them, heights left out. `lat` and `lon` go to `easting` and `northing`;
//!   `from_easting` and `from_northing` go to `result_lat` and `result_lon`. © Crown copyright,
//!   Ordnance Survey and the Ministry of Defence (MOD) 2015, under the licence in
//!   `data/OSTN15-LICENCE.txt`.
//! - `lonlat_bng.csv`: 1,000 positions spread over the whole grid, converted to degrees and back by
//!   the Rust crate `lonlat_bng` 0.9.0. The last two columns are empty where that crate accepts no
//!   degrees, beyond 8.579° W, 1.78° E, 49.922° N and 60.84° N.

use lapwing_boundaries::position::{Accuracy, Bng, LngLat};

const ORDNANCE_SURVEY: &str = include_str!("ordnance_survey.csv");
const LONLAT_BNG: &str = include_str!("lonlat_bng.csv");

/// The rows of a table after its header, as an id and numbers. An empty cell becomes NaN.
fn rows(table: &str) -> Vec<(String, Vec<f64>)> {
    let row = |(at, line): (usize, &str)| {
        let cells = line.split(',').map(|cell| cell.parse().unwrap_or(f64::NAN)).collect();
        (format!("line {}: {line}", at + 1), cells)
    };
    table.lines().enumerate().skip(1).map(row).collect()
}

fn to_grid(lon: f64, lat: f64) -> (f64, f64) {
    let (bng, accuracy) = LngLat::new(lon, lat).unwrap().to_bng().unwrap();
    assert_eq!(accuracy, Accuracy::Ostn15, "{lon} {lat}");
    (bng.easting(), bng.northing())
}

fn to_degrees(easting: f64, northing: f64) -> (f64, f64) {
    let (degrees, accuracy) = Bng::new(easting, northing).unwrap().to_lng_lat();
    assert_eq!(accuracy, Accuracy::Ostn15, "{easting} {northing}");
    (degrees.lon(), degrees.lat())
}

#[test]
fn the_forty_points_convert_to_the_grid_within_a_millimetre() {
    let points = rows(ORDNANCE_SURVEY);
    assert_eq!(points.len(), 40);
    for (row, cells) in &points {
        let (easting, northing) = to_grid(cells[2], cells[1]);
        // The published values are rounded to millimetres, and so are ours.
        let apart = [easting - cells[3], northing - cells[4]];
        assert!(apart.iter().all(|d| d.abs() < 0.0011), "{row}: {easting} {northing}");
    }
}

#[test]
fn the_forty_points_convert_from_the_grid_within_two_millimetres() {
    let points = rows(ORDNANCE_SURVEY);
    assert_eq!(points.len(), 40);
    for (row, cells) in &points {
        let (lon, lat) = to_degrees(cells[5], cells[6]);
        let north_m = (lat - cells[7]).to_radians() * 6_371_000.0;
        let east_m = (lon - cells[8]).to_radians() * 6_371_000.0 * lat.to_radians().cos();
        assert!(north_m.hypot(east_m) < 0.002, "{row}: {lon} {lat}");
    }
}

#[test]
fn positions_over_the_whole_grid_match_an_independent_implementation() {
    let positions = rows(LONLAT_BNG);
    assert_eq!(positions.len(), 1000);
    let mut converted_back = 0;
    for (row, cells) in &positions {
        let (lon, lat) = to_degrees(cells[0], cells[1]);
        // It stops at a hundredth of a millimetre, which is 1e-10 degrees.
        let apart = [lon - cells[2], lat - cells[3]];
        assert!(apart.iter().all(|d| d.abs() < 3e-10), "{row}: {lon} {lat}");
        if cells[4].is_nan() {
            continue;
        }
        converted_back += 1;
        let (easting, northing) = to_grid(cells[2], cells[3]);
        let apart = [easting - cells[4], northing - cells[5]];
        assert!(apart.iter().all(|d| d.abs() < 1e-6), "{row}: {easting} {northing}");
    }
    assert_eq!(converted_back, 883);
}

#[test]
fn a_position_outside_the_grid_is_marked_approximate() {
    // Off Rockall, in the Channel, and off Norfolk beyond the eastern edge.
    for (lon, lat) in [(-9.5, 57.0), (-2.0, 49.3), (2.6, 52.8)] {
        let (bng, accuracy) = LngLat::new(lon, lat).unwrap().to_bng().unwrap();
        assert_eq!(accuracy, Accuracy::Helmert, "{lon} {lat}");
        let (back, _) = bng.to_lng_lat();
        assert!((back.lon() - lon).abs() < 1e-4 && (back.lat() - lat).abs() < 1e-4, "{back:?}");
    }
}
