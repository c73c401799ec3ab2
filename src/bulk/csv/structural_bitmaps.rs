//! Structural bitmaps of CSV: for 64 bytes at a time, one bit per byte for quotes, commas and line
//! endings, the lowest bit for the first byte.
//!
//! This is the technique of simdjson (Langdale and Lemire, "Parsing gigabytes of JSON per second",
//! 2019) and of simdcsv. The number of branches depends on the cells, not on the bytes: one mask
//! removes all commas in quotes, a population count counts commas, and a cell in the middle of a
//! row is found without visiting those before it.

/// The number of bytes in a bitmap.
pub(super) const WIDTH: usize = 64;

/// The bitmaps of quotes, of commas, and of line feeds and carriage returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct StructuralBitmaps {
    pub(super) quotes: u64,
    pub(super) commas: u64,
    pub(super) ends: u64,
}

impl StructuralBitmaps {
    /// Finds the bitmaps of at most [`WIDTH`] bytes.
    #[inline]
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self::of_which::<true>(bytes)
    }

    /// Finds the bitmaps of bytes without quotes, which saves a third of the work.
    #[inline]
    pub(super) fn without_quotes(bytes: &[u8]) -> Self {
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

/// A bit for each byte that `is` accepts.
#[inline]
fn bits(bytes: &[u8; WIDTH], is: impl Fn(u8) -> bool) -> u64 {
    // The compiler turns this loop into comparisons of sixteen bytes each.
    let bitmaps = bytes.map(|byte| if is(byte) { u8::MAX } else { 0 });
    let (eights, _) = bitmaps.as_chunks::<8>();
    let of_eight = |&eight: &[u8; 8]| {
        // Each byte keeps the bit of its position. The product adds them up in its highest byte.
        let places = u64::from_le_bytes(eight) & 0x8040_2010_0804_0201;
        places.wrapping_mul(0x0101_0101_0101_0101) >> 56
    };
    (0..).zip(eights).fold(0, |bits, (place, eight)| bits | of_eight(eight) << (8 * place))
}

/// The position of the next byte in a row, as `csv_core` sees it: a quote only opens at the
/// beginning of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum QuoteState {
    #[default]
    BeforeCell,
    InCell,
    InQuotes,
    /// After a quote in quotes: either the closing quote, or the first half of an escaped one.
    AfterQuote,
}

/// The bitmaps of commas and line endings outside quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unquoted {
    pub(super) commas: u64,
    pub(super) ends: u64,
    /// The first byte that makes a row malformed (RFC 4180, section 2): a quote inside an unquoted
    /// cell, or a byte after a closing quote. The bitmaps are meaningless from this byte on.
    pub(super) malformed: Option<u32>,
}

impl QuoteState {
    /// Advances by the bytes of the bitmaps. The result is only valid up to the first malformed
    /// byte.
    #[inline]
    pub(super) fn pass(&mut self, bitmaps: StructuralBitmaps, length: usize) -> Unquoted {
        let StructuralBitmaps { quotes, commas, ends } = bitmaps;
        let was = |state| u64::from(*self == state);
        let inside = up_to_each(quotes) ^ was(Self::InQuotes).wrapping_neg();
        let (opens, closes) = (quotes & inside, quotes & !inside);
        let (commas, ends) = (commas & !inside, ends & !inside);
        let before_cell = (commas | ends) << 1 | was(Self::BeforeCell);
        let after_quote = closes << 1 | was(Self::AfterQuote);
        let malformed = opens & !(before_cell | after_quote)
            | after_quote & !(commas | ends | opens) & below(length as u32);
        let is_last = |bits: u64| bits >> (length - 1) & 1 == 1;
        *self = match () {
            () if is_last(commas | ends) => Self::BeforeCell,
            () if is_last(inside) => Self::InQuotes,
            () if is_last(closes) => Self::AfterQuote,
            () => Self::InCell,
        };
        Unquoted { commas, ends, malformed: (malformed != 0).then(|| malformed.trailing_zeros()) }
    }

    /// Advances by one byte. Returns true if it ends a row.
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

/// A mask of the bits below `place`, or of all bits if there is no such bit.
#[inline]
pub(super) fn below(place: u32) -> u64 {
    1_u64.checked_shl(place).unwrap_or(0).wrapping_sub(1)
}

/// Prefix XOR: sets each bit for which the number of set bits up to and including it is odd.
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
        fn each_structural_byte_has_its_bit(bytes in proptest::collection::vec("[\",\\n\\ra\u{e9}]", 0..70)) {
            let bytes = bytes.concat().into_bytes();
            let bytes = &bytes[..bytes.len().min(WIDTH)];
            let bitmaps = StructuralBitmaps::of(bytes);
            for (at, byte) in bytes.iter().enumerate() {
                let is = |bits: u64| bits >> at & 1 == 1;
                prop_assert_eq!(is(bitmaps.quotes), *byte == b'"');
                prop_assert_eq!(is(bitmaps.commas), *byte == b',');
                prop_assert_eq!(is(bitmaps.ends), matches!(byte, b'\n' | b'\r'));
            }
            let past = !below(bytes.len() as u32);
            prop_assert_eq!((bitmaps.quotes | bitmaps.commas | bitmaps.ends) & past, 0);
        }

        /// Up to the first malformed byte, the bitmaps agree with single steps.
        #[test]
        fn bitmaps_and_single_steps_agree(text in "[\",\\na]{1,64}", before in "[\",\\na]{0,5}") {
            let mut state = QuoteState::default();
            for byte in before.bytes() {
                state.step(byte);
            }
            let mut stepped = state;
            let unquoted = state.pass(StructuralBitmaps::of(text.as_bytes()), text.len());
            for (at, byte) in (0..).zip(text.bytes()) {
                if unquoted.malformed == Some(at) {
                    prop_assert!(byte == b'"' && stepped == QuoteState::InCell
                        || byte == b'a' && stepped == QuoteState::AfterQuote);
                    return Ok(());
                }
                let was = stepped;
                let is_end = stepped.step(byte);
                prop_assert_eq!(unquoted.ends >> at & 1 == 1, is_end);
                let is_comma = byte == b',' && was != QuoteState::InQuotes;
                prop_assert_eq!(unquoted.commas >> at & 1 == 1, is_comma);
            }
            prop_assert_eq!(state, stepped);
        }
    }
}
