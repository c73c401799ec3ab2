//! What is written, and the buffers that it is written in, which go round.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::answers::text_writer::Pen;

/// A buffer larger than this is not kept: what is kept stays with the engine to its end.
const LARGEST_KEPT: usize = 4 << 20;

/// Buffers that were written, sent and are free again: memory that is touched for the first time
/// costs as much as all that is written to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffers(Arc<Shelf>);

#[derive(Debug, Default)]
struct Shelf {
    free: Mutex<Vec<Vec<u8>>>,
    /// The longest so far: a buffer that is so long from the beginning need not grow.
    longest: AtomicUsize,
}

impl Shelf {
    fn take(&self) -> Option<Vec<u8>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn put_back(&self, bytes: Vec<u8>) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
    }
}

impl Buffers {
    /// A pen over a free buffer, or a new one.
    pub(super) fn pen(&self) -> Pen {
        let Self(shelf) = self;
        Pen::over(shelf.take().unwrap_or_else(|| vec![0; shelf.longest.load(Relaxed)]))
    }

    /// What the pen has written; its buffer comes back when that is dropped.
    pub(super) fn piece(&self, pen: Pen) -> Bytes {
        let (bytes, length) = pen.done();
        if bytes.len() <= LARGEST_KEPT {
            self.0.longest.fetch_max(bytes.len(), Relaxed);
        }
        Bytes::from_owner(Lent { bytes, length, back: self.clone() })
    }
}

/// A buffer on its way to whoever reads it.
struct Lent {
    bytes: Vec<u8>,
    length: usize,
    back: Buffers,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if self.bytes.len() <= LARGEST_KEPT {
            self.back.0.put_back(std::mem::take(&mut self.bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(buffers: &Buffers, text: &[u8]) -> Bytes {
        let mut pen = buffers.pen();
        pen.put(text);
        buffers.piece(pen)
    }

    #[test]
    fn a_buffer_is_written_again_once_nobody_reads_it() {
        let buffers = Buffers::default();
        let long = write(&buffers, b"a long text");
        let place = long.as_ptr();
        let part = long.slice(2..6);
        drop(long);
        let other = write(&buffers, b"other");
        assert_eq!(&part[..], b"long", "a part of it is still read");
        drop(part);
        let short = write(&buffers, b"short");
        assert_eq!((&short[..], short.as_ptr()), (&b"short"[..], place));
        assert_eq!(&other[..], b"other");
    }

    #[test]
    fn what_is_read_outlives_the_engine() {
        let buffers = Buffers::default();
        let text = write(&buffers, b"text");
        drop(buffers);
        assert_eq!(&text[..], b"text");
    }
}
