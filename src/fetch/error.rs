//! Errors of a download, and whether a retry can help.

use std::fmt;
use std::time::Duration;

/// Why a download failed.
#[derive(Clone, Debug, PartialEq)]
pub enum FetchError {
    /// Temporary: too many requests, an overloaded server, a lost connection.
    Transient {
        /// A sentence without a full stop.
        why: String,
        /// The wait that the server asks for.
        wait: Option<Duration>,
    },
    /// The same request would fail again; another URL may work.
    Permanent(String),
    /// A problem on this machine, such as a full disk or a missing permission. Another URL would
    /// not help.
    Local(String),
}

impl FetchError {
    pub(super) fn transient(why: impl Into<String>) -> Self {
        Self::Transient { why: why.into(), wait: None }
    }

    pub(super) fn permanent(why: impl Into<String>) -> Self {
        Self::Permanent(why.into())
    }

    /// A file or folder of this machine that cannot be written.
    pub(super) fn local(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::Local(format!("{} cannot be written: {error}", path.display()))
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transient { why, .. } | Self::Permanent(why) | Self::Local(why) => {
                f.write_str(why)
            }
        }
    }
}
