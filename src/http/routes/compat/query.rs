//! Lenient query parameters: unknown ones are ignored, the first of repeated ones counts, and
//! numbers are parsed up to the first character that is not part of a number, as in JavaScript.

use std::borrow::Cow;

/// The query parameters of a request, or the fields of a form.
#[derive(Clone, Debug, Default)]
pub(super) struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Query<'a> {
    pub(super) fn read(query: Option<&'a str>) -> Self {
        Self(form_urlencoded::parse(query.unwrap_or_default().as_bytes()).collect())
    }

    /// Returns the value of a parameter. `None` if it is missing or empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_ref());
        value.filter(|value| !value.is_empty())
    }

    /// Returns all pairs in order, decoded.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }
}

/// Parses the integer at the beginning of a text, as `parseInt(text, 10)` does.
pub(super) fn leading_int(text: &str) -> Option<i64> {
    let text = text.trim_start();
    let digits = text.trim_start_matches(['+', '-']);
    let sign = text.len() - digits.len();
    if sign > 1 {
        return None;
    }
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 {
        return None;
    }
    // Saturate on overflow.
    let value = digits[..length].parse().unwrap_or(i64::MAX);
    Some(if text.starts_with('-') { -value } else { value })
}

/// Parses the number at the beginning of a text, as `parseFloat` does. `None` if it is not finite.
pub(super) fn leading_float(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = digits(at);
    at += whole;
    let mut fraction = 0;
    if bytes.get(at) == Some(&b'.') {
        fraction = digits(at + 1);
        at += 1 + fraction;
    }
    if whole + fraction == 0 {
        return None;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits((at + 1 + sign).min(bytes.len()));
        at += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    text[..at].parse().ok().filter(|value: &f64| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_parameters_are_ignored_and_the_first_of_repeated_ones_counts() {
        let query = Query::read(Some("limit=5&x=1&limit=6&radius=&q=NN1%201"));
        assert_eq!(query.get("limit"), Some("5"));
        assert_eq!(query.get("radius"), None);
        assert_eq!(query.get("q"), Some("NN1 1"));
        assert_eq!(Query::read(None).get("q"), None);
    }

    #[test]
    fn numbers_are_parsed_up_to_the_first_character_that_does_not_belong() {
        for (text, int, float) in [
            ("5", Some(5), Some(5.0)),
            (" 5.7abc", Some(5), Some(5.7)),
            ("-3", Some(-3), Some(-3.0)),
            (".5", None, Some(0.5)),
            ("5.", Some(5), Some(5.0)),
            ("1e2", Some(1), Some(100.0)),
            ("1e", Some(1), Some(1.0)),
            ("1e+", Some(1), Some(1.0)),
            ("bogus", None, None),
            ("", None, None),
            ("--1", None, None),
            ("NaN", None, None),
            ("1e999", Some(1), None),
            ("99999999999999999999", Some(i64::MAX), Some(1e20)),
            ("é", None, None),
        ] {
            assert_eq!(leading_int(text), int, "{text:?}");
            assert_eq!(leading_float(text), float, "{text:?}");
        }
    }
}
