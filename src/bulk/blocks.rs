//! Input cut into blocks at the ends of rows, so that each core can read, answer and write a block
//! of its own: finding where rows end costs little beside that.

use bytes::Bytes;
use memchr::{memchr, memrchr, memrchr2};
use rayon::prelude::*;

use super::Tally;
use super::pen::Pen;
use super::piece::Buffers;

/// A block of CSV has about so many bytes: some thousand rows, enough to be worth handing to a
/// core, and little enough to stay in its cache with their answers.
pub(super) const CSV_BLOCK: usize = 64 << 10;

/// A block of questions in NDJSON, each of which has an answer of a thousand bytes.
pub(super) const NDJSON_BLOCK: usize = 8 << 10;

/// So many blocks for each core are gathered before they are answered together: when one core is
/// done, another has little left.
const BLOCKS_A_CORE: usize = 4;

/// Finds the ends of rows.
pub(super) trait Ends {
    /// Goes on through the next bytes, and gives where in them the last row ends that ends in them.
    fn last_end(&mut self, bytes: &[u8]) -> Option<usize>;
}

/// A line is a row.
#[derive(Debug, Default)]
pub(super) struct Lines;

impl Ends for Lines {
    fn last_end(&mut self, bytes: &[u8]) -> Option<usize> {
        memrchr(b'\n', bytes).map(|at| at + 1)
    }
}

/// Rows of CSV as `csv_core` reads them: a line feed or carriage return ends a row unless it is in
/// quotes, which open only at the beginning of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum CsvEnds {
    #[default]
    BeforeCell,
    InCell,
    InQuotes,
    /// After a quote in quotes: their end, or the first of two that stand for one.
    AfterQuote,
}

impl Ends for CsvEnds {
    fn last_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let &last = bytes.last()?;
        if matches!(self, Self::BeforeCell | Self::InCell) && memchr(b'"', bytes).is_none() {
            let before = matches!(last, b'\n' | b'\r' | b',');
            *self = if before { Self::BeforeCell } else { Self::InCell };
            return memrchr2(b'\n', b'\r', bytes).map(|at| at + 1);
        }
        let mut end = None;
        for (at, &byte) in bytes.iter().enumerate() {
            *self = match (*self, byte) {
                (Self::InQuotes, b'"') => Self::AfterQuote,
                (Self::InQuotes, _) | (Self::BeforeCell | Self::AfterQuote, b'"') => Self::InQuotes,
                (_, b',') => Self::BeforeCell,
                (_, b'\n' | b'\r') => {
                    end = Some(at + 1);
                    Self::BeforeCell
                }
                _ => Self::InCell,
            };
        }
        end
    }
}

/// Bytes that wait to be answered.
#[derive(Debug)]
pub(super) struct Blocks<E> {
    ends: E,
    /// Of about so many bytes each.
    size: usize,
    held: Vec<u8>,
    /// Where blocks end in what is held, each at the end of a row.
    cuts: Vec<usize>,
    buffers: Buffers,
}

impl<E: Ends + Default> Blocks<E> {
    /// Blocks of about so many bytes each.
    pub(super) fn of(size: usize) -> Self {
        let (held, cuts) = (Vec::new(), Vec::new());
        Self { ends: E::default(), size, held, cuts, buffers: Buffers::default() }
    }

    /// Takes in at most a block.
    pub(super) fn hold(&mut self, piece: &[u8]) {
        debug_assert!(piece.len() <= self.size);
        let before = self.held.len();
        self.held.extend_from_slice(piece);
        if let Some(end) = self.ends.last_end(piece) {
            let end = before + end;
            // Small pieces are joined to a block.
            let begun = self.cuts.len().checked_sub(2).map_or(0, |at| self.cuts[at]);
            if end - begun <= self.size {
                self.cuts.pop();
            }
            self.cuts.push(end);
        }
    }

    /// Whether there is enough to keep every core at work.
    pub(super) fn is_full(&self) -> bool {
        self.cuts.len() >= BLOCKS_A_CORE * rayon::current_num_threads()
    }

    /// The row under way.
    pub(super) fn under_way(&self) -> &[u8] {
        &self.held[self.cuts.last().copied().unwrap_or(0)..]
    }

    /// Cuts the row under way off at so many bytes.
    pub(super) fn truncate(&mut self, under_way: usize) {
        let begun = self.cuts.last().copied().unwrap_or(0);
        self.held.truncate(begun + under_way);
    }

    /// Says that the row under way has ended with the input.
    pub(super) fn end(&mut self) {
        if !self.under_way().is_empty() {
            self.cuts.push(self.held.len());
        }
    }

    /// Takes the first row, to its end, if there is one.
    pub(super) fn take_first(&mut self) -> Option<Vec<u8>> {
        let whole = *self.cuts.last()?;
        let mut ends = E::default();
        let end = (1..=whole).find(|&end| ends.last_end(&self.held[end - 1..end]).is_some());
        let end = end.unwrap_or(whole);
        let first: Vec<u8> = self.held.drain(..end).collect();
        self.cuts.retain_mut(|cut| {
            *cut = cut.saturating_sub(end);
            *cut > 0
        });
        Some(first)
    }

    /// How many bytes of whole rows there are.
    pub(super) fn whole(&self) -> usize {
        self.cuts.last().copied().unwrap_or(0)
    }

    /// Answers all whole rows, each block on a core, and appends what is written in their order.
    pub(super) fn answer(
        &mut self,
        out: &mut Vec<Bytes>,
        answer: impl Fn(&[u8], &mut Pen) -> Tally + Sync,
    ) -> Tally {
        let whole = self.whole();
        let blocks: Vec<&[u8]> = std::iter::once(0)
            .chain(self.cuts.iter().copied())
            .zip(&self.cuts)
            .map(|(start, &end)| &self.held[start..end])
            .collect();
        let of_block = |block: &[u8]| {
            let mut pen = self.buffers.pen();
            let tally = answer(block, &mut pen);
            (self.buffers.piece(pen), tally)
        };
        let written: Vec<(Bytes, Tally)> = match blocks[..] {
            // A short document is not worth waking anyone.
            [block] => vec![of_block(block)],
            _ => blocks.into_par_iter().map(of_block).with_max_len(1).collect(),
        };
        let mut all = Tally::default();
        for (bytes, tally) in written {
            out.push(bytes);
            all.add(tally);
        }
        self.held.drain(..whole);
        self.cuts.clear();
        all
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
            text in "[a\",\\n\\r]{0,40}", cut in 0_usize..41
        ) {
            let bytes = text.as_bytes();
            let cut = cut.min(bytes.len());
            let mut ends = CsvEnds::default();
            let first = ends.last_end(&bytes[..cut]);
            let second = ends.last_end(&bytes[cut..]).map(|end| cut + end);
            let Some(end) = second.or(first) else { return Ok(()) };
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
        }
    }
}
