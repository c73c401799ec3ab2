//! Retries of a transfer: exponential back-off with jitter, or the delay that the server requests
//! with `Retry-After` (RFC 9110 section 10.2.3).
//!
//! The crate backon 1.6 is not used. Its blocking retry cannot use a delay that the server requests,
//! does not reset after progress, and its jitter can exceed the maximum delay. It could replace only
//! the doubling, which is shorter than its set-up.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use jiff::Timestamp;

use super::error::FetchError;

/// The maximum delay between two attempts, unless the server requests a longer one.
const MAX_DELAY: Duration = Duration::from_mins(1);

/// If the server requests a longer delay than this, the command ends with an error instead.
const MAX_REQUESTED_DELAY: Duration = Duration::from_mins(5);

/// The number and timing of retries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// The number of consecutive failures without progress that are retried.
    pub retries: u32,
    /// The delay before the first retry; it doubles with each further one.
    pub first_wait: Duration,
    /// The time without data after which a connection is considered dead.
    pub silence: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { retries: 5, first_wait: Duration::from_secs(1), silence: Duration::from_mins(1) }
    }
}

/// The state of the retries of one transfer.
#[derive(Debug)]
pub(super) struct Retries {
    retry_policy: RetryPolicy,
    failed: u32,
}

impl Retries {
    pub(super) fn new(retry_policy: RetryPolicy) -> Self {
        Self { retry_policy, failed: 0 }
    }

    /// Resets the number of failures, after progress.
    pub(super) fn reset(&mut self) {
        self.failed = 0;
    }

    /// Reports the delay and waits before the next attempt. Returns the error if it is permanent or
    /// the retries are used up.
    pub(super) fn wait(
        &mut self,
        error: FetchError,
        report: &dyn Fn(&str),
    ) -> Result<(), FetchError> {
        let FetchError::Transient { why, wait } = error else { return Err(error) };
        self.failed += 1;
        if self.failed > self.retry_policy.retries {
            let tries = self.failed;
            return Err(FetchError::transient(format!("{why}; given up after {tries} tries")));
        }
        let delay = match wait {
            Some(requested) if requested > MAX_REQUESTED_DELAY => {
                let minutes = requested.as_secs().div_ceil(60);
                return Err(FetchError::transient(format!(
                    "{why}; the server asks to be left alone for {minutes} minutes: run the \
                     command again then, it goes on where it is now"
                )));
            }
            Some(requested) => requested,
            None => self.jittered_delay(),
        };
        report(&format!("{why}; trying again in {:.1} s", delay.as_secs_f64()));
        std::thread::sleep(delay);
        Ok(())
    }

    /// A random delay between half and all of the exponential delay, so that many clients that
    /// failed together do not retry together.
    fn jittered_delay(&self) -> Duration {
        let doubled = 2_u32.saturating_pow(self.failed.saturating_sub(1));
        let most = self.retry_policy.first_wait.saturating_mul(doubled).min(MAX_DELAY);
        // The hasher of the standard library has a random seed, which is random enough for a delay.
        let random = RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64;
        most.mul_f64(0.5 + random / 2.0)
    }
}

/// Parses a `Retry-After` header: seconds, or a date and time.
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

    fn retries(retries: u32) -> Retries {
        let first_wait = Duration::from_millis(1);
        Retries::new(RetryPolicy { retries, first_wait, ..RetryPolicy::default() })
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
    fn delays_double_within_their_jitter_up_to_a_minute() {
        let mut retries = Retries::new(RetryPolicy::default());
        for (failed, most) in [(1, 1.0), (2, 2.0), (3, 4.0), (7, 60.0), (100, 60.0)] {
            retries.failed = failed;
            for _ in 0..50 {
                let wait = retries.jittered_delay().as_secs_f64();
                assert!((most / 2.0..=most).contains(&wait), "{failed}: {wait}");
            }
        }
    }

    #[test]
    fn a_permanent_error_is_not_retried_and_a_transient_one_at_most_retries_times() {
        let mut retries = retries(2);
        let permanent = FetchError::permanent("gone");
        assert_eq!(retries.wait(permanent.clone(), &|_| {}), Err(permanent));
        assert_eq!(retries.wait(FetchError::transient("busy"), &|_| {}), Ok(()));
        assert_eq!(retries.wait(FetchError::transient("busy"), &|_| {}), Ok(()));
        let end = retries.wait(FetchError::transient("busy"), &|_| {}).unwrap_err();
        assert!(end.to_string().contains("given up after 3 tries"), "{end}");
        retries.reset();
        assert_eq!(retries.wait(FetchError::transient("busy"), &|_| {}), Ok(()));
    }

    #[test]
    fn a_requested_delay_of_an_hour_is_an_error() {
        let wait = Some(Duration::from_hours(1));
        let result = retries(5).wait(FetchError::Transient { why: "busy".into(), wait }, &|_| {});
        assert!(result.unwrap_err().to_string().contains("for 60 minutes"));
    }
}
