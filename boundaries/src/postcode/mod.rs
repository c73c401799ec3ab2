//! UK postcodes: parsed, normalised, packed in a `u64`.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

mod reading;

/// A UK postcode in its canonical form, `NN1 1ED`.
///
/// The form is BS 7666's: an outward code of 2 to 4 characters (one or two letters, a digit, and
/// perhaps one more digit or letter) and an inward code of a digit and two letters. Upper and
/// lower case and any spaces are read alike, so the fixed-width forms of Code-Point Open
/// (`NN1 1ED`, `NN101ED`) and of the ONS Postcode Directory (`NN1  1ED`) are all one postcode.
///
/// It is held as its characters in a `u64`, one byte each, left-justified in a fixed-width form
/// of four outward and three inward characters, so order is the order of the text and a table of
/// postcodes is a table of integers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Postcode(u64);

/// The text does not have the form of a postcode.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a postcode: write it like \"NN1 1ED\"")]
pub struct InvalidPostcode {
    text: String,
}

impl Postcode {
    /// Reads a postcode in any common writing.
    ///
    /// ```
    /// use lapwing_boundaries::postcode::Postcode;
    /// assert_eq!(Postcode::parse("nn11ed").unwrap().to_string(), "NN1 1ED");
    /// assert_eq!(Postcode::parse("SW1A 1AA").unwrap().outward(), "SW1A");
    /// assert!(Postcode::parse("NN1").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, InvalidPostcode> {
        Self::read(text.as_bytes())
            .ok_or_else(|| InvalidPostcode { text: text.chars().take(40).collect() })
    }

    /// The same from bytes, which may be no text at all, and without saying what is wrong with them.
    #[inline]
    pub fn read(text: &[u8]) -> Option<Self> {
        reading::usual_writing(text).or_else(|| reading::any_writing(text)).map(Self)
    }

    /// Whether a text is the outward code of some postcode, in upper or lower case.
    ///
    /// ```
    /// use lapwing_boundaries::postcode::Postcode;
    /// assert!(Postcode::is_outward("sw1a") && !Postcode::is_outward("SW"));
    /// ```
    pub fn is_outward(text: &str) -> bool {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && reading::is_outward(text.as_bytes())
    }

    /// Its characters, one byte each, left-justified: equal postcodes are equal numbers.
    pub(crate) const fn packed(self) -> u64 {
        self.0
    }

    /// The postcode of [`Postcode::packed`].
    pub(crate) const fn from_packed(packed: u64) -> Self {
        Self(packed)
    }

    /// Its canonical text, `NN1 1ED`: so many of those bytes.
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

/// How some postcodes begin: all between two, as they are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beginning {
    first: u64,
    last: u64,
}

impl Beginning {
    /// Those whose outward code begins so: `N` begins `N1 1AA` and `NN11 1AA`. `None` where none
    /// can, in capital letters.
    pub fn of_outward(outward: &str) -> Option<Self> {
        Self::read(outward.as_bytes(), None)
    }

    /// Those of one whole outward code whose inward code begins so, if only by nothing: `NN1` and
    /// `1` begin `NN1 1AA` and no postcode of `NN11`. `None` where none can, in capital letters.
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

    /// The places of those among packed postcodes in order.
    pub(crate) fn places_in(self, keys: &[u64]) -> Range<usize> {
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
    fn every_writing_of_a_postcode_is_the_same_postcode() {
        let canonical = Postcode::parse("NN1 1ED").unwrap();
        for text in ["nn11ed", "NN1  1ED", " nn1 1ed ", "N N 1 1 E D"] {
            assert_eq!(Postcode::parse(text), Ok(canonical), "{text}");
        }
    }

    #[test]
    fn the_six_outward_forms_are_read_and_written() {
        for text in ["M1 1AE", "B33 8TH", "CR2 6XH", "DN55 1PT", "W1A 0AX", "EC1A 1BB"] {
            assert_eq!(Postcode::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_postcode_is_refused() {
        for text in [
            "",
            "NN1",
            "NN1 1E",
            "NN1 1EDX",
            "1NN 1ED",
            "NNN1 1ED",
            "NN1 EED",
            "NN1-1ED",
            "ÑN1 1ED",
            "NN111 1ED",
        ] {
            assert!(Postcode::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_beginning_holds_those_that_begin_so() {
        let texts = ["N1 1AA", "NN1 1AA", "NN1 1AB", "NN1 9ZZ", "NN10 1AA", "NN11 1AA", "NP1 1AA"];
        let keys = texts.map(|text| Postcode::parse(text).unwrap().packed());
        let of = |begun: Option<Beginning>| &texts[begun.unwrap().places_in(&keys)];
        assert_eq!(of(Beginning::of_outward("N")), texts);
        assert_eq!(of(Beginning::of_outward("NN1")), &texts[1..6]);
        assert_eq!(of(Beginning::of_outward("NN11")), ["NN11 1AA"]);
        assert_eq!(of(Beginning::of_halves("NN1", "")), &texts[1..4], "whole outward codes only");
        assert_eq!(of(Beginning::of_halves("NN1", "1A")), &texts[1..3]);
        assert!(of(Beginning::of_halves("NN", "1")).is_empty());
        assert!(of(Beginning::of_outward("ZE")).is_empty());
        for (outward, inward) in
            [("", ""), ("NN111", ""), ("NN1", "1AAA"), ("nn1", ""), ("N 1", "")]
        {
            assert_eq!(Beginning::of_halves(outward, inward), None, "{outward:?} {inward:?}");
        }
    }

    #[test]
    fn order_is_the_order_of_the_text() {
        let packed = |t: &str| Postcode::parse(t).unwrap();
        assert!(packed("NN1 9ZZ") < packed("NN10 0AA"));
        assert!(packed("NN1 1AA") < packed("NN1 1AB"));
    }
}
