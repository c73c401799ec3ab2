//! Unicode forms of text.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization as _, is_nfc};

/// Returns a text in composed form (NFC), in which `ŵ` is one character. Files from macOS and some
/// keyboards have it as `w` and a combining circumflex. Texts that look alike are then equal.
pub fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc(text) {
        text.into()
    } else {
        text.nfc().collect::<String>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_and_its_combining_accent_become_one_character() {
        assert_eq!(composed("Pw\u{302}ll"), "P\u{175}ll");
        assert!(matches!(composed("P\u{175}ll"), Cow::Borrowed(_)));
    }
}
