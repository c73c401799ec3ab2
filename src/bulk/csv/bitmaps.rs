//! Where the bytes of CSV that mean something stand, found for 64 bytes at a time: a bit for each
//! byte, the lowest for the first.
//!
//! Every row's cells cost some branches and not every byte's: a bit for a comma in quotes is taken
//! away along with all others in quotes, commas are counted by counting bits, and a cell in the
//! middle of a row is found without looking at those before it.

/// So many bytes are looked at together.
pub(super) const WIDTH: usize = 64;

/// Quotes, commas, and line feeds or carriage returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) quotes: u64,
    pub(super) commas: u64,
    pub(super) ends: u64,
}

impl Marks {
    /// Those of at most [`WIDTH`] bytes.
    #[inline]
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self::of_which::<true>(bytes)
    }

    /// Those of bytes that are known to have no quote, which saves a third of the work.
    #[inline]
    pub(super) fn of_unquoted(bytes: &[u8]) -> Self {
        Self::of_which::<false>(bytes)
    }

    #[inline]
    fn of_which<const QUOTES: bool>(bytes: &[u8]) -> Self {
        if let Some(whole) = bytes.first_chunk() {
            return Self::of_whole::<QUOTES>(whole);
        }
        let mut whole = [0; WIDTH];
        whole[..bytes.len()].copy_from_slice(bytes);
        Self::of_whole::<QUOTES>(&whole)
    }

    #[inline]
    fn of_whole<const QUOTES: bool>(bytes: &[u8; WIDTH]) -> Self {
        let quotes = if QUOTES { bits(bytes, |byte| byte == b'"') } else { 0 };
        let commas = bits(bytes, |byte| byte == b',');
        let ends = bits(bytes, |byte| byte == b'\n' || byte == b'\r');
        Self { quotes, commas, ends }
    }
}

/// A bit for each byte that is one of those.
#[inline]
fn bits(bytes: &[u8; WIDTH], is: impl Fn(u8) -> bool) -> u64 {
    // A loop that the compiler turns into comparisons of sixteen bytes each.
    let marks = bytes.map(|byte| if is(byte) { u8::MAX } else { 0 });
    let (eights, _) = marks.as_chunks::<8>();
    let of_eight = |&eight: &[u8; 8]| {
        // Of each byte the bit of its place; the product adds them all in its highest byte.
        let places = u64::from_le_bytes(eight) & 0x8040_2010_0804_0201;
        places.wrapping_mul(0x0101_0101_0101_0101) >> 56
    };
    (0..).zip(eights).fold(0, |bits, (place, eight)| bits | of_eight(eight) << (8 * place))
}

/// Where in a row the next byte stands, as `csv_core` reads it: quotes open only at the beginning
/// of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Standing {
    #[default]
    BeforeCell,
    InCell,
    InQuotes,
    /// After a quote in quotes: their end, or the first of two that stand for one.
    AfterQuote,
}

/// Commas and ends of rows that are not in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outside {
    pub(super) commas: u64,
    pub(super) ends: u64,
    /// The first byte, if there is one, by which a row is not what it should be (RFC 4180, section
    /// 2): a quote within a cell that does not begin with one, or something after the quote that
    /// ends a cell. What is said of that byte and those after it is nothing to go by.
    pub(super) odd: Option<u32>,
}

impl Standing {
    /// Goes on by as many bytes as were marked; only right where nothing is odd.
    #[inline]
    pub(super) fn pass(&mut self, marks: Marks, length: usize) -> Outside {
        let Marks { quotes, commas, ends } = marks;
        let was = |standing| u64::from(*self == standing);
        let inside = up_to_each(quotes) ^ was(Self::InQuotes).wrapping_neg();
        let (opens, closes) = (quotes & inside, quotes & !inside);
        let (commas, ends) = (commas & !inside, ends & !inside);
        let before_cell = (commas | ends) << 1 | was(Self::BeforeCell);
        let after_quote = closes << 1 | was(Self::AfterQuote);
        let odd = opens & !(before_cell | after_quote)
            | after_quote & !(commas | ends | opens) & below(length as u32);
        let is_last = |bits: u64| bits >> (length - 1) & 1 == 1;
        *self = match () {
            () if is_last(commas | ends) => Self::BeforeCell,
            () if is_last(inside) => Self::InQuotes,
            () if is_last(closes) => Self::AfterQuote,
            () => Self::InCell,
        };
        Outside { commas, ends, odd: (odd != 0).then(|| odd.trailing_zeros()) }
    }

    /// Goes on by one byte, whatever it is, and says whether it ends a row.
    #[inline]
    pub(super) fn step(&mut self, byte: u8) -> bool {
        let (next, is_end) = match (*self, byte) {
            (Self::InQuotes, b'"') => (Self::AfterQuote, false),
            (Self::InQuotes, _) | (Self::BeforeCell | Self::AfterQuote, b'"') => {
                (Self::InQuotes, false)
            }
            (_, b',') => (Self::BeforeCell, false),
            (_, b'\n' | b'\r') => (Self::BeforeCell, true),
            _ => (Self::InCell, false),
        };
        *self = next;
        is_end
    }
}

/// The bits below a place, all of them from the 64th on.
#[inline]
pub(super) fn below(place: u32) -> u64 {
    1_u64.checked_shl(place).unwrap_or(0).wrapping_sub(1)
}

/// Sets each bit up to which, itself included, an odd number are set.
#[inline]
fn up_to_each(mut bits: u64) -> u64 {
    for by in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << by;
    }
    bits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_byte_has_its_bit(bytes in proptest::collection::vec("[\",\\n\\ra\u{e9}]", 0..70)) {
            let bytes = bytes.concat().into_bytes();
            let bytes = &bytes[..bytes.len().min(WIDTH)];
            let marks = Marks::of(bytes);
            for (at, byte) in bytes.iter().enumerate() {
                let is = |bits: u64| bits >> at & 1 == 1;
                prop_assert_eq!(is(marks.quotes), *byte == b'"');
                prop_assert_eq!(is(marks.commas), *byte == b',');
                prop_assert_eq!(is(marks.ends), matches!(byte, b'\n' | b'\r'));
            }
            let past = !below(bytes.len() as u32);
            prop_assert_eq!((marks.quotes | marks.commas | marks.ends) & past, 0);
        }

        /// Up to where something is odd, bits say what stepping from byte to byte says.
        #[test]
        fn bits_and_steps_agree(text in "[\",\\na]{1,64}", before in "[\",\\na]{0,5}") {
            let mut standing = Standing::default();
            for byte in before.bytes() {
                standing.step(byte);
            }
            let mut stepped = standing;
            let outside = standing.pass(Marks::of(text.as_bytes()), text.len());
            for (at, byte) in (0..).zip(text.bytes()) {
                if outside.odd == Some(at) {
                    prop_assert!(byte == b'"' && stepped == Standing::InCell
                        || byte == b'a' && stepped == Standing::AfterQuote);
                    return Ok(());
                }
                let was = stepped;
                let is_end = stepped.step(byte);
                prop_assert_eq!(outside.ends >> at & 1 == 1, is_end);
                let is_comma = byte == b',' && was != Standing::InQuotes;
                prop_assert_eq!(outside.commas >> at & 1 == 1, is_comma);
            }
            prop_assert_eq!(standing, stepped);
        }
    }
}
