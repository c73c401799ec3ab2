//! Syncs a file to disk in the background while it is being written.

use std::fs::File;
use std::io;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// Bytes written between two syncs: enough to make a sync worthwhile, and few enough that the last
/// one is short.
const SYNC_EVERY_BYTES: usize = 8 << 20;

/// A thread that syncs a file while it is being written, so that the writer does not have to wait
/// for the whole file at the end.
pub(super) struct BackgroundSync {
    written: usize,
    requests: SyncSender<()>,
    thread: JoinHandle<io::Result<()>>,
}

impl BackgroundSync {
    /// Starts the thread. Returns `None` if no thread or file handle is available; the file is then
    /// synced at the end only.
    pub(super) fn start(file: &File) -> Option<Self> {
        let file = file.try_clone().ok()?;
        let (requests, received) = sync_channel(1);
        let sync = move || {
            // The system reports a write error to one sync only, so the first failure is kept.
            received.into_iter().try_for_each(|()| file.sync_data())
        };
        let thread = thread::Builder::new().name("background-sync".to_owned()).spawn(sync).ok()?;
        Some(Self { written: 0, requests, thread })
    }

    /// Records that `bytes` more have been written, and requests a sync when enough have.
    pub(super) fn wrote(&mut self, bytes: usize) {
        self.written += bytes;
        if self.written >= SYNC_EVERY_BYTES {
            self.written = 0;
            // A busy thread gets the next request; an error is returned by `finish`.
            let _ = self.requests.try_send(());
        }
    }

    /// Waits for the requested syncs. Fails if one of them failed.
    pub(super) fn finish(self) -> io::Result<()> {
        drop(self.requests);
        self.thread.join().unwrap_or_else(|_| Err(io::Error::other("the sync thread panicked")))
    }
}
