//! Bytes written one text after the other, most of them short.

use std::io;

use lapwing_boundaries::storage::prefetch::prefetch;

/// Texts of at most so many bytes are written at once with what follows them, where there is room:
/// a copy whose length is known when it is compiled costs no call, and a third of the time.
const WIDE: usize = 64;

/// Most texts are no longer than this.
const HALF: usize = WIDE / 2;

/// Texts kept one behind the other, so that each can be written with what follows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts(Vec<u8>);

/// Where one of [`Texts`] is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Text {
    from: u32,
    to: u32,
}

impl Texts {
    /// Keeps another.
    pub(crate) fn keep(&mut self, text: &[u8]) -> Text {
        let from = self.0.len().saturating_sub(WIDE);
        self.0.truncate(from);
        self.0.extend_from_slice(text);
        let to = self.0.len();
        // After the last, too, there is something to be copied with it.
        self.0.resize(to + WIDE, 0);
        let place = |at: usize| u32::try_from(at).expect("texts of less than 4 GiB");
        Text { from: place(from), to: place(to) }
    }
}

impl Texts {
    /// Fetches the beginning of one, which will be written.
    #[inline]
    pub(crate) fn prefetch(&self, text: Text) {
        prefetch(&self.0, text.from as usize);
    }
}

impl Text {
    /// The text without so many bytes at its ends.
    pub(crate) fn without(self, first: usize, last: usize) -> Self {
        Self { from: self.from + first as u32, to: self.to - last as u32 }
    }
}

/// A text that is known when it is compiled, of at most [`HALF`] bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Short {
    text: [u8; HALF],
    length: usize,
}

impl Short {
    /// Three texts, one behind the other.
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

    /// The text and another one behind it.
    pub(crate) const fn and(self, other: &[u8]) -> Self {
        Self::of([self.bytes(), other, b""])
    }

    /// Its bytes.
    pub(crate) const fn bytes(&self) -> &[u8] {
        self.text.split_at(self.length).0
    }
}

/// A buffer that is there already, and how far it is written.
#[derive(Debug, Default)]
pub struct Pen {
    bytes: Vec<u8>,
    at: usize,
}

impl Pen {
    /// Writes to a buffer from its beginning, over what it holds; it grows as need be.
    pub(crate) fn over(bytes: Vec<u8>) -> Self {
        Self { bytes, at: 0 }
    }

    /// The buffer, and how much of it is written.
    pub(crate) fn done(self) -> (Vec<u8>, usize) {
        (self.bytes, self.at)
    }

    /// What is written.
    pub fn written(&self) -> &[u8] {
        &self.bytes[..self.at]
    }

    /// Begins anew, in the same buffer.
    pub fn clear(&mut self) {
        self.at = 0;
    }

    /// Lets what is written be gone on with as a vector.
    pub(crate) fn with_vec(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.bytes.truncate(self.at);
        write(&mut self.bytes);
        self.at = self.bytes.len();
    }

    /// Takes back the last bytes.
    pub(crate) fn take_back(&mut self, bytes: usize) {
        self.at -= bytes;
    }

