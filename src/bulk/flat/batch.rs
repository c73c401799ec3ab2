//! The lines of a block, answered some at a time.

use lapwing_boundaries::atlas::Atlas;
use memchr::memchr;

use super::question::Question;
use crate::answers::text_writer::Pen;
use crate::bulk::ndjson_fast_path::{Line, Members, Usual};
use crate::bulk::output_columns::{Added, Asked, FlatMembers, Rows, Scratch, TOGETHER, member};
use crate::bulk::{ERROR, QUERY, Status, Tally, locate};

/// More than the members of an answer usually take.
const ROOM_A_LINE: usize = 512;

/// Writes each line of a block with its answer.
pub(super) fn complete_all(
    block: &[u8],
    pen: &mut Pen,
    allowed: &Members,
    added: &Added<FlatMembers>,
    atlas: &Atlas,
) -> Tally {
    let (mut all, mut scratch, mut asked) =
        (Tally::default(), Scratch::default(), Asked::default());
    let (usual, lines) = (Usual::of(block, allowed), [[0; 3]; TOGETHER]);
    let mut waiting = Waiting { atlas, allowed, added, block, usual, lines };
    let mut at = 0;
    while at < block.len() {
        at = waiting.take(&mut asked, at);
        if asked.is_full() || at >= block.len() {
            let asked = &mut asked;
            all.add(added.answer_together(pen, &mut scratch, atlas, asked, &mut waiting));
        }
    }
    all
}

/// Lines that wait to be answered together.
struct Waiting<'b> {
    atlas: &'b Atlas,
    allowed: &'b Members,
    added: &'b Added<FlatMembers>,
    block: &'b [u8],
    usual: Usual<'b>,
    /// Where each begins, where what comes back of it ends, and where the line ends.
    lines: [[usize; 3]; TOGETHER],
}

impl Waiting<'_> {
    /// Takes in the line that begins there, unless it is empty, and gives where the next one does.
    #[inline]
    fn take(&mut self, asked: &mut Asked, start: usize) -> usize {
        let Some(Line { place, end, next, .. }) = self.usual.read(start) else {
            return self.take_unusual(asked, start);
        };
        self.lines[asked.count()] = [start, end, next];
        asked.put(place);
        next
    }

    fn take_unusual(&mut self, asked: &mut Asked, start: usize) -> usize {
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

impl Rows for Waiting<'_> {
    #[inline]
    fn copy(&mut self, pen: &mut Pen, at: usize) {
        let [from, to, _] = self.lines[at];
        pen.make_room(to - from + ROOM_A_LINE);
        pen.put_part(self.block, from, to);
    }

    fn refuse(&mut self, pen: &mut Pen, at: usize, status: Status) {
        let [from, _, to] = self.lines[at];
        let question = Question::read(self.block[from..to].trim_ascii_end(), self.allowed);
        let members = question.members.unwrap_or(b"{");
        pen.put(members);
        let mut added = Pen::default();
        self.added.put_refused(&mut added, status);
        // No comma stands before the first member.
        pen.put(&added.written()[usize::from(members == b"{")..]);
        let found = question.place.and_then(|place| locate(self.atlas, place, &[]).map(|_| ()));
        // Neither memory nor a text can fail to be written.
        if let Err((_, error)) = found {
            pen.put_short(&const { member(ERROR, b"") });
            let _ = serde_json::to_writer(&mut *pen, &error);
        }
        if let Some(query) = question.query {
            pen.put_short(&const { member(QUERY, b"") });
            pen.put(query.get().as_bytes());
        }
        pen.put(b"}\n");
    }
}
