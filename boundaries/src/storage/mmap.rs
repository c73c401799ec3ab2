//! Arrays of numbers, used in place in a memory-mapped file or in a vector.
//!
//! This is one of the two modules with `unsafe` code; the other is
//! [`prefetch`](crate::storage::prefetch). It relies on snapshot files being replaced, as
//! `lapwing build` does, and never modified in place. Checksums are verified when a file is opened.
//! If another process truncates the file later, the operating system stops every process that
//! accesses a missing page (SIGBUS).
#![allow(unsafe_code)]

use std::any::Any;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::marker::PhantomData;
use std::ops::{Deref, Range};
use std::ptr::NonNull;
use std::sync::Arc;

// Files are little-endian and used without conversion.
const _: () = assert!(cfg!(target_endian = "little"), "snapshots are used in place: little-endian");

mod sealed {
    pub(crate) trait Sealed {}
}

/// A number type without padding and of which every bit pattern is valid. Sealed: implemented only
/// in this module.
pub(crate) trait Number:
    sealed::Sealed + Copy + Send + Sync + PartialEq + fmt::Debug + 'static
{
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl sealed::Sealed for $number {}
        impl Number for $number {}
    )*};
}
numbers!(u8 u32 i32 u64 f64);

/// An immutable array of numbers that shares ownership of its memory.
pub(crate) struct Numbers<T: Number> {
    start: NonNull<T>,
    len: usize,
    /// Owns the memory that `start` points into.
    owner: Arc<dyn Any + Send + Sync>,
    _numbers: PhantomData<T>,
}

// SAFETY: the numbers are only read, and numbers and owner may be read from any thread.
unsafe impl<T: Number> Send for Numbers<T> {}
// SAFETY: as above.
unsafe impl<T: Number> Sync for Numbers<T> {}

impl<T: Number> Deref for Numbers<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: `start` is aligned for `T` and points to `len` numbers in memory that `owner`
        // keeps unmoved and unchanged for as long as `self` lives. The constructors ensure this.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl<T: Number> From<Vec<T>> for Numbers<T> {
    fn from(numbers: Vec<T>) -> Self {
        let owner = Arc::new(numbers);
        // The heap memory of the vector does not move with the `Arc`, and nothing can change it.
        Self {
            start: NonNull::from(owner.as_slice()).cast(),
            len: owner.len(),
            owner,
            _numbers: PhantomData,
        }
    }
}

impl<T: Number> Default for Numbers<T> {
    fn default() -> Self {
        Self::from(Vec::new())
    }
}

impl<T: Number> Clone for Numbers<T> {
    fn clone(&self) -> Self {
        Self { owner: Arc::clone(&self.owner), ..*self }
    }
}

impl<T: Number> PartialEq for Numbers<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Number> fmt::Debug for Numbers<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} numbers", self.len)
    }
}

/// The memory of numbers as bytes.
pub(crate) fn bytes_of<T: Number>(numbers: &[T]) -> &[u8] {
    let len = size_of_val(numbers);
    // SAFETY: numbers have no padding, so all their bytes are initialised; bytes need no alignment.
    unsafe { std::slice::from_raw_parts(numbers.as_ptr().cast(), len) }
}

/// The content of a file, mapped or copied.
#[derive(Clone)]
pub(crate) struct Bytes(Arc<Content>);

enum Content {
    /// The map and the file.
    Mapped(memmap2::Mmap, File),
    /// A copy, aligned for every number type, and its length in bytes.
    Owned(Vec<u64>, usize),
}

impl Bytes {
    /// Maps a file into memory.
    pub(crate) fn map(file: &File) -> io::Result<Self> {
        if file.metadata()?.len() == 0 {
            return Self::read_from(io::empty(), 0);
        }
        // SAFETY: the map is read-only. The module documentation covers changes by other processes.
        let map = unsafe { memmap2::Mmap::map(file)? };
        Ok(Self(Arc::new(Content::Mapped(map, file.try_clone()?))))
    }

