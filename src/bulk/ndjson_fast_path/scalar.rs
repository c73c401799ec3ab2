//! Scalars in JSON and their ends (RFC 8259, sections 3, 6 and 7): strings without escapes,
//! numbers, `true`, `false` and `null`. They are checked as strictly as by serde, because the
//! output repeats them unchanged.

use crate::bulk::input_columns::short_number;

/// The end of the value at `at`.
#[inline]
pub(super) fn end(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => text(bytes, at).map(|text| at + text.len() + 2),
        b'-' | b'0'..=b'9' => number_end(bytes, at),
        b'n' => word_end(bytes, at, b"null"),
        b't' => word_end(bytes, at, b"true"),
        b'f' => word_end(bytes, at, b"false"),
        _ => None,
    }
}

/// The contents of the string whose quote is at `at`.
#[inline]
pub(super) fn text(bytes: &[u8], at: usize) -> Option<&[u8]> {
    if *bytes.get(at)? != b'"' {
        return None;
    }
    let from = at + 1;
    let mut at = from;
    while let Some(wide) = bytes[at..].first_chunk() {
        let ends = ends_of_text(u128::from_le_bytes(*wide));
        if ends != 0 {
            at += ends.trailing_zeros() as usize / 8;
            break;
        }
        at += wide.len();
    }
    // The last bytes of the block do not fill sixteen.
    while bytes.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | ..0x20)) {
        at += 1;
    }
    (*bytes.get(at)? == b'"').then(|| &bytes[from..at])
}

/// The number at `at`, if a float can hold it, and its end.
#[inline]
pub(super) fn number(bytes: &[u8], at: usize) -> Option<(f64, usize)> {
    let end = number_end(bytes, at)?;
    let text = &bytes[at..end];
    let read = short_number(text).or_else(|| std::str::from_utf8(text).ok()?.parse().ok())?;
    read.is_finite().then_some((read, end))
}

#[inline]
fn number_end(bytes: &[u8], at: usize) -> Option<usize> {
    if let Some(eight) = bytes.get(at..)?.first_chunk() {
        let eight = u64::from_le_bytes(*eight);
        let digits = digits_first(eight);
        let is_whole = digits == 1 || eight as u8 != b'0' && digits > 1;
        let after = eight.checked_shr(8 * digits).unwrap_or(0) as u8;
        if is_whole && matches!(after, b',' | b'}') {
            return Some(at + digits as usize);
        }
    }
    any_number_end(bytes, at)
}

fn any_number_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let is = |at: usize, among: &[u8]| bytes.get(at).is_some_and(|byte| among.contains(byte));
    let digits = |from: usize| {
        let is_other = |byte: &u8| !byte.is_ascii_digit();
        let count = bytes[from..].iter().position(is_other).unwrap_or(bytes.len() - from);
        (count > 0).then_some(from + count)
    };
    at += usize::from(is(at, b"-"));
    at = if is(at, b"0") { at + 1 } else { digits(at)? };
    if is(at, b".") {
        at = digits(at + 1)?;
    }
    if is(at, b"eE") {
        at += 1;
        at = digits(at + usize::from(is(at, b"+-")))?;
    }
    Some(at)
}

#[inline]
fn word_end(bytes: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    bytes[at..].starts_with(word).then(|| at + word.len())
}

/// The number of digits before the first of eight bytes that is not a digit.
#[inline]
fn digits_first(eight: u64) -> u32 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // Digits become numbers below ten.
    let left = eight ^ (0x30 * ONES);
    let reach_ten = (left & (0x7F * ONES)) + 0x76 * ONES;
    let others = (reach_ten | left) & (0x80 * ONES);
    others.trailing_zeros() / 8
}

/// The high bit of the first of sixteen bytes that is a quote, a backslash or a control character.
/// Bits after it are unreliable (Warren, "Hacker's Delight", 6-1).
#[inline]
fn ends_of_text(sixteen: u128) -> u128 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    let of_eight = |eight: u64| {
        let is = |byte: u8| {
            let off = eight ^ (u64::from(byte) * ONES);
            off.wrapping_sub(ONES) & !off
        };
        let is_control = eight.wrapping_sub(0x20 * ONES) & !eight;
        (is(b'"') | is(b'\\') | is_control) & HIGH
    };
    u128::from(of_eight(sixteen as u64)) | u128::from(of_eight((sixteen >> 64) as u64)) << 64
}
