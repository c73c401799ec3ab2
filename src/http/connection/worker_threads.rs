//! The threads that serve connections.
//!
//! Each runs the connections it was given from their first request to their last, on a runtime of
//! its own. One runtime for all threads would hand what there is to do from one to the next, and
//! wake it for that, over answers that cost less than the waking.
//!
//! A thread with nothing to do lets others run before it sleeps. Those it has answered may be on
//! this machine (a proxy is), and what they ask as soon as they run is answered in one go, where
//! falling asleep at once would cost a waking for each.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// Threads that serve. When this is dropped they end, and with them what they still serve.
#[derive(Debug)]
pub(in crate::http) struct Threads(Vec<Thread>);

#[derive(Debug)]
struct Thread {
    runtime: Handle,
    /// Connections that it has.
    connections: Arc<AtomicUsize>,
    /// Ends it when it is dropped.
    _stop: oneshot::Sender<()>,
}

impl Threads {
    /// Starts so many.
    pub(in crate::http) fn start(count: usize) -> io::Result<Self> {
        (0..count.max(1)).map(start).collect::<io::Result<_>>().map(Self)
    }

    /// Serves a connection on the thread that has fewest; `serve` makes of its socket what is to
    /// be done.
    pub(in crate::http) fn give<F>(
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
        let place = Place::taken(&thread.connections);
        thread.runtime.spawn(async move {
            connection.await;
            drop(place);
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
        // It is dropped, never sent to.
        let _ = runtime.block_on(stopped);
        // Work that is still going on is not waited for.
        runtime.shutdown_background();
    })?;
    Ok(Thread { runtime: handle, connections: Arc::default(), _stop: stop })
}

/// One of a thread's connections.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn taken(connections: &Arc<AtomicUsize>) -> Self {
        connections.fetch_add(1, Relaxed);
        Self(Arc::clone(connections))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}
