//! The threads that serve connections.
//!
//! Each has its own runtime and runs its connections until they close. A runtime that is shared by
//! all threads would move tasks between them and wake threads for that, which costs more than most
//! responses.
//!
//! An idle thread yields before it sleeps. Its clients may be on the same machine, as a proxy is, and
//! the requests that they send when they run are then handled together. Sleeping at once would cost
//! one wake-up for each.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// The worker threads. Dropping this stops them and closes their connections.
#[derive(Debug)]
pub(in crate::http) struct WorkerThreads(Vec<Thread>);

#[derive(Debug)]
struct Thread {
    runtime: Handle,
    /// The number of open connections.
    connections: Arc<AtomicUsize>,
    /// Dropping this stops the thread.
    _stop: oneshot::Sender<()>,
}

impl WorkerThreads {
    /// Starts `count` threads.
    pub(in crate::http) fn start(count: usize) -> io::Result<Self> {
        (0..count.max(1)).map(start).collect::<io::Result<_>>().map(Self)
    }

    /// Runs `serve` for a connection on the thread with the fewest connections.
    pub(in crate::http) fn spawn<F>(
        &self,
        stream: TcpStream,
        serve: impl FnOnce(TcpStream) -> F,
    ) -> io::Result<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let fewest = self.0.iter().min_by_key(|thread| thread.connections.load(Relaxed));
        let Some(thread) = fewest else { return Err(io::Error::other("there are no threads")) };
        let stream = stream.into_std()?;
        let stream = {
            let _within = thread.runtime.enter();
            TcpStream::from_std(stream)?
        };
        let connection = serve(stream);
        let counted = ConnectionCount::taken(&thread.connections);
        thread.runtime.spawn(async move {
            connection.await;
            drop(counted);
        });
        Ok(())
    }
}

fn start(number: usize) -> io::Result<Thread> {
    let runtime =
        Builder::new_current_thread().enable_all().on_thread_park(thread::yield_now).build()?;
    let handle = runtime.handle().clone();
    let (stop, stopped) = oneshot::channel::<()>();
    thread::Builder::new().name(format!("serve-{number}")).spawn(move || {
        // The sender is dropped; nothing is ever sent.
        let _ = runtime.block_on(stopped);
        // Does not wait for blocking work that is still running.
        runtime.shutdown_background();
    })?;
    Ok(Thread { runtime: handle, connections: Arc::default(), _stop: stop })
}

/// Counts one connection of a thread.
struct ConnectionCount(Arc<AtomicUsize>);

impl ConnectionCount {
    fn taken(connections: &Arc<AtomicUsize>) -> Self {
        connections.fetch_add(1, Relaxed);
        Self(Arc::clone(connections))
    }
}

impl Drop for ConnectionCount {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}
