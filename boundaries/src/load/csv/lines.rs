//! Line numbers as a text editor shows them.
//!
//! The `csv` crate counts a record's line before it has passed the line feed of a CR LF and before
//! blank lines, so its numbers are too small in files from Windows and after blank lines.

use std::collections::VecDeque;
use std::io::{self, Read};

/// A line end: the offset of its first byte and the offset after its last.
#[derive(Clone, Copy)]
struct LineEnd {
    start: u64,
    end: u64,
    /// False for the line feed of a CR LF whose carriage return was already counted.
    counts: bool,
}

/// A reader that remembers where lines end, until they are counted.
pub(crate) struct LineCounter<R> {
    source: R,
    offset: u64,
    after_return: bool,
    ends: VecDeque<LineEnd>,
    line: u64,
}

impl<R: Read> LineCounter<R> {
    pub(crate) fn new(source: R) -> Self {
        Self { source, offset: 0, after_return: false, ends: VecDeque::new(), line: 1 }
    }

    /// Returns the line of the first byte at or after `offset` that is not a line end. Offsets must
    /// not decrease from call to call.
    pub(crate) fn line_at(&mut self, offset: u64) -> u64 {
        let mut at = offset;
        while let Some(end) = self.ends.front().filter(|end| end.start <= at) {
            self.line += u64::from(end.counts);
            at = at.max(end.end);
            self.ends.pop_front();
        }
        self.line
    }

    fn note_ends(&mut self, bytes: &[u8]) {
        for place in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let start = self.offset + place as u64;
            let end = start + 1;
            let follows_return = match place.checked_sub(1) {
                Some(before) => bytes[before] == b'\r',
                None => self.after_return,
            };
            if bytes[place] == b'\n' && follows_return {
                match self.ends.back_mut().filter(|last| last.end == start) {
                    Some(last) => last.end = end,
                    None => self.ends.push_back(LineEnd { start, end, counts: false }),
                }
            } else {
                self.ends.push_back(LineEnd { start, end, counts: true });
            }
        }
        if let Some(last) = bytes.last() {
            self.after_return = *last == b'\r';
        }
        self.offset += bytes.len() as u64;
    }
}

impl<R: Read> Read for LineCounter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.note_ends(&buffer[..count]);
        Ok(count)
    }
}

/// A reader that skips a byte-order mark, so that offsets count what the `csv` crate sees.
pub(crate) struct WithoutMark<R> {
    source: R,
    start: Option<io::Cursor<Vec<u8>>>,
}

impl<R: Read> WithoutMark<R> {
    pub(crate) const fn new(source: R) -> Self {
        Self { source, start: None }
    }
}

impl<R: Read> Read for WithoutMark<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.start.is_none() {
            let mut start = Vec::with_capacity(3);
            self.source.by_ref().take(3).read_to_end(&mut start)?;
            if start == b"\xEF\xBB\xBF" {
                start.clear();
            }
            self.start = Some(io::Cursor::new(start));
        }
        match self.start.as_mut().map_or(Ok(0), |start| start.read(buffer))? {
            0 => self.source.read(buffer),
            count => Ok(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line of each letter of a text that is read in pieces of `piece` bytes.
    fn lines(text: &str, piece: usize) -> Vec<(char, u64)> {
        let mut counter = LineCounter::new(text.as_bytes());
        let mut found = Vec::new();
        let mut buffer = vec![0; piece];
        let mut offset = 0;
        while let count @ 1.. = counter.read(&mut buffer).unwrap() {
            for byte in &buffer[..count] {
                if byte.is_ascii_alphabetic() {
                    found.push((char::from(*byte), counter.line_at(offset)));
                }
                offset += 1;
            }
        }
        found
    }

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let expected = vec![('a', 1), ('b', 2), ('c', 5), ('d', 5), ('e', 6)];
        for end in ["\n", "\r\n", "\r"] {
            let text = "a|b|||cd|e|".replace('|', end);
            for piece in 1..8 {
                assert_eq!(lines(&text, piece), expected, "{end:?} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn a_record_after_blank_lines_has_its_own_line() {
        let mut counter = LineCounter::new(&b"a\r\n\r\n\r\nb"[..]);
        io::copy(&mut counter, &mut io::sink()).unwrap();
        // The csv crate gives the offset after the first carriage return for the second record.
        assert_eq!((counter.line_at(0), counter.line_at(2)), (1, 4));
    }
}
