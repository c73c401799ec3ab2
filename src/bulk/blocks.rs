//! Input split into blocks of whole rows, so that each core can read, answer and write a block of
//! its own. Finding the ends of rows costs little in comparison.

use bytes::Bytes;
use memchr::{memchr, memrchr};
use rayon::prelude::*;

use super::Tally;
use super::buffer_pool::BufferPool;
use crate::answers::text_writer::TextWriter;

/// Size of a block of CSV in bytes: about a thousand rows. That is enough work to hand to a core,
/// and small enough to stay in its cache together with the answers.
pub(super) const CSV_BLOCK: usize = 64 << 10;

/// Size of a block of NDJSON in bytes. Each answer has about a thousand bytes.
pub(super) const NDJSON_BLOCK: usize = 8 << 10;

/// The longest accepted line of NDJSON, in bytes. Only the beginning of a longer line is kept.
pub(super) const LONGEST_LINE: usize = 64 << 10;

/// Blocks per core that are gathered before they are answered. With several per core, no core waits
/// long for the last one.
const BLOCKS_A_CORE: usize = 4;

/// Finds the ends of rows.
pub(super) trait RowEnds {
    /// Scans the next bytes of the input and returns the offset after the last row that ends in
    /// them.
    fn last_end(&mut self, bytes: &[u8]) -> Option<usize>;
}

/// Every line is a row.
#[derive(Debug, Default)]
pub(super) struct LineEnds;

impl RowEnds for LineEnds {
    fn last_end(&mut self, bytes: &[u8]) -> Option<usize> {
        memrchr(b'\n', bytes).map(|at| at + 1)
    }
}

/// Input that has not been answered yet.
#[derive(Debug)]
pub(super) struct Blocks<E> {
    ends: E,
    /// Approximate size of a block in bytes.
    size: usize,
    held: Vec<u8>,
    /// The ends of the blocks in `held`, each at the end of a row.
    cuts: Vec<usize>,
    /// True after the end of the input.
    is_finished: bool,
    buffers: BufferPool,
}

impl Blocks<LineEnds> {
    /// Adds at most a block of lines. The part of a line beyond [`LONGEST_LINE`] is dropped,
    /// because the line is refused anyway.
    pub(super) fn hold_lines(&mut self, chunk: &[u8]) {
        let end_of_first = memchr(b'\n', chunk).map_or(chunk.len(), |at| at + 1);
        let (first, rest) = chunk.split_at(end_of_first);
        self.hold(first);
        let unfinished_row = self.unfinished_row().len();
        if unfinished_row > LONGEST_LINE {
            self.held.truncate(self.held.len() - unfinished_row + LONGEST_LINE + 1);
        }
        if !rest.is_empty() {
            self.hold(rest);
        }
    }
}

impl<E: RowEnds + Default> Blocks<E> {
    /// Creates an empty buffer of blocks with about `size` bytes each.
    pub(super) fn of(size: usize) -> Self {
        let (held, cuts) = (Vec::new(), Vec::new());
        let buffers = BufferPool::default();
        Self { ends: E::default(), size, held, cuts, is_finished: false, buffers }
    }

    /// The approximate size of a block in bytes.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Adds at most a block of input.
    pub(super) fn hold(&mut self, chunk: &[u8]) {
        debug_assert!(chunk.len() <= self.size);
        let before = self.held.len();
        self.held.extend_from_slice(chunk);
        if let Some(end) = self.ends.last_end(chunk) {
            let end = before + end;
            // Small chunks, and the end of the last row of a block, join the previous block.
            let begun = self.cuts.len().checked_sub(2).map_or(0, |at| self.cuts[at]);
            if end - begun <= self.size + self.size / 4 {
                self.cuts.pop();
            }
            self.cuts.push(end);
        }
    }

    /// True if there are enough blocks to keep every core busy.
    pub(super) fn is_full(&self) -> bool {
        self.cuts.len() >= BLOCKS_A_CORE * rayon::current_num_threads()
    }

    /// The row that has not ended yet.
    pub(super) fn unfinished_row(&self) -> &[u8] {
        &self.held[self.cuts.last().copied().unwrap_or(0)..]
    }

    /// Ends the last row, because the input has ended.
    pub(super) fn end(&mut self) {
        self.is_finished = true;
        if !self.unfinished_row().is_empty() {
            self.cuts.push(self.held.len());
        }
    }

    /// True after [`Self::end`].
    pub(super) fn is_finished(&self) -> bool {
        self.is_finished
    }

    /// The number of bytes in whole rows.
    pub(super) fn whole(&self) -> usize {
        self.cuts.last().copied().unwrap_or(0)
    }

    /// Answers all whole rows, one block per task, and appends the output in order.
    pub(super) fn answer(
        &mut self,
        out: &mut Vec<Bytes>,
        answer: impl Fn(&[u8], &mut TextWriter) -> Tally + Sync,
    ) -> Tally {
        let whole = self.whole();
        let blocks: Vec<&[u8]> = std::iter::once(0)
            .chain(self.cuts.iter().copied())
            .zip(&self.cuts)
            .map(|(start, &end)| &self.held[start..end])
            .collect();
        let of_block = |block: &[u8]| {
            let mut writer = self.buffers.writer();
            let tally = answer(block, &mut writer);
            (self.buffers.finish(writer), tally)
        };
        let written: Vec<(Bytes, Tally)> = match blocks[..] {
            // One block is not worth waking another thread for.
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
    fn lines_in_small_chunks_make_blocks_of_the_target_size() {
        let lines = "a line of some length\n".repeat(2000);
        for chunk in [300, 1000] {
            let mut blocks = Blocks::<LineEnds>::of(1000);
            lines.as_bytes().chunks(chunk).for_each(|chunk| blocks.hold_lines(chunk));
            let starts = std::iter::once(&0).chain(&blocks.cuts);
            let lengths: Vec<usize> =
                starts.zip(&blocks.cuts).map(|(start, end)| end - start).collect();
            let (_, all_but_last) = lengths.split_last().unwrap();
            assert!(all_but_last.iter().all(|length| (700..=1250).contains(length)), "{lengths:?}");
        }
    }
}
