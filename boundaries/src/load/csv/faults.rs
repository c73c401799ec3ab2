//! Reporting of CSV faults by line and column.

use std::collections::BTreeMap;

use crate::fault::{Fault, FaultKind, Report, Severity};
use crate::layer::LayerId;

use super::Row;

/// The number of faults of one kind listed per file; the rest are counted. Otherwise a misnamed
/// column in a national file would fill memory with the same sentence.
const LISTED_PER_KIND: usize = 1000;

/// Collects the faults of one file: lists them with line and column up to [`LISTED_PER_KIND`] of
/// each kind, then counts them.
pub(crate) struct RowFaults<'r> {
    report: &'r mut Report,
    file: String,
    layer: Option<LayerId>,
    counts: BTreeMap<(FaultKind, Severity), usize>,
}

impl<'r> RowFaults<'r> {
    pub(crate) fn new(report: &'r mut Report, file: &str, layer: Option<&LayerId>) -> Self {
        Self { report, file: file.to_owned(), layer: layer.cloned(), counts: BTreeMap::new() }
    }

    fn push(&mut self, fault: Fault) {
        let fault = fault.in_file(&self.file);
        self.report.add(match &self.layer {
            Some(layer) => fault.in_layer(layer),
            None => fault,
        });
    }

    /// Adds a fault of the whole file.
    pub(crate) fn of_file(&mut self, kind: FaultKind, severity: Severity, message: String) {
        self.push(Fault::new(severity, kind, message));
    }

    /// Adds a fault of a whole column.
    pub(crate) fn of_column(
        &mut self,
        column: &str,
        kind: FaultKind,
        severity: Severity,
        message: String,
    ) {
        self.push(Fault::new(severity, kind, message).of_field(column));
    }

    /// Adds a fault of one row, and the column if it concerns one.
    pub(crate) fn of_row(
        &mut self,
        row: &Row<'_>,
        code: Option<&str>,
        column: Option<&str>,
        kind: FaultKind,
        severity: Severity,
        message: &str,
    ) {
        let count = self.counts.entry((kind, severity)).or_default();
        *count += 1;
        if *count > LISTED_PER_KIND {
            return;
        }
        let message = format!("line {}: {message}", row.line);
        let fault = Fault::new(severity, kind, message).of_feature(row.index, code);
        self.push(match column {
            Some(column) => fault.of_field(column),
            None => fault,
        });
    }

    /// Reports how many faults of each kind were not listed.
    pub(crate) fn finish(mut self) {
        for ((kind, severity), count) in std::mem::take(&mut self.counts) {
            if count > LISTED_PER_KIND {
                let more = count - LISTED_PER_KIND;
                let message = format!("{more} more rows have the fault {}", kind.slug());
                self.of_file(kind, severity, message);
            }
        }
    }
}