    /// Makes room for so many bytes: where there is some to spare, they are written faster.
    #[inline]
    pub(crate) fn make_room(&mut self, bytes: usize) {
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

    /// Writes the part of a longer text from one place to another.
    #[inline]
    pub(crate) fn put_part(&mut self, of: &[u8], from: usize, to: usize) {
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

    /// Writes one of some texts.
    #[inline]
    pub(crate) fn put_text(&mut self, texts: &Texts, text: Text) {
        self.put_part(&texts.0, text.from as usize, text.to as usize);
    }

    /// Writes a byte so many times.
    #[inline]
    pub(crate) fn repeat(&mut self, byte: u8, times: usize) {
        for _ in 0..times {
            self.put(&[byte]);
        }
    }

    /// Writes a whole number.
    #[inline]
    pub(crate) fn whole(&mut self, number: u64) {
        if number >= 100_000_000 {
            self.put(itoa::Buffer::new().format(number).as_bytes());
        } else {
            let (text, length) = up_to_eight_digits(number as u32);
            self.put_few(text.to_le_bytes(), length);
        }
    }

    /// Writes a short text.
    #[inline]
    pub(crate) fn put_short(&mut self, short: &Short) {
        self.put_few(short.text, short.length);
    }

    /// Writes the first of some bytes.
    #[inline]
    pub(crate) fn put_few<const N: usize>(&mut self, text: [u8; N], length: usize) {
        if let Some(room) = self.bytes[self.at..].first_chunk_mut::<N>() {
            *room = text;
            self.at += length;
        } else {
            self.put(&text[..length]);
        }
    }

    /// Writes a point and what follows it of so many thousandths, or millionths, without the zeros
    /// at the end: `.5` of 500,000 millionths.
    #[inline]
    pub(crate) fn fraction<const PLACES: usize>(&mut self, parts: u64) {
        const { assert!(PLACES < 8, "a point stands before them") };
        let digits = eight_digits(parts as u32) >> (8 * (8 - PLACES));
        let zeros = digits.leading_zeros() as usize / 8;
        let text = (digits | ZEROS) << 8 | u64::from(b'.');
        self.put_few(text.to_le_bytes(), 1 + (8 - zeros).max(1));
    }

    /// Writes so many tenths, less than a thousand million: `20.6`, and of whole ones `500`, or
    /// `500.0` where it is to be a number with a fraction.
    #[inline]
    pub(crate) fn tenths_of(&mut self, tenths: u32, is_float: bool) {
        let (whole, part) = (tenths / 10, tenths % 10);
        let (whole, length) = up_to_eight_digits(whole);
        let fraction = u16::from_le_bytes([b'.', b'0' + part as u8]);
        let text = u128::from(whole) | u128::from(fraction) << (8 * length);
        let length = if part != 0 || is_float { length + 2 } else { length };
        self.put_few(text.to_le_bytes(), length);
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

/// A distance in tenths of a metre, for [`Pen::tenths_of`]; `None` for what is no distance on earth.
#[inline]
pub(crate) fn tenths(metres: f64) -> Option<u32> {
    let tenths = metres * 10.0;
    if !(0.0..9e8).contains(&tenths) {
        return None;
    }
    // As by [`rounded`], in fewer bits, which takes less.
    let down = tenths as u32;
    Some(down + u32::from(tenths - f64::from(down) >= 0.5))
}

/// A nought in each byte.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The texts of numbers of up to three digits, in the lowest bytes, and their lengths: most distances
/// in metres are such.
static THREES: [(u32, u8); 1000] = {
    let mut texts = [(0, 0); 1000];
    let mut number = 0;
    while number < texts.len() as u32 {
        let digits = [number / 100, number / 10 % 10, number % 10];
        let zeros = if number >= 100 { 0 } else { 2 - (number >= 10) as u32 };
        let text = digits[0] | digits[1] << 8 | digits[2] << 16 | 0x0030_3030;
        texts[number as usize] = (text >> (8 * zeros), 3 - zeros as u8);
        number += 1;
    }
    texts
};

/// The text of a number of at most eight digits, in the lowest bytes, and its length.
#[inline]
fn up_to_eight_digits(number: u32) -> (u64, usize) {
    if let Some(&(text, length)) = THREES.get(number as usize) {
        return (u64::from(text), usize::from(length));
    }
    let digits = eight_digits(number);
    // Of nought the last nought is written.
    let zeros = (digits | 1 << 56).trailing_zeros() / 8;
    ((digits | ZEROS) >> (8 * zeros), 8 - zeros as usize)
}

/// The digits of a number of at most eight, a byte each, the first in the lowest: all are divided at
/// the same time, first by 10,000, then in their halves by 100, then in their quarters by 10 (Khuong,
/// "How to print integers really fast", 2017).
#[inline]
fn eight_digits(number: u32) -> u64 {
    let fours = u64::from(number / 10_000) | u64::from(number % 10_000) << 32;
    let hundreds = ((fours * 10_486) >> 20) & 0x7F_0000_007F;
    let twos = hundreds | (fours - hundreds * 100) << 16;
    let tens = ((twos * 103) >> 10) & 0x000F_000F_000F_000F;
    tens | (twos - tens * 10) << 8
}

/// A number that is not negative, rounded half up: `round` is a call.
#[inline]
pub(crate) fn rounded(number: f64) -> u64 {
    let down = number as u64;
    down + u64::from(number - down as f64 >= 0.5)
}

impl io::Write for Pen {
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

    fn written(write: impl Fn(&mut Pen)) -> String {
        let mut pen = Pen::default();
        write(&mut pen);
        String::from_utf8(pen.written().to_vec()).unwrap()
    }

    proptest! {
        #[test]
        fn numbers_are_written_as_display_writes_them(
            number: u64, eight in 0_u64..200_000_000, few in 0_u64..20_000, metres in 0_f64..1e7, any: f64, twentieths in 0_u32..9999
        ) {
            for number in [number, eight, few] {
                prop_assert_eq!(written(|pen| pen.whole(number)), number.to_string());
            }
            for metres in [metres, any, f64::from(twentieths) / 20.0] {
                let rounded = (metres * 10.0).round() / 10.0 + 0.0;
                prop_assert_eq!(written(|pen| pen.tenths(metres)), rounded.to_string());
            }
        }

        #[test]
        fn parts_are_written_as_they_are_whatever_follows(
            texts in proptest::collection::vec("[a-z]{0,50}", 0..20), room in 0_usize..400
        ) {
            let all = texts.concat();
            let mut kept = Texts::default();
            let places: Vec<Text> = texts.iter().map(|text| kept.keep(text.as_bytes())).collect();
            let out = written(|pen| {
                pen.make_room(room);
                for &place in &places {
                    pen.put_text(&kept, place);
                }
            });
            prop_assert_eq!(out, all);
        }
    }
}
