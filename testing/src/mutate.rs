//! Random mutations of inputs, from a seed that is printed: fuzzing on a small scale, on the stable
//! toolchain and in seconds.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::random::Random;

/// Texts that have a meaning for some parser.
const TOKENS: [&[u8]; 36] = [
    b"\"",
    b",",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xFF\xFE",
    b"\xEF\xBB\xBF",
    b"=",
    b"[[layer]]",
    b"]",
    b"{",
    b"}",
    b"-1",
    b"0",
    b"NaN",
    b"inf",
    b"1e308",
    b"99999999999999999999",
    b"99.999999",
    b"null",
    b"true",
    b"NN1 1ED",
    b"BT1 5GS",
    b"E05013246",
    b"2021-04-01",
    b"\xE9",
    b"[",
    b"\\u0000",
    b"9999-99-99",
    b"ward",
    b"\"postcode\":",
    b"easting",
    b" AND ",
    b"'",
    b"(",
    b":",
];

/// The input with one to six mutations.
fn mutate(input: &[u8], random: &mut Random) -> Vec<u8> {
    let mut data = input.to_vec();
    for _ in 0..=random.below(6) {
        let at = random.below(data.len() + 1);
        let to = (at + random.below(24)).min(data.len());
        match random.below(8) {
            0 if at < data.len() => data[at] ^= 1 << random.below(8),
            1 if at < data.len() => data[at] = random.next() as u8,
            2 => drop(data.drain(at..to)),
            3 => {
                let copy = data[at..to].to_vec();
                let offset = random.below(data.len() + 1);
                drop(data.splice(offset..offset, copy));
            }
            4 => data.truncate(data.len() - random.below(data.len() / 2 + 1)),
            5 => {
                // Binary formats hold lengths and counts: a large one is the classic trap.
                let end = (at + 4).min(data.len());
                data[at..end].fill([0x00, 0x7F, 0x80, 0xFF][random.below(4)]);
            }
            _ => drop(data.splice(at..to, TOKENS[random.below(TOKENS.len())].iter().copied())),
        }
    }
    data
}

fn number_of(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Runs a parser on the input itself and on mutations of it.
pub fn mutate_seed(name: &str, input: &[u8], share: u64, parse: impl Fn(&[u8])) {
    let seed = number_of("LAPWING_SEED").unwrap_or_else(fresh_seed);
    parse(input);
    let usual = || crate::rounds(250, 5000) as u64;
    let mutations = number_of("LAPWING_MUTATIONS").unwrap_or_else(usual) / share;
    for round in 0..mutations.max(1) {
        let data = mutate(input, &mut Random(seed ^ round.wrapping_mul(0x0123_4567_89AB_CDEF)));
        if catch_unwind(AssertUnwindSafe(|| parse(&data))).is_err() {
            let start = String::from_utf8_lossy(&data[..data.len().min(2000)]).into_owned();
            panic!("{name} broke in round {round} with LAPWING_SEED={seed}, on:\n{start}");
        }
    }
    eprintln!("{name}: {mutations} spoilt inputs with LAPWING_SEED={seed}");
}

/// A random seed.
fn fresh_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |since| since.as_nanos() as u64) ^ u64::from(std::process::id())
}

/// The valid inputs of a parser, which fuzzing starts from.
fn seeds(of: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(of);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{of} has no seeds");
    files
        .into_iter()
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect()
}

/// Runs a parser on each valid input in `fuzz/seeds/OF`, and on mutations of it.
pub fn mutate_every_seed(of: &str, parse: impl Fn(&[u8])) {
    for (name, input) in seeds(of) {
        mutate_seed(&name, &input, 1, &parse);
    }
}
