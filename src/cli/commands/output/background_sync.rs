//! Bringing a file to the disk while it is still being written.

use std::fs::File;
use std::io;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// So much is written before the disk is told: enough to be worth its while, and little enough
/// that not much is left to wait for at the end.
const EVERY_BYTES: usize = 8 << 20;

/// A thread that brings to the disk what has been written to a file by then, so that who writes
/// need not wait for all of it when the last byte is written.
pub(super) struct Settler {
    written: usize,
    ask: SyncSender<()>,
    thread: JoinHandle<io::Result<()>>,
}

impl Settler {
    /// One for a file; `None` where a thread or another handle cannot be had, which costs no more
    /// than time.
    pub(super) fn of(file: &File) -> Option<Self> {
        let file = file.try_clone().ok()?;
        let (ask, asked) = sync_channel(1);
        let settle = move || {
            // The system tells a failure once: asked again at the end, it would say that all is
            // well.
            asked.into_iter().try_for_each(|()| file.sync_data())
        };
        let thread = thread::Builder::new().name("settler".to_owned()).spawn(settle).ok()?;
        Some(Self { written: 0, ask, thread })
    }

    /// Says that so many more bytes have been written.
    pub(super) fn wrote(&mut self, bytes: usize) {
        self.written += bytes;
        if self.written >= EVERY_BYTES {
            self.written = 0;
            // Where it is busy it will be asked again, and where it has failed that is told at the
            // end.
            let _ = self.ask.try_send(());
        }
    }

    /// Waits until it is done with what it was asked for, and says whether all of that succeeded.
    pub(super) fn finish(self) -> io::Result<()> {
        drop(self.ask);
        self.thread.join().unwrap_or_else(|_| Err(io::Error::other("its thread panicked")))
    }
}
