//! `datetime`: an instant or an interval, compared with the vintage of a layer.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use lapwing_boundaries::layer::Vintage;

/// A closed time interval; an open end is `None`. The ends of an instant are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

/// The text is not an instant or interval.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidInterval {
    /// A part is not an instant.
    #[error(
        "{0:?} is not a date or time: write 2024-05-01 or 2024-05-01T12:00:00Z, two of them separated by /, or .. for an open end"
    )]
    Unreadable(String),
    /// Both ends are open.
    #[error("both ends are open, which selects everything: remove the parameter")]
    BothOpen,
    /// The end is before the start.
    #[error("the interval ends before it starts: write the earlier time first")]
    Reversed,
}

impl Interval {
    /// Parses `2024-05-01`, `2024-05-01T12:00:00Z`, `A/B`, `A/..`, `../B`, `A/` and `/B` (OGC
    /// 17-069r4, section 7.15.4; RFC 3339), and also `A/P2D` with an ISO 8601 duration from A.
    ///
    /// A date is the whole day in UTC.
    pub fn read(text: &str) -> Result<Self, InvalidInterval> {
        let text = text.trim();
        let unreadable = |part: &str| {
            Err(InvalidInterval::Unreadable(part.chars().take(80).collect::<String>()))
        };
        let Some((start, end)) = text.split_once('/') else {
            let Some((from, to)) = moment(text) else { return unreadable(text) };
            return Ok(Self { from: Some(from), to: Some(to) });
        };
        let is_open = |part: &str| part.is_empty() || part == "..";
        let from = moment(start).map(|(from, _)| from);
        if from.is_none() && !is_open(start) {
            return unreadable(start);
        }
        let to = moment(end).map(|(_, to)| to).or_else(|| duration_after(start, end));
        if to.is_none() && !is_open(end) {
            return unreadable(end);
        }
        match (from, to) {
            (None, None) => Err(InvalidInterval::BothOpen),
            (Some(from), Some(to)) if to < from => Err(InvalidInterval::Reversed),
            _ => Ok(Self { from, to }),
        }
    }

    /// Returns whether a vintage is in force at any time of the interval. Its dates begin at
    /// midnight UTC.
    pub fn meets(self, vintage: Vintage) -> bool {
        let begins = vintage.valid_from.and_then(midnight);
        let ends = vintage.valid_to.and_then(midnight);
        let in_time = begins.is_none_or(|begins| self.to.is_none_or(|to| begins <= to));
        in_time && ends.is_none_or(|ends| self.from.is_none_or(|from| from < ends))
    }
}

/// The first and last instant of a date or time.
fn moment(text: &str) -> Option<(Timestamp, Timestamp)> {
    if let Some(day) = crate::answers::read_date(text) {
        let next = day.tomorrow().ok().and_then(midnight)?;
        return Some((midnight(day)?, Timestamp::from_nanosecond(next.as_nanosecond() - 1).ok()?));
    }
    // A plus sign that was not escaped arrives as a space.
    let text = text.replace(' ', "+");
    let form = text.as_bytes();
    let has_time = form.len() >= 20 && matches!(form[10], b'T' | b't');
    let moment = has_time.then(|| text.parse::<Timestamp>().ok()).flatten()?;
    Some((moment, moment))
}

fn duration_after(start: &str, duration: &str) -> Option<Timestamp> {
    let (from, _) = moment(start)?;
    if !duration.starts_with(['P', 'p']) {
        return None;
    }
    let span: Span = duration.parse().ok()?;
    Some(from.to_zoned(TimeZone::UTC).checked_add(span).ok()?.timestamp())
}

fn midnight(day: Date) -> Option<Timestamp> {
    day.to_zoned(TimeZone::UTC).ok().map(|midnight| midnight.timestamp())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// The wards of 2013: in force until the last moment of March 2021.
    const OLD: Vintage =
        Vintage { valid_from: Some(date(2013, 5, 2)), valid_to: Some(date(2021, 4, 1)) };

    fn meets(text: &str) -> bool {
        Interval::read(text).unwrap_or_else(|error| panic!("{text}: {error}")).meets(OLD)
    }

    #[test]
    fn an_instant_is_met_by_the_vintage_in_force_then() {
        for (moment, is_met) in [
            ("2013-05-01", false),
            ("2013-05-02", true),
            ("2013-05-01T23:59:59Z", false),
            ("2013-05-02T00:00:00Z", true),
            ("2013-05-02T00:30:00+01:00", false),
            ("2013-05-02T00:30:00 01:00", false),
            ("2021-03-31T23:59:59.999Z", true),
            ("2021-04-01T00:00:00Z", false),
            ("2021-04-01", false),
        ] {
            assert_eq!(meets(moment), is_met, "{moment}");
        }
    }

    #[test]
    fn an_interval_is_met_by_every_vintage_that_shares_a_moment_with_it() {
        for (interval, is_met) in [
            ("2010-01-01/2013-05-01", false),
            ("2010-01-01/2013-05-02", true),
            ("2021-03-31/2022-01-01", true),
            ("2021-04-01/2022-01-01", false),
            ("2000-01-01/2030-01-01", true),
            ("../2013-05-02", true),
            ("/2013-05-01", false),
            ("2021-03-31T23:00:00Z/..", true),
            ("2021-04-01/", false),
            ("2013-04-30/P1D", false),
            ("2013-04-30/P2D", true),
            ("2013-05-01T22:00:00Z/PT2H", true),
        ] {
            assert_eq!(meets(interval), is_met, "{interval}");
        }
        let always = Vintage::default();
        assert!(
            Interval::read("1800-01-01").unwrap().meets(always),
            "an open vintage always holds"
        );
    }

    #[test]
    fn an_invalid_time_is_refused_with_the_wrong_part() {
        for text in [
            "",
            "..",
            "2024",
            "2024-05",
            "2024-02-30",
            "yesterday",
            "2024-05-01T12:00:00",
            "2024-05-01 12:00:00Z",
            "2024-05-01/2024-06-01/2024-07-01",
            "P1D/2024-01-01",
            "2024-05-01/P1X",
            "2024-05-01/P99999999Y",
            "../P1D",
            "2024-05-02/-P1D",
        ] {
            let error = Interval::read(text).unwrap_err();
            assert!(matches!(error, InvalidInterval::Unreadable(_)), "{text}: {error}");
        }
        assert_eq!(Interval::read("../.."), Err(InvalidInterval::BothOpen));
        assert_eq!(Interval::read("/"), Err(InvalidInterval::BothOpen));
        assert_eq!(Interval::read("2024-05-02/2024-05-01"), Err(InvalidInterval::Reversed));
    }
}
