//! Snapshot files: an atlas written to one file, verified and opened.
//!
//! # Format
//!
//! All numbers are little-endian.
//!
//! | bytes | content |
//! |---|---|
//! | 8 | `LAPWING` and a zero byte |
//! | 4 | format version, [`FORMAT`] |
//! | 4 | number of sections |
//! | 8 | build time, in seconds since 1970 |
//! | 8 | length of the file |
//! | 32 | BLAKE3 hash of the preceding 32 bytes and the section table |
//! | 96 per section | the section table: name (padded with zeros), offset, length, checksum and BLAKE3 hash of each section |
//! | … | the sections, each at a multiple of 64 with zeros before it: arrays of numbers that are used in place, and values in postcard's encoding |
//!
//! The checksum of a section is the 64-bit XXH3 of the XXH3 checksums of its 256 KiB pieces.
//!
//! The id of a snapshot is the first 16 hexadecimal digits of the BLAKE3 hash of its section table.
//! The same data give the same id, whenever they are built.
//!
//! # Opening
//!
//! [`read`] maps the file into memory, so that several processes share its pages. It verifies every
//! checksum once, on all cores, and refuses a file that was truncated or altered anywhere. For
//! that it reads the file through a small buffer rather than through the map, so that only the
//! pages that answers use count as memory of the process. The BLAKE3 hashes are computed when the
//! file is written; they only serve the id.
//!
//! What lookups and searches need (the cells, the postcodes with their answers and their tree,
//! codes and names) is used in place. The geometry of a layer, the overlaps of two layers, the
//! addresses and the R-trees of areas are read or built on first use.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::atlas::Atlas;
use crate::storage::atomic_file::AtomicFile;
use crate::storage::mmap::Bytes;
use crate::storage::sections::{ENTRY_LEN, Opened, TABLE_START, id_of_table};

/// The version of the snapshot format that this crate reads and writes.
pub const FORMAT: u32 = 6;

const MAGIC: [u8; 8] = *b"LAPWING\0";
const HEADER_LEN: usize = 8 + 4 + 4 + 8 + 8;
const HASH_LEN: usize = 32;
const _: () = assert!(HEADER_LEN + HASH_LEN == TABLE_START);

/// The reason why a snapshot could not be opened or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The file cannot be read or written.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        error: io::Error,
    },
    /// The file does not start with the signature of a snapshot.
    #[error("{path} is not a Lapwing snapshot; make one with `lapwing build CATALOGUE -o {path}`")]
    NotASnapshot {
        /// The file.
        path: PathBuf,
    },
    /// The file has another version of the format.
    #[error("{path} has snapshot format {found} and this lapwing reads format {FORMAT}; {}", if *found > FORMAT { "use a newer lapwing, or build the snapshot again with this one" } else { "build the snapshot again" })]
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// Its format version.
        found: u32,
    },
    /// The file is shorter or longer than its header states.
    #[error(
        "{path} is {found} bytes long and should be {expected}: it was cut off or not fully copied; copy or build it again"
    )]
    WrongLength {
        /// The file.
        path: PathBuf,
        /// The length that its header states.
        expected: u64,
        /// Its length.
        found: u64,
    },
    /// The content has changed since the file was written.
    #[error(
        "{path} was altered after it was written (its checksum does not match); copy or build it again"
    )]
    Altered {
        /// The file.
        path: PathBuf,
    },
    /// Another process is writing the same file.
    #[error("another lapwing is writing {path}; wait for it, or write to another name")]
    Busy {
        /// The file.
        path: PathBuf,
    },
}

/// Returns the content of a snapshot file of `atlas`.
pub fn to_bytes(atlas: &Atlas) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_to(atlas, &mut bytes).expect("memory can be written to");
    bytes
}

fn write_to(atlas: &Atlas, file: &mut impl io::Write) -> io::Result<()> {
    let sections = atlas.store();
    let (table, len) = sections.table();
    let mut header = Vec::with_capacity(HEADER_LEN);
    header.extend(MAGIC);
    header.extend(FORMAT.to_le_bytes());
    header.extend((sections.count() as u32).to_le_bytes());
    header.extend(atlas.built().as_second().to_le_bytes());
    header.extend((len as u64).to_le_bytes());
    file.write_all(&header)?;
    file.write_all(&checksum(&header, &table))?;
    file.write_all(&table)?;
    sections.write(table.len(), file)
}

