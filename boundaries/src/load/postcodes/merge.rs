//! Merging of records for the same postcode.

use std::cmp::Reverse;

use rayon::prelude::*;

use crate::fault::{FaultKind, Severity};
use crate::gazetteer::PostcodeRecord;

use super::super::csv::RowFaults;
use super::LocatedRecord;

/// The number of contradictions listed. The rest are counted.
const LISTED: usize = 1000;

/// Returns one record per postcode, sorted by postcode.
///
/// A live record is preferred to terminated ones, and a later termination to an earlier one. Equal
/// records are merged. Of records that contradict each other the first is kept, unless bad rows are
/// errors.
pub(super) fn merge(
    mut placed: Vec<LocatedRecord>,
    parts: &[String],
    faults: &mut RowFaults<'_>,
) -> Vec<PostcodeRecord> {
    placed.par_sort_unstable_by_key(|LocatedRecord { record, part, line }| {
        let ends = record.terminated;
        (record.postcode, ends.is_some(), Reverse(ends), *part, *line)
    });
    let mut records: Vec<PostcodeRecord> = Vec::with_capacity(placed.len());
    let (mut repeated, mut outlived, mut contradictions) = (0_usize, 0_usize, 0_usize);
    let mut kept = (0, 0);
    for LocatedRecord { record, part, line } in placed {
        let Some(last) = records.last().filter(|last| last.postcode == record.postcode) else {
            kept = (part, line);
            records.push(record);
            continue;
        };
        if *last == record {
            repeated += 1;
        } else if last.terminated != record.terminated {
            outlived += 1;
        } else {
            contradictions += 1;
            if contradictions <= LISTED {
                let message = format!(
                    "{} has two different records, {} line {} and {} line {line}",
                    record.postcode, parts[kept.0], kept.1, parts[part]
                );
                faults.contradiction(FaultKind::DuplicateCode, &message, "the first was kept");
            }
        }
    }
    let is_strict = faults.is_strict();
    let mut count = |count: usize, kind, severity, what: &str| {
        if count > 0 {
            faults.of_file(kind, severity, format!("{count} {what}"));
        }
    };
    let more = contradictions.saturating_sub(LISTED);
    count(
        more,
        FaultKind::DuplicateCode,
        if is_strict { Severity::Error } else { Severity::Note },
        "more postcodes have two different records",
    );
    count(
        repeated,
        FaultKind::LeftOut,
        Severity::Note,
        "rows repeat another row and were left out",
    );
    count(
        outlived,
        FaultKind::LeftOut,
        Severity::Note,
        "terminated records were left out because their postcodes are live or were terminated later",
    );
    records
}
