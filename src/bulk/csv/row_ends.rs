//! Where rows of CSV end, as `csv_core` ends them: at a line feed or carriage return that is not in
//! quotes.

use memchr::{memchr, memrchr2};

use super::bitmaps::{Marks, Standing, WIDTH};
use crate::bulk::blocks::Ends;

/// Goes through CSV from its beginning and finds where rows end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CsvEnds(Standing);

impl Ends for CsvEnds {
    fn last_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let &last = bytes.last()?;
        let Self(standing) = self;
        if matches!(standing, Standing::BeforeCell | Standing::InCell)
            && memchr(b'"', bytes).is_none()
        {
            *standing = Standing::InCell;
            standing.step(last);
            return memrchr2(b'\n', b'\r', bytes).map(|at| at + 1);
        }
        let mut end = None;
        for (start, bytes) in (0..).step_by(WIDTH).zip(bytes.chunks(WIDTH)) {
            let before = *standing;
            let outside = standing.pass(Marks::of(bytes), bytes.len());
            if outside.odd.is_none() {
                if outside.ends != 0 {
                    end = Some(start + WIDTH - outside.ends.leading_zeros() as usize);
                }
                continue;
            }
            *standing = before;
            for (at, &byte) in bytes.iter().enumerate() {
                if standing.step(byte) {
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
        /// Where a row ends must be where `csv_core` ends it, or a block would begin in quotes.
        #[test]
        fn rows_end_where_csv_core_ends_them(
            text in "[a\",\\n\\r]{0,40}", long in "([a\",\\n]|\"a\",){100,200}", cut in 0_usize..500
        ) {
            for text in [text, long] {
                let bytes = text.as_bytes();
                let cut = cut % (bytes.len() + 1);
                let mut ends = CsvEnds::default();
                let first = ends.last_end(&bytes[..cut]);
                let second = ends.last_end(&bytes[cut..]).map(|end| cut + end);
                let Some(end) = second.or(first) else { continue };
                // Read whole, or read in two from that end on, the rows are the same.
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
                // And none ends after it, but for the end of the text.
                let mut whole = CsvEnds::default();
                prop_assert_eq!(whole.last_end(bytes), Some(end));
                prop_assert_eq!(whole, ends);
            }
        }
    }
}
