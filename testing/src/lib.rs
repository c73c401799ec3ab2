//! What the tests of several crates share.

pub mod mutate;
pub mod random;
pub mod squares;

/// How many rounds a test of random or timed cases makes: `usual`, or `long` where the environment
/// variable `LAPWING_LONG_TESTS` is set, as `.ci/full` does.
pub fn rounds(usual: usize, long: usize) -> usize {
    if std::env::var_os("LAPWING_LONG_TESTS").is_some() { long } else { usual }
}
