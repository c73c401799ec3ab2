//! Input cut into blocks at the ends of rows, so that each core can read, answer and write a block
//! of its own: finding where rows end costs little beside that.

use bytes::Bytes;
use memchr::{memchr, memrchr};
use rayon::prelude::*;

use super::Tally;
use super::buffer_pool::Buffers;
use crate::answers::text_writer::Pen;

/// A block of CSV has about so many bytes: some thousand rows, enough to be worth handing to a
/// core, and little enough to stay in its cache with their answers.
pub(super) const CSV_BLOCK: usize = 64 << 10;

/// A block of questions in NDJSON, each of which has an answer of a thousand bytes.
pub(super) const NDJSON_BLOCK: usize = 8 << 10;

/// No line of NDJSON is longer; of a line that is, only the beginning is kept.
pub(super) const LONGEST_LINE: usize = 64 << 10;

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

/// Bytes that wait to be answered.
#[derive(Debug)]
pub(super) struct Blocks<E> {
    ends: E,
    /// Of about so many bytes each.
    size: usize,
    held: Vec<u8>,
    /// Where blocks end in what is held, each at the end of a row.
    cuts: Vec<usize>,
    /// Whether the input has.
    have_ended: bool,
    buffers: Buffers,
}

impl Blocks<Lines> {
    /// Takes in at most a block of lines. A line that goes on for ever is not kept: what it has by
    /// then is too long already.
    pub(super) fn hold_lines(&mut self, piece: &[u8]) {
        let end_of_first = memchr(b'\n', piece).map_or(piece.len(), |at| at + 1);
        let (first, rest) = piece.split_at(end_of_first);
        self.hold(first);
        let under_way = self.under_way().len();
        if under_way > LONGEST_LINE {
            self.held.truncate(self.held.len() - under_way + LONGEST_LINE + 1);
        }
        if !rest.is_empty() {
            self.hold(rest);
        }
    }
}

impl<E: Ends + Default> Blocks<E> {
    /// Blocks of about so many bytes each.
    pub(super) fn of(size: usize) -> Self {
        let (held, cuts) = (Vec::new(), Vec::new());
        let buffers = Buffers::default();
        Self { ends: E::default(), size, held, cuts, have_ended: false, buffers }
    }

    /// About so many bytes has each.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Takes in at most a block.
    pub(super) fn hold(&mut self, piece: &[u8]) {
        debug_assert!(piece.len() <= self.size);
        let before = self.held.len();
        self.held.extend_from_slice(piece);
        if let Some(end) = self.ends.last_end(piece) {
            let end = before + end;
            // Small pieces are joined to a block, as is the end of its last row.
            let begun = self.cuts.len().checked_sub(2).map_or(0, |at| self.cuts[at]);
            if end - begun <= self.size + self.size / 4 {
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

    /// Says that the row under way has ended with the input.
    pub(super) fn end(&mut self) {
        self.have_ended = true;
        if !self.under_way().is_empty() {
            self.cuts.push(self.held.len());
        }
    }

    /// Whether that has been said.
    pub(super) fn have_ended(&self) -> bool {
        self.have_ended
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
    use super::*;

    #[test]
    fn lines_that_come_in_pieces_make_blocks_of_about_their_size() {
        let lines = "a line of some length\n".repeat(2000);
        for piece in [300, 1000] {
            let mut blocks = Blocks::<Lines>::of(1000);
            lines.as_bytes().chunks(piece).for_each(|piece| blocks.hold_lines(piece));
            let starts = std::iter::once(&0).chain(&blocks.cuts);
            let lengths: Vec<usize> =
                starts.zip(&blocks.cuts).map(|(start, end)| end - start).collect();
            let (_, all_but_last) = lengths.split_last().unwrap();
            assert!(all_but_last.iter().all(|length| (700..=1250).contains(length)), "{lengths:?}");
        }
    }
}
