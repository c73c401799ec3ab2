//! A stream with read and write timeouts.
//!
//! A client that stops reading a response, or never completes a request, would otherwise hold its
//! connection and the response for ever. Hyper also limits the time for a request head, but starts a
//! new timer for each request; this stream uses one timer for all requests of a connection.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// The requests of a connection, as far as its timeouts need to know them.
#[derive(Debug, Default)]
pub(in crate::http) struct ConnectionState {
    /// The number of requests received.
    requests: AtomicUsize,
    /// The number of requests whose responses have not been sent completely.
    in_progress: AtomicUsize,
    /// Whether the protocol detects dead clients itself, as HTTP/2 does with pings.
    keeps_alive: AtomicBool,
}

impl ConnectionState {
    /// Registers a request. It is in progress until the returned guard is dropped.
    pub(in crate::http) fn request(self: &Arc<Self>, keeps_alive: bool) -> RequestInProgress {
        self.requests.fetch_add(1, Relaxed);
        self.in_progress.fetch_add(1, Relaxed);
        if keeps_alive {
            self.keeps_alive.store(true, Relaxed);
        }
        RequestInProgress(Arc::clone(self))
    }

    /// Returns whether the connection waits for the client to send a request.
    fn is_waiting_for_request(&self) -> bool {
        self.in_progress.load(Relaxed) == 0 && !self.keeps_alive.load(Relaxed)
    }
}

/// Keeps a request in progress until its response has been sent.
#[derive(Debug)]
pub(in crate::http) struct RequestInProgress(Arc<ConnectionState>);

impl Drop for RequestInProgress {
    fn drop(&mut self) {
        self.0.in_progress.fetch_sub(1, Relaxed);
    }
}

/// Fails a write that makes no progress for `timeout`, and a read that waits for a complete request
/// head for between one and two times `timeout`. Request bodies have their own deadline
/// ([`crate::http::request::body`]).
#[derive(Debug)]
pub(in crate::http) struct IdleTimeout<S> {
    stream: S,
    timeout: Duration,
    /// Runs while a write is pending.
    write_timer: Option<Pin<Box<Sleep>>>,
    /// Runs from the first pending read until the connection closes.
    read_timer: Option<Pin<Box<Sleep>>>,
    state: Arc<ConnectionState>,
    /// The number of requests received when `read_timer` was set; `None` if the connection was not
    /// waiting for a request then.
    waiting_since: Option<usize>,
}

impl<S> IdleTimeout<S> {
    pub(in crate::http) fn new(stream: S, timeout: Duration, state: Arc<ConnectionState>) -> Self {
        Self { stream, timeout, write_timer: None, read_timer: None, state, waiting_since: None }
    }

    /// Passes on the result of a write, or fails if it has been pending for too long.
    fn limit_write<T>(
        &mut self,
        context: &mut Context<'_>,
        write: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if write.is_ready() {
            self.write_timer = None;
            return write;
        }
        let timeout = self.timeout;
        let timer = self.write_timer.get_or_insert_with(|| Box::pin(sleep(timeout)));
        match timer.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => {
                timer.as_mut().reset(Instant::now() + timeout);
                Poll::Ready(Err(timed_out("the client does not read the response")))
            }
        }
    }

    /// Returns whether the client has sent no complete request for too long. It is decided when the
    /// timer expires, not at every read: if the connection has been waiting for the same request
    /// since the timer was set, the client is too late.
    fn is_read_overdue(&mut self, context: &mut Context<'_>) -> bool {
        let timeout = self.timeout;
        loop {
            let waiting_for = || {
                let is_waiting = self.state.is_waiting_for_request();
                is_waiting.then(|| self.state.requests.load(Relaxed))
            };
            let Some(timer) = &mut self.read_timer else {
                self.waiting_since = waiting_for();
                self.read_timer = Some(Box::pin(sleep(timeout)));
                continue;
            };
            if timer.as_mut().poll(context).is_pending() {
                return false;
            }
            let now = waiting_for();
            if now.is_some() && now == self.waiting_since {
                return true;
            }
            self.waiting_since = now;
            timer.as_mut().reset(Instant::now() + timeout);
        }
    }
}

fn timed_out(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, why)
}

impl<S: AsyncRead + Unpin> AsyncRead for IdleTimeout<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_pending() && self.is_read_overdue(context) {
            return Poll::Ready(Err(timed_out("the client does not complete its request")));
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for IdleTimeout<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.limit_write(context, write)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.limit_write(context, write)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flush = Pin::new(&mut self.stream).poll_flush(context);
        self.limit_write(context, flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
