//! Numbers where they lie: in a file mapped into memory, or in a vector.
//!
//! One of the two modules with `unsafe` code, here in four places, each with its reason; the other
//! is [`prefetch`](crate::storage::prefetch). What it relies on beyond the language: a snapshot file is
//! replaced, as `lapwing build` does it, and never written to in its place. The checksums are
//! compared when it is opened; a process that cuts the file short later takes the pages away from
//! under those that use it, and the system ends them (SIGBUS).
#![allow(unsafe_code)]

use std::any::Any;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::marker::PhantomData;
use std::ops::{Deref, Range};
use std::ptr::NonNull;
use std::sync::Arc;

// The file is little-endian and used as it is.
const _: () = assert!(cfg!(target_endian = "little"), "snapshots are used in place: little-endian");

mod sealed {
    pub(crate) trait Sealed {}
}

/// Numbers of which every pattern of bits is one, without padding. Only this module names such.
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

/// Numbers that something keeps alive and never changes.
pub(crate) struct Numbers<T: Number> {
    start: NonNull<T>,
    len: usize,
    /// What `start` points into.
    owner: Arc<dyn Any + Send + Sync>,
    _numbers: PhantomData<T>,
}

// SAFETY: they are read only, and numbers may be read from any thread; the owner may be, too.
unsafe impl<T: Number> Send for Numbers<T> {}
// SAFETY: as above.
unsafe impl<T: Number> Sync for Numbers<T> {}

impl<T: Number> Deref for Numbers<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: `start` is aligned for `T` and points to `len` numbers in memory that `owner`
        // keeps, unmoved and unchanged, as long as `self` lives: checked by those who made it.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl<T: Number> From<Vec<T>> for Numbers<T> {
    fn from(numbers: Vec<T>) -> Self {
        let owner = Arc::new(numbers);
        // The vector's memory is its own, wherever the `Arc` goes, and nobody can change it.
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

/// The bytes of numbers, as they lie in memory.
pub(crate) fn bytes_of<T: Number>(numbers: &[T]) -> &[u8] {
    let len = size_of_val(numbers);
    // SAFETY: numbers have no padding, so that each of their bytes is one; bytes need no alignment.
    unsafe { std::slice::from_raw_parts(numbers.as_ptr().cast(), len) }
}

/// The bytes of a file.
#[derive(Clone)]
pub(crate) struct Bytes(Arc<Kept>);

enum Kept {
    /// The map, and the file itself.
    Mapped(memmap2::Mmap, File),
    /// Aligned for every number, and how many of the bytes count.
    Owned(Vec<u64>, usize),
}

impl Bytes {
    /// Maps a file.
    pub(crate) fn map(file: &File) -> io::Result<Self> {
        if file.metadata()?.len() == 0 {
            return Self::read_from(io::empty(), 0);
        }
        // SAFETY: the map is read only. Others could change the file, see the head of this module.
        let map = unsafe { memmap2::Mmap::map(file)? };
        Ok(Self(Arc::new(Kept::Mapped(map, file.try_clone()?))))
    }

    /// All that can be read, in memory once: some `len` bytes.
    pub(crate) fn read_from(mut source: impl Read, len: u64) -> io::Result<Self> {
        const AT_ONCE: usize = 1 << 20;
        let word = |chunk: &[u8]| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(word)
        };
        let mut words = Vec::new();
        // A vector that grows is for a moment there twice.
        words.try_reserve_exact(len.div_ceil(8) as usize).map_err(io::Error::other)?;
        let mut len = 0;
        let mut piece = Vec::new();
        loop {
            piece.clear();
            source.by_ref().take(AT_ONCE as u64).read_to_end(&mut piece)?;
            words.extend(piece.chunks(8).map(word));
            len += piece.len();
            // Only the last is no whole number of words.
            if piece.len() < AT_ONCE {
                return Ok(Self(Arc::new(Kept::Owned(words, len))));
            }
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[u8] {
        match &*self.0 {
            Kept::Mapped(map, _) => map,
            Kept::Owned(words, len) => &bytes_of(words)[..*len],
        }
    }

    /// The bytes in a range for reading through them once; `None` where it is none of theirs, or
    /// they cannot be read. Those of a file are read into the buffer: their pages need not be mapped
    /// for that, so that only those that are used later count as the process's memory.
    pub(crate) fn read<'a>(
        &'a self,
        range: Range<usize>,
        buffer: &'a mut Vec<u8>,
    ) -> Option<&'a [u8]> {
        match &*self.0 {
            #[cfg(unix)]
            Kept::Mapped(_, file) => {
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

    /// The numbers in a range of the bytes; `None` where it is none of the bytes, or holds no whole
    /// numbers at a place where they may lie.
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
    fn numbers_outlive_what_they_were_made_of() {
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
    fn what_is_no_whole_numbers_in_their_place_is_none() {
        let bytes = Bytes::read_from(&[1, 0, 0, 0, 2, 0, 0, 0, 3][..], 9).unwrap();
        assert_eq!(*bytes.numbers::<u32>(0..8).unwrap(), [1, 2]);
        assert_eq!(*bytes.numbers::<u8>(7..9).unwrap(), [0, 3]);
        assert_eq!(bytes.numbers::<u32>(4..4).unwrap().len(), 0);
        assert!(bytes.numbers::<u32>(0..7).is_none(), "no whole numbers");
        assert!(bytes.numbers::<u32>(2..6).is_none(), "not at its place");
        assert!(bytes.numbers::<u8>(8..10).is_none(), "beyond the end");
    }

    #[test]
    fn many_bytes_are_read_as_they_are() {
        let all: Vec<u8> =
            (0..(5 << 19) + 3).map(|at: u32| at.to_le_bytes()[at as usize % 3]).collect();
        for told in [all.len() as u64, 0] {
            assert!(Bytes::read_from(&*all, told).unwrap().all() == all, "{told}");
        }
        assert!(Bytes::read_from(&*all, u64::MAX).is_err(), "more than there is memory");
    }

    #[test]
    fn a_mapped_file_reads_as_its_bytes() {
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
