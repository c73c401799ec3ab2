//! The log of the service, on stderr.
//!
//! A line a request is written at every request, and a call to the system for each would cost the
//! service a fifth of its speed: lines are gathered, and a thread of their own writes them a few
//! times a second or when there are many. Warnings and errors are written at once, with what was
//! gathered before them; so is everything where a person looks on. What is the same in every line
//! of a request is put together quickly ([`access_line`]).

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

use self::access_line::{Form, Quick};
use super::failure::Failure;
use crate::cli::config::LogFormat;

mod access_line;

/// A line waits so long at most.
const PATIENCE: Duration = Duration::from_millis(100);

/// So many bytes are not waited with.
const MANY: usize = 64 << 10;

/// So many are written by who adds to them: the writer does not keep up.
const TOO_MANY: usize = 4 << 20;

/// Starts the log; it is written to its end when what this returns is dropped.
pub(super) fn start(format: LogFormat, level: &str) -> Result<Flushed, Failure> {
    let filter: Targets = level.parse().map_err(|error| {
        Failure::Usage(format!(
            "{level:?} is no log level: {error}; write error, warn, info, debug or trace"
        ))
    })?;
    let terminal = io::stderr().is_terminal();
    let gathered = Arc::<Gathered>::default();
    let writer = (!terminal).then(|| write_often(&gathered));
    let lines = Lines { gathered: Arc::clone(&gathered), writer };
    let lines = tracing_subscriber::fmt::layer().with_writer(lines);
    let log = tracing_subscriber::registry();
    // It is started once, here, so that it cannot have been started before.
    let _ = match format {
        LogFormat::Text => {
            let rest = format::format().with_ansi(terminal);
            let lines = lines.with_ansi(terminal).event_format(Quick::new(Form::Text, rest));
            log.with(lines).with(filter).try_init()
        }
        LogFormat::Json => {
            let rest = format::format().json().flatten_event(true);
            let lines = lines.fmt_fields(JsonFields::new());
            log.with(lines.event_format(Quick::new(Form::Json, rest))).with(filter).try_init()
        }
    };
    Ok(Flushed(gathered))
}

/// Starts the thread that writes what has been gathered, until nobody gathers any more.
fn write_often(gathered: &Arc<Gathered>) -> Thread {
    let gathered = Arc::downgrade(gathered);
    let writer = thread::spawn(move || {
        while let Some(gathered) = gathered.upgrade() {
            gathered.write_out();
            drop(gathered);
            thread::park_timeout(PATIENCE);
        }
    });
    writer.thread().clone()
}

/// Writes what is left of the log when it is dropped.
#[derive(Debug)]
pub(super) struct Flushed(Arc<Gathered>);

impl Drop for Flushed {
    fn drop(&mut self) {
        self.0.write_out();
    }
}

/// Lines not written yet.
#[derive(Debug, Default)]
struct Gathered {
    lines: Mutex<Vec<u8>>,
    /// Empty, but while it is being written.
    writing: Mutex<Vec<u8>>,
}

impl Gathered {
    /// Writes all, in order; a log that nobody takes is no reason to stop serving. Meanwhile lines
    /// are gathered on.
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

/// Where lines are put.
#[derive(Clone, Debug)]
struct Lines {
    gathered: Arc<Gathered>,
    /// The thread that writes them; `None` where each is written at once.
    writer: Option<Thread>,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { lines: self, at_once: self.writer.is_none() }
    }

    fn make_writer_for(&'a self, told: &Metadata<'_>) -> Line<'a> {
        let at_once = self.writer.is_none() || *told.level() <= Level::WARN;
        Line { lines: self, at_once }
    }
}

/// One line of it, which comes in one piece.
struct Line<'a> {
    lines: &'a Lines,
    at_once: bool,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let gathered = &self.lines.gathered;
        let (before, after) = {
            let mut lines = lock(&gathered.lines);
            let before = lines.len();
            lines.extend_from_slice(bytes);
            (before, lines.len())
        };
        if self.at_once || after >= TOO_MANY {
            gathered.write_out();
        } else if before < MANY && after >= MANY {
            self.lines.writer.iter().for_each(Thread::unpark);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
