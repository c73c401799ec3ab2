//! The sections of a snapshot: named runs of bytes, each with its checksum.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;

use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use twox_hash::XxHash3_64;

use crate::storage::mmap::{Bytes, Number, Numbers, bytes_of};

/// Where every section begins is divisible by this: a line of a processor's cache, and enough for
/// every number.
pub(super) const ALIGNMENT: usize = 64;

/// The name of a section, filled up with zeros.
const NAME_LEN: usize = 40;

/// One entry of the table of sections: name, offset, length, checksum and hash of the section.
pub(super) const ENTRY_LEN: usize = NAME_LEN + 8 + 8 + 8 + blake3::OUT_LEN;

/// A section is hashed by several cores from this length on.
const SHARED_LEN: usize = 1 << 18;

/// A section is checked in pieces of this length, which any core may take, and which stay in its
/// cache from being read to being summed up.
const PIECE_LEN: usize = 1 << 18;

/// Sections as they are written.
#[derive(Debug, Default)]
pub(crate) struct Sections<'a> {
    list: Vec<(String, Cow<'a, [u8]>)>,
}

impl<'a> Sections<'a> {
    /// Adds numbers, which are not copied.
    pub(crate) fn put<T: Number>(&mut self, name: &str, numbers: &'a [T]) {
        self.put_bytes(name, Cow::Borrowed(bytes_of(numbers)));
    }

    /// Adds a value in postcard's encoding, for what is small or read late.
    pub(crate) fn encode(&mut self, name: &str, value: &impl Serialize) {
        let bytes = postcard::to_stdvec(value).expect("every part of a snapshot has an encoding");
        self.put_bytes(name, Cow::Owned(bytes));
    }

    fn put_bytes(&mut self, name: &str, bytes: Cow<'a, [u8]>) {
        assert!(name.len() <= NAME_LEN, "{name} is too long for the name of a section");
        self.list.push((name.to_owned(), bytes));
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.list.len()
    }

    /// The table of the sections where it begins `before` bytes into the file, and how long the
    /// file is.
    pub(super) fn table(&self, before: usize) -> (Vec<u8>, usize) {
        let mut table = Vec::with_capacity(self.list.len() * ENTRY_LEN);
        let mut end = before + self.list.len() * ENTRY_LEN;
        for (name, section) in &self.list {
            let start = end.next_multiple_of(ALIGNMENT);
            end = start + section.len();
            let mut entry = [0; NAME_LEN];
            entry[..name.len()].copy_from_slice(name.as_bytes());
            table.extend(entry);
            table.extend((start as u64).to_le_bytes());
            table.extend((section.len() as u64).to_le_bytes());
            table.extend(checksum(section).to_le_bytes());
            table.extend(hash(section).as_bytes());
        }
        (table, end.next_multiple_of(ALIGNMENT))
    }

    /// Writes the sections behind the table, which ends `at` bytes into the file.
    pub(super) fn write(&self, mut at: usize, file: &mut impl Write) -> io::Result<()> {
        let fill_up = |at: &mut usize, file: &mut dyn Write| {
            let zeros = at.next_multiple_of(ALIGNMENT) - *at;
            *at += zeros;
            file.write_all(&[0; ALIGNMENT][..zeros])
        };
        for (_, section) in &self.list {
            fill_up(&mut at, file)?;
            file.write_all(section)?;
            at += section.len();
        }
        fill_up(&mut at, file)
    }
}

/// What tells the content of a section from any other, even one made to be taken for it.
fn hash(bytes: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    if bytes.len() < SHARED_LEN {
        hasher.update(bytes)
    } else {
        hasher.update_rayon(bytes)
    };
    hasher.finalize()
}

/// What tells a section from one that was spoilt, as fast as it can be read: the sum of the sums
/// of its pieces.
fn checksum(bytes: &[u8]) -> u64 {
    let sums: Vec<u64> = bytes.par_chunks(PIECE_LEN).map(XxHash3_64::oneshot).collect();
    of_sums(&sums)
}

fn of_sums(sums: &[u64]) -> u64 {
    XxHash3_64::oneshot(bytes_of(sums))
}

/// The sections of a file whose checksums held.
pub(crate) struct Opened {
    bytes: Bytes,
    sections: HashMap<String, Range<usize>>,
}

impl Opened {
    /// Reads the table that lies in a range of the bytes and compares every checksum; `None` where
    /// one does not hold, or the sections do not fill the file.
    pub(super) fn check(bytes: Bytes, table: Range<usize>) -> Option<Self> {
        let all = bytes.all();
        let mut sections = HashMap::new();
        let mut sums: Vec<(usize, u64)> = Vec::new();
        let mut pieces: Vec<Range<usize>> = Vec::new();
        let mut end = table.end;
        // What fills up to the next section.
        let fill_up = |end: &mut usize| {
            let next = end.checked_next_multiple_of(ALIGNMENT)?;
            let zeros = all.get(*end..next)?.iter().all(|&byte| byte == 0);
            *end = next;
            zeros.then_some(next)
        };
        for entry in all.get(table)?.chunks_exact(ENTRY_LEN) {
            let number = |at: usize| Some(u64::from_le_bytes(entry[at..at + 8].try_into().ok()?));
            let start = usize::try_from(number(NAME_LEN)?).ok()?;
            let len = usize::try_from(number(NAME_LEN + 8)?).ok()?;
            if start != fill_up(&mut end)? {
                return None;
            }
            end = start.checked_add(len).filter(|&end| end <= all.len())?;
            let name = entry[..NAME_LEN].split(|&byte| byte == 0).next()?;
            let name = std::str::from_utf8(name).ok()?.to_owned();
            sections.insert(name, start..end);
            let starts = (start..end).step_by(PIECE_LEN);
            pieces.extend(starts.map(|start| start..(start + PIECE_LEN).min(end)));
            sums.push((pieces.len(), number(NAME_LEN + 16)?));
        }
        if fill_up(&mut end)? != all.len() {
            return None;
        }
        let sum = |buffer: &mut Vec<u8>, piece: Range<usize>| {
            Some(XxHash3_64::oneshot(bytes.read(piece, buffer)?))
        };
        let found: Vec<u64> =
            pieces.into_par_iter().map_init(Vec::new, sum).collect::<Option<_>>()?;
        let mut from = 0;
        for (to, sum) in sums {
            if of_sums(&found[from..to]) != sum {
                return None;
            }
            from = to;
        }
        Some(Self { bytes, sections })
    }

    /// The numbers of a section, where they lie.
    pub(crate) fn numbers<T: Number>(&self, name: &str) -> Option<Numbers<T>> {
        self.bytes.numbers(self.sections.get(name)?.clone())
    }

    /// Whether there is such a section.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.sections.contains_key(name)
    }

    /// The value of a section.
    pub(crate) fn decode<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        postcard::from_bytes(self.bytes.all().get(self.sections.get(name)?.clone())?).ok()
    }
}
