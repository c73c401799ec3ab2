//! NDJSON as flat as CSV: every member of a line's object comes back, then the answer's, named as the
//! columns that CSV adds.
//!
//! A line says its place as a [question](super::ndjson) does; all other members are the caller's own,
//! whatever they are called, but for the names that are added. Empty lines are passed over.
//!
//! As a row of CSV does, a line comes back as it stands. Most have the [`shape`] of the one before
//! and are gone through once, and nothing of them is kept but where the object ends; where one has
//! another, that is found first ([`mod@line`]). Whatever is unusual is read by serde ([`question`]),
//! which also says what is wrong.

use bytes::Bytes;
use lapwing_boundaries::atlas::{Atlas, Chosen};
use memchr::memchr;

use super::added::{Added, Asked, FlatMembers, Rows, Scratch, TOGETHER};
use super::blocks::{Blocks, CSV_BLOCK, LONGEST_LINE, Lines};
use super::columns::{AskColumns, By};
use super::lines::LineRows;
use super::{Ask, BulkError, Holds, Status, Tally, locate};
use crate::answers;
use crate::pen::Pen;

mod line;
mod question;
mod shape;
mod value;

use question::Question;
use shape::{Line, Shape};

/// More than the members of an answer usually take.
const ROOM_A_LINE: usize = 512;

/// The engine for flat NDJSON.
#[derive(Debug)]
pub struct FlatRows<A> {
    atlas: A,
    reading: Reading,
    added: Added<FlatMembers>,
    blocks: Blocks<Lines>,
    tally: Tally,
}

/// How lines are read.
#[derive(Debug)]
struct Reading {
    /// Which members say where, in lines that have several ways.
    by: Option<By>,
    /// Names that no member of a line may have.
    taken: Vec<String>,
}

impl<A: Holds> FlatRows<A> {
    /// An engine for one document.
    pub fn new(atlas: A, ask: &Ask, asked: AskColumns) -> Result<Self, BulkError> {
        let AskColumns { by, add } = asked;
        let chosen: Vec<Chosen> = answers::choose(&atlas, ask.layers.as_deref(), ask.day)?;
        let mut taken = add.names(&chosen);
        taken.extend(["error", "query"].map(str::to_owned));
        let added = Added::new(&atlas, &chosen, add);
        Ok(Self {
            atlas,
            reading: Reading { by, taken },
            added,
            blocks: Blocks::of(CSV_BLOCK),
            tally: Tally::default(),
        })
    }
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

impl<A: Holds> LineRows for FlatRows<A> {
    fn blocks(&mut self) -> &mut Blocks<Lines> {
        &mut self.blocks
    }

    fn answer(&mut self, out: &mut Vec<Bytes>) {
        let Self { atlas, reading, added, blocks, tally, .. } = self;
        let atlas: &Atlas = atlas;
        added.make_ready(atlas, blocks.whole(), tally.rows());
        let (added, reading) = (&*added, &*reading);
        let answered = blocks.answer(out, |block, pen| {
            let mut all = Tally::default();
            let mut scratch = Scratch::default();
            let mut asked = Asked::default();
            let lines = [[0; 3]; TOGETHER];
            let is_text = std::str::from_utf8(block).is_ok();
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
        });
        tally.add(answered);
    }

    fn tally(&self) -> Tally {
        self.tally
    }
}
