//! The log of the service, on stderr.
//!
//! A line a request is written at every request, and a call to the system for each would cost the
//! service a fifth of its speed: lines are gathered, and written a few times a second or when there
//! are many. Warnings and errors are written at once, with what was gathered before them; so is
//! everything where a person looks on.

use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

use super::failure::Failure;
use crate::config::LogFormat;

/// A line waits so long at most.
const PATIENCE: Duration = Duration::from_millis(100);

/// So many bytes are not waited with.
const MANY: usize = 64 << 10;

/// Starts the log; it is written to its end when what this returns is dropped.
pub(super) fn start(format: LogFormat, level: &str) -> Result<Flushed, Failure> {
    let filter = tracing_subscriber::EnvFilter::try_new(level).map_err(|error| {
        Failure::Usage(format!(
            "{level:?} is no log level: {error}; write error, warn, info, debug or trace"
        ))
    })?;
    let terminal = io::stderr().is_terminal();
    let lines = Lines { gathered: Arc::default(), at_once: terminal };
    if !terminal {
        let gathered = Arc::downgrade(&lines.gathered);
        thread::spawn(move || {
            while let Some(gathered) = gathered.upgrade() {
                write_out(&mut lock(&gathered));
                drop(gathered);
                thread::sleep(PATIENCE);
            }
        });
    }
    let flushed = Flushed(Arc::clone(&lines.gathered));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(lines);
    // It is started once, here, so that it cannot have been started before.
    let _ = match format {
        LogFormat::Text => log.with_ansi(terminal).try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    Ok(flushed)
}

/// Writes what is left of the log when it is dropped.
#[derive(Debug)]
pub(super) struct Flushed(Arc<Mutex<Vec<u8>>>);

impl Drop for Flushed {
    fn drop(&mut self) {
        write_out(&mut lock(&self.0));
    }
}

/// Lines not written yet.
#[derive(Clone, Debug)]
struct Lines {
    gathered: Arc<Mutex<Vec<u8>>>,
    at_once: bool,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { gathered: lock(&self.gathered), at_once: self.at_once }
    }

    fn make_writer_for(&'a self, told: &Metadata<'_>) -> Line<'a> {
        let at_once = self.at_once || *told.level() <= Level::WARN;
        Line { gathered: lock(&self.gathered), at_once }
    }
}

/// One line of it.
struct Line<'a> {
    gathered: MutexGuard<'a, Vec<u8>>,
    at_once: bool,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        if self.at_once || self.gathered.len() >= MANY {
            write_out(&mut self.gathered);
        }
    }
}

/// Writes all; a log that nobody takes is no reason to stop serving.
fn write_out(gathered: &mut Vec<u8>) {
    if !gathered.is_empty() {
        let _ = io::stderr().write_all(gathered);
        gathered.clear();
    }
}

fn lock(gathered: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    gathered.lock().unwrap_or_else(PoisonError::into_inner)
}
