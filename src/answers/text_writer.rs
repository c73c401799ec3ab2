//! A buffer for many short texts, and texts prepared for it.

use std::io;

use lapwing_boundaries::storage::prefetch::prefetch;

/// Texts of at most this length are copied together with the bytes after them, if there is room. A
/// copy of a length that is known at compile time needs no call and takes a third of the time.
const WIDE: usize = 64;

/// Most texts are no longer than this.
const HALF: usize = WIDE / 2;

/// Texts in one buffer, so that each can be copied with the bytes after it.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextStore(Vec<u8>);

/// The range of a text in a [`TextStore`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StoredText {
    from: u32,
    to: u32,
}

impl TextStore {
    /// Adds a text.
    pub(crate) fn keep(&mut self, text: &[u8]) -> StoredText {
        let from = self.0.len().saturating_sub(WIDE);
        self.0.truncate(from);
        self.0.extend_from_slice(text);
        let to = self.0.len();
        // The last text, too, needs bytes after it.
        self.0.resize(to + WIDE, 0);
        let place = |at: usize| u32::try_from(at).expect("texts of less than 4 GiB");
        StoredText { from: place(from), to: place(to) }
    }
}

impl TextStore {
    /// Prefetches the start of a text that will be written.
    #[inline]
    pub(crate) fn prefetch(&self, text: StoredText) {
        prefetch(&self.0, text.from as usize);
    }
}

impl StoredText {
    /// The text without some bytes at its start and end.
    pub(crate) fn without(self, first: usize, last: usize) -> Self {
        Self { from: self.from + first as u32, to: self.to - last as u32 }
    }
}

/// A text of at most [`HALF`] bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShortText {
    text: [u8; HALF],
    length: usize,
}

impl ShortText {
    /// Concatenates three texts.
    pub(crate) const fn of(parts: [&[u8]; 3]) -> Self {
        let (mut text, mut length, mut part) = ([0; HALF], 0, 0);
        while part < parts.len() {
            let mut at = 0;
            while at < parts[part].len() {
                text[length] = parts[part][at];
                (length, at) = (length + 1, at + 1);
            }
            part += 1;
        }
        Self { text, length }
    }

    /// Appends another text.
    pub(crate) const fn and(self, other: &[u8]) -> Self {
        Self::of([self.bytes(), other, b""])
    }

    /// The bytes of the text.
    pub(crate) const fn bytes(&self) -> &[u8] {
        self.text.split_at(self.length).0
    }
}

/// A buffer, and how far it is written.
#[derive(Debug, Default)]
pub struct TextWriter {
    bytes: Vec<u8>,
    at: usize,
}

impl TextWriter {
    /// Creates a writer that overwrites a buffer from its start. The buffer grows if necessary.
    pub(crate) fn over(bytes: Vec<u8>) -> Self {
        Self { bytes, at: 0 }
    }

    /// Returns the buffer and the number of bytes written.
    pub(crate) fn done(self) -> (Vec<u8>, usize) {
        (self.bytes, self.at)
    }

    /// The bytes written.
    pub fn written(&self) -> &[u8] {
        &self.bytes[..self.at]
    }

    /// Starts again at the beginning of the buffer.
    pub fn clear(&mut self) {
        self.at = 0;
    }

    /// Lets `write` append to the buffer as a vector.
    pub(crate) fn with_vec(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.bytes.truncate(self.at);
        write(&mut self.bytes);
        self.at = self.bytes.len();
    }

    /// Removes the last bytes.
    pub(crate) fn truncate_by(&mut self, bytes: usize) {
        self.at -= bytes;
    }

    /// Makes room for this many bytes. Writing is faster if there is room to spare.
    #[inline]
    pub(crate) fn reserve(&mut self, bytes: usize) {
        let wanted = self.at + bytes + WIDE;
        if wanted > self.bytes.len() {
            self.grow(wanted);
        }
    }

    #[cold]
    fn grow(&mut self, wanted: usize) {
        self.bytes.resize(wanted.max(2 * self.bytes.len()), 0);
    }

    /// Writes a text.
    #[inline]
    pub(crate) fn put(&mut self, text: &[u8]) {
        let end = self.at + text.len();
        if end > self.bytes.len() {
            self.grow(end);
        }
        self.bytes[self.at..end].copy_from_slice(text);
        self.at = end;
    }

    /// Writes a part of a longer text.
    #[inline]
    pub(crate) fn put_span(&mut self, of: &[u8], from: usize, to: usize) {
        let length = to - from;
        if length <= WIDE
            && let Some(wide) = of[from..].first_chunk::<WIDE>()
            && let Some(room) = self.bytes[self.at..].first_chunk_mut::<WIDE>()
        {
            room[..HALF].copy_from_slice(&wide[..HALF]);
            if length > HALF {
                room[HALF..].copy_from_slice(&wide[HALF..]);
            }
            self.at += length;
            return;
        }
        self.put(&of[from..to]);
    }

    /// Writes a stored text.
    #[inline]
    pub(crate) fn put_stored(&mut self, texts: &TextStore, text: StoredText) {
        self.put_span(&texts.0, text.from as usize, text.to as usize);
    }

    /// Writes a byte several times.
    #[inline]
    pub(crate) fn repeat(&mut self, byte: u8, times: usize) {
        for _ in 0..times {
            self.put(&[byte]);
        }
    }

    /// Writes an integer.
    #[inline]
    pub(crate) fn integer(&mut self, number: u64) {
        if number >= 100_000_000 {
            self.put(itoa::Buffer::new().format(number).as_bytes());
        } else {
            let (text, length) = up_to_eight_digits(number as u32);
            self.put_prefix(text.to_le_bytes(), length);
        }
    }

