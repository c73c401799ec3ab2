//! How long to wait before the next try: exponential back-off with jitter, and what the server
//! asks for with `Retry-After` (RFC 9110 section 10.2.3).
//!
//! backon 1.6 was weighed. Its blocking retry cannot take the wait of a server for its own, and never
//! begins anew after a gain; its jitter only lengthens a wait, beyond the longest too. It could
//! replace the doubling alone, which is shorter than its set-up.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use jiff::Timestamp;

use super::error::FetchError;

/// No wait between two tries is longer than this, unless the server asks for it.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// A server that wants to be left alone longer than this is asked again another day.
const LONGEST_OBEDIENCE: Duration = Duration::from_mins(5);

/// How often and how long to try.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// How many tries may fail one after the other, without a byte gained, before it is given up.
    pub retries: u32,
    /// The wait before the second try; doubled before each further one.
    pub first_wait: Duration,
    /// How long a server may be silent before the connection is taken for dead.
    pub silence: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { retries: 5, first_wait: Duration::from_secs(1), silence: Duration::from_mins(1) }
    }
}

/// The tries of one transfer.
#[derive(Debug)]
pub(super) struct Tries {
    retry_policy: RetryPolicy,
    failed: u32,
}

impl Tries {
    pub(super) fn new(retry_policy: RetryPolicy) -> Self {
        Self { retry_policy, failed: 0 }
    }

    /// Something was gained: what failed before does not count any more.
    pub(super) fn gained(&mut self) {
        self.failed = 0;
    }

    /// Waits before the next try, having told how long; gives the error back where waiting does
    /// not help or has not helped.
    pub(super) fn wait(
        &mut self,
        error: FetchError,
        tell: &dyn Fn(&str),
    ) -> Result<(), FetchError> {
        let FetchError::Transient { why, wait } = error else { return Err(error) };
        self.failed += 1;
        if self.failed > self.retry_policy.retries {
            let tries = self.failed;
            return Err(FetchError::transient(format!("{why}; given up after {tries} tries")));
        }
        let pause = match wait {
            Some(asked) if asked > LONGEST_OBEDIENCE => {
                let minutes = asked.as_secs().div_ceil(60);
                return Err(FetchError::transient(format!(
                    "{why}; the server asks to be left alone for {minutes} minutes: run the \
                     command again then, it goes on where it is now"
                )));
            }
            Some(asked) => asked,
            None => self.jittered(),
        };
        tell(&format!("{why}; trying again in {:.1} s", pause.as_secs_f64()));
        std::thread::sleep(pause);
        Ok(())
    }

    /// Between half and the whole of the wait that doubles with each failure, so that many
    /// machines that were cut off together do not come back together.
    fn jittered(&self) -> Duration {
        let doubled = 2_u32.saturating_pow(self.failed.saturating_sub(1));
        let most = self.retry_policy.first_wait.saturating_mul(doubled).min(LONGEST_WAIT);
        // The standard library's hasher is seeded anew each time: chance enough for a pause.
        let chance = RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64;
        most.mul_f64(0.5 + chance / 2.0)
    }
}

/// What a `Retry-After` asks for: seconds, or a day and time.
pub(super) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Duration::try_from(until.duration_since(now)).ok().or(Some(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tries(retries: u32) -> Tries {
        let first_wait = Duration::from_millis(1);
        Tries::new(RetryPolicy { retries, first_wait, ..RetryPolicy::default() })
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "2026-11-22T02:00:00Z".parse().unwrap();
        assert_eq!(retry_after("120", now), Some(Duration::from_mins(2)));
        let date = "Sun, 22 Nov 2026 02:00:30 GMT";
        assert_eq!(retry_after(date, now), Some(Duration::from_secs(30)));
        let past = "Sun, 22 Nov 2026 01:00:00 GMT";
        assert_eq!(retry_after(past, now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("-1", now), None);
    }

    #[test]
    fn waits_double_within_their_jitter_and_stay_under_a_minute() {
        let mut tries = Tries::new(RetryPolicy::default());
        for (failed, most) in [(1, 1.0), (2, 2.0), (3, 4.0), (7, 60.0), (100, 60.0)] {
            tries.failed = failed;
            for _ in 0..50 {
                let wait = tries.jittered().as_secs_f64();
                assert!((most / 2.0..=most).contains(&wait), "{failed}: {wait}");
            }
        }
    }

    #[test]
    fn what_lasts_is_not_tried_again_and_what_passes_only_so_often() {
        let mut tries = tries(2);
        let lasting = FetchError::permanent("gone");
        assert_eq!(tries.wait(lasting.clone(), &|_| {}), Err(lasting));
        assert_eq!(tries.wait(FetchError::transient("busy"), &|_| {}), Ok(()));
        assert_eq!(tries.wait(FetchError::transient("busy"), &|_| {}), Ok(()));
        let end = tries.wait(FetchError::transient("busy"), &|_| {}).unwrap_err();
        assert!(end.to_string().contains("given up after 3 tries"), "{end}");
        tries.gained();
        assert_eq!(tries.wait(FetchError::transient("busy"), &|_| {}), Ok(()));
    }

    #[test]
    fn a_server_that_asks_for_an_hour_is_not_waited_for() {
        let wait = Some(Duration::from_hours(1));
        let told = tries(5).wait(FetchError::Transient { why: "busy".into(), wait }, &|_| {});
        assert!(told.unwrap_err().to_string().contains("for 60 minutes"));
    }
}
