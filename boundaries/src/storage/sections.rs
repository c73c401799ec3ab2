//! The sections of a snapshot: named byte ranges, each with its checksum.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;

use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use twox_hash::XxHash3_64;

use crate::storage::mmap::{Bytes, Number, Numbers, bytes_of};

/// Every section starts at a multiple of this: a cache line, and enough alignment for every number
/// type.
const ALIGNMENT: usize = 64;

/// The length of a section's name, padded with zeros.
const NAME_LEN: usize = 40;

/// The length of one entry of the section table: name, offset, length, checksum and hash.
pub(crate) const ENTRY_LEN: usize = NAME_LEN + 8 + 8 + 8 + blake3::OUT_LEN;

/// The offset of the section table in a snapshot file, after the header and its hash.
pub(crate) const TABLE_START: usize = 64;

/// Sections at least this long are hashed on several cores.
const PARALLEL_HASH_LEN: usize = 1 << 18;

/// The length of the pieces of which a section's checksum is made. A piece can be checked on any
/// core and stays in that core's cache between reading and hashing.
const PIECE_LEN: usize = 1 << 18;

/// Sections to be written.
#[derive(Debug, Default)]
pub(crate) struct Sections<'a> {
    list: Vec<(String, Cow<'a, [u8]>)>,
}

impl<'a> Sections<'a> {
    /// Adds an array of numbers without copying it.
    pub(crate) fn put<T: Number>(&mut self, name: &str, numbers: &'a [T]) {
        self.put_bytes(name, Cow::Borrowed(bytes_of(numbers)));
    }

    /// Adds a value in postcard's encoding. For values that are small or read on first use.
    pub(crate) fn encode(&mut self, name: &str, value: &impl Serialize) {
        let bytes = postcard::to_stdvec(value).expect("every part of a snapshot has an encoding");
        self.put_bytes(name, Cow::Owned(bytes));
    }

    fn put_bytes(&mut self, name: &str, bytes: Cow<'a, [u8]>) {
        assert!(name.len() <= NAME_LEN, "{name} is too long for the name of a section");
        self.list.push((name.to_owned(), bytes));
    }

    /// The number of sections.
    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    /// The id of a snapshot with these sections, see [`id_of_table`].
    pub(crate) fn id(&self) -> String {
        id_of_table(&self.table().0)
    }

    /// The section table, which starts at [`TABLE_START`], and the length of the whole file.
    pub(crate) fn table(&self) -> (Vec<u8>, usize) {
        let mut table = Vec::with_capacity(self.list.len() * ENTRY_LEN);
        let mut end = TABLE_START + self.list.len() * ENTRY_LEN;
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

    /// Writes the sections after a table of `table_len` bytes.
    pub(crate) fn write(&self, table_len: usize, file: &mut impl Write) -> io::Result<()> {
        let mut at = TABLE_START + table_len;
        let pad = |at: &mut usize, file: &mut dyn Write| {
            let zeros = at.next_multiple_of(ALIGNMENT) - *at;
            *at += zeros;
            file.write_all(&[0; ALIGNMENT][..zeros])
        };
        for (_, section) in &self.list {
            pad(&mut at, file)?;
            file.write_all(section)?;
            at += section.len();
        }
        pad(&mut at, file)
    }
}

/// The id of a snapshot: the first 16 hexadecimal digits of the BLAKE3 hash of its section table.
pub(crate) fn id_of_table(table: &[u8]) -> String {
    blake3::hash(table).to_hex()[..16].to_owned()
}

/// A cryptographic hash of a section's content, from which the snapshot's id is derived.
fn hash(bytes: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    if bytes.len() < PARALLEL_HASH_LEN {
        hasher.update(bytes)
    } else {
        hasher.update_rayon(bytes)
    };
    hasher.finalize()
}

/// A checksum of a section, computed as fast as the bytes can be read: XXH3 of the XXH3 checksums
/// of its pieces. It detects damage, not forgery.
fn checksum(bytes: &[u8]) -> u64 {
    let pieces: Vec<u64> = bytes.par_chunks(PIECE_LEN).map(XxHash3_64::oneshot).collect();
    combine_checksums(&pieces)
}

fn combine_checksums(pieces: &[u64]) -> u64 {
    XxHash3_64::oneshot(bytes_of(pieces))
}

/// The sections of an opened file, with verified checksums.
pub(crate) struct Opened {
    bytes: Bytes,
    sections: HashMap<String, Range<usize>>,
}

impl Opened {
    /// Reads the section table in the range `table` and verifies every checksum. Returns `None` if
    /// a checksum differs, or if sections and padding do not fill the file exactly.
    pub(crate) fn check(bytes: Bytes, table: Range<usize>) -> Option<Self> {
        let all = bytes.all();
        let mut sections = HashMap::new();
        // The number of pieces up to the end of each section, and the section's checksum.
        let mut checksums: Vec<(usize, u64)> = Vec::new();
        let mut pieces: Vec<Range<usize>> = Vec::new();
        let mut end = table.end;
        let skip_padding = |end: &mut usize| {
            let next = end.checked_next_multiple_of(ALIGNMENT)?;
            let zeros = all.get(*end..next)?.iter().all(|&byte| byte == 0);
            *end = next;
            zeros.then_some(next)
        };
        for entry in all.get(table)?.chunks_exact(ENTRY_LEN) {
            let number = |at: usize| Some(u64::from_le_bytes(entry[at..at + 8].try_into().ok()?));
            let start = usize::try_from(number(NAME_LEN)?).ok()?;
            let len = usize::try_from(number(NAME_LEN + 8)?).ok()?;
            if start != skip_padding(&mut end)? {
                return None;
            }
            end = start.checked_add(len).filter(|&end| end <= all.len())?;
            let name = entry[..NAME_LEN].split(|&byte| byte == 0).next()?;
            let name = std::str::from_utf8(name).ok()?.to_owned();
            sections.insert(name, start..end);
            let starts = (start..end).step_by(PIECE_LEN);
            pieces.extend(starts.map(|start| start..(start + PIECE_LEN).min(end)));
            checksums.push((pieces.len(), number(NAME_LEN + 16)?));
        }
        if skip_padding(&mut end)? != all.len() {
            return None;
        }
        let checksum = |buffer: &mut Vec<u8>, piece: Range<usize>| {
            Some(XxHash3_64::oneshot(bytes.read(piece, buffer)?))
        };
        let found: Vec<u64> =
            pieces.into_par_iter().map_init(Vec::new, checksum).collect::<Option<_>>()?;
        let mut from = 0;
        for (to, expected) in checksums {
            if combine_checksums(&found[from..to]) != expected {
                return None;
            }
            from = to;
        }
        Some(Self { bytes, sections })
    }

    /// The numbers of a section, used in place. Returns `None` if there is no such section, or if
    /// it is not aligned for, or no multiple of, the number type.
    pub(crate) fn numbers<T: Number>(&self, name: &str) -> Option<Numbers<T>> {
        self.bytes.numbers(self.sections.get(name)?.clone())
    }

    /// True if there is a section of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.sections.contains_key(name)
    }

    /// The decoded value of a section. Returns `None` if there is no such section, or if its bytes
    /// are no encoding of a `T`.
    pub(crate) fn decode<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        postcard::from_bytes(self.bytes.all().get(self.sections.get(name)?.clone())?).ok()
    }
}
