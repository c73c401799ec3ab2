//! Content negotiation by the `Accept` header.

use axum::http::{HeaderMap, header};

use crate::http::error::{Problem, ProblemKind};

pub(in crate::http) const JSON: &str = "application/json";
pub(in crate::http) const GEOJSON: &str = "application/geo+json";
pub(in crate::http) const CSV: &str = "text/csv";
pub(in crate::http) const NDJSON: &str = "application/x-ndjson";
#[cfg(feature = "parquet")]
pub(in crate::http) const PARQUET: &str = "application/vnd.apache.parquet";
pub(in crate::http) const HTML: &str = "text/html";

/// Chooses the format that the `Accept` headers prefer among those `offered`; the first one offered
/// in case of a tie (RFC 9110, section 12.5.1).
pub(in crate::http) fn negotiate(
    headers: &HeaderMap,
    offered: &[&'static str],
) -> Result<&'static str, Problem> {
    let accept: Vec<&str> =
        headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    if accept.is_empty() {
        return Ok(offered[0]);
    }
    let ranges: Vec<Range> =
        accept.iter().flat_map(|list| list.split(',')).filter_map(Range::read).collect();
    let mut best: Option<(f32, &'static str)> = None;
    for &format in offered {
        // The most specific range that matches decides.
        let weight = ranges
            .iter()
            .filter_map(|range| Some((range.matches(format)?, range.weight)))
            .max_by_key(|(specific, _)| *specific)
            .map_or(0.0, |(_, weight)| weight);
        if weight > best.map_or(0.0, |(best, _)| best) {
            best = Some((weight, format));
        }
    }
    best.map(|(_, format)| format).ok_or_else(|| {
        let detail = format!("this address offers {}: accept one of them", offered.join(", "));
        Problem::new(ProblemKind::NotAcceptable, detail).with("available", offered.to_vec())
    })
}

/// The weight of a media range or coding (RFC 9110, section 12.4.2); 1 if there is none, `None` if
/// it is malformed.
pub(in crate::http) fn weight<'a>(mut parameters: impl Iterator<Item = &'a str>) -> Option<f32> {
    parameters
        .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
        .map_or(Some(1.0), |q| q.parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q)))
}

/// One media range of an `Accept` header.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    weight: f32,
}

impl<'a> Range<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        Some(Self { kind, subtype, weight: weight(parts)? })
    }

    /// How specifically the range matches a format: 0 for `*/*`, 1 for `text/*`, 2 for an exact
    /// type.
    fn matches(&self, format: &str) -> Option<u8> {
        let (kind, subtype) = format.split_once('/')?;
        match (self.kind, self.subtype) {
            ("*", "*") => Some(0),
            (k, "*") if k.eq_ignore_ascii_case(kind) => Some(1),
            (k, s) if k.eq_ignore_ascii_case(kind) && s.eq_ignore_ascii_case(subtype) => Some(2),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &[&str], offered: &[&'static str]) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        for &value in accept {
            headers.append(header::ACCEPT, value.parse().unwrap());
        }
        negotiate(&headers, offered).ok()
    }

    #[test]
    fn without_a_preference_the_first_format_is_used() {
        assert_eq!(chosen(&[], &[JSON, CSV]), Some(JSON));
        assert_eq!(chosen(&["*/*"], &[JSON, CSV]), Some(JSON));
    }

    #[test]
    fn the_greatest_weight_wins_and_the_most_specific_range_applies() {
        assert_eq!(chosen(&["application/json;q=0.5, text/csv"], &[JSON, CSV]), Some(CSV));
        assert_eq!(chosen(&["text/*, application/json;q=0.9"], &[JSON, CSV]), Some(CSV));
        assert_eq!(chosen(&["*/*, application/json;q=0"], &[JSON, CSV]), Some(CSV));
        assert_eq!(chosen(&["text/html", "*/*;q=0.1"], &[JSON, CSV]), Some(JSON), "two headers");
    }

    #[test]
    fn a_browser_gets_html_if_available() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert_eq!(chosen(&[browser], &[JSON, HTML]), Some(HTML));
        assert_eq!(chosen(&[browser], &[JSON]), Some(JSON));
    }

    #[test]
    fn an_unacceptable_accept_header_is_refused() {
        assert_eq!(chosen(&["image/png"], &[JSON, CSV]), None);
        assert_eq!(chosen(&["application/json;q=0"], &[JSON]), None);
        assert_eq!(chosen(&["nonsense"], &[JSON]), None);
    }
}
