//! Where the faults of a CSV go.

use std::collections::BTreeMap;

use crate::fault::{Fault, FaultKind, Report, Severity};
use crate::layer::LayerId;

use super::Row;

/// How many faults of one kind are listed for one file; the others are only counted. A column
/// named wrongly in a national file would otherwise fill the memory with the same sentence.
const LISTED_PER_KIND: usize = 1000;

/// Where the faults of one file go: listed with line and column, up to a number of each kind, then
/// counted.
pub(crate) struct RowFaults<'r> {
    report: &'r mut Report,
    file: String,
    layer: Option<LayerId>,
    told: BTreeMap<(FaultKind, Severity), usize>,
}

impl<'r> RowFaults<'r> {
    pub(crate) fn new(report: &'r mut Report, file: &str, layer: Option<&LayerId>) -> Self {
        Self { report, file: file.to_owned(), layer: layer.cloned(), told: BTreeMap::new() }
    }

    fn push(&mut self, fault: Fault) {
        let fault = fault.in_file(&self.file);
        self.report.add(match &self.layer {
            Some(layer) => fault.in_layer(layer),
            None => fault,
        });
    }

    /// A fault of the file as a whole.
    pub(crate) fn of_file(&mut self, kind: FaultKind, severity: Severity, message: String) {
        self.push(Fault::new(severity, kind, message));
    }

    /// A fault of a column as a whole.
    pub(crate) fn of_column(
        &mut self,
        column: &str,
        kind: FaultKind,
        severity: Severity,
        message: String,
    ) {
        self.push(Fault::new(severity, kind, message).of_field(column));
    }

    /// A fault of one row, in a column if it concerns one.
    pub(crate) fn of_row(
        &mut self,
        row: &Row<'_>,
        code: Option<&str>,
        column: Option<&str>,
        kind: FaultKind,
        severity: Severity,
        message: &str,
    ) {
        let told = self.told.entry((kind, severity)).or_default();
        *told += 1;
        if *told > LISTED_PER_KIND {
            return;
        }
        let message = format!("line {}: {message}", row.line);
        let fault = Fault::new(severity, kind, message).of_feature(row.index, code);
        self.push(match column {
            Some(column) => fault.of_field(column),
            None => fault,
        });
    }

    /// Says how many faults of each kind were not listed.
    pub(crate) fn finish(mut self) {
        for ((kind, severity), told) in std::mem::take(&mut self.told) {
            if told > LISTED_PER_KIND {
                let more = told - LISTED_PER_KIND;
                let message = format!("and {more} more rows with the fault {}", kind.slug());
                self.of_file(kind, severity, message);
            }
        }
    }
}
