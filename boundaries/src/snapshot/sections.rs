//! The sections of a snapshot: named runs of bytes, each with its checksum.

use std::collections::HashMap;
use std::ops::Range;

use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::mapped::{Bytes, Number, Numbers, bytes_of};

/// Where every section begins is divisible by this: a line of a processor's cache, and enough for
/// every number.
pub(super) const ALIGNMENT: usize = 64;

/// The name of a section, filled up with zeros.
const NAME_LEN: usize = 40;

/// One entry of the table of sections: name, offset, length, and the hash of the section and of
/// the zeros up to the next.
pub(super) const ENTRY_LEN: usize = NAME_LEN + 8 + 8 + blake3::OUT_LEN;

/// A section is hashed by several cores from this length on.
const SHARED_LEN: usize = 1 << 18;

/// Sections as they are written.
#[derive(Debug, Default)]
pub(crate) struct Sections {
    list: Vec<(String, Vec<u8>)>,
}

impl Sections {
    /// Adds numbers.
    pub(crate) fn put<T: Number>(&mut self, name: &str, numbers: &[T]) {
        self.put_bytes(name, bytes_of(numbers).to_vec());
    }

    /// Adds a value in postcard's encoding, for what is small or read late.
    pub(crate) fn encode(&mut self, name: &str, value: &impl Serialize) {
        let bytes = postcard::to_stdvec(value).expect("every part of a snapshot has an encoding");
        self.put_bytes(name, bytes);
    }

    fn put_bytes(&mut self, name: &str, bytes: Vec<u8>) {
        assert!(name.len() <= NAME_LEN, "{name} is too long for the name of a section");
        self.list.push((name.to_owned(), bytes));
    }

    /// The table of sections that begin `before` bytes into the file and behind the table itself,
    /// and then the sections.
    pub(super) fn write(self, before: usize) -> (Vec<u8>, Vec<u8>) {
        let mut table = Vec::with_capacity(self.list.len() * ENTRY_LEN);
        let start = (before + self.list.len() * ENTRY_LEN).next_multiple_of(ALIGNMENT);
        let mut bytes = vec![0; start - before - self.list.len() * ENTRY_LEN];
        let base = start - bytes.len();
        for (name, section) in self.list {
            let from = bytes.len();
            bytes.extend(&section);
            bytes.resize((base + bytes.len()).next_multiple_of(ALIGNMENT) - base, 0);
            let mut entry = [0; NAME_LEN];
            entry[..name.len()].copy_from_slice(name.as_bytes());
            table.extend(entry);
            table.extend(((base + from) as u64).to_le_bytes());
            table.extend((section.len() as u64).to_le_bytes());
            table.extend(hash(&bytes[from..]).as_bytes());
        }
        (table, bytes)
    }
}

fn hash(bytes: &[u8]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    if bytes.len() < SHARED_LEN {
        hasher.update(bytes)
    } else {
        hasher.update_rayon(bytes)
    };
    hasher.finalize()
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
        let mut checks: Vec<(Range<usize>, &[u8])> = Vec::new();
        let mut end = table.end.next_multiple_of(ALIGNMENT);
        // What fills up to the first section.
        if all.get(table.end..end)?.iter().any(|&byte| byte != 0) {
            return None;
        }
        for entry in all.get(table)?.chunks_exact(ENTRY_LEN) {
            let number = |at: usize| Some(u64::from_le_bytes(entry[at..at + 8].try_into().ok()?));
            let start = usize::try_from(number(NAME_LEN)?).ok()?;
            let len = usize::try_from(number(NAME_LEN + 8)?).ok()?;
            if start != end {
                return None;
            }
            end = start.checked_add(len)?.checked_next_multiple_of(ALIGNMENT)?;
            if end > all.len() {
                return None;
            }
            let name = entry[..NAME_LEN].split(|&byte| byte == 0).next()?;
            let name = std::str::from_utf8(name).ok()?.to_owned();
            sections.insert(name, start..start + len);
            checks.push((start..end, &entry[NAME_LEN + 16..]));
        }
        let holds = checks.into_par_iter().all(|(range, sum)| hash(&all[range]).as_bytes() == sum);
        if !holds || end != all.len() {
            return None;
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
