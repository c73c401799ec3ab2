//! Every parser on inputs damaged at random: no panic, and no broken promise.
//!
//! This runs the entry points of `fuzz/` on the stable toolchain and in seconds. A failure prints its
//! seed; `LAPWING_SEED=… cargo test -p lapwing-boundaries --test it mutations::` repeats it, and
//! `LAPWING_MUTATIONS=…` tries more inputs.

#[expect(unreachable_pub, reason = "it is a library for the fuzz targets")]
#[path = "../../../fuzz/src/files.rs"]
mod files;

use std::path::{Path, PathBuf};

use lapwing_testing::mutate::{mutate_every_seed, mutate_seed};

#[test]
fn mutated_catalogues_do_not_panic() {
    mutate_every_seed("catalogue", files::catalogue);
}

#[test]
fn mutated_definitions_do_not_panic() {
    mutate_every_seed("laps", files::laps);
}

#[test]
fn mutated_sites_do_not_panic() {
    mutate_every_seed("sites", files::sites);
}

#[test]
fn mutated_postcode_files_do_not_panic() {
    mutate_every_seed("postcodes", files::postcodes);
}

#[test]
fn mutated_addresses_do_not_panic() {
    mutate_every_seed("addresses", files::addresses);
}

#[test]
fn mutated_postcodes_and_codes_do_not_panic() {
    mutate_every_seed("postcode", files::postcode);
}

#[test]
fn mutated_positions_do_not_panic() {
    mutate_every_seed("position", files::position);
}

#[test]
fn mutated_geometries_do_not_panic() {
    mutate_every_seed("geometry", files::geometry);
}

#[test]
fn mutated_crs_definitions_do_not_panic() {
    mutate_every_seed("crs", files::crs);
}

#[test]
fn mutated_geojson_does_not_panic() {
    let folder = tempfile::tempdir().unwrap();
    mutate_every_seed("geojson", |data| {
        files::vector(folder.path(), "wards.geojson", data, &[]);
    });
}

/// The same layer in four formats, where the sample data are.
#[test]
fn mutated_gis_files_do_not_panic() {
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
        mutate_seed(name, &input, 50, |data| files::vector(folder.path(), name, data, &[]));
    }
}
