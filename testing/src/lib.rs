//! Helpers that the tests of several crates share.

pub mod area_and_site;
pub mod mutate;
pub mod random;
pub mod squares;

/// The number of rounds of a test of random or timed cases: `usual`, or `long` if the environment
/// variable `LAPWING_LONG_TESTS` is set, as `.ci/full` does.
pub fn rounds(usual: usize, long: usize) -> usize {
    if std::env::var_os("LAPWING_LONG_TESTS").is_some() { long } else { usual }
}
