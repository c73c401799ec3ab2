//! Values that have no parts, and where they end (RFC 8259, sections 3, 6 and 7): texts without
//! escapes, numbers, `true`, `false` and `null`. They are checked as strictly as serde checks them,
//! since they are written as they stand.

use crate::bulk::input_columns::short_number;

/// The end of the value that begins there.
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

/// What the text says whose quote stands there.
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
    // The last of all may have fewer after it.
    while bytes.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | ..0x20)) {
        at += 1;
    }
    (*bytes.get(at)? == b'"').then(|| &bytes[from..at])
}

/// The number that stands there, if a float can hold it, and its end.
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

/// How many of eight bytes are digits before the first that is none.
#[inline]
fn digits_first(eight: u64) -> u32 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // Of a digit what is left is less than ten.
    let left = eight ^ (0x30 * ONES);
    let reach_ten = (left & (0x7F * ONES)) + 0x76 * ONES;
    let others = (reach_ten | left) & (0x80 * ONES);
    others.trailing_zeros() / 8
}

/// The high bit of the first of sixteen bytes that is a quote, a backslash or no character, and
/// perhaps of some after it (Warren, "Hacker's delight", 6-1).
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
