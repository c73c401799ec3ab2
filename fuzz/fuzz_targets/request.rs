#![no_main]

use lapwing_fuzz::entry;

libfuzzer_sys::fuzz_target!(|data: &[u8]| entry::request(data));
