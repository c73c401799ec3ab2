//! Percent-encoding (RFC 3986, section 2.1).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What is escaped in a segment of a path: all but the unreserved characters (section 2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is escaped in a query (section 3.4). Commas, colons and slashes stay readable, as they have
/// no special meaning there.
const QUERY: &AsciiSet = &SEGMENT.remove(b',').remove(b':').remove(b'/');

/// Encodes a text as one segment of a path.
pub(in crate::http) fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Appends a name or a value of a query.
pub(in crate::http) fn push_in_query(out: &mut String, text: &str) {
    out.extend(utf8_percent_encode(text, QUERY));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_characters_are_escaped() {
        assert_eq!(segment("N4/é &~"), "N4%2F%C3%A9%20%26~");
        let mut query = "?bbox=".to_owned();
        push_in_query(&mut query, "1,2:3/4&x=#");
        assert_eq!(query, "?bbox=1,2:3/4%26x%3D%23");
    }
}
