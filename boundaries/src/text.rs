//! Unicode forms of text and characters.

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

/// Converts the full-width forms of East Asian keyboards (U+FF01 to U+FF5E) to ASCII.
pub fn narrow(char: char) -> char {
    match char {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(char) - 0xff01 + 0x21).unwrap_or(char),
        other => other,
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

    #[test]
    fn full_width_characters_become_ascii() {
        let text = "\u{ff2e}\u{ff2e}\u{ff11}\u{ff0d}a\u{ff5f}";
        assert_eq!(text.chars().map(narrow).collect::<String>(), "NN1-a\u{ff5f}");
    }
}
