//! Bytes written one text after the other, most of them short.

/// Texts of at most so many bytes are written at once with what follows them, where there is room:
/// a copy whose length is known when it is compiled costs no call, and a third of the time.
const WIDE: usize = 32;

/// Two digits a number below a hundred.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    pairs
};

/// A buffer that is there already, and how far it is written.
#[derive(Debug, Default)]
pub(super) struct Pen {
    bytes: Vec<u8>,
    at: usize,
}

impl Pen {
    /// Writes to a buffer from its beginning, over what it holds; it grows as need be.
    pub(super) fn over(bytes: Vec<u8>) -> Self {
        Self { bytes, at: 0 }
    }

    /// The buffer, and how much of it is written.
    pub(super) fn done(self) -> (Vec<u8>, usize) {
        (self.bytes, self.at)
    }

    /// Lets what is written be gone on with as a vector.
    pub(super) fn with_vec(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.bytes.truncate(self.at);
        write(&mut self.bytes);
        self.at = self.bytes.len();
    }

    /// Makes room for so many bytes: where there is some to spare, they are written faster.
    #[inline]
    pub(super) fn make_room(&mut self, bytes: usize) {
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
    pub(super) fn put(&mut self, text: &[u8]) {
        let end = self.at + text.len();
        if end > self.bytes.len() {
            self.grow(end);
        }
        self.bytes[self.at..end].copy_from_slice(text);
        self.at = end;
    }

    /// Writes the part of a longer text from one place to another.
    #[inline]
    pub(super) fn put_part(&mut self, of: &[u8], from: usize, to: usize) {
        let length = to - from;
        if length <= WIDE
            && let Some(wide) = of[from..].first_chunk::<WIDE>()
            && let Some(room) = self.bytes[self.at..].first_chunk_mut::<WIDE>()
        {
            *room = *wide;
            self.at += length;
            return;
        }
        self.put(&of[from..to]);
    }

    /// Writes a byte so many times.
    #[inline]
    pub(super) fn repeat(&mut self, byte: u8, times: usize) {
        for _ in 0..times {
            self.put(&[byte]);
        }
    }

    /// Writes a whole number.
    #[inline]
    pub(super) fn whole(&mut self, mut number: u64) {
        let mut digits = [0; WIDE];
        let mut first = 20;
        while number >= 100 {
            first -= 2;
            digits[first..first + 2].copy_from_slice(&PAIRS[(number % 100) as usize]);
            number /= 100;
        }
        let [tens, ones] = PAIRS[number as usize];
        first -= 1;
        digits[first] = ones;
        if number >= 10 {
            first -= 1;
            digits[first] = tens;
        }
        self.put_digits(&digits, first);
    }

    #[inline]
    fn put_digits(&mut self, digits: &[u8; WIDE], first: usize) {
        // Twenty digits at most, so that eight of them are always few enough to be copied wide.
        let end = 20;
        if end - first <= 8
            && let Some(eight) = digits[first..].first_chunk::<8>()
            && let Some(room) = self.bytes[self.at..].first_chunk_mut::<8>()
        {
            *room = *eight;
            self.at += end - first;
            return;
        }
        self.put(&digits[first..end]);
    }

    /// Writes a distance in metres to 0.1: `500` and `20.6`.
    #[inline]
    pub(super) fn tenths(&mut self, metres: f64) {
        let tenths = metres * 10.0;
        if !(0.0..1e12).contains(&tenths) {
            let rounded = tenths.round() / 10.0 + 0.0;
            self.put(rounded.to_string().as_bytes());
            return;
        }
        // Half away from zero, as `round`, which is a call.
        let down = tenths as u64;
        let tenths = down + u64::from(tenths - down as f64 >= 0.5);
        self.whole(tenths / 10);
        let rest = (tenths % 10) as u8;
        if rest != 0 {
            self.put(&[b'.', b'0' + rest]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(write: impl Fn(&mut Pen)) -> String {
        let mut pen = Pen::default();
        write(&mut pen);
        let (bytes, length) = pen.done();
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    }

    proptest! {
        #[test]
        fn numbers_are_written_as_display_writes_them(
            number: u64, few in 0_u64..20_000, metres in 0_f64..1e7, any: f64, twentieths in 0_u32..9999
        ) {
            for number in [number, few] {
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
            let out = written(|pen| {
                pen.make_room(room);
                let mut from = 0;
                for text in &texts {
                    pen.put_part(all.as_bytes(), from, from + text.len());
                    from += text.len();
                }
            });
            prop_assert_eq!(out, all);
        }
    }
}
