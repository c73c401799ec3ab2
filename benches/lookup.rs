//! The JSON bytes of a postcode's lookup, put together in process: against copying ready bytes of
//! the same answer, and against serde. Postcodes in random order. And finding what is known of a
//! postcode, against a search by halves of all of them.
//!
//!     cargo bench --bench lookup
//!     LAPWING_SNAPSHOT=country.lapwing cargo bench --bench lookup
//!
//! The second asks for postcodes of a snapshot, as `benches/nation/run.py` makes one of the country,
//! and not of a generated world.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::date;
use lapwing::TextWriter;
use lapwing::answers::{Place, Prerendered, lookup};
use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::demo::{self, WorldSize};
use lapwing_boundaries::postcode::Postcode;
use lapwing_boundaries::snapshot;

mod support;

use support::{Ratio, compare};

const ASKED: usize = 100_000;

/// Of so many postcodes at most the answers are copied: those of a whole country take gigabytes.
const COPIED: usize = 200_000;

fn atlas() -> Atlas {
    if let Some(path) = std::env::var_os("LAPWING_SNAPSHOT") {
        return snapshot::read(Path::new(&path)).expect("a snapshot");
    }
    let size = WorldSize { postcodes: 100_000, ..WorldSize::of_wards(400) };
    let contents = demo::world(7, &size).into_contents();
    Atlas::build(contents, Timestamp::UNIX_EPOCH, &())
}

fn main() {
    let atlas = atlas();
    let day = Day::Today(date(2026, 11, 21));
    let ready = Prerendered::default();
    let all: Vec<Postcode> = atlas.all_facts().map(|facts| facts.postcode).collect();
    find(&atlas, &all);
    let known: Vec<Postcode> = all
        .into_iter()
        .step_by(atlas.postcode_count().div_ceil(COPIED).max(1))
        .filter(|&postcode| atlas.precomputed(postcode).is_some())
        .collect();
    let requested = places(known.len());

    let mut writer = TextWriter::default();
    let mut write = |at: usize| -> Vec<u8> {
        writer.clear();
        ready
            .write_lookup(&mut writer, &atlas, Place::Postcode(known[at]), None, day)
            .expect("the postcode is known");
        writer.written().to_vec()
    };
    let answers: Vec<Vec<u8>> = (0..known.len()).map(&mut write).collect();
    let bytes: usize = answers.iter().map(Vec::len).sum();
    println!("{} postcodes, {} bytes an answer on average", known.len(), bytes / known.len());

    // Either way the answer goes to a buffer of its own, as it does for a response.
    let copy = || -> usize {
        requested.iter().map(|&at| std::hint::black_box(answers[at].clone()).len()).sum()
    };
    let mut put_together =
        || -> usize { requested.iter().map(|&at| std::hint::black_box(write(at)).len()).sum() };
    assert_eq!(copy(), put_together());
    compare("lookup_vs_memcpy", Ratio::Cost, ASKED, copy, &mut put_together);

    let by_serde = || -> usize {
        requested
            .iter()
            .map(|&at| {
                let place = Place::Postcode(known[at]);
                let answer = lookup(&atlas, place, None, day).expect("the postcode is known");
                serde_json::to_vec(&answer).expect("answers can be written").len()
            })
            .sum()
    };
    compare("lookup_vs_serde", Ratio::Speed, ASKED, by_serde, put_together);
}

/// Places below a number, in random order.
fn places(below: usize) -> Vec<usize> {
    let mut state = 1_u64;
    (0..ASKED)
        .map(|_| {
            // Knuth's MMIX; its high bits are random enough for an order.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        })
        .collect()
}

/// What is known of postcodes, by the atlas and by a search by halves.
fn find(atlas: &Atlas, all: &[Postcode]) {
    let requested: Vec<Postcode> = places(all.len()).into_iter().map(|place| all[place]).collect();
    let by_halves =
        || requested.iter().filter(|postcode| all.binary_search(postcode).is_ok()).count();
    let by_atlas = || requested.iter().filter(|&&postcode| atlas.facts(postcode).is_some()).count();
    assert_eq!(by_halves(), by_atlas());
    compare("postcode_vs_halves", Ratio::Speed, ASKED, by_halves, by_atlas);
}
