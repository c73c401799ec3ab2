//! What lines of a file have in common: the names of their members, and all else that stands between
//! their values. Where a line has the same as the one before, that is compared and not read.

use lapwing_boundaries::postcode::Postcode;

use super::scalar;
use crate::answers::Place;
use crate::bulk::input_columns::By;
use crate::bulk::{Status, bng, lng_lat, postcode};

/// What the lines have in common.
#[derive(Debug)]
pub(super) struct Shape<'b> {
    pub(super) members: Vec<Member<'b>>,
    /// What stands after the last value, to the end of the line.
    pub(super) end: Between<'b>,
    /// How the members say one place, if they do.
    pub(super) way: Option<By>,
}

#[derive(Debug)]
pub(super) struct Member<'b> {
    /// What stands before its value, from the end of the last.
    pub(super) before: Between<'b>,
    pub(super) says: Says,
}

/// What a member says.
#[derive(Clone, Copy, Debug)]
pub(super) enum Says {
    Postcode,
    /// The longitude or the easting.
    X,
    /// The latitude or the northing.
    Y,
    /// Something of the caller's own, or another way than the one that is chosen.
    Other,
}

/// A line that is read.
#[derive(Debug)]
pub(in crate::bulk) struct Line {
    pub(in crate::bulk) place: Result<Place, Status>,
    /// Where its last value ends.
    pub(in crate::bulk) end: usize,
    /// From where to where the last value goes that doesn't say where; nothing if there is none.
    pub(in crate::bulk) other: [usize; 2],
    /// Where the next line begins.
    pub(in crate::bulk) next: usize,
}

impl Shape<'_> {
    /// The line that begins there, if it has this shape.
    #[inline]
    pub(super) fn read(&self, block: &[u8], start: usize) -> Option<Line> {
        let (mut text, mut x, mut y) = (&block[..0], 0.0, 0.0);
        let (mut at, mut other) = (start, [start; 2]);
        for Member { before, says } in &self.members {
            at = before.end(block, at)?;
            match says {
                Says::Postcode => {
                    text = scalar::text(block, at)?;
                    at += text.len() + 2;
                }
                Says::X => (x, at) = scalar::number(block, at)?,
                Says::Y => (y, at) = scalar::number(block, at)?,
                Says::Other => {
                    let end = scalar::end(block, at)?;
                    (other, at) = ([at, end], end);
                }
            }
        }
        let place = match self.way {
            Some(By::Postcode) => match Postcode::read(text) {
                Some(read) => Ok(Place::Postcode(read)),
                None => postcode(std::str::from_utf8(text).unwrap_or_default()),
            },
            Some(By::LngLat) => lng_lat(x, y),
            Some(By::Bng) => bng(x, y),
            None => Err((Status::Invalid, String::new())),
        };
        let place = place.map_err(|(status, _)| status);
        Some(Line { place, end: at, other, next: self.end.end(block, at)? })
    }
}

/// A text that stands between values.
#[derive(Debug)]
pub(super) struct Between<'b> {
    text: &'b [u8],
    /// The beginning of it, and the bits of that which count.
    first: u128,
    mask: u128,
}

impl<'b> Between<'b> {
    pub(super) fn new(text: &'b [u8]) -> Self {
        const WIDE: usize = size_of::<u128>();
        let mut first = [0; WIDE];
        let few = text.len().min(WIDE);
        first[..few].copy_from_slice(&text[..few]);
        let mask = u128::MAX.checked_shr(8 * (WIDE - few) as u32).unwrap_or(0);
        Self { text, first: u128::from_le_bytes(first), mask }
    }

    /// Its end, if it stands there.
    #[inline]
    fn end(&self, block: &[u8], at: usize) -> Option<usize> {
        let rest = block.get(at..)?;
        let is_there = match rest.first_chunk() {
            // A comparison of any length is a call.
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
    fn what_stands_between_is_known_by_the_whole_of_it() {
        let long = b",\"a_name_of_more_than_16\":";
        for text in [&b",\"id\":"[..], b",\"of_just_16_b\":", long] {
            let between = Between::new(text);
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
