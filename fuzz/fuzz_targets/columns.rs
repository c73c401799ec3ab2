#![no_main]

use lapwing_fuzz::requests;

libfuzzer_sys::fuzz_target!(|data: &[u8]| requests::columns(data));
