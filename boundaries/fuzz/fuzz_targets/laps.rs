#![no_main]

use lapwing_boundaries_fuzz::entry;

libfuzzer_sys::fuzz_target!(|data: &[u8]| entry::laps(data));
