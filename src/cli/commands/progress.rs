//! Progress of long operations on stderr: a bar on a terminal, occasional lines elsewhere.

use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use lapwing_boundaries::progress::Progress;

/// How often a line is written where there is no terminal: often enough to show progress in a log
/// file without filling it.
const LINE_EVERY: Duration = Duration::from_secs(5);

/// The unit in which progress is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Layers, files, areas…
    Steps,
    /// Bytes of a file.
    Bytes,
}

/// Reports progress on stderr.
#[derive(Debug)]
pub(crate) struct ProgressReporter {
    manner: Manner,
    unit: Unit,
    stage: Mutex<Option<Stage>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Silent,
    Lines,
    Bars,
}

#[derive(Debug)]
struct Stage {
    name: String,
    steps: u64,
    done: u64,
    began: Instant,
    last_line: Instant,
    bar: ProgressBar,
}

impl ProgressReporter {
    /// Reports with bars if stderr is a terminal, else with lines, or not at all if `quiet`.
    pub(crate) fn new(quiet: bool) -> Self {
        Self::of(quiet, Unit::Steps)
    }

    /// The same, counting in `unit`.
    pub(crate) fn of(quiet: bool, unit: Unit) -> Self {
        let manner = match (quiet, std::io::stderr().is_terminal()) {
            (true, _) => Manner::Silent,
            (false, true) => Manner::Bars,
            (false, false) => Manner::Lines,
        };
        Self { manner, unit, stage: Mutex::new(None) }
    }

    /// Ends the current stage and replaces its bar with a line that gives its duration.
    pub(crate) fn finish(&self) {
        let stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(stage) = stage {
            self.close(&stage);
        }
    }

    fn close(&self, stage: &Stage) {
        stage.bar.finish_and_clear();
        let took = stage.began.elapsed();
        // For a short stage, the line that announced it is enough.
        match self.manner {
            Manner::Bars => eprintln!("{} … {:.1} s", stage.name, took.as_secs_f64()),
            Manner::Lines if took >= LINE_EVERY => {
                eprintln!("{}: done in {:.1} s", stage.name, took.as_secs_f64());
            }
            Manner::Lines | Manner::Silent => {}
        }
    }

    /// `3 of 12`, `1.5 of 20.0 MB`. The total is unknown (0) for stdin.
    fn count(&self, stage: &Stage) -> String {
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        match (self.unit, stage.steps) {
            (Unit::Steps, 0) => stage.done.to_string(),
            (Unit::Steps, steps) => format!("{} of {steps}", stage.done),
            (Unit::Bytes, 0) => format!("{:.1} MB", megabytes(stage.done)),
            (Unit::Bytes, all) => {
                format!("{:.1} of {:.1} MB", megabytes(stage.done), megabytes(all))
            }
        }
    }

    fn bar(&self, name: &str, steps: u64) -> ProgressBar {
        let template = match (self.unit, steps) {
            (_, 0) => "{spinner} {msg} {elapsed}",
            (Unit::Steps, _) => "{msg:24} {wide_bar} {pos}/{len} {elapsed}",
            (Unit::Bytes, _) => "{msg:24} {wide_bar} {bytes}/{total_bytes} {eta} to go",
        };
        let bar = if steps == 0 { ProgressBar::new_spinner() } else { ProgressBar::new(steps) };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(name.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}

impl Drop for ProgressReporter {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Progress for ProgressReporter {
    fn begin(&self, stage: &str, steps: u64) {
        self.finish();
        let bar = match self.manner {
            Manner::Bars => self.bar(stage, steps),
            Manner::Lines => {
                eprintln!("{stage} …");
                ProgressBar::hidden()
            }
            Manner::Silent => ProgressBar::hidden(),
        };
        let now = Instant::now();
        let stage =
            Stage { name: stage.to_owned(), steps, done: 0, began: now, last_line: now, bar };
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = Some(stage);
    }

    fn advance(&self, steps: u64) {
        let mut stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(stage) = stage.as_mut() else { return };
        stage.done += steps;
        stage.bar.set_position(stage.done);
        if self.manner == Manner::Lines && stage.last_line.elapsed() >= LINE_EVERY {
            stage.last_line = Instant::now();
            eprintln!("{}: {}", stage.name, self.count(stage));
        }
    }
}
