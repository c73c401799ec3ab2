//! Usual lines of NDJSON: objects whose values have no parts, by whose names they say a place.
//!
//! Most lines have the [`shape`] of the one before and are gone through once; where one has another,
//! that is found first ([`mod@line`]). Any other line is left to serde, which also says what is wrong
//! with it.

use super::blocks::LONGEST_LINE;
use super::input_columns::By;

#[cfg(test)]
pub(super) mod arbitrary;
mod scalar;
mod shape;
mod shape_of_line;

pub(super) use shape::Line;
use shape::Shape;

/// What the members of a line may be.
#[derive(Debug)]
pub(super) struct Members {
    /// Which of them say where, in lines that have several ways.
    pub(super) by: Option<By>,
    /// Names that none of them may have.
    pub(super) taken: Vec<String>,
    /// The one name that a member may have, once, that doesn't say where; any if there is none.
    pub(super) only: Option<&'static str>,
}

/// The usual lines of a block.
pub(super) struct Usual<'b> {
    block: &'b [u8],
    /// Whether the block is text throughout.
    is_text: bool,
    members: &'b Members,
    /// That of the last usual line.
    shape: Option<Shape<'b>>,
}

impl<'b> Usual<'b> {
    pub(super) fn of(block: &'b [u8], members: &'b Members) -> Self {
        Self { block, is_text: std::str::from_utf8(block).is_ok(), members, shape: None }
    }

    /// The line that begins there, if it is usual.
    #[inline]
    pub(super) fn read(&mut self, start: usize) -> Option<Line> {
        let known = self.shape.as_ref().and_then(|shape| shape.read(self.block, start));
        known.or_else(|| self.read_anew(start)).filter(|line| self.is_right(start, line))
    }

    /// A line that has another shape than the one before.
    fn read_anew(&mut self, start: usize) -> Option<Line> {
        self.shape = shape_of_line::shape(self.block, start, self.members);
        self.shape.as_ref()?.read(self.block, start)
    }

    /// Whether a line is text, and not too long.
    #[inline]
    fn is_right(&self, start: usize, line: &Line) -> bool {
        line.next - start <= LONGEST_LINE
            && (self.is_text || std::str::from_utf8(&self.block[start..line.next]).is_ok())
    }
}