/// Writes a snapshot atomically: at every moment `path` holds either its previous content or the
/// complete new snapshot. See [`AtomicFile`].
pub fn write(atlas: &Atlas, path: &Path) -> Result<(), SnapshotError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::ResourceBusy => SnapshotError::Busy { path: path.to_owned() },
        _ => SnapshotError::Io { path: path.to_owned(), error },
    };
    let mut output = AtomicFile::create(path).map_err(failed)?;
    write_to(atlas, output.file()).map_err(failed)?;
    output.finish().map_err(failed)
}

/// Maps a snapshot file into memory and verifies it. The file must not be modified in place while
/// the atlas is in use; replacing it is safe.
pub fn read(path: &Path) -> Result<Atlas, SnapshotError> {
    let bytes = File::open(path).and_then(|file| Bytes::map(&file));
    let bytes = bytes.map_err(|error| SnapshotError::Io { path: path.to_owned(), error })?;
    open(&bytes, path)
}

/// Copies a snapshot file into memory and verifies it. The file may be modified in place afterwards.
pub fn read_copy(path: &Path) -> Result<Atlas, SnapshotError> {
    let bytes = File::open(path).and_then(|file| {
        let len = file.metadata()?.len();
        Bytes::read_from(file, len)
    });
    let bytes = bytes.map_err(|error| SnapshotError::Io { path: path.to_owned(), error })?;
    open(&bytes, path)
}

/// Opens a snapshot from the content of its file. Errors name `path`.
pub fn from_bytes(bytes: &[u8], path: &Path) -> Result<Atlas, SnapshotError> {
    let bytes = Bytes::read_from(bytes, bytes.len() as u64);
    let bytes = bytes.map_err(|error| SnapshotError::Io { path: path.to_owned(), error })?;
    open(&bytes, path)
}

fn open(file: &Bytes, path: &Path) -> Result<Atlas, SnapshotError> {
    let bytes = file.all();
    let path = || path.to_owned();
    if !bytes.starts_with(&MAGIC) {
        return Err(SnapshotError::NotASnapshot { path: path() });
    }
    let too_short = || SnapshotError::WrongLength {
        path: path(),
        expected: TABLE_START as u64,
        found: bytes.len() as u64,
    };
    let found = u32::from_le_bytes(field(bytes, 8).ok_or_else(too_short)?);
    if found != FORMAT {
        return Err(SnapshotError::OtherFormat { path: path(), found });
    }
    let sections = u32::from_le_bytes(field(bytes, 12).ok_or_else(too_short)?);
    let built = i64::from_le_bytes(field(bytes, 16).ok_or_else(too_short)?);
    let expected = u64::from_le_bytes(field(bytes, 24).ok_or_else(too_short)?);
    let hash: [u8; HASH_LEN] = field(bytes, HEADER_LEN).ok_or_else(too_short)?;
    if bytes.len() as u64 != expected {
        let found = bytes.len() as u64;
        return Err(SnapshotError::WrongLength { path: path(), expected, found });
    }
    let altered = || SnapshotError::Altered { path: path() };
    let table_end =
        (sections as usize).checked_mul(ENTRY_LEN).and_then(|len| len.checked_add(TABLE_START));
    let range = TABLE_START..table_end.ok_or_else(altered)?;
    let table = bytes.get(range.clone()).ok_or_else(altered)?;
    if checksum(&bytes[..HEADER_LEN], table) != hash {
        return Err(altered());
    }
    let built = Timestamp::from_second(built).map_err(|_| altered())?;
    let id = id_of_table(table);
    let opened = Opened::check(file.clone(), range).ok_or_else(altered)?;
    Atlas::open(opened, id, built).ok_or_else(altered)
}

fn checksum(header: &[u8], table: &[u8]) -> [u8; HASH_LEN] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(header);
    hasher.update(table);
    *hasher.finalize().as_bytes()
}

fn field<const N: usize>(bytes: &[u8], start: usize) -> Option<[u8; N]> {
    bytes.get(start..start + N)?.try_into().ok()
}
