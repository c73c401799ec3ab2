//! The error type of the loaders, and the report of one file.

use std::fmt;

use crate::fault::{Fault, FaultKind, Report};
use crate::layer::LayerId;

/// Why a whole file is refused, as a fault that names the field or feature concerned.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadError(Box<Fault>);

impl LoadError {
    /// Creates an error for a file that cannot be read.
    pub fn unreadable(message: impl Into<String>) -> Self {
        Self::new(FaultKind::UnreadableFile, message)
    }

    /// Creates an error of this kind.
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self(Box::new(Fault::error(kind, message)))
    }

    /// Returns the reason as a fault.
    pub fn into_fault(self) -> Fault {
        *self.0
    }
}

impl From<Fault> for LoadError {
    fn from(fault: Fault) -> Self {
        Self(Box::new(fault))
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A [`Report`] that adds the layer and file to every fault.
#[derive(Debug)]
pub struct FileReport<'a> {
    layer: &'a LayerId,
    file: String,
    report: &'a mut Report,
}

impl<'a> FileReport<'a> {
    /// Creates a report about `file`, read for `layer`.
    pub fn new(layer: &'a LayerId, file: impl Into<String>, report: &'a mut Report) -> Self {
        Self { layer, file: file.into(), report }
    }

    /// Adds a fault, with the layer and file.
    pub fn add(&mut self, fault: Fault) {
        self.report.add(fault.in_layer(self.layer).in_file(self.file.clone()));
    }

    /// Returns the file name used in messages.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Replaces the file name by a more exact one: the table of a GeoPackage, the member of a zip.
    pub fn rename(&mut self, file: impl Into<String>) {
        self.file = file.into();
    }
}
