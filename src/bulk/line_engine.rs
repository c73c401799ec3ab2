//! What the engines for line-based formats have in common.

use bytes::Bytes;

use super::blocks::{Blocks, LineEnds};
use super::{BulkError, RowEngine, Tally};

/// An engine that answers lines.
pub(super) trait LineEngine: Send {
    /// The lines that have not been answered yet.
    fn blocks(&mut self) -> &mut Blocks<LineEnds>;

    /// Answers all whole lines.
    fn answer(&mut self, out: &mut Vec<Bytes>);

    /// The number of lines with each status, so far.
    fn tally(&self) -> Tally;
}

impl<R: LineEngine> RowEngine for R {
    fn push(&mut self, chunk: &[u8]) -> Result<Vec<Bytes>, BulkError> {
        let mut out = Vec::new();
        for chunk in chunk.chunks(self.blocks().size()) {
            self.blocks().hold_lines(chunk);
            if self.blocks().is_full() {
                self.answer(&mut out);
            }
        }
        Ok(out)
    }

    fn finish(&mut self) -> Result<Option<Vec<Bytes>>, BulkError> {
        if self.blocks().is_finished() {
            return Ok(None);
        }
        let mut out = Vec::new();
        self.blocks().end();
        self.answer(&mut out);
        Ok(Some(out))
    }

    fn tally(&self) -> Tally {
        LineEngine::tally(self)
    }
}
