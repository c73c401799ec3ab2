//! What engines have in common whose rows are lines.

use bytes::Bytes;

use super::blocks::{Blocks, Lines};
use super::{BulkError, RowEngine, Tally};

/// An engine that answers lines.
pub(super) trait LineRows: Send {
    /// The lines that wait.
    fn blocks(&mut self) -> &mut Blocks<Lines>;

    /// Answers those that are whole.
    fn answer(&mut self, out: &mut Vec<Bytes>);

    /// How many ended how, so far.
    fn tally(&self) -> Tally;
}

impl<R: LineRows> RowEngine for R {
    fn push(&mut self, piece: &[u8]) -> Result<Vec<Bytes>, BulkError> {
        let mut out = Vec::new();
        for piece in piece.chunks(self.blocks().size()) {
            self.blocks().hold_lines(piece);
            if self.blocks().is_full() {
                self.answer(&mut out);
            }
        }
        Ok(out)
    }

    fn finish(&mut self) -> Result<Option<Vec<Bytes>>, BulkError> {
        if self.blocks().have_ended() {
            return Ok(None);
        }
        let mut out = Vec::new();
        self.blocks().end();
        self.answer(&mut out);
        Ok(Some(out))
    }

    fn tally(&self) -> Tally {
        LineRows::tally(self)
    }
}
