//! All parsers of requests on randomly mutated inputs: no panic and no broken invariant.
//!
//! This runs the entry points of `fuzz/` on the stable toolchain and in seconds. A failure prints its
//! seed; `LAPWING_SEED=… cargo test --test http mutations::` repeats it, and `LAPWING_MUTATIONS=…`
//! tries more inputs.

#[expect(unreachable_pub, reason = "it is a library for the fuzz targets")]
#[path = "../../fuzz/src/requests.rs"]
mod requests;

use lapwing_testing::mutate::mutate_every_seed;

#[test]
fn mutated_rows_of_csv_do_not_panic() {
    mutate_every_seed("csv_rows", requests::csv_rows);
}

#[test]
fn mutated_column_names_do_not_panic() {
    mutate_every_seed("columns", requests::columns);
}

#[test]
fn mutated_rows_of_flat_ndjson_do_not_panic() {
    mutate_every_seed("flat_rows", requests::flat_rows);
}

#[test]
fn mutated_ndjson_queries_do_not_panic() {
    mutate_every_seed("ndjson_rows", requests::ndjson_rows);
}

#[test]
fn mutated_documents_in_json_do_not_panic() {
    mutate_every_seed("json_rows", requests::json_rows);
}

#[test]
fn mutated_filters_in_text_do_not_panic() {
    mutate_every_seed("filter_text", requests::filter_text);
}

#[test]
fn mutated_filters_in_json_do_not_panic() {
    mutate_every_seed("filter_json", requests::filter_json);
}

#[test]
fn mutated_requests_do_not_panic() {
    mutate_every_seed("request", requests::request);
}
