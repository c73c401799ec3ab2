//! Answers the lines of a block in batches.

use lapwing_boundaries::atlas::Atlas;
use memchr::memchr;

use super::question::Question;
use crate::answers::text_writer::TextWriter;
use crate::bulk::ndjson_fast_path::{FastPath, MemberRules, ParsedLine};
use crate::bulk::output_columns::{
    AnswerColumns, BATCH_SIZE, BatchRows, ERROR, FlatJsonFormat, PlaceBatch, QUERY, Scratch, member,
};
use crate::bulk::{Status, Tally, locate};

/// The members of an answer are usually shorter, in bytes.
const ROOM_A_LINE: usize = 512;

/// Writes each line of a block with its answer.
pub(super) fn complete_all(
    block: &[u8],
    writer: &mut TextWriter,
    allowed: &MemberRules,
    added: &AnswerColumns<FlatJsonFormat>,
    atlas: &Atlas,
) -> Tally {
    let (mut all, mut scratch, mut asked) =
        (Tally::default(), Scratch::default(), PlaceBatch::default());
    let (fast_path, lines) = (FastPath::of(block, allowed), [[0; 3]; BATCH_SIZE]);
    let mut waiting = Waiting { atlas, allowed, added, block, fast_path, lines };
    let mut at = 0;
    while at < block.len() {
        at = waiting.take(&mut asked, at);
        if asked.is_full() || at >= block.len() {
            let asked = &mut asked;
            all.add(added.answer_batch(writer, &mut scratch, atlas, asked, &mut waiting));
        }
    }
    all
}

/// Lines that wait for their batch.
struct Waiting<'b> {
    atlas: &'b Atlas,
    allowed: &'b MemberRules,
    added: &'b AnswerColumns<FlatJsonFormat>,
    block: &'b [u8],
    fast_path: FastPath<'b>,
    /// For each line: its start, the end of the part that the output repeats, and its end.
    lines: [[usize; 3]; BATCH_SIZE],
}

impl Waiting<'_> {
    /// Adds the line at `start` to the batch, unless it is empty, and returns the start of the next
    /// line.
    #[inline]
    fn take(&mut self, asked: &mut PlaceBatch, start: usize) -> usize {
        let Some(ParsedLine { place, end, next, .. }) = self.fast_path.read(start) else {
            return self.take_slow(asked, start);
        };
        self.lines[asked.count()] = [start, end, next];
        asked.put(place);
        next
    }

    fn take_slow(&mut self, asked: &mut PlaceBatch, start: usize) -> usize {
        let end = memchr(b'\n', &self.block[start..]).map_or(self.block.len(), |at| start + at);
        let line = self.block[start..end].trim_ascii_start();
        let start = end - line.len();
        let line = line.trim_ascii_end();
        if !line.is_empty() {
            let question = Question::read(line, self.allowed);
            let members = question.members.map_or(0, <[u8]>::len);
            self.lines[asked.count()] = [start, start + members, end];
            asked.put(question.place.map_err(|(status, _)| status));
        }
        end + 1
    }
}

impl BatchRows for Waiting<'_> {
    #[inline]
    fn copy(&mut self, writer: &mut TextWriter, at: usize) {
        let [from, to, _] = self.lines[at];
        writer.reserve(to - from + ROOM_A_LINE);
        writer.put_span(self.block, from, to);
    }

    fn refuse(&mut self, writer: &mut TextWriter, at: usize, status: Status) {
        let [from, _, to] = self.lines[at];
        let question = Question::read(self.block[from..to].trim_ascii_end(), self.allowed);
        let members = question.members.unwrap_or(b"{");
        writer.put(members);
        let found = question.place.and_then(|place| locate(self.atlas, place, &[]).map(|_| ()));
        let error = found.err().map(|(_, reason)| reason.in_words(self.atlas));
        let mut added = TextWriter::default();
        self.added.put_unanswered(&mut added, status, error.as_deref());
        // The first member has no comma before it.
        writer.put(&added.written()[usize::from(members == b"{")..]);
        // Writing text to memory cannot fail.
        if let Some(error) = error {
            writer.put_short_text(&const { member(ERROR, b"") });
            let _ = serde_json::to_writer(&mut *writer, &error);
        }
        if let Some(query) = question.query {
            writer.put_short_text(&const { member(QUERY, b"") });
            writer.put(query.get().as_bytes());
        }
        writer.put(b"}\n");
    }
}
