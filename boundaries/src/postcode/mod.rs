//! UK postcodes: parsed, normalised and packed in a `u64`.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

mod characters;
mod look_alike;
mod parse;
mod unusual;

/// A UK postcode in its canonical form, `NN1 1ED`.
///
/// The format is that of BS 7666: an outward code of 2 to 4 characters (one or two letters, a digit,
/// and optionally another digit or letter) and an inward code of a digit and two letters. Case and
/// spaces are ignored, so the fixed-width forms of Code-Point Open (`NN1 1ED`, `NN101ED`) and of the
/// ONS Postcode Directory (`NN1  1ED`) parse to the same value. So are characters that come along
/// when postcodes are copied: all Unicode white space, invisible characters, dashes, full stops and
/// commas, quotes and brackets. Full-width letters and digits count as the ordinary ones.
///
/// The value is a `u64` with one character per byte: four of the outward code, padded with spaces,
/// three of the inward code, and a space. Its numeric order is therefore the order of the text, and
/// a table of postcodes is a table of integers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Postcode(u64);

/// The error for a text that does not have the form of a postcode.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a postcode: write it like \"NN1 1ED\"")]
pub struct InvalidPostcode {
    text: String,
}

impl InvalidPostcode {
    /// The text, or the beginning of a long one.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Postcode {
    /// Parses a postcode in any case, with or without spaces and punctuation.
    ///
    /// ```
    /// use lapwing_boundaries::postcode::Postcode;
    /// assert_eq!(Postcode::parse("nn11ed").unwrap().to_string(), "NN1 1ED");
    /// assert_eq!(Postcode::parse("SW1A 1AA").unwrap().outward(), "SW1A");
    /// assert_eq!(Postcode::parse("(NN1-1ED)\u{a0}"), Postcode::parse("NN1 1ED"));
    /// assert!(Postcode::parse("NN1").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, InvalidPostcode> {
        Self::read(text.as_bytes())
            .ok_or_else(|| InvalidPostcode { text: text.chars().take(40).collect() })
    }

    /// Parses a postcode from bytes, which need not be UTF-8. Returns `None` if they are no postcode.
    #[inline]
    pub fn read(text: &[u8]) -> Option<Self> {
        parse::usual_form(text).or_else(|| parse::any_form(text)).map(Self)
    }

    /// The postcode that `text` seems to mean: one of those that `exists` accepts, if a letter was
    /// typed for a digit that looks like it, or the reverse. Returns `None` if there is no such
    /// postcode, or if several differ from `text` in equally few characters.
    ///
    /// ```
    /// use lapwing_boundaries::postcode::Postcode;
    /// let known = Postcode::parse("NN1 0AA").unwrap();
    /// assert_eq!(Postcode::suggest("NN1 OAA", |postcode| postcode == known), Some(known));
    /// ```
    pub fn suggest(text: &str, exists: impl Fn(Self) -> bool) -> Option<Self> {
        let mut found = look_alike::look_alikes(text);
        found.retain(|&(_, postcode)| exists(postcode));
        let fewest = found.iter().map(|&(changed, _)| changed).min()?;
        let mut nearest = found.into_iter().filter(|&(changed, _)| changed == fewest);
        match (nearest.next(), nearest.next()) {
            (Some((_, postcode)), None) => Some(postcode),
            _ => None,
        }
    }

    /// Returns true if `text` has the form of an outward code, in upper or lower case.
    ///
    /// ```
    /// use lapwing_boundaries::postcode::Postcode;
    /// assert!(Postcode::is_outward("sw1a") && !Postcode::is_outward("SW"));
    /// ```
    pub fn is_outward(text: &str) -> bool {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric()) && parse::is_outward(text.as_bytes())
    }

    /// The packed characters.
    pub(crate) const fn packed(self) -> u64 {
        self.0
    }

    /// The reverse of [`Postcode::packed`].
    pub(crate) const fn from_packed(packed: u64) -> Self {
        Self(packed)
    }

    /// The canonical text, `NN1 1ED`, as a buffer and the number of bytes used.
    pub fn canonical(self) -> ([u8; 8], usize) {
        let bytes = self.0.to_be_bytes();
        let outward = bytes[..4].iter().position(|&byte| byte == b' ').unwrap_or(4);
        let mut text = [b' '; 8];
        text[..outward].copy_from_slice(&bytes[..outward]);
        text[outward + 1..outward + 4].copy_from_slice(&bytes[4..7]);
        (text, outward + 4)
    }

    /// The outward code, `NN1`.
    pub fn outward(self) -> String {
        String::from_utf8_lossy(&self.0.to_be_bytes()[..4]).trim_end().to_owned()
    }

    /// The inward code, `1ED`.
    pub fn inward(self) -> String {
        String::from_utf8_lossy(&self.0.to_be_bytes()[4..7]).into_owned()
    }
}