    /// Writes a short text.
    #[inline]
    pub(crate) fn put_short_text(&mut self, short: &ShortText) {
        self.put_prefix(short.text, short.length);
    }

    /// Writes the first `length` bytes of `text`.
    #[inline]
    pub(crate) fn put_prefix<const N: usize>(&mut self, text: [u8; N], length: usize) {
        if let Some(room) = self.bytes[self.at..].first_chunk_mut::<N>() {
            *room = text;
            self.at += length;
        } else {
            self.put(&text[..length]);
        }
    }

    /// Writes a decimal point and `parts` of 10^`PLACES`, without trailing zeros: `.5` for 500,000
    /// millionths.
    #[inline]
    pub(crate) fn fraction<const PLACES: usize>(&mut self, parts: u64) {
        const { assert!(PLACES < 8, "a point stands before them") };
        let digits = eight_digits(parts as u32) >> (8 * (8 - PLACES));
        let zeros = digits.leading_zeros() as usize / 8;
        let text = (digits | ZEROS) << 8 | u64::from(b'.');
        self.put_prefix(text.to_le_bytes(), 1 + (8 - zeros).max(1));
    }

    /// Writes a number of tenths below 10⁹: `20.6`, and for whole numbers `500`, or `500.0` with
    /// `is_float`.
    #[inline]
    pub(crate) fn tenths_of(&mut self, tenths: u32, is_float: bool) {
        let (whole, part) = (tenths / 10, tenths % 10);
        let (whole, length) = up_to_eight_digits(whole);
        let fraction = u16::from_le_bytes([b'.', b'0' + part as u8]);
        let text = u128::from(whole) | u128::from(fraction) << (8 * length);
        let length = if part != 0 || is_float { length + 2 } else { length };
        self.put_prefix(text.to_le_bytes(), length);
    }

    /// Writes a distance in metres to 0.1: `500` and `20.6`.
    #[inline]
    pub(crate) fn tenths(&mut self, metres: f64) {
        if let Some(tenths) = tenths(metres) {
            self.tenths_of(tenths, false);
        } else {
            let rounded = (metres * 10.0).round() / 10.0 + 0.0;
            self.put(rounded.to_string().as_bytes());
        }
    }
}

/// A distance in tenths of a metre, for [`TextWriter::tenths_of`]. `None` if it is negative, too
/// large or not a number.
#[inline]
pub(crate) fn tenths(metres: f64) -> Option<u32> {
    let tenths = metres * 10.0;
    if !(0.0..9e8).contains(&tenths) {
        return None;
    }
    // The same as [`rounded`] with fewer bits, which is faster.
    let down = tenths as u32;
    Some(down + u32::from(tenths - f64::from(down) >= 0.5))
}

/// The digit 0 in each byte.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The text of a number of at most eight digits, in the lowest bytes, and its length.
#[inline]
fn up_to_eight_digits(number: u32) -> (u64, usize) {
    let digits = eight_digits(number);
    // Zero keeps its last digit.
    let zeros = (digits | 1 << 56).trailing_zeros() / 8;
    ((digits | ZEROS) >> (8 * zeros), 8 - zeros as usize)
}

/// The digits of a number of at most eight digits, one per byte, the first in the lowest: all are
/// divided at the same time, first by 10,000, then in halves by 100, then in quarters by 10
/// (Khuong, "How to print integers really fast", 2017).
///
/// An integer, a distance and a fraction so take 55, 79 and 50 instructions; with `itoa` they take
/// 71, 94 and 122 (callgrind, random numbers below 20,000). An answer has about ten of them.
#[inline]
fn eight_digits(number: u32) -> u64 {
    let fours = u64::from(number / 10_000) | u64::from(number % 10_000) << 32;
    let hundreds = ((fours * 10_486) >> 20) & 0x7F_0000_007F;
    let twos = hundreds | (fours - hundreds * 100) << 16;
    let tens = ((twos * 103) >> 10) & 0x000F_000F_000F_000F;
    tens | (twos - tens * 10) << 8
}

/// Rounds a non-negative number half up. `f64::round` is a function call.
#[inline]
pub(crate) fn rounded(number: f64) -> u64 {
    let down = number as u64;
    down + u64::from(number - down as f64 >= 0.5)
}

impl io::Write for TextWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.put(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(write: impl Fn(&mut TextWriter)) -> String {
        let mut writer = TextWriter::default();
        write(&mut writer);
        String::from_utf8(writer.written().to_vec()).unwrap()
    }

    proptest! {
        #[test]
        fn numbers_are_written_as_by_display(
            number: u64, eight in 0_u64..200_000_000, few in 0_u64..20_000, metres in 0_f64..1e7, any: f64, twentieths in 0_u32..9999
        ) {
            for number in [number, eight, few] {
                prop_assert_eq!(written(|writer| writer.integer(number)), number.to_string());
            }
            for metres in [metres, any, f64::from(twentieths) / 20.0] {
                let rounded = (metres * 10.0).round() / 10.0 + 0.0;
                prop_assert_eq!(written(|writer| writer.tenths(metres)), rounded.to_string());
            }
        }

        #[test]
        fn stored_texts_are_copied_exactly(
            texts in proptest::collection::vec("[a-z]{0,50}", 0..20), room in 0_usize..400
        ) {
            let all = texts.concat();
            let mut kept = TextStore::default();
            let places: Vec<StoredText> = texts.iter().map(|text| kept.keep(text.as_bytes())).collect();
            let out = written(|writer| {
                writer.reserve(room);
                for &place in &places {
                    writer.put_stored(&kept, place);
                }
            });
            prop_assert_eq!(out, all);
        }
    }
}
