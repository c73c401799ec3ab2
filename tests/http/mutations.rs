//! Everything that reads what callers send, on inputs damaged at random: no panic, and no broken
//! promise.
//!
//! This runs the entry points of `fuzz/` on the stable toolchain and in seconds. A failure prints its
//! seed; `LAPWING_SEED=… cargo test --test http mutations::` repeats it, and `LAPWING_MUTATIONS=…`
//! tries more inputs.

#[expect(unreachable_pub, reason = "it is a library for the fuzz targets")]
#[path = "../../fuzz/src/requests.rs"]
mod requests;

use lapwing_testing::mutate::every_seed_withstands;

#[test]
fn rows_of_csv_withstand() {
    every_seed_withstands("csv_rows", requests::csv_rows);
}

#[test]
fn column_names() {
    every_seed_withstands("columns", requests::columns);
}

#[test]
fn rows_of_flat_ndjson_withstand() {
    every_seed_withstands("flat_rows", requests::flat_rows);
}

#[test]
fn questions_in_ndjson_withstand() {
    every_seed_withstands("ndjson_rows", requests::ndjson_rows);
}

#[test]
fn documents_in_json_withstand() {
    every_seed_withstands("json_rows", requests::json_rows);
}

#[test]
fn filters_in_text_withstand() {
    every_seed_withstands("filter_text", requests::filter_text);
}

#[test]
fn filters_in_json_withstand() {
    every_seed_withstands("filter_json", requests::filter_json);
}

#[test]
fn requests_withstand() {
    every_seed_withstands("request", requests::request);
}
