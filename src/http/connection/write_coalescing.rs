//! A stream that joins small vectored writes into one buffer.
//!
//! Hyper writes a response as two slices, head and body. For a small response, copying both into one
//! buffer costs less than a vectored system call. A large one is written as it is.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The largest write, in bytes, that is copied.
const MAX_COALESCED_BYTES: usize = 4096;

#[derive(Debug)]
pub(in crate::http) struct WriteCoalescing<S> {
    stream: S,
    /// Allocated on first use.
    buffer: Vec<u8>,
}

impl<S> WriteCoalescing<S> {
    pub(in crate::http) fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::new() }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WriteCoalescing<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WriteCoalescing<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let stream = Pin::new(&mut this.stream);
        let all: usize = slices.iter().map(|slice| slice.len()).sum();
        if all > MAX_COALESCED_BYTES {
            return stream.poll_write_vectored(context, slices);
        }
        this.buffer.clear();
        this.buffer.reserve_exact(MAX_COALESCED_BYTES);
        for slice in slices {
            this.buffer.extend_from_slice(slice);
        }
        // After a partial write hyper passes the rest again.
        stream.poll_write(context, &this.buffer)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::AsyncReadExt as _;

    use super::*;

    #[tokio::test]
    async fn every_slice_arrives_in_order_after_partial_writes() {
        let pieces = |size: usize| [vec![b'h'; 300], vec![], vec![b'b'; size], vec![b'e'; 7]];
        for size in [
            0,
            1,
            1100,
            MAX_COALESCED_BYTES - 307,
            MAX_COALESCED_BYTES - 306,
            3 * MAX_COALESCED_BYTES,
        ] {
            for taken_at_once in [1, 64, 100_000] {
                let (there, mut here) = tokio::io::duplex(taken_at_once);
                let expected = pieces(size).concat();
                let sender = tokio::spawn(async move {
                    let mut socket = WriteCoalescing::new(there);
                    for _ in 0..2 {
                        let (pieces, mut sent) = (pieces(size), 0);
                        while sent < size + 307 {
                            let mut rest = pieces.each_ref().map(|piece| io::IoSlice::new(piece));
                            let mut rest = &mut rest[..];
                            io::IoSlice::advance_slices(&mut rest, sent);
                            sent += poll_fn(|context| {
                                Pin::new(&mut socket).poll_write_vectored(context, rest)
                            })
                            .await
                            .unwrap();
                        }
                    }
                });
                let mut arrived = Vec::new();
                here.read_to_end(&mut arrived).await.unwrap();
                sender.await.unwrap();
                assert!(arrived == expected.repeat(2), "{size} bytes, {taken_at_once} at once");
            }
        }
    }
}
