//! The JSON bytes of a postcode's lookup, put together in process: against copying ready bytes of
//! the same answer, and against serde. Postcodes in random order.
//!
//!     cargo bench --bench lookup

use jiff::Timestamp;
use jiff::civil::date;
use lapwing::answers::{Place, Ready, lookup};
use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::demo::{self, WorldSize};

mod support;

use support::{Ratio, compare};

const ASKED: usize = 100_000;

fn main() {
    let size = WorldSize { postcodes: 100_000, ..WorldSize::of_wards(400) };
    let contents = demo::world(7, &size).into_contents();
    let atlas = Atlas::build(contents, Timestamp::UNIX_EPOCH, &());
    let day = Day::Today(date(2026, 11, 21));
    let ready = Ready::default();
    let known: Vec<_> = atlas
        .postcodes()
        .iter()
        .map(|record| record.postcode)
        .filter(|&postcode| atlas.known(postcode).is_some())
        .collect();
    let mut state = 1_u64;
    let asked: Vec<usize> = (0..ASKED)
        .map(|_| {
            // Knuth's MMIX; its high bits are random enough for an order.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % known.len()
        })
        .collect();

    let write = |out: &mut Vec<u8>, at: usize| {
        ready
            .write_lookup(out, &atlas, Place::Postcode(known[at]), None, day)
            .expect("the postcode is known");
    };
    let answers: Vec<Vec<u8>> = (0..known.len())
        .map(|at| {
            let mut answer = Vec::new();
            write(&mut answer, at);
            answer
        })
        .collect();
    let bytes: usize = answers.iter().map(Vec::len).sum();
    println!("{} postcodes, {} bytes an answer on average", known.len(), bytes / known.len());

    // Either way the answer goes to a buffer of its own, as it does for a response.
    let copy = || -> usize {
        asked
            .iter()
            .map(|&at| {
                let mut out = Vec::with_capacity(2048);
                out.extend_from_slice(&answers[at]);
                std::hint::black_box(&out).len()
            })
            .sum()
    };
    let put_together = || -> usize {
        asked
            .iter()
            .map(|&at| {
                let mut out = Vec::with_capacity(2048);
                write(&mut out, at);
                std::hint::black_box(&out).len()
            })
            .sum()
    };
    assert_eq!(copy(), put_together());
    compare("lookup_vs_memcpy", Ratio::Cost, ASKED, copy, put_together);

    let by_serde = || -> usize {
        asked
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
