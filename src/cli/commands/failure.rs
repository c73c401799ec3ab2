//! Why a command ends without having done its work, and the exit code that says so.

use std::fmt::Display;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use lapwing_boundaries::manifest::nearest;

/// Why a command ends early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The data are refused, or a file cannot be read or written: exit code 1.
    Refused(String),
    /// The command was called in a way that cannot be meant: exit code 2.
    Usage(String),
    /// What clap has to say: help and version (exit code 0), or a wrong flag (2).
    CommandLine(clap::Error),
    /// The reader of our output has gone away, as `head` does: no failure, and nothing to say.
    ReaderGone,
}

impl Failure {
    /// Says it on stderr and gives its exit code.
    pub(crate) fn tell(self) -> ExitCode {
        match self {
            Self::Refused(message) => {
                eprintln!("error: {message}");
                ExitCode::from(1)
            }
            Self::Usage(message) => {
                eprintln!("error: {message}");
                ExitCode::from(2)
            }
            Self::CommandLine(error) => {
                // A closed stdout is no reason to fail.
                let _ = error.print();
                ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
            }
            Self::ReaderGone => ExitCode::SUCCESS,
        }
    }

    /// Data that are refused, for a reason that says itself.
    pub(crate) fn refused(error: impl Display) -> Self {
        Self::Refused(error.to_string())
    }

    /// A file that cannot be written, and what to do.
    pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Self {
        let remedy = match error.kind() {
            io::ErrorKind::BrokenPipe => return Self::ReaderGone,
            io::ErrorKind::NotFound => "make its folder first",
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "write to a folder that you may write to"
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "make room on the disk; what stood there before is untouched"
            }
            _ => "nothing was left half-written under that name",
        };
        Self::Refused(format!("{} cannot be written: {error}; {remedy}", path.display()))
    }

    /// A file that cannot be read.
    pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::Refused(format!("{} cannot be read: {error}", path.display()))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(message) | Self::Usage(message) => f.write_str(message),
            Self::CommandLine(error) => error.fmt(f),
            Self::ReaderGone => f.write_str("the reader of the output has gone away"),
        }
    }
}

/// Writing to stdout failed.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderGone,
            _ => Self::Refused(format!("the output cannot be written: {error}")),
        }
    }
}

/// `did you mean "ward"?`, or else the list of what there is.
pub(crate) fn suggest(asked: &str, known: &[&str]) -> String {
    match nearest(asked, known) {
        Some(meant) => format!("did you mean {meant:?}?"),
        None if known.is_empty() => "there is none".to_owned(),
        None => format!("there are {}", known.join(", ")),
    }
}
