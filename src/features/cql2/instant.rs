//! Dates and timestamps, and the temporal relations of intervals (OGC 21-065r2, section 7.8).

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::ast::shown;
use super::error::FilterError;

/// A date, a timestamp, or the open end of an interval.
///
/// A date and a timestamp are compared by the date of the timestamp in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Instant {
    /// Before all others.
    Past,
    Day(Date),
    Moment(Timestamp),
    /// After all others.
    Future,
}

impl Instant {
    /// Parses a date: `2024-05-01`.
    pub(super) fn date(text: &str) -> Result<Self, FilterError> {
        let form = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        match text.parse() {
            Ok(date) if form => Ok(Self::Day(date)),
            _ => Err(FilterError::InvalidLiteral(format!(
                "{:?} is not a date: write it like 2024-05-01",
                shown(text)
            ))),
        }
    }

    /// Parses a timestamp: `2024-05-01T12:00:00Z`.
    pub(super) fn moment(text: &str) -> Result<Self, FilterError> {
        let form = text.len() >= 20 && text.is_ascii() && text.as_bytes()[10] == b'T';
        match text.parse() {
            Ok(moment) if form => Ok(Self::Moment(moment)),
            _ => Err(FilterError::InvalidLiteral(format!(
                "{:?} is not a timestamp: write it like 2024-05-01T12:00:00Z",
                shown(text)
            ))),
        }
    }

    /// Parses the end of an interval; `..` is open.
    pub(super) fn end(text: &str, open: Self) -> Result<Self, FilterError> {
        match text {
            ".." => Ok(open),
            text if text.contains('T') => Self::moment(text),
            text => Self::date(text),
        }
    }

    pub(super) fn compare(self, other: Self) -> Ordering {
        let day = |moment: Timestamp| moment.to_zoned(TimeZone::UTC).date();
        match (self, other) {
            (Self::Day(a), Self::Day(b)) => a.cmp(&b),
            (Self::Moment(a), Self::Moment(b)) => a.cmp(&b),
            (Self::Day(a), Self::Moment(b)) => a.cmp(&day(b)),
            (Self::Moment(a), Self::Day(b)) => day(a).cmp(&b),
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }

    fn rank(self) -> u8 {
        match self {
            Self::Past => 0,
            Self::Day(_) | Self::Moment(_) => 1,
            Self::Future => 2,
        }
    }
}

/// A temporal relation of one interval, or instant, to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeRelation {
    After,
    Before,
    Contains,
    Disjoint,
    During,
    Equals,
    FinishedBy,
    Finishes,
    Intersects,
    Meets,
    MetBy,
    OverlappedBy,
    Overlaps,
    StartedBy,
    Starts,
}

impl TimeRelation {
    /// Every relation by the name of its function.
    pub(super) const ALL: [(&'static str, Self); 15] = [
        ("t_after", Self::After),
        ("t_before", Self::Before),
        ("t_contains", Self::Contains),
        ("t_disjoint", Self::Disjoint),
        ("t_during", Self::During),
        ("t_equals", Self::Equals),
        ("t_finishedby", Self::FinishedBy),
        ("t_finishes", Self::Finishes),
        ("t_intersects", Self::Intersects),
        ("t_meets", Self::Meets),
        ("t_metby", Self::MetBy),
        ("t_overlappedby", Self::OverlappedBy),
        ("t_overlaps", Self::Overlaps),
        ("t_startedby", Self::StartedBy),
        ("t_starts", Self::Starts),
    ];

    /// Returns whether the relation accepts instants; the others accept only intervals (table 11).
    pub(super) fn takes_instants(self) -> bool {
        matches!(
            self,
            Self::After | Self::Before | Self::Disjoint | Self::Equals | Self::Intersects
        )
    }

    /// Evaluates the relation of two intervals, each from its first to its last instant.
    pub(super) fn holds(self, a: [Instant; 2], b: [Instant; 2]) -> bool {
        let ([a_start, a_end], [b_start, b_end]) = (a, b);
        let before = |a: Instant, b| a.compare(b) == Ordering::Less;
        let same = |a: Instant, b| a.compare(b) == Ordering::Equal;
        match self {
            Self::After => before(b_end, a_start),
            Self::Before => before(a_end, b_start),
            Self::Contains => before(a_start, b_start) && before(b_end, a_end),
            Self::Disjoint => before(a_end, b_start) || before(b_end, a_start),
            Self::During => before(b_start, a_start) && before(a_end, b_end),
            Self::Equals => same(a_start, b_start) && same(a_end, b_end),
            Self::FinishedBy => before(a_start, b_start) && same(a_end, b_end),
            Self::Finishes => before(b_start, a_start) && same(a_end, b_end),
            Self::Intersects => !before(a_end, b_start) && !before(b_end, a_start),
            Self::Meets => same(a_end, b_start),
            Self::MetBy => same(a_start, b_end),
            Self::OverlappedBy => {
                before(b_start, a_start) && before(a_start, b_end) && before(b_end, a_end)
            }
            Self::Overlaps => {
                before(a_start, b_start) && before(b_start, a_end) && before(a_end, b_end)
            }
            Self::StartedBy => same(a_start, b_start) && before(b_end, a_end),
            Self::Starts => same(a_start, b_start) && before(a_end, b_end),
        }
    }
}
