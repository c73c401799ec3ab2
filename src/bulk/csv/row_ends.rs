//! The ends of CSV rows, as `csv_core` defines them: a line feed or carriage return outside quotes.

use memchr::{memchr, memrchr2};

use super::structural_bitmaps::{QuoteState, StructuralBitmaps, WIDTH};
use crate::bulk::blocks::RowEnds;

/// Scans CSV from its beginning and finds the ends of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CsvRowEnds(QuoteState);

impl RowEnds for CsvRowEnds {
    fn last_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let &last = bytes.last()?;
        let Self(state) = self;
        if matches!(state, QuoteState::BeforeCell | QuoteState::InCell)
            && memchr(b'"', bytes).is_none()
        {
            *state = QuoteState::InCell;
            state.step(last);
            return memrchr2(b'\n', b'\r', bytes).map(|at| at + 1);
        }
        let mut end = None;
        for (start, bytes) in (0..).step_by(WIDTH).zip(bytes.chunks(WIDTH)) {
            let before = *state;
            let unquoted = state.pass(StructuralBitmaps::of(bytes), bytes.len());
            if unquoted.malformed.is_none() {
                if unquoted.ends != 0 {
                    end = Some(start + WIDTH - unquoted.ends.leading_zeros() as usize);
                }
                continue;
            }
            *state = before;
            for (at, &byte) in bytes.iter().enumerate() {
                if state.step(byte) {
                    end = Some(start + at + 1);
                }
            }
        }
        end
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A row must end where `csv_core` ends it, or a block would begin inside quotes.
        #[test]
        fn rows_end_where_csv_core_ends_them(
            text in "[a\",\\n\\r]{0,40}", long in "([a\",\\n]|\"a\",){100,200}", cut in 0_usize..500
        ) {
            for text in [text, long] {
                let bytes = text.as_bytes();
                let cut = cut % (bytes.len() + 1);
                let mut ends = CsvRowEnds::default();
                let first = ends.last_end(&bytes[..cut]);
                let second = ends.last_end(&bytes[cut..]).map(|end| cut + end);
                let Some(end) = second.or(first) else { continue };
                // Reading the whole, or both parts around that end, must give the same rows.
                let rows = |parts: &[&[u8]]| -> Vec<Vec<Vec<u8>>> {
                    parts.iter().flat_map(|part| {
                        let mut reader = csv::ReaderBuilder::new()
                            .has_headers(false).flexible(true).from_reader(*part);
                        reader.byte_records().map(|row| {
                            row.unwrap().iter().map(<[u8]>::to_vec).collect()
                        }).collect::<Vec<_>>()
                    }).collect()
                };
                prop_assert_eq!(rows(&[&bytes[..end], &bytes[end..]]), rows(&[bytes]));
                // No row ends later, except at the end of the text.
                let mut whole = CsvRowEnds::default();
                prop_assert_eq!(whole.last_end(bytes), Some(end));
                prop_assert_eq!(whole, ends);
            }
        }
    }
}
