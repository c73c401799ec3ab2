//! Timing in pairs: ours and a plain baseline in turn, so that a machine whose speed drifts slows
//! both. What counts is the ratio; the times beside it hold for this run alone.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Rounds that count, after one that does not.
const ROUNDS: usize = 9;

fn time<T>(work: &mut impl FnMut() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn per(time: Duration, count: usize) -> String {
    let nanoseconds = time.as_nanos() as f64 / count as f64;
    match nanoseconds {
        n if n < 1e3 => format!("{n:.0} ns"),
        n if n < 1e6 => format!("{:.2} µs", n / 1e3),
        n => format!("{:.2} ms", n / 1e6),
    }
}

/// How a ratio is read.
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "a benchmark may have use for one of them alone")]
pub(crate) enum Ratio {
    /// How many times as long as the baseline ours takes.
    Cost,
    /// How many times as fast as the baseline ours is.
    Speed,
}

/// Times both in turn and prints `ratio NAME VALUE` from the medians, with the times of one of
/// `count` items beside it.
pub(crate) fn compare<A, B>(
    name: &str,
    ratio: Ratio,
    count: usize,
    baseline: impl FnMut() -> A,
    ours: impl FnMut() -> B,
) {
    let (baseline, ours) = pairs(baseline, ours);
    let value = match ratio {
        Ratio::Cost => ours.as_secs_f64() / baseline.as_secs_f64(),
        Ratio::Speed => baseline.as_secs_f64() / ours.as_secs_f64(),
    };
    println!("ratio {name} {value:.2}");
    println!(
        "  ours {}, baseline {} each, {count} a round",
        per(ours, count),
        per(baseline, count)
    );
}

fn pairs<A, B>(
    mut baseline: impl FnMut() -> A,
    mut ours: impl FnMut() -> B,
) -> (Duration, Duration) {
    let (mut of_baseline, mut of_ours) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (a, b) = (time(&mut baseline), time(&mut ours));
        if round > 0 {
            of_baseline.push(a);
            of_ours.push(b);
        }
    }
    (median(of_baseline), median(of_ours))
}
