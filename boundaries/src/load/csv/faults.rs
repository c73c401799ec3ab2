//! Reporting of CSV faults by line and column.

use std::collections::BTreeMap;

use crate::fault::{Fault, FaultKind, Report, RowCounts, Severity};
use crate::layer::LayerId;

use super::Row;

/// The number of faults of one kind listed per file; the rest are counted. Otherwise a misnamed
/// column in a national file would fill memory with the same sentence.
const LISTED_PER_KIND: usize = 1000;

/// The number of further lines named in a note that counts rows.
const LINES_NAMED: usize = 4;

/// What a row that cannot be read means for its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadRows {
    /// Each is an error, so nothing is built: `strict = true`.
    Refused,
    /// Each is left out and listed. For registers, which their owner can correct.
    Listed,
    /// They are left out and counted, with the first of each kind. For files of publishers, which
    /// nobody but the publisher can correct.
    Counted,
}

/// What becomes of a row with a bad cell, if that is not an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// The row is left out.
    LeftOut,
    /// The row is used without the cell.
    CellIgnored,
}

impl Outcome {
    const fn of_one(self) -> &'static str {
        match self {
            Self::LeftOut => "the row was left out",
            Self::CellIgnored => "the value was ignored",
        }
    }

    const fn of_many(self) -> &'static str {
        match self {
            Self::LeftOut => "were left out",
            Self::CellIgnored => "have a value like this, which was ignored",
        }
    }
}

/// Bad rows of one kind: the first as a fault, and how many there are.
struct Counted {
    first: Fault,
    count: usize,
    lines: Vec<u64>,
}

/// Collects the faults of one file: lists them with line and column up to [`LISTED_PER_KIND`] of
/// each kind, then counts them.
pub(crate) struct RowFaults<'r> {
    report: &'r mut Report,
    file: String,
    layer: Option<LayerId>,
    bad_rows: BadRows,
    /// The rows that were left out because they are bad.
    bad: usize,
    listed: BTreeMap<(FaultKind, Severity), usize>,
    counted: BTreeMap<(FaultKind, String, Outcome), Counted>,
}

impl<'r> RowFaults<'r> {
    pub(crate) fn new(
        report: &'r mut Report,
        file: &str,
        layer: Option<&LayerId>,
        bad_rows: BadRows,
    ) -> Self {
        let (listed, counted) = (BTreeMap::new(), BTreeMap::new());
        let (file, layer) = (file.to_owned(), layer.cloned());
        Self { report, file, layer, bad_rows, bad: 0, listed, counted }
    }

    /// Returns true if bad rows are errors.
    pub(crate) fn is_strict(&self) -> bool {
        self.bad_rows == BadRows::Refused
    }

    /// Returns true if the report has an error, of this file or another.
    pub(crate) fn has_errors(&self) -> bool {
        self.report.has_errors()
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

    /// Adds a note about one row, and the column if it concerns one.
    pub(crate) fn note_row(
        &mut self,
        row: &Row<'_>,
        code: Option<&str>,
        column: Option<&str>,
        kind: FaultKind,
        message: &str,
    ) {
        let fault = fault_of(row, code, column, kind, Severity::Note, message);
        self.list(fault);
    }

    /// Adds a row with a fault: an error, or a note with its outcome.
    pub(crate) fn bad_row(
        &mut self,
        row: &Row<'_>,
        code: Option<&str>,
        column: Option<&str>,
        kind: FaultKind,
        message: &str,
        outcome: Outcome,
    ) {
        self.bad += usize::from(outcome == Outcome::LeftOut);
        match self.bad_rows {
            BadRows::Refused => {
                let fault = fault_of(row, code, column, kind, Severity::Error, message);
                self.list(fault);
            }
            BadRows::Listed => {
                let message = format!("{message}: {}", outcome.of_one());
                let fault = fault_of(row, code, column, kind, Severity::Note, &message);
                self.list(fault);
            }
            BadRows::Counted => {
                let key = (kind, column.unwrap_or_default().to_owned(), outcome);
                let counted = self.counted.entry(key).or_insert_with(|| Counted {
                    first: fault_of(row, code, column, kind, Severity::Note, message),
                    count: 0,
                    lines: Vec::new(),
                });
                counted.count += 1;
                if counted.count > 1 && counted.lines.len() < LINES_NAMED {
                    counted.lines.push(row.line);
                }
            }
        }
    }

    /// Adds an error of a file or one that is only noted, depending on how bad rows are treated.
    pub(crate) fn contradiction(&mut self, kind: FaultKind, message: &str, instead: &str) {
        if self.is_strict() {
            self.of_file(kind, Severity::Error, format!("{message}: keep one"));
        } else {
            self.of_file(kind, Severity::Note, format!("{message}: {instead}"));
        }
    }

    fn list(&mut self, fault: Fault) {
        let count = self.listed.entry((fault.kind, fault.severity)).or_default();
        *count += 1;
        if *count <= LISTED_PER_KIND {
            self.push(fault);
        }
    }

    /// Refuses a file of which no row is kept and some are bad: it is another file than the catalogue
    /// says.
    pub(crate) fn refuse_if_all_bad(&mut self, rows: usize, kept: usize) {
        if kept == 0 && self.bad > 0 && !self.is_strict() {
            let message =
                format!("none of the {rows} rows can be used: check `source` and the columns");
            self.of_file(FaultKind::BadField, Severity::Error, message);
        }
    }

    /// Records how many rows the file has and how many were kept.
    pub(crate) fn rows(&mut self, mut counts: RowCounts) {
        counts.layer.clone_from(&self.layer);
        counts.file.clone_from(&self.file);
        self.report.rows.push(counts);
    }

    /// Reports how many faults of each kind were not listed.
    pub(crate) fn finish(mut self) {
        for ((_, _, outcome), counted) in std::mem::take(&mut self.counted) {
            let Counted { mut first, count, lines } = counted;
            let more = if count > lines.len() + 1 { ", …" } else { "" };
            let lines: Vec<String> = lines.iter().map(u64::to_string).collect();
            first.message = match count {
                1 => format!("{}: {}", first.message, outcome.of_one()),
                _ => format!(
                    "{}; {count} rows, this and lines {}{more}, {}",
                    first.message,
                    lines.join(", "),
                    outcome.of_many()
                ),
            };
            self.push(first);
        }
        for ((kind, severity), count) in std::mem::take(&mut self.listed) {
            if count > LISTED_PER_KIND {
                let more = count - LISTED_PER_KIND;
                let message = format!("{more} more rows have the fault {}", kind.slug());
                self.of_file(kind, severity, message);
            }
        }
    }
}

fn fault_of(
    row: &Row<'_>,
    code: Option<&str>,
    column: Option<&str>,
    kind: FaultKind,
    severity: Severity,
    message: &str,
) -> Fault {
    let message = format!("line {}: {message}", row.line);
    let fault = Fault::new(severity, kind, message).of_feature(row.index, code);
    match column {
        Some(column) => fault.of_field(column),
        None => fault,
    }
}