    /// Reads a source to its end, about `len` bytes, without ever holding two copies.
    pub(crate) fn read_from(mut source: impl Read, len: u64) -> io::Result<Self> {
        const CHUNK_LEN: usize = 1 << 20;
        let word = |chunk: &[u8]| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(word)
        };
        let mut words = Vec::new();
        // A growing vector would exist twice for a moment.
        words.try_reserve_exact(len.div_ceil(8) as usize).map_err(io::Error::other)?;
        let mut len = 0;
        let mut chunk = Vec::new();
        loop {
            chunk.clear();
            source.by_ref().take(CHUNK_LEN as u64).read_to_end(&mut chunk)?;
            words.extend(chunk.chunks(8).map(word));
            len += chunk.len();
            // Only the last chunk may be shorter, and end within a word.
            if chunk.len() < CHUNK_LEN {
                return Ok(Self(Arc::new(Content::Owned(words, len))));
            }
        }
    }

    /// All bytes.
    pub(crate) fn all(&self) -> &[u8] {
        match &*self.0 {
            Content::Mapped(map, _) => map,
            Content::Owned(words, len) => &bytes_of(words)[..*len],
        }
    }

    /// The bytes of a range, to be read once. Those of a mapped file are read into `buffer` instead of
    /// through the map, so that their pages do not count as memory of the process. Returns `None` if
    /// the range is out of bounds or the file cannot be read.
    pub(crate) fn read<'a>(
        &'a self,
        range: Range<usize>,
        buffer: &'a mut Vec<u8>,
    ) -> Option<&'a [u8]> {
        match &*self.0 {
            #[cfg(unix)]
            Content::Mapped(_, file) => {
                use std::os::unix::fs::FileExt as _;
                let len = range.len();
                if buffer.len() < len {
                    buffer.resize(len, 0);
                }
                file.read_exact_at(&mut buffer[..len], range.start as u64).ok()?;
                Some(&buffer[..len])
            }
            _ => self.all().get(range),
        }
    }

    /// The numbers in a range of the bytes. Returns `None` if the range is out of bounds, not aligned
    /// for `T`, or no multiple of its size.
    pub(crate) fn numbers<T: Number>(&self, range: Range<usize>) -> Option<Numbers<T>> {
        let bytes = self.all().get(range)?;
        let start = NonNull::from(bytes).cast::<T>();
        let whole = bytes.len().is_multiple_of(size_of::<T>());
        (whole && start.is_aligned()).then(|| Numbers {
            start,
            len: bytes.len() / size_of::<T>(),
            owner: Arc::clone(&self.0) as Arc<dyn Any + Send + Sync>,
            _numbers: PhantomData,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outlive_the_values_they_were_made_from() {
        let numbers = Numbers::from(vec![1.5, -2.5]);
        let copy = numbers.clone();
        drop(numbers);
        assert_eq!(*copy, [1.5, -2.5]);
        let bytes = Bytes::read_from(bytes_of::<f64>(&copy), 16).unwrap();
        let again: Numbers<f64> = bytes.numbers(0..16).unwrap();
        drop((bytes, copy));
        assert_eq!(*again, [1.5, -2.5]);
    }

    #[test]
    fn unaligned_partial_and_out_of_bounds_ranges_are_rejected() {
        let bytes = Bytes::read_from(&[1, 0, 0, 0, 2, 0, 0, 0, 3][..], 9).unwrap();
        assert_eq!(*bytes.numbers::<u32>(0..8).unwrap(), [1, 2]);
        assert_eq!(*bytes.numbers::<u8>(7..9).unwrap(), [0, 3]);
        assert_eq!(bytes.numbers::<u32>(4..4).unwrap().len(), 0);
        assert!(bytes.numbers::<u32>(0..7).is_none(), "not a multiple of the size");
        assert!(bytes.numbers::<u32>(2..6).is_none(), "not aligned");
        assert!(bytes.numbers::<u8>(8..10).is_none(), "beyond the end");
    }

    #[test]
    fn long_content_is_copied_unchanged() {
        let all: Vec<u8> =
            (0..(5 << 19) + 3).map(|at: u32| at.to_le_bytes()[at as usize % 3]).collect();
        for expected in [all.len() as u64, 0] {
            assert!(Bytes::read_from(&*all, expected).unwrap().all() == all, "{expected}");
        }
        assert!(Bytes::read_from(&*all, u64::MAX).is_err(), "more than the memory");
    }

    #[test]
    fn a_mapped_file_has_the_content_of_the_file() {
        let mut file = tempfile::tempfile().unwrap();
        assert!(Bytes::map(&file).unwrap().all().is_empty());
        io::Write::write_all(&mut file, &[7, 0, 0, 0, 9]).unwrap();
        let bytes = Bytes::map(&file).unwrap();
        assert_eq!(bytes.all(), [7, 0, 0, 0, 9]);
        assert_eq!(*bytes.numbers::<u32>(0..4).unwrap(), [7]);
        let mut buffer = Vec::new();
        assert_eq!(bytes.read(1..5, &mut buffer).unwrap(), [0, 0, 0, 9]);
        assert_eq!(bytes.read(4..5, &mut buffer).unwrap(), [9]);
        assert!(bytes.read(4..6, &mut buffer).is_none(), "beyond the end");
    }
}
