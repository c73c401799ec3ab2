//! The report of some data: its faults, and the rows of its files of points.

use serde::Serialize;

use super::{Fault, Severity};
use crate::layer::LayerId;

/// What became of the rows of a CSV of points.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RowCounts {
    /// The layer; `None` for postcodes and addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<LayerId>,
    /// The file.
    pub file: String,
    /// The rows, without the header and blank rows.
    pub rows: usize,
    /// The records that were kept, one for each postcode, address or site.
    pub kept: usize,
    /// The postcodes among them that are terminated.
    pub terminated: usize,
    /// The postcodes among them without a position.
    pub without_position: usize,
    /// The rows that were left out: unreadable, incomplete, excluded or repeated.
    pub left_out: usize,
}

/// All faults found in some data.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// The faults, in the order in which they were found.
    pub faults: Vec<Fault>,
    /// The rows of each CSV of points.
    pub rows: Vec<RowCounts>,
}

impl Report {
    /// Adds a fault.
    pub fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Appends another report.
    pub fn extend(&mut self, other: Self) {
        self.faults.extend(other.faults);
        self.rows.extend(other.rows);
    }

    /// Returns the number of faults with this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.faults.iter().filter(|fault| fault.severity == severity).count()
    }

    /// Returns true if any fault is an error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }
}
