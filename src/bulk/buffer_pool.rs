//! A pool of output buffers.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::answers::text_writer::TextWriter;

/// A larger buffer is not reused, in bytes: pooled buffers live as long as the engine.
const LARGEST_KEPT: usize = 4 << 20;

/// Buffers to write to, reused after their contents have been sent. Touching new memory for the
/// first time costs as much as everything that is written to it.
#[derive(Clone, Debug, Default)]
pub(super) struct BufferPool(Arc<PoolState>);

#[derive(Debug, Default)]
struct PoolState {
    free: Mutex<Vec<Vec<u8>>>,
    /// The length of the longest buffer so far. A new buffer of this length does not have to grow.
    longest: AtomicUsize,
}

impl PoolState {
    fn take(&self) -> Option<Vec<u8>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn put_back(&self, bytes: Vec<u8>) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
    }
}

impl BufferPool {
    /// Returns a writer over a free buffer, or over a new one.
    pub(super) fn writer(&self) -> TextWriter {
        let Self(state) = self;
        TextWriter::over(state.take().unwrap_or_else(|| vec![0; state.longest.load(Relaxed)]))
    }

    /// Returns what was written. The buffer returns to the pool when the bytes are dropped.
    pub(super) fn finish(&self, writer: TextWriter) -> Bytes {
        let (bytes, length) = writer.done();
        if bytes.len() <= LARGEST_KEPT {
            self.0.longest.fetch_max(bytes.len(), Relaxed);
        }
        Bytes::from_owner(PooledBuffer { bytes, length, back: self.clone() })
    }
}

/// A buffer that is being read, and returns to the pool when dropped.
struct PooledBuffer {
    bytes: Vec<u8>,
    length: usize,
    back: BufferPool,
}

impl AsRef<[u8]> for PooledBuffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl Drop for PooledBuffer {
    fn drop(&mut self) {
        if self.bytes.len() <= LARGEST_KEPT {
            self.back.0.put_back(std::mem::take(&mut self.bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(buffers: &BufferPool, text: &[u8]) -> Bytes {
        let mut writer = buffers.writer();
        writer.put(text);
        buffers.finish(writer)
    }

    #[test]
    fn a_buffer_is_reused_after_its_readers_are_dropped() {
        let buffers = BufferPool::default();
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
    fn output_outlives_the_engine() {
        let buffers = BufferPool::default();
        let text = write(&buffers, b"text");
        drop(buffers);
        assert_eq!(&text[..], b"text");
    }
}
