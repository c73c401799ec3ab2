//! Everything that reads what callers send, against inputs spoilt at random: no panic, and no broken
//! promise.
//!
//! This is the fuzzing of `fuzz/` in small. A failure prints its seed; `LAPWING_SEED=… cargo test
//! --test mutations` runs the same again, and `LAPWING_MUTATIONS=…` tries more of them.

#[expect(unreachable_pub, reason = "it is a library for the fuzz targets")]
#[path = "../fuzz/src/entry.rs"]
mod entry;
#[path = "../boundaries/tests/random/mod.rs"]
mod random;
#[path = "../boundaries/tests/spoilt/mod.rs"]
mod spoilt;
mod squares;

use spoilt::every_seed_withstands;

#[test]
fn rows_of_csv_withstand() {
    every_seed_withstands("csv_rows", entry::csv_rows);
}

#[test]
fn rows_of_flat_ndjson_withstand() {
    every_seed_withstands("flat_rows", entry::flat_rows);
}

#[test]
fn questions_in_ndjson_withstand() {
    every_seed_withstands("ndjson_rows", entry::ndjson_rows);
}

#[test]
fn documents_in_json_withstand() {
    every_seed_withstands("json_rows", entry::json_rows);
}

#[test]
fn filters_in_text_withstand() {
    every_seed_withstands("filter_text", entry::filter_text);
}

#[test]
fn filters_in_json_withstand() {
    every_seed_withstands("filter_json", entry::filter_json);
}

#[test]
fn requests_withstand() {
    every_seed_withstands("request", entry::request);
}
