#![no_main]

use lapwing_fuzz::files;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    // One folder a process, so that several can fuzz side by side.
    let folder = std::env::temp_dir().join(format!("lapwing-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    files::vector(&folder, "wards.gpkg", data, &[]);
});
