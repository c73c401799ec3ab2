//! The shape of a line: the names of its members and all text between their values. If a line has
//! the shape of the one before, its text is compared and not parsed.

use lapwing_boundaries::postcode::Postcode;

use super::scalar;
use crate::answers::Place;
use crate::bulk::input_columns::PlaceColumns;
use crate::bulk::{Status, bng, lng_lat, postcode};

/// The shape of a line.
#[derive(Debug)]
pub(super) struct Shape<'b> {
    pub(super) members: Vec<Member<'b>>,
    /// The text after the last value, to the end of the line.
    pub(super) end: Separator<'b>,
    /// The kind of place that the members hold, if they hold exactly one.
    pub(super) kind: Option<PlaceColumns>,
}

#[derive(Debug)]
pub(super) struct Member<'b> {
    /// The text before the value, from the end of the value before.
    pub(super) before: Separator<'b>,
    pub(super) says: MemberKind,
}

/// What a member holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum MemberKind {
    Postcode,
    /// The longitude or the easting.
    X,
    /// The latitude or the northing.
    Y,
    /// A value of the caller, or a place of a kind that is not chosen.
    Other,
}

/// A line that was read.
#[derive(Debug)]
pub(in crate::bulk) struct ParsedLine {
    pub(in crate::bulk) place: Result<Place, Status>,
    /// The end of its last value.
    pub(in crate::bulk) end: usize,
    /// The start and end of the last value that is not part of the place. Empty if there is none.
    pub(in crate::bulk) other: [usize; 2],
    /// The start of the next line.
    pub(in crate::bulk) next: usize,
}

impl Shape<'_> {
    /// Reads the line at `start`, if it has this shape.
    #[inline]
    pub(super) fn read(&self, block: &[u8], start: usize) -> Option<ParsedLine> {
        let (mut text, mut x, mut y) = (&block[..0], 0.0, 0.0);
        let (mut at, mut other) = (start, [start; 2]);
        for Member { before, says } in &self.members {
            at = before.end(block, at)?;
            match says {
                MemberKind::Postcode => {
                    text = scalar::text(block, at)?;
                    at += text.len() + 2;
                }
                MemberKind::X => (x, at) = scalar::number(block, at)?,
                MemberKind::Y => (y, at) = scalar::number(block, at)?,
                MemberKind::Other => {
                    let end = scalar::end(block, at)?;
                    (other, at) = ([at, end], end);
                }
            }
        }
        let place = match self.kind {
            Some(PlaceColumns::Postcode) => match Postcode::read(text) {
                Some(read) => Ok(Place::Postcode(read)),
                None => postcode(std::str::from_utf8(text).unwrap_or_default()),
            },
            Some(PlaceColumns::LngLat) => lng_lat(x, y),
            Some(PlaceColumns::Bng) => bng(x, y),
            None => Err((Status::Invalid, "".into())),
        };
        let place = place.map_err(|(status, _)| status);
        Some(ParsedLine { place, end: at, other, next: self.end.end(block, at)? })
    }
}

/// The text between two values.
#[derive(Debug)]
pub(super) struct Separator<'b> {
    text: &'b [u8],
    /// Its first bytes, and a mask of those that count.
    first: u128,
    mask: u128,
}

impl<'b> Separator<'b> {
    pub(super) fn new(text: &'b [u8]) -> Self {
        const WIDE: usize = size_of::<u128>();
        let mut first = [0; WIDE];
        let few = text.len().min(WIDE);
        first[..few].copy_from_slice(&text[..few]);
        let mask = u128::MAX.checked_shr(8 * (WIDE - few) as u32).unwrap_or(0);
        Self { text, first: u128::from_le_bytes(first), mask }
    }

    /// The end of the text, if it is at `at`.
    #[inline]
    fn end(&self, block: &[u8], at: usize) -> Option<usize> {
        let rest = block.get(at..)?;
        let is_there = match rest.first_chunk() {
            // A comparison of variable length would be a function call.
            Some(wide) if (u128::from_le_bytes(*wide) ^ self.first) & self.mask != 0 => false,
            Some(wide) if self.text.len() <= wide.len() => true,
            _ => rest.starts_with(self.text),
        };
        is_there.then(|| at + self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_separator_matches_only_as_a_whole() {
        let long = b",\"a_name_of_more_than_16\":";
        for text in [&b",\"id\":"[..], b",\"of_just_16_b\":", long] {
            let between = Separator::new(text);
            for more in [&b""[..], b"1", b"\"a long value of some bytes\"}"] {
                let mut block = [text, more].concat();
                assert_eq!(between.end(&block, 0), Some(text.len()));
                for at in 0..text.len() {
                    block[at] ^= 1;
                    assert_eq!(between.end(&block, 0), None);
                    block[at] ^= 1;
                }
                assert_eq!(between.end(&block[..text.len() - 1], 0), None);
            }
        }
    }
}
