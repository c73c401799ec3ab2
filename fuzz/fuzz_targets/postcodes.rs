#![no_main]

use lapwing_fuzz::files;

libfuzzer_sys::fuzz_target!(|data: &[u8]| files::postcodes(data));
