//! A socket whose patience with its client has an end.
//!
//! A client that neither reads what it is sent nor sends the request it began holds a connection,
//! and what is being sent, for ever. Hyper has a time limit for the head of a request, too, but
//! sets a timer anew for each; here one goes on through all the requests of a connection.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// What a connection is about.
#[derive(Debug, Default)]
pub(in crate::http) struct Doing {
    /// Requests that have come.
    requests: AtomicUsize,
    /// Those of them whose answers have not been sent.
    under_way: AtomicUsize,
    /// Whether it looks after itself, as HTTP/2 does by its pings.
    keeps_alive: AtomicBool,
}

impl Doing {
    /// A request has come; its answer is under way until what this returns is dropped.
    pub(in crate::http) fn request(self: &Arc<Self>, keeps_alive: bool) -> UnderWay {
        self.requests.fetch_add(1, Relaxed);
        self.under_way.fetch_add(1, Relaxed);
        if keeps_alive {
            self.keeps_alive.store(true, Relaxed);
        }
        UnderWay(Arc::clone(self))
    }

    /// Whether it is the client's turn to send.
    fn waits(&self) -> bool {
        self.under_way.load(Relaxed) == 0 && !self.keeps_alive.load(Relaxed)
    }
}

/// An answer that has not been sent.
#[derive(Debug)]
pub(in crate::http) struct UnderWay(Arc<Doing>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Relaxed);
    }
}

/// Fails a write that has waited too long, and a read that has waited for the whole head of a
/// request for so long, or up to twice as long. The body of a request has deadlines elsewhere.
#[derive(Debug)]
pub(in crate::http) struct Patient<S> {
    stream: S,
    patience: Duration,
    /// Runs while a write waits.
    writing: Option<Pin<Box<Sleep>>>,
    /// Runs from the first read that waits to the end of the connection.
    reading: Option<Pin<Box<Sleep>>>,
    doing: Arc<Doing>,
    /// The requests that had come when `reading` was set; `None` if none was waited for then.
    waiting_since: Option<usize>,
}

impl<S> Patient<S> {
    pub(in crate::http) fn new(stream: S, patience: Duration, doing: Arc<Doing>) -> Self {
        Self { stream, patience, writing: None, reading: None, doing, waiting_since: None }
    }

    /// Passes on what a write says, or ends its waiting.
    fn judge<T>(
        &mut self,
        context: &mut Context<'_>,
        write: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if write.is_ready() {
            self.writing = None;
            return write;
        }
        let patience = self.patience;
        let waiting = self.writing.get_or_insert_with(|| Box::pin(sleep(patience)));
        match waiting.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => {
                waiting.as_mut().reset(Instant::now() + patience);
                Poll::Ready(Err(too_long("the client reads nothing")))
            }
        }
    }

    /// Whether the client has been waited for too long. Looks when the timer has run out, not at
    /// every read: what was waited for all that time, with no request coming, is too late.
    fn is_patience_out(&mut self, context: &mut Context<'_>) -> bool {
        let patience = self.patience;
        loop {
            let waits_now = || self.doing.waits().then(|| self.doing.requests.load(Relaxed));
            let Some(timer) = &mut self.reading else {
                self.waiting_since = waits_now();
                self.reading = Some(Box::pin(sleep(patience)));
                continue;
            };
            if timer.as_mut().poll(context).is_pending() {
                return false;
            }
            let now = waits_now();
            if now.is_some() && now == self.waiting_since {
                return true;
            }
            self.waiting_since = now;
            timer.as_mut().reset(Instant::now() + patience);
        }
    }
}

fn too_long(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, why)
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_pending() && self.is_patience_out(context) {
            return Poll::Ready(Err(too_long("the client sends no whole request")));
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(context, write)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let write = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.judge(context, write)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flush = Pin::new(&mut self.stream).poll_flush(context);
        self.judge(context, flush)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
