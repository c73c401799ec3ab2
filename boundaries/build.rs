//! Lays the shifts of OSTN15 out as a dense table, which the library holds instead of the hash map
//! that the package brings: a sixteenth of its bytes, and a cell's four corners lie in two places.
//!
//! The table has a node for every kilometre, 701 from west to east and 1,251 rows of those from
//! south to north ("Transformations and OSGM15 user guide", version 1.3, annex B). A node has two
//! numbers of 16 bits, little endian: millimetres of its shift to the east above 80 m, and to the
//! north above -90 m.

use std::path::PathBuf;
use std::{env, fs};

const COLUMNS: i32 = 701;
const ROWS: i32 = 1251;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let table: Vec<u8> = (1..=COLUMNS * ROWS)
        .flat_map(|node| {
            let (east, north, _height) =
                ostn15_phf::ostn15_lookup(&node).expect("OSTN15 has a shift at every node");
            [above(80_000, east), above(-90_000, north)]
        })
        .flat_map(u16::to_le_bytes)
        .collect();
    let folder = env::var_os("OUT_DIR").expect("cargo says where to write");
    fs::write(PathBuf::from(folder).join("ostn15.bin"), table).expect("the table is written");
}

/// Whole millimetres above a base in millimetres.
fn above(base_mm: i32, metres: f64) -> u16 {
    let mm = (metres * 1000.0).round();
    assert!((mm / 1000.0).to_bits() == metres.to_bits(), "{metres} m is not whole millimetres");
    #[expect(clippy::cast_possible_truncation, reason = "shifts are of some hundred metres")]
    let mm = mm as i32;
    u16::try_from(mm - base_mm).expect("a shift lies within 65 m above its base")
}
