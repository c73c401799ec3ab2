//! A fast path for lines of NDJSON: flat objects with a place.
//!
//! Most lines have the [`shape`] of the line before, so one pass reads their values. For any other
//! line, the shape is found first ([`shape_of_line`]). Lines that the fast path cannot read are
//! left to serde, which also reports errors.

use super::blocks::LONGEST_LINE;
use super::input_columns::PlaceColumns;

#[cfg(test)]
pub(super) mod arbitrary;
mod scalar;
mod shape;
mod shape_of_line;

pub(super) use shape::ParsedLine;
use shape::Shape;

/// The members that a line can have.
#[derive(Debug)]
pub(super) struct MemberRules {
    /// The members that hold the place, for lines with several kinds.
    pub(super) by: Option<PlaceColumns>,
    /// Names that no member can have.
    pub(super) taken: Vec<String>,
    /// If set, the only name that a member without a place can have, and only once.
    pub(super) only: Option<&'static str>,
}

/// Reads the lines of a block.
pub(super) struct FastPath<'b> {
    block: &'b [u8],
    /// True if the whole block is UTF-8.
    is_text: bool,
    members: &'b MemberRules,
    /// The shape of the last line.
    shape: Option<Shape<'b>>,
}

impl<'b> FastPath<'b> {
    pub(super) fn of(block: &'b [u8], members: &'b MemberRules) -> Self {
        Self { block, is_text: std::str::from_utf8(block).is_ok(), members, shape: None }
    }

    /// Reads the line at `start`, or returns `None` if the fast path cannot.
    #[inline]
    pub(super) fn read(&mut self, start: usize) -> Option<ParsedLine> {
        let known = self.shape.as_ref().and_then(|shape| shape.read(self.block, start));
        known.or_else(|| self.read_new_shape(start)).filter(|line| self.is_valid(start, line))
    }

    /// Reads a line whose shape differs from the line before.
    fn read_new_shape(&mut self, start: usize) -> Option<ParsedLine> {
        self.shape = shape_of_line::shape(self.block, start, self.members);
        self.shape.as_ref()?.read(self.block, start)
    }

    /// True if a line is UTF-8 and not too long.
    #[inline]
    fn is_valid(&self, start: usize, line: &ParsedLine) -> bool {
        line.next - start <= LONGEST_LINE
            && (self.is_text || std::str::from_utf8(&self.block[start..line.next]).is_ok())
    }
}
