//! What the engines for line-based formats have in common.

use bytes::Bytes;

use super::blocks::{Blocks, LineEnds};
use super::encoding::{TextDecoder, TextEncoding};
use super::{BulkError, RowEngine, Tally};

/// An engine that answers lines.
pub(super) trait LineEngine: Send {
    /// The lines that have not been answered yet.
    fn blocks(&mut self) -> &mut Blocks<LineEnds>;

    /// Decodes the input.
    fn decoder(&mut self) -> &mut TextDecoder;

    /// Answers all whole lines.
    fn answer(&mut self, out: &mut Vec<Bytes>);

    /// The number of lines with each status, so far.
    fn tally(&self) -> Tally;

    /// The encoding of what was read so far.
    fn encoding(&self) -> TextEncoding;

    /// Takes decoded input.
    fn take(&mut self, text: &[u8], out: &mut Vec<Bytes>) {
        for chunk in text.chunks(self.blocks().size()) {
            self.blocks().hold_lines(chunk);
            if self.blocks().is_full() {
                self.answer(out);
            }
        }
    }
}

impl<R: LineEngine> RowEngine for R {
    fn push(&mut self, chunk: &[u8]) -> Result<Vec<Bytes>, BulkError> {
        let mut out = Vec::new();
        let text = self.decoder().decode(chunk);
        self.take(&text, &mut out);
        Ok(out)
    }

    fn finish(&mut self) -> Result<Option<Vec<Bytes>>, BulkError> {
        if self.blocks().is_finished() {
            return Ok(None);
        }
        let mut out = Vec::new();
        let rest = self.decoder().finish();
        self.take(&rest, &mut out);
        self.blocks().end();
        self.answer(&mut out);
        Ok(Some(out))
    }

    fn tally(&self) -> Tally {
        LineEngine::tally(self)
    }

    fn encoding(&self) -> TextEncoding {
        LineEngine::encoding(self)
    }
}