/// A prefix of postcodes, as the range of packed values that start with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostcodePrefix {
    first: u64,
    last: u64,
}

impl PostcodePrefix {
    /// The postcodes whose outward code starts with `outward`: `N` matches `N1 1AA` and `NN11 1AA`.
    /// Returns `None` if `outward` is empty, too long, or has characters other than capital letters
    /// and digits.
    pub fn of_outward(outward: &str) -> Option<Self> {
        Self::read(outward.as_bytes(), None)
    }

    /// The postcodes with exactly this outward code whose inward code starts with `inward`, which may
    /// be empty: `NN1` and `1` match `NN1 1AA` and no postcode of `NN11`. Returns `None` under the
    /// same conditions as [`Self::of_outward`], or if `inward` is too long.
    pub fn of_halves(outward: &str, inward: &str) -> Option<Self> {
        Self::read(outward.as_bytes(), Some(inward.as_bytes()))
    }

    fn read(outward: &[u8], inward: Option<&[u8]>) -> Option<Self> {
        let rest = inward.unwrap_or_default();
        let may_be = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        let fits = matches!(outward.len(), 1..=4) && rest.len() <= 3;
        if !fits || !outward.iter().chain(rest).all(may_be) {
            return None;
        }
        let ends = [u8::MIN, u8::MAX].map(|end| {
            let mut packed = [end; 8];
            packed[..outward.len()].copy_from_slice(outward);
            if let Some(inward) = inward {
                packed[outward.len()..4].fill(b' ');
                packed[4..4 + inward.len()].copy_from_slice(inward);
            }
            u64::from_be_bytes(packed)
        });
        Some(Self { first: ends[0], last: ends[1] })
    }

    /// The range of indices of matching postcodes in sorted packed postcodes.
    pub(crate) fn range_in(self, keys: &[u64]) -> Range<usize> {
        let start = keys.partition_point(|&key| key < self.first);
        start..keys.partition_point(|&key| key <= self.last).max(start)
    }
}

impl fmt::Display for Postcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (text, length) = self.canonical();
        f.pad(str::from_utf8(&text[..length]).unwrap_or_default())
    }
}

