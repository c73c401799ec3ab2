//! Conditional and range requests for files (RFC 9110, sections 13 and 14).

use axum::http::{HeaderMap, HeaderName, header};
use http_range_header::parse_range_header;
use jiff::Timestamp;

/// What to send of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RangeOutcome {
    /// The whole file.
    All,
    /// The bytes from the first number up to, but not including, the second.
    Part(u64, u64),
    /// A range beyond the end of the file.
    Unsatisfiable,
    /// Nothing: the client already has this file.
    NotModified,
}

/// Reads the headers of a GET for a file with this strong tag, time and length. Several ranges,
/// ranges in other units and malformed ranges are answered with the whole file, as section 14.2
/// allows.
pub(super) fn read(headers: &HeaderMap, tag: &str, built: &str, length: u64) -> RangeOutcome {
    if has_already(headers, tag, built) {
        return RangeOutcome::NotModified;
    }
    let Some(range) = text(headers, header::RANGE) else { return RangeOutcome::All };
    // A range of another version of the file would not fit the part that the client has.
    let fits = text(headers, header::IF_RANGE).is_none_or(|of| of == tag || of == built);
    let Ok(ranges) = parse_range_header(range) else { return RangeOutcome::All };
    if !fits || ranges.len() > 1 {
        return RangeOutcome::All;
    }
    match ranges.validate(length).as_deref() {
        Ok([range]) => RangeOutcome::Part(*range.start(), range.end() + 1),
        // The last bytes of an empty file.
        Ok(_) => RangeOutcome::All,
        Err(_) => RangeOutcome::Unsatisfiable,
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn has_already(headers: &HeaderMap, tag: &str, built: &str) -> bool {
    if headers.contains_key(header::IF_NONE_MATCH) {
        return headers
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|list| list.split(','))
            .map(str::trim)
            .any(|theirs| theirs == "*" || theirs.trim_start_matches("W/") == tag);
    }
    let instant = |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|at| at.timestamp());
    match (text(headers, header::IF_MODIFIED_SINCE).and_then(instant), instant(built)) {
        (Some(theirs), Some(ours)) => ours <= theirs,
        _ => false,
    }
}

/// An HTTP date in whole seconds: `Sat, 21 Nov 2026 19:00:00 GMT`.
pub(super) fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: &str = "\"abc\"";
    const BUILT: &str = "Sat, 21 Nov 2026 19:00:00 GMT";

    fn outcome(headers: &[(HeaderName, &str)]) -> RangeOutcome {
        let headers =
            headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        read(&headers, TAG, BUILT, 100)
    }

    fn of_range(range: &str) -> RangeOutcome {
        outcome(&[(header::RANGE, range)])
    }

    #[test]
    fn one_range_is_answered_with_those_bytes() {
        assert_eq!(of_range("bytes=0-0"), RangeOutcome::Part(0, 1));
        assert_eq!(of_range("bytes=10-19"), RangeOutcome::Part(10, 20));
        assert_eq!(of_range("Bytes=90-"), RangeOutcome::Part(90, 100));
        assert_eq!(of_range("bytes=90-1000"), RangeOutcome::Part(90, 100));
        assert_eq!(of_range("bytes=-7"), RangeOutcome::Part(93, 100));
        assert_eq!(of_range("bytes=-1000"), RangeOutcome::Part(0, 100));
        assert_eq!(of_range("bytes=0-99999999999999999999"), RangeOutcome::Part(0, 100));
    }

    #[test]
    fn an_unsatisfiable_range_is_refused() {
        for range in ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999-"] {
            assert_eq!(of_range(range), RangeOutcome::Unsatisfiable, "{range}");
        }
    }

    #[test]
    fn other_range_headers_are_ignored() {
        for range in
            ["bytes=0-1,5-6", "lines=0-1", "bytes", "bytes=", "bytes=-", "bytes=9-1", "bytes=+1-2"]
        {
            assert_eq!(of_range(range), RangeOutcome::All, "{range}");
        }
    }

    #[test]
    fn the_last_bytes_of_an_empty_file_are_the_whole_file() {
        let of_empty = |range: &str| {
            let headers = HeaderMap::from_iter([(header::RANGE, range.parse().unwrap())]);
            read(&headers, TAG, BUILT, 0)
        };
        assert_eq!(of_empty("bytes=-7"), RangeOutcome::All);
        assert_eq!(of_empty("bytes=0-"), RangeOutcome::Unsatisfiable);
    }

    #[test]
    fn a_range_of_another_version_gets_the_complete_file() {
        let ranged = |of: &str| outcome(&[(header::RANGE, "bytes=1-2"), (header::IF_RANGE, of)]);
        assert_eq!(ranged(TAG), RangeOutcome::Part(1, 3));
        assert_eq!(ranged(BUILT), RangeOutcome::Part(1, 3));
        assert_eq!(ranged("\"other\""), RangeOutcome::All);
        assert_eq!(ranged("W/\"abc\""), RangeOutcome::All, "a weak tag names no bytes");
        assert_eq!(ranged("Sat, 21 Nov 2026 18:00:00 GMT"), RangeOutcome::All);
    }

    #[test]
    fn a_matching_etag_of_a_file_gets_304() {
        for tags in ["\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "*"] {
            assert_eq!(
                outcome(&[(header::IF_NONE_MATCH, tags)]),
                RangeOutcome::NotModified,
                "{tags}"
            );
        }
        let since = |at: &str| outcome(&[(header::IF_MODIFIED_SINCE, at)]);
        assert_eq!(since(BUILT), RangeOutcome::NotModified);
        assert_eq!(since("Sat, 21 Nov 2026 18:59:59 GMT"), RangeOutcome::All);
        assert_eq!(since("yesterday"), RangeOutcome::All);
        let both = [(header::IF_NONE_MATCH, "\"x\""), (header::IF_MODIFIED_SINCE, BUILT)];
        assert_eq!(outcome(&both), RangeOutcome::All, "the tag goes before the time");
    }

    #[test]
    fn a_time_is_in_the_form_of_http() {
        let at: Timestamp = "2026-11-21T19:00:00.9Z".parse().unwrap();
        assert_eq!(http_date(at), BUILT);
    }
}
