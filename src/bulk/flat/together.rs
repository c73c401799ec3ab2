//! The lines of a block, answered some at a time.

use lapwing_boundaries::atlas::Atlas;
use memchr::memchr;

use super::Reading;
use super::line;
use super::question::Question;
use super::shape::{Line, Shape};
use crate::bulk::added::{Added, Asked, FlatMembers, Rows, Scratch, TOGETHER};
use crate::bulk::blocks::LONGEST_LINE;
use crate::bulk::{Status, Tally, locate};
use crate::pen::Pen;

/// More than the members of an answer usually take.
const ROOM_A_LINE: usize = 512;

/// Writes each line of a block with its answer.
pub(super) fn complete_all(
    block: &[u8],
    pen: &mut Pen,
    reading: &Reading,
    added: &Added<FlatMembers>,
    atlas: &Atlas,
) -> Tally {
    let (mut all, mut scratch, mut asked) =
        (Tally::default(), Scratch::default(), Asked::default());
    let is_text = std::str::from_utf8(block).is_ok();
    let lines = [[0; 3]; TOGETHER];
    let mut waiting = Waiting { atlas, reading, added, block, is_text, shape: None, lines };
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
    reading: &'b Reading,
    added: &'b Added<FlatMembers>,
    block: &'b [u8],
    /// Whether the block is text throughout.
    is_text: bool,
    /// That of the last usual line.
    shape: Option<Shape<'b>>,
    /// Where each begins, where what comes back of it ends, and where the line ends.
    lines: [[usize; 3]; TOGETHER],
}

impl Waiting<'_> {
    /// Takes in the line that begins there, unless it is empty, and gives where the next one does.
    #[inline]
    fn take(&mut self, asked: &mut Asked, start: usize) -> usize {
        let known = self.shape.as_ref().and_then(|shape| shape.read(self.block, start));
        let usual = known.or_else(|| self.read_anew(start));
        let Some(Line { place, members, next }) = usual.filter(|line| self.is_right(start, line))
        else {
            return self.take_unusual(asked, start);
        };
        self.lines[asked.count()] = [start, members, next];
        asked.put(place);
        next
    }

    /// A line that has another shape than the one before.
    fn read_anew(&mut self, start: usize) -> Option<Line> {
        self.shape = line::shape(self.block, start, self.reading);
        self.shape.as_ref()?.read(self.block, start)
    }

    /// Whether a line is text, and not too long.
    #[inline]
    fn is_right(&self, start: usize, line: &Line) -> bool {
        line.next - start <= LONGEST_LINE
            && (self.is_text || std::str::from_utf8(&self.block[start..line.next]).is_ok())
    }

    fn take_unusual(&mut self, asked: &mut Asked, start: usize) -> usize {
        let end = memchr(b'\n', &self.block[start..]).map_or(self.block.len(), |at| start + at);
        let line = self.block[start..end].trim_ascii_start();
        let start = end - line.len();
        let line = line.trim_ascii_end();
        if !line.is_empty() {
            let question = Question::read(line, self.reading);
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
        let question = Question::read(self.block[from..to].trim_ascii_end(), self.reading);
        let members = question.members.unwrap_or(b"{");
        pen.put(members);
        let mut added = Pen::default();
        self.added.put_refused(&mut added, status);
        // No comma stands before the first member.
        pen.put(&added.written()[usize::from(members == b"{")..]);
        let found = question.place.and_then(|place| locate(self.atlas, place, &[]).map(|_| ()));
        // Neither memory nor a text can fail to be written.
        if let Err((_, error)) = found {
            pen.put(b",\"error\":");
            let _ = serde_json::to_writer(&mut *pen, &error);
        }
        if let Some(query) = question.query {
            pen.put(b",\"query\":");
            pen.put(query.get().as_bytes());
        }
        pen.put(b"}\n");
    }
}
