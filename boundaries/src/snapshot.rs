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
//! | 8 | seconds since 1970 when it was built |
//! | 8 | length of the body |
//! | 32 | BLAKE3 hash of the 28 bytes before and of the body |
//! | … | the body: [`wire`] in postcard's encoding |
//!
//! The id of a snapshot is the first 16 hexadecimal digits of the BLAKE3 hash of its body alone:
//! the same data give the same id, whenever they are built.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::atlas::Atlas;

mod wire;

/// The version of the format that this program writes and reads.
pub const FORMAT: u32 = 2;

const MAGIC: [u8; 8] = *b"LAPWING\0";
const HEADER_LEN: usize = 8 + 4 + 8 + 8;
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

/// The id of an encoded body.
pub(crate) fn id_of(body: &[u8]) -> String {
    blake3::hash(body).to_hex()[..16].to_owned()
}

/// What [`id_of`] and a file are made from.
pub(crate) fn encode(atlas: &Atlas) -> Vec<u8> {
    wire::encode(atlas)
}

/// The bytes of a snapshot file.
pub fn to_bytes(atlas: &Atlas) -> Vec<u8> {
    let body = encode(atlas);
    let mut bytes = Vec::with_capacity(HEADER_LEN + HASH_LEN + body.len());
    bytes.extend(MAGIC);
    bytes.extend(FORMAT.to_le_bytes());
    bytes.extend(atlas.built().as_second().to_le_bytes());
    bytes.extend((body.len() as u64).to_le_bytes());
    let hash = checksum(&bytes, &body);
    bytes.extend(hash);
    bytes.extend(body);
    bytes
}

/// Writes a snapshot so that at every moment, even if the machine stops, `path` holds either what
/// it held before or the whole new snapshot.
///
/// The bytes go to a file beside it first (`.NAME.partial`, taken over from a build that was
/// killed), are forced to disk, and take its name in one step.
pub fn write(atlas: &Atlas, path: &Path) -> Result<(), SnapshotError> {
    let io = |error| SnapshotError::Io { path: path.to_owned(), error };
    let name = path
        .file_name()
        .ok_or_else(|| io(io::Error::new(io::ErrorKind::InvalidInput, "this is no file name")))?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let partial = folder.join(format!(".{}.partial", name.to_string_lossy()));

    let mut file =
        File::options().create(true).truncate(false).write(true).open(&partial).map_err(io)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => {
            return Err(SnapshotError::Busy { path: path.to_owned() });
        }
        Err(fs::TryLockError::Error(error)) => return Err(io(error)),
    }
    // A build that ended between our opening and our locking has renamed the very file we hold:
    // it is the live snapshot now, and not ours to write to.
    if !is_still_at(&file, &partial) {
        return Err(SnapshotError::Busy { path: path.to_owned() });
    }
    let written = (|| {
        file.set_len(0)?;
        file.write_all(&to_bytes(atlas))?;
        file.sync_all()?;
        fs::rename(&partial, path)?;
        // The new name itself must reach the disk too.
        File::open(folder)?.sync_all()
    })();
    written.map_err(|error| {
        // A full disk must not leave its half file behind; if even that fails, the next build
        // takes it over.
        let _ = fs::remove_file(&partial);
        io(error)
    })
}

/// Reads a snapshot, having checked that it is whole and unaltered.
pub fn read(path: &Path) -> Result<Atlas, SnapshotError> {
    let bytes =
        fs::read(path).map_err(|error| SnapshotError::Io { path: path.to_owned(), error })?;
    from_bytes(&bytes, path)
}

/// Reads the bytes of a snapshot; `path` is for the errors.
pub fn from_bytes(bytes: &[u8], path: &Path) -> Result<Atlas, SnapshotError> {
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
    let built = i64::from_le_bytes(field(bytes, 12).ok_or_else(too_short)?);
    let body_len = u64::from_le_bytes(field(bytes, 20).ok_or_else(too_short)?);
    let hash: [u8; HASH_LEN] = field(bytes, HEADER_LEN).ok_or_else(too_short)?;
    let body = &bytes[HEADER_LEN + HASH_LEN..];
    if body.len() as u64 != body_len {
        return Err(SnapshotError::WrongLength {
            path: path(),
            expected: body_len.saturating_add((HEADER_LEN + HASH_LEN) as u64),
            found: bytes.len() as u64,
        });
    }
    let altered = || SnapshotError::Altered { path: path() };
    if checksum(&bytes[..HEADER_LEN], body) != hash {
        return Err(altered());
    }
    let built = Timestamp::from_second(built).map_err(|_| altered())?;
    wire::decode(body, id_of(body), built).ok_or_else(altered)
}

#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(named)) => identity(held) == identity(named),
        _ => false,
    }
}

/// Elsewhere an open file cannot be renamed over.
#[cfg(not(unix))]
fn is_still_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

fn checksum(header: &[u8], body: &[u8]) -> [u8; HASH_LEN] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(header);
    hasher.update(body);
    *hasher.finalize().as_bytes()
}

fn field<const N: usize>(bytes: &[u8], start: usize) -> Option<[u8; N]> {
    bytes.get(start..start + N)?.try_into().ok()
}
