#![no_main]

use lapwing_fuzz::entry;

libfuzzer_sys::fuzz_target!(|data: &[u8]| entry::ndjson_rows(data));
