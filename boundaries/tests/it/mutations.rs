//! Every parser on inputs damaged at random: no panic, and no broken promise.
//!
//! This runs the entry points of `fuzz/` on the stable toolchain and in seconds. A failure prints its
//! seed; `LAPWING_SEED=… cargo test -p lapwing-boundaries --test it mutations::` repeats it, and
//! `LAPWING_MUTATIONS=…` tries more inputs.

#[expect(unreachable_pub, reason = "it is a library for the fuzz targets")]
#[path = "../../../fuzz/src/files.rs"]
mod files;

use std::path::{Path, PathBuf};

use lapwing_testing::mutate::{every_seed_withstands, withstands};

#[test]
fn catalogues_withstand() {
    every_seed_withstands("catalogue", files::catalogue);
}

#[test]
fn definitions_withstand() {
    every_seed_withstands("laps", files::laps);
}

#[test]
fn sites_withstand() {
    every_seed_withstands("sites", files::sites);
}

#[test]
fn postcode_files_withstand() {
    every_seed_withstands("postcodes", files::postcodes);
}

#[test]
fn addresses_withstand() {
    every_seed_withstands("addresses", files::addresses);
}

#[test]
fn postcodes_and_codes_withstand() {
    every_seed_withstands("postcode", files::postcode);
}

#[test]
fn positions_withstand() {
    every_seed_withstands("position", files::position);
}

#[test]
fn geometries_withstand() {
    every_seed_withstands("geometry", files::geometry);
}

#[test]
fn definitions_of_a_crs_withstand() {
    every_seed_withstands("crs", files::crs);
}

#[test]
fn geojson_withstands() {
    let folder = tempfile::tempdir().unwrap();
    every_seed_withstands("geojson", |data| {
        files::vector(folder.path(), "wards.geojson", data, &[]);
    });
}

/// The same layer in four formats, where the sample data are.
#[test]
fn gis_files_of_the_sample_withstand() {
    let data = std::env::var_os("LAPWING_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        PathBuf::from,
    );
    for name in
        ["wards_2013.geojson", "wards_2013.fgb", "wards_2013_bng.gpkg", "wards_2013_bng.shp.zip"]
    {
        let Ok(input) = std::fs::read(data.join(name)) else {
            eprintln!("SKIPPED: {name} is not at {}; set LAPWING_SHARED", data.display());
            continue;
        };
        let folder = tempfile::tempdir().unwrap();
        // Each of them is a whole county: a fiftieth of the rounds keeps the test short.
        withstands(name, &input, 50, |data| files::vector(folder.path(), name, data, &[]));
    }
}
