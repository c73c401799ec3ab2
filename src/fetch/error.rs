//! What can go wrong with one address, and whether waiting can help.

use std::fmt;
use std::time::Duration;

/// Why an address did not give what was asked of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// It may pass: too many requests, a server that is overloaded, a connection that broke.
    Passing {
        /// A sentence without a full stop.
        why: String,
        /// How long the server asks to be left alone.
        wait: Option<Duration>,
    },
    /// The same question would be answered in the same way: another address may do better.
    Lasting(String),
    /// Something on this side: a disk that is full, a folder that may not be written to. No other
    /// address would do better.
    Here(String),
}

impl Trouble {
    pub(super) fn passing(why: impl Into<String>) -> Self {
        Self::Passing { why: why.into(), wait: None }
    }

    pub(super) fn lasting(why: impl Into<String>) -> Self {
        Self::Lasting(why.into())
    }

    /// A file or folder of this machine that does not do as it is told.
    pub(super) fn here(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::Here(format!("{} cannot be written: {error}", path.display()))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passing { why, .. } | Self::Lasting(why) | Self::Here(why) => f.write_str(why),
        }
    }
}
