//! The log of the service, on stderr.
//!
//! Every request writes one line, and a system call for each would cost a fifth of the throughput.
//! Lines are therefore buffered, and a thread writes them several times a second, or sooner if there
//! are many. Warnings and errors are written at once, after the lines before them. On a terminal
//! every line is written at once. [`access_line`] formats the lines of requests.

use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::{self, JsonFields};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use self::access_line::AccessLineFormat;
use crate::cli::config::LogFormat;
use crate::cli::failure::Failure;

mod access_line;

/// The longest time that a line is buffered.
const FLUSH_INTERVAL: Duration = Duration::from_millis(100);

/// The buffer size at which the writing thread is woken.
const WAKE_BYTES: usize = 64 << 10;

/// The buffer size at which the thread that adds a line writes the buffer itself, as the writing
/// thread does not keep up.
const LIMIT_BYTES: usize = 4 << 20;

/// Starts the log. The rest of the buffer is written when the returned guard is dropped.
pub(super) fn start(format: LogFormat, level: &str) -> Result<FlushGuard, Failure> {
    let filter: Targets = level.parse().map_err(|error| {
        Failure::Usage(format!(
            "invalid log level {level:?}: {error}; use error, warn, info, debug or trace"
        ))
    })?;
    let terminal = io::stderr().is_terminal();
    let buffer = Arc::<LineBuffer>::default();
    let writer = (!terminal).then(|| write_often(&buffer));
    let lines = Lines { buffer: Arc::clone(&buffer), writer };
    let lines = tracing_subscriber::fmt::layer().with_writer(lines);
    let log = tracing_subscriber::registry();
    // This is the only place that installs a subscriber, so it cannot fail.
    let _ = match format {
        LogFormat::Text => {
            let rest = format::format().with_ansi(terminal);
            let lines = lines.with_ansi(terminal);
            log.with(lines.event_format(AccessLineFormat::new(format, rest)))
                .with(filter)
                .try_init()
        }
        LogFormat::Json => {
            let rest = format::format().json().flatten_event(true);
            let lines = lines.fmt_fields(JsonFields::new());
            log.with(lines.event_format(AccessLineFormat::new(format, rest)))
                .with(filter)
                .try_init()
        }
    };
    Ok(FlushGuard(buffer))
}

/// Starts the thread that writes the buffer, until the last user of the buffer is gone.
fn write_often(buffer: &Arc<LineBuffer>) -> Thread {
    let buffer = Arc::downgrade(buffer);
    let writer = thread::spawn(move || {
        while let Some(buffer) = buffer.upgrade() {
            buffer.write_out();
            drop(buffer);
            thread::park_timeout(FLUSH_INTERVAL);
        }
    });
    writer.thread().clone()
}

/// Writes the rest of the log when dropped.
#[derive(Debug)]
pub(super) struct FlushGuard(Arc<LineBuffer>);

impl Drop for FlushGuard {
    fn drop(&mut self) {
        self.0.write_out();
    }
}

/// Lines that have not been written yet.
#[derive(Debug, Default)]
struct LineBuffer {
    lines: Mutex<Vec<u8>>,
    /// The lines that are being written; empty otherwise.
    writing: Mutex<Vec<u8>>,
}

impl LineBuffer {
    /// Writes all lines in order, without blocking threads that add lines. Errors are ignored: a
    /// closed stderr must not stop the service.
    fn write_out(&self) {
        let mut writing = lock(&self.writing);
        std::mem::swap(&mut *writing, &mut *lock(&self.lines));
        if !writing.is_empty() {
            let _ = io::stderr().write_all(&writing);
            writing.clear();
        }
    }
}

fn lock(bytes: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    bytes.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Creates a writer for each event.
#[derive(Clone, Debug)]
struct Lines {
    buffer: Arc<LineBuffer>,
    /// The writing thread; `None` if every line is written at once.
    writer: Option<Thread>,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { lines: self, at_once: self.writer.is_none() }
    }

    fn make_writer_for(&'a self, event: &Metadata<'_>) -> Line<'a> {
        let at_once = self.writer.is_none() || *event.level() <= Level::WARN;
        Line { lines: self, at_once }
    }
}

/// The writer of one line. tracing-subscriber writes each line in one call.
struct Line<'a> {
    lines: &'a Lines,
    at_once: bool,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let buffer = &self.lines.buffer;
        let (before, after) = {
            let mut lines = lock(&buffer.lines);
            let before = lines.len();
            lines.extend_from_slice(bytes);
            (before, lines.len())
        };
        if self.at_once || after >= LIMIT_BYTES {
            buffer.write_out();
        } else if before < WAKE_BYTES && after >= WAKE_BYTES {
            self.lines.writer.iter().for_each(Thread::unpark);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
