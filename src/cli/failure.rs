//! Why a command failed, and its exit code.

use std::fmt::Display;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use lapwing_boundaries::manifest::nearest;

/// Why a command stopped before it was done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The data were refused, or a file cannot be read or written. Exit code 1.
    Refused(String),
    /// The arguments are wrong. Exit code 2.
    Usage(String),
    /// Help and version (exit code 0), or a wrong flag (exit code 2), as reported by clap.
    CommandLine(clap::Error),
    /// The reader of our output closed it, as `head` does. This is not an error: exit code 0.
    ReaderGone,
}

impl Failure {
    /// Prints the message to stderr and returns the exit code.
    pub(crate) fn report(self) -> ExitCode {
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
                // Help that cannot be printed must not change the exit code.
                let _ = error.print();
                ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
            }
            Self::ReaderGone => ExitCode::SUCCESS,
        }
    }

    /// Refused data, with the error as the message.
    pub(crate) fn refused(error: impl Display) -> Self {
        Self::Refused(error.to_string())
    }

    /// A file that cannot be written, with advice.
    pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Self {
        let remedy = match error.kind() {
            io::ErrorKind::BrokenPipe => return Self::ReaderGone,
            io::ErrorKind::NotFound => "create its folder first",
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "choose a folder in which you have write permission"
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "free some disk space; the previous file is unchanged"
            }
            _ => "no partial file was left under that name",
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
            Self::ReaderGone => f.write_str("the reader closed the output"),
        }
    }
}

/// An error while writing to stdout.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderGone,
            _ => Self::Refused(format!("the output cannot be written: {error}")),
        }
    }
}

/// `did you mean "ward"?` if a known name is similar, else the list of known names.
pub(crate) fn suggest(name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(similar) => format!("did you mean {similar:?}?"),
        None if known.is_empty() => "there are none".to_owned(),
        None => format!("choose from {}", known.join(", ")),
    }
}
