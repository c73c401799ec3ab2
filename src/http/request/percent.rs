//! Percent-encoding (RFC 3986, section 2.1).

use std::fmt::Write as _;

/// Appends a text and escapes everything but letters, digits and the bytes in `plain`.
fn push(out: &mut String, text: &str, plain: &[u8]) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// Encodes a text as one segment of a path; only unreserved characters stay as they are (section
/// 2.3).
pub(in crate::http) fn segment(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    push(&mut escaped, text, b"-._~");
    escaped
}

/// Appends a name or a value of a query (section 3.4). Commas, colons and slashes stay readable, as
/// they have no special meaning there.
pub(in crate::http) fn push_in_query(out: &mut String, text: &str) {
    push(out, text, b"-._~,:/");
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
