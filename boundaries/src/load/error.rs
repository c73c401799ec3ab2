//! What a reader gives before projection: features in the file's own coordinates.

use std::fmt;

use crate::fault::{Fault, FaultKind, Report};
use crate::layer::LayerId;

use super::crs::StatedCrs;
use super::raw::RawFeature;

/// The features of one file, their coordinates as the file has them, longitude or easting first.
#[derive(Clone, Debug, PartialEq)]
pub struct Unprojected {
    /// What the file says of its CRS.
    pub crs: StatedCrs,
    /// Its features, in its order.
    pub features: Vec<RawFeature>,
}

/// Why a file as a whole is refused: a sentence, and the field or feature if it is to blame.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal(Box<Fault>);

impl Refusal {
    /// The file cannot be read, for the reason given.
    pub fn unreadable(message: impl Into<String>) -> Self {
        Self::new(FaultKind::UnreadableFile, message)
    }

    /// The file is refused for a reason of that kind.
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self(Box::new(Fault::error(kind, message)))
    }

    /// The reason, as a fault.
    pub fn into_fault(self) -> Fault {
        *self.0
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self(Box::new(fault))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A [`Report`] that knows which layer and file it is about, so that no fault forgets to say.
#[derive(Debug)]
pub struct FileReport<'a> {
    layer: &'a LayerId,
    file: String,
    report: &'a mut Report,
}

impl<'a> FileReport<'a> {
    /// Reports about `file`, read for `layer`.
    pub fn new(layer: &'a LayerId, file: impl Into<String>, report: &'a mut Report) -> Self {
        Self { layer, file: file.into(), report }
    }

    /// Adds a fault of the file.
    pub fn add(&mut self, fault: Fault) {
        self.report.add(fault.in_layer(self.layer).in_file(self.file.clone()));
    }

    /// The file, as people would name it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Names the file more exactly: the table of a GeoPackage, the member of a zip.
    pub fn rename(&mut self, file: impl Into<String>) {
        self.file = file.into();
    }
}