impl fmt::Debug for Postcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_of_a_postcode_parse_to_the_same_value() {
        let canonical = Postcode::parse("NN1 1ED").unwrap();
        for text in ["nn11ed", "NN1  1ED", " nn1 1ed ", "N N 1 1 E D"] {
            assert_eq!(Postcode::parse(text), Ok(canonical), "{text}");
        }
    }

    #[test]
    fn characters_that_come_along_when_a_postcode_is_copied_are_ignored() {
        let canonical = Postcode::parse("NN1 1ED").unwrap();
        for text in [
            "NN1\u{a0}1ED",
            "NN1\u{2009}1ED",
            "\u{3000}NN1 1ED",
            "NN1\t1ED\r\n",
            "NN1\u{200b} 1ED\u{200b}",
            "\u{feff}NN1 1ED",
            "NN1\u{ad}1ED",
            "\u{200e}NN1 1ED\u{202c}",
            "NN1-1ED",
            "NN1 \u{2013} 1ED",
            "NN1\u{2011}1ED",
            "NN1 1ED.",
            "NN1.1ED",
            "NN1 1ED,",
            "(NN1 1ED)",
            "[NN1 1ED]",
            "'NN1 1ED",
            "\"NN1 1ED\"",
            "\u{201c}NN1 1ED\u{201d}",
            "\u{2018}NN1 1ED\u{2019}",
            "\u{ff2e}\u{ff2e}\u{ff11}\u{3000}\u{ff11}\u{ff25}\u{ff24}",
            "\u{ff08}nn1\u{ff0d}1ed\u{ff09}",
        ] {
            assert_eq!(Postcode::parse(text), Ok(canonical), "{text:?}");
        }
    }

    #[test]
    fn a_letter_typed_for_a_digit_is_suggested_if_one_postcode_alone_fits() {
        let known = ["NN1 0AA", "SW1A 1AA", "NN10 1AB", "E2 8QZ", "N1O 1AA", "N10 1AA"];
        let known = known.map(|text| Postcode::parse(text).unwrap());
        let suggest = |text: &str| Postcode::suggest(text, |postcode| known.contains(&postcode));
        for (text, meant) in [
            ("NN1 OAA", "NN1 0AA"),
            ("nn1-oaa", "NN1 0AA"),
            ("SWIA IAA", "SW1A 1AA"),
            ("5W1A 1AA", "SW1A 1AA"),
            ("NN1O 1AB", "NN10 1AB"),
            ("EZ BOZ", "E2 8QZ"),
        ] {
            assert_eq!(suggest(text), Postcode::parse(meant).ok(), "{text}");
        }
        assert_eq!(suggest("NN1 0AA"), None, "itself");
        assert_eq!(suggest("N1O IAA"), Postcode::parse("N1O 1AA").ok(), "nearer than N10 1AA");
        for text in ["NN1 OAB", "NN1", "", "NN1 OAAA", "/NN1 OAA"] {
            assert_eq!(suggest(text), None, "{text}");
        }
        assert_eq!(Postcode::suggest("NN1 1OA", |_| true), None, "NN1 1DA or NN1 1QA");
    }

    #[test]
    fn the_six_outward_forms_round_trip() {
        for text in ["M1 1AE", "B33 8TH", "CR2 6XH", "DN55 1PT", "W1A 0AX", "EC1A 1BB"] {
            assert_eq!(Postcode::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn texts_that_are_not_postcodes_are_refused() {
        for text in [
            "",
            "NN1",
            "NN1 1E",
            "NN1 1EDX",
            "1NN 1ED",
            "NNN1 1ED",
            "NN1 EED",
            "NN1/1ED",
            "NN1 1ED x",
            "ÑN1 1ED",
            "NN111 1ED",
        ] {
            assert!(Postcode::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_prefix_matches_the_postcodes_that_start_with_it() {
        let texts = ["N1 1AA", "NN1 1AA", "NN1 1AB", "NN1 9ZZ", "NN10 1AA", "NN11 1AA", "NP1 1AA"];
        let keys = texts.map(|text| Postcode::parse(text).unwrap().packed());
        let of = |prefix: Option<PostcodePrefix>| &texts[prefix.unwrap().range_in(&keys)];
        assert_eq!(of(PostcodePrefix::of_outward("N")), texts);
        assert_eq!(of(PostcodePrefix::of_outward("NN1")), &texts[1..6]);
        assert_eq!(of(PostcodePrefix::of_outward("NN11")), ["NN11 1AA"]);
        assert_eq!(
            of(PostcodePrefix::of_halves("NN1", "")),
            &texts[1..4],
            "whole outward codes only"
        );
        assert_eq!(of(PostcodePrefix::of_halves("NN1", "1A")), &texts[1..3]);
        assert!(of(PostcodePrefix::of_halves("NN", "1")).is_empty());
        assert!(of(PostcodePrefix::of_outward("ZE")).is_empty());
        for (outward, inward) in
            [("", ""), ("NN111", ""), ("NN1", "1AAA"), ("nn1", ""), ("N 1", "")]
        {
            assert_eq!(PostcodePrefix::of_halves(outward, inward), None, "{outward:?} {inward:?}");
        }
    }

    #[test]
    fn postcodes_sort_as_their_text() {
        let packed = |t: &str| Postcode::parse(t).unwrap();
        assert!(packed("NN1 9ZZ") < packed("NN10 0AA"));
        assert!(packed("NN1 1AA") < packed("NN1 1AB"));
    }
}
