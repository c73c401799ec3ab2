//! Temporary files for downloads: written once, read in ranges, deleted when no longer used.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{BoxFuture, Shared};

use super::Format;
use crate::features::crs::Crs;

/// An unnamed temporary file. Its disk space is freed when it is dropped, or by the system if the
/// process is killed.
#[derive(Debug)]
pub struct Made {
    file: File,
    length: u64,
    digest: String,
}

/// Writes, counts and hashes.
struct Digested {
    file: BufWriter<File>,
    length: u64,
    hasher: blake3::Hasher,
}

impl Write for Digested {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.file.write(bytes)?;
        self.length += taken as u64;
        self.hasher.update(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Made {
    /// Creates a file with what `write` writes.
    ///
    /// # Errors
    ///
    /// If a temporary file cannot be created or written, or `write` fails.
    pub fn by(write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>) -> io::Result<Self> {
        let file = BufWriter::new(tempfile::tempfile()?);
        let mut out = Digested { file, length: 0, hasher: blake3::Hasher::new() };
        write(&mut out)?;
        let file = out.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        let digest = out.hasher.finalize().to_hex()[..32].to_owned();
        Ok(Self { file, length: out.length, digest })
    }

    /// Its length in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// A digest of its content: BLAKE3, 32 hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The bytes from `start` up to, but not including, `end`, in chunks that are read on demand.
    pub fn pieces(
        self: Arc<Self>,
        start: u64,
        end: u64,
    ) -> impl Iterator<Item = io::Result<Vec<u8>>> {
        /// Large enough that sending a chunk costs more than requesting it.
        const PIECE: u64 = 256 * 1024;
        let mut at = start;
        std::iter::from_fn(move || {
            let length = PIECE.min(end.saturating_sub(at));
            (length > 0).then(|| {
                let mut piece = vec![0; length as usize];
                read_exact_at(&self.file, &mut piece, at)?;
                at += length;
                Ok(piece)
            })
        })
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, piece: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, piece, at)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut piece: &mut [u8], mut at: u64) -> io::Result<()> {
    while !piece.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, piece, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                piece = &mut piece[read..];
                at += read as u64;
            }
        }
    }
    Ok(())
}

/// A file that is being written, is complete, or failed. Everyone who waits for it shares it.
pub type Making = Shared<BoxFuture<'static, Result<Arc<Made>, Arc<io::Error>>>>;

/// The key of a file: the index of a layer, a format and a CRS.
pub type Key = (usize, Format, Crs);

/// The files of one snapshot that have been requested, each written once.
///
/// Together they take at most [`Shelf::MOST_BYTES`], as far as that is known before a file is
/// written: the least recently requested are dropped first. A file that is being sent is kept until
/// it has been sent.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<Slots>);

#[derive(Debug, Default)]
struct Slots {
    by_key: HashMap<Key, Slot>,
    request_count: u64,
}

#[derive(Debug)]
struct Slot {
    making: Making,
    /// The number of the last request.
    last_request: u64,
}

impl Slot {
    /// Its length, once it is complete.
    fn length(&self) -> u64 {
        self.making.peek().and_then(|made| made.as_ref().ok()).map_or(0, |made| made.length)
    }

    fn has_failed(&self) -> bool {
        self.making.peek().is_some_and(Result::is_err)
    }
}

impl Shelf {
    /// The maximum disk space of the files of a snapshot: a country's layers in a format or two.
    pub const MOST_BYTES: u64 = 2 << 30;

    /// The file of a key. `begin` starts writing it if nobody has, or if that failed. It must not
    /// depend on being polled, since the first client may disconnect.
    pub fn take(&self, key: Key, begin: impl FnOnce() -> Making) -> Making {
        self.take_within(Self::MOST_BYTES, key, begin)
    }

    fn take_within(&self, most: u64, key: Key, begin: impl FnOnce() -> Making) -> Making {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.request_count += 1;
        let last_request = slots.request_count;
        if let Some(slot) = slots.by_key.get_mut(&key).filter(|slot| !slot.has_failed()) {
            slot.last_request = last_request;
        } else {
            slots.by_key.insert(key, Slot { making: begin(), last_request });
        }
        slots.make_room(most, key);
        slots.by_key[&key].making.clone()
    }
}

impl Slots {
    fn make_room(&mut self, most: u64, but: Key) {
        while self.by_key.values().map(Slot::length).sum::<u64>() > most {
            let oldest = self
                .by_key
                .iter()
                .filter(|(key, slot)| **key != but && slot.length() > 0)
                .min_by_key(|(_, slot)| slot.last_request)
                .map(|(key, _)| *key);
            let Some(oldest) = oldest else { return };
            self.by_key.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn made(bytes: &'static [u8]) -> Arc<Made> {
        Arc::new(Made::by(|out| out.write_all(bytes)).unwrap())
    }

    /// Completed writing.
    fn ready(result: Result<Arc<Made>, Arc<io::Error>>) -> Making {
        let making = std::future::ready(result).boxed().shared();
        making.clone().now_or_never().unwrap().ok();
        making
    }

    const WARD: Key = (0, Format::Csv, Crs::Crs84);
    const LAP: Key = (1, Format::Csv, Crs::Crs84);

    #[test]
    fn a_range_request_returns_that_range() {
        let file = made(b"0123456789");
        let read = |start, end| -> Vec<u8> {
            Arc::clone(&file).pieces(start, end).flat_map(Result::unwrap).collect()
        };
        assert_eq!(file.length(), 10);
        assert_eq!(read(0, 10), b"0123456789");
        assert_eq!(read(3, 5), b"34");
        assert_eq!(read(5, 5), b"");
        assert_eq!(file.digest(), made(b"0123456789").digest());
        assert_ne!(file.digest(), made(b"0123456780").digest());
    }

    #[test]
    fn a_file_is_made_once_and_again_only_after_a_failure() {
        let shelf = Shelf::default();
        drop(shelf.take(WARD, || ready(Err(Arc::new(io::Error::other("the disk is full"))))));
        drop(shelf.take(WARD, || ready(Ok(made(b"abc")))));
        let again = shelf.take(WARD, || panic!("it is there"));
        assert_eq!(again.now_or_never().unwrap().unwrap().length(), 3);
    }

    #[test]
    fn the_least_recently_requested_file_is_evicted() {
        let shelf = Shelf::default();
        let take = |key| shelf.take_within(8, key, || ready(Ok(made(b"01234"))));
        let held = take(WARD);
        drop(take(LAP));
        let again = take(WARD);
        assert!(!held.ptr_eq(&again), "it was made anew");
        assert_eq!(held.now_or_never().unwrap().unwrap().length(), 5, "who holds it keeps it");
    }
}
