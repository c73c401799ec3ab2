//! The one file: an atlas written, checked and read.
//!
//! # Format
//!
//! All numbers little-endian.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `LAPWING` and a zero byte |
//! | 4 | format version, [`FORMAT`] |
//! | 4 | how many sections |
//! | 8 | seconds since 1970 when it was built |
//! | 8 | length of the file |
//! | 32 | BLAKE3 hash of the 32 bytes before and of the table of sections |
//! | 96 a section | the table: name (filled up with zeros), offset, length, checksum and BLAKE3 hash of the section |
//! | … | the sections, each at a place divisible by 64 with zeros before it: arrays of numbers that are used where they lie, and values in postcard's encoding |
//!
//! The checksum of a section is XXH3 (64 bits) of the sums of its pieces of 256 KiB, each by XXH3 too.
//!
//! The id of a snapshot is the first 16 hexadecimal digits of the BLAKE3 hash of its table: the
//! same data give the same id, whenever they are built.
//!
//! # How it is opened
//!
//! The file is mapped into memory, not read: several processes share its pages. Every checksum is
//! compared once, on all cores, before anything is answered: a file that was cut short or altered
//! anywhere is refused. They are read for that through a small buffer and not through the map, so
//! that of the file only the pages that answers use count as the memory of a process. The hashes
//! are made when the file is written, and are for the id. What lookups and searches need (the
//! cells, the postcodes with their answers and their tree, codes and names) is used where it lies;
//! the ground of a layer, the overlaps of two layers, the addresses and the trees of areas are read
//! or made when they are first asked for.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::atlas::Atlas;
use crate::storage::atomic_file::WholeFile;
use crate::storage::mmap::Bytes;

pub(crate) mod sections;
pub(crate) mod wire;

use sections::{ENTRY_LEN, Opened};

/// The version of the format that this program writes and reads.
pub const FORMAT: u32 = 5;

const MAGIC: [u8; 8] = *b"LAPWING\0";
const HEADER_LEN: usize = 8 + 4 + 4 + 8 + 8;
const HASH_LEN: usize = 32;

/// Why a file is not a snapshot to answer from.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The file cannot be read or written.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The file does not begin as a snapshot does.
    #[error("{path} is not a Lapwing snapshot; make one with `lapwing build CATALOGUE -o {path}`")]
    NotASnapshot {
        /// The file.
        path: PathBuf,
    },
    /// The file is of a format that this program does not know.
    #[error("{path} has snapshot format {found} and this lapwing reads format {FORMAT}; {}", if *found > FORMAT { "use a newer lapwing, or build the snapshot again with this one" } else { "build the snapshot again" })]
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// The file ends too early, or goes on too long.
    #[error(
        "{path} is {found} bytes long and should be {expected}: it was cut off or not fully copied; copy or build it again"
    )]
    WrongLength {
        /// The file.
        path: PathBuf,
        /// The length that its header tells.
        expected: u64,
        /// Its length.
        found: u64,
    },
    /// The bytes are not those that were written.
    #[error(
        "{path} was altered after it was written (its checksum does not match); copy or build it again"
    )]
    Altered {
        /// The file.
        path: PathBuf,
    },
    /// Another build is writing the same file.
    #[error("another lapwing is writing {path}; wait for it, or write to another name")]
    Busy {
        /// The file.
        path: PathBuf,
    },
}

/// The id of an atlas.
pub(crate) fn id_of(atlas: &Atlas) -> String {
    id_of_table(&atlas.store().table(HEADER_LEN + HASH_LEN).0)
}

fn id_of_table(table: &[u8]) -> String {
    blake3::hash(table).to_hex()[..16].to_owned()
}

/// The bytes of a snapshot file.
pub fn to_bytes(atlas: &Atlas) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_to(atlas, &mut bytes).expect("memory can be written to");
    bytes
}

fn write_to(atlas: &Atlas, file: &mut impl io::Write) -> io::Result<()> {
    let sections = atlas.store();
    let (table, len) = sections.table(HEADER_LEN + HASH_LEN);
    let mut header = Vec::with_capacity(HEADER_LEN);
    header.extend(MAGIC);
    header.extend(FORMAT.to_le_bytes());
    header.extend((sections.count() as u32).to_le_bytes());
    header.extend(atlas.built().as_second().to_le_bytes());
    header.extend((len as u64).to_le_bytes());
    file.write_all(&header)?;
    file.write_all(&checksum(&header, &table))?;
    file.write_all(&table)?;
    sections.write(HEADER_LEN + HASH_LEN + table.len(), file)
}

/// Writes a snapshot so that at every moment `path` holds either what it held before or the whole
/// new snapshot, see [`WholeFile`].
pub fn write(atlas: &Atlas, path: &Path) -> Result<(), SnapshotError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::ResourceBusy => SnapshotError::Busy { path: path.to_owned() },
        _ => SnapshotError::Io { path: path.to_owned(), error },
    };
    let mut whole = WholeFile::create(path).map_err(failed)?;
    write_to(atlas, whole.file()).map_err(failed)?;
    whole.finish().map_err(failed)
}

/// Opens a snapshot, having checked that it is whole and unaltered.
pub fn read(path: &Path) -> Result<Atlas, SnapshotError> {
    let bytes = File::open(path).and_then(|file| Bytes::map(&file));
    let bytes = bytes.map_err(|error| SnapshotError::Io { path: path.to_owned(), error })?;
    open(&bytes, path)
}

/// Reads a snapshot into memory, so that its file may be written to in its place afterwards.
pub fn read_copy(path: &Path) -> Result<Atlas, SnapshotError> {
    let bytes = File::open(path).and_then(|file| {
        let len = file.metadata()?.len();
        Bytes::read_from(file, len)
    });
    let bytes = bytes.map_err(|error| SnapshotError::Io { path: path.to_owned(), error })?;
    open(&bytes, path)
}

/// Reads the bytes of a snapshot; `path` is for the errors.
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
        expected: (HEADER_LEN + HASH_LEN) as u64,
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
    let from = HEADER_LEN + HASH_LEN;
    let to = (sections as usize).checked_mul(ENTRY_LEN).and_then(|len| len.checked_add(from));
    let range = from..to.ok_or_else(altered)?;
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
