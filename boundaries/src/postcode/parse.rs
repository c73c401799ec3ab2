//! Parsing of postcodes from bytes into the packed form of [`Postcode`](super::Postcode).

use super::{characters, unusual};
use crate::text::narrow;

/// Parses the usual form of a postcode, with at most one space and none around it, all characters
/// at once. Returns `None` for other forms and for texts that are not postcodes.
#[inline]
pub(super) fn usual_form(text: &[u8]) -> Option<u64> {
    let (first, last) = (text.first_chunk::<4>()?, text.last_chunk::<4>()?);
    // The byte before the inward code is a space, or ends the outward code.
    let outward_len = text.len() - 3 - usize::from(last[0] == b' ');
    if !matches!(outward_len, 2..=4) {
        return None;
    }
    let spaces = u32::MAX >> (8 * outward_len - 1) >> 1;
    let outward = u32::from_be_bytes(*first) & !spaces | 0x2020_2020 & spaces;
    let inward = u32::from_be_bytes(*last) << 8 | 0x20;
    check_packed(u64::from(outward) << 32 | u64::from(inward))
}

/// Parses a postcode in any form, character by character. Characters that people and programs write
/// in and around postcodes are ignored ([`characters`](super::characters)).
pub(super) fn any_form(text: &[u8]) -> Option<u64> {
    let (chars, len) = significant(text)?;
    pack(&chars[..len])
}

/// The letters and digits of a text, in capitals. Returns `None` if it has more than a postcode, or
/// other characters that count.
pub(super) fn significant(text: &[u8]) -> Option<([u8; 7], usize)> {
    let mut chars = [0_u8; 7];
    let mut len = 0;
    for char in std::str::from_utf8(text).ok()?.chars().map(narrow) {
        if characters::is_ignored(char) {
            continue;
        }
        if len == chars.len() || !char.is_ascii_alphanumeric() {
            return None;
        }
        chars[len] = char.to_ascii_uppercase() as u8;
        len += 1;
    }
    Some((chars, len))
}

/// Packs capital letters and digits. Returns `None` if they are not a postcode.
pub(super) fn pack(chars: &[u8]) -> Option<u64> {
    let outward_len = chars.len().checked_sub(3)?;
    let (outward, inward) = chars.split_at(outward_len);
    if !(is_outward(outward) || unusual::is_outward(outward)) || !is_inward(inward) {
        return None;
    }
    let mut packed = [b' '; 8];
    packed[..outward_len].copy_from_slice(outward);
    packed[4..7].copy_from_slice(inward);
    Some(u64::from_be_bytes(packed))
}

/// Checks eight packed characters and converts them to capital letters. Returns `None` if they are
/// not a postcode.
///
/// Each byte is compared with the first and last letter and digit by an addition that carries into
/// its highest bit (Lamport, "Multiple byte processing with full-word instructions", 1975).
#[inline]
fn check_packed(bytes: u64) -> Option<u64> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = 0x80 * ONES;
    const SPACES: u64 = b' ' as u64 * ONES;
    // Sets the highest bit of each byte that is at least `least`; for bytes below 0x80.
    let at_least = |bytes: u64, least: u8| bytes + ONES * u64::from(0x80 - least);
    if bytes & HIGHEST != 0 {
        return None;
    }
    // Setting the bit of a space turns capital letters into small ones.
    let lower = bytes | SPACES;
    let letters = at_least(lower, b'a') & !at_least(lower, b'z' + 1) & HIGHEST;
    let digits = at_least(bytes, b'0') & !at_least(bytes, b'9' + 1) & HIGHEST;
    // Bytes that are neither letter nor digit must be spaces.
    let others = (HIGHEST & !(letters | digits)) >> 7;
    // Comparing with all six forms is faster than branching, since the form is unpredictable.
    let form = letters | digits >> 1;
    let is_form = FORMS.iter().filter(|&&of| form == of).count() > 0;
    let are_spaces = (bytes ^ SPACES) & (0xFF * others) == 0;
    (is_form && are_spaces).then_some(bytes & !(letters >> 2))
}

/// The six outward forms of BS 7666, each followed by an inward code. A letter is encoded as the
/// highest bit of its byte, a digit as the bit below.
const FORMS: [u64; 6] = {
    let texts = [b"A9  9AA ", b"A99 9AA ", b"AA9 9AA ", b"AA999AA ", b"A9A 9AA ", b"AA9A9AA "];
    let mut forms = [0; 6];
    let mut form = 0;
    while form < texts.len() {
        let mut at = 0;
        while at < 8 {
            let bits = match texts[form][at] {
                b'A' => 0x80,
                b'9' => 0x40,
                _ => 0,
            };
            forms[form] = forms[form] << 8 | bits;
            at += 1;
        }
        form += 1;
    }
    forms
};

/// Returns true for the six outward forms of BS 7666: `A9`, `A99`, `AA9`, `AA99`, `A9A` and `AA9A`.
pub(super) fn is_outward(outward: &[u8]) -> bool {
    let letters = outward.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let digit_then_any = |rest: &[u8]| matches!(rest, [d] | [d, _] if d.is_ascii_digit());
    matches!(letters, 1 | 2) && digit_then_any(&outward[letters..])
}

fn is_inward(inward: &[u8]) -> bool {
    matches!(inward, [d, a, b] if d.is_ascii_digit() && a.is_ascii_alphabetic() && b.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8]) -> Option<u64> {
        usual_form(text).or_else(|| any_form(text))
    }

    proptest! {
        #[test]
        fn both_parsers_give_the_same_result(
            usual in "[A-Za-z]{1,2}[0-9][0-9A-Za-z]?[ \t]{0,2}[0-9][A-Za-z]{2}",
            near in "[A-Za-z0-9 @Z\\[`{/:.\u{e9}\u{a0}\u{200b}\u{ff21}-]{4,9}", spoilt: u8, at in 0_usize..9,
        ) {
            let mut usual = usual.into_bytes();
            for _ in 0..2 {
                let read = read(&usual);
                prop_assert_eq!(read, any_form(&usual));
                if let Some(at) = at.checked_rem(usual.len()) {
                    usual[at] = spoilt;
                }
            }
            prop_assert_eq!(read(near.as_bytes()), any_form(near.as_bytes()));
        }
    }

    #[test]
    fn usual_forms_take_the_fast_path() {
        for text in ["M1 1AE", "m11ae", "DN55 1PT", "dn551pt", "EC1A 1BB", "W1A0AX", "CR2 6xh"] {
            assert!(usual_form(text.as_bytes()).is_some(), "{text}");
            assert_eq!(usual_form(text.as_bytes()), any_form(text.as_bytes()), "{text}");
        }
    }
}
