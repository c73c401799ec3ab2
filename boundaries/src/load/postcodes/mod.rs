//! Loader for postcodes published by Ordnance Survey (Code-Point Open) and ONS (Postcode
//! Directory and its relatives).
//!
//! 1. Find the file, or every data file of a folder or zip ([`super::parts`]).
//! 2. Read the files in parallel, each in its format ([`code_point`], [`onspd`]).
//! 3. Merge records of the same postcode ([`merge`]).

mod code_point;
mod merge;
mod onspd;

use std::io::Read;

use rayon::prelude::*;

use crate::catalogue::{PostcodeFormat, PostcodeSpec};
use crate::fault::{FaultKind, Report, RowCounts, Severity};
use crate::gazetteer::PostcodeRecord;
use crate::postcode::Postcode;

use super::csv::{self, BadRows, Outcome, Row, RowFaults, Rows};
use super::parts::{self, Part};

/// Loads the postcodes of a catalogue, in text order. Each postcode occurs once.
///
/// Postcodes without a position and terminated postcodes are kept, with a note. Rows that violate
/// the format or contradict each other are left out and counted, or are errors if the catalogue is
/// strict.
pub fn load_postcodes(spec: &PostcodeSpec, report: &mut Report) -> Vec<PostcodeRecord> {
    let name = csv::name_of(&spec.path);
    let parts = match parts::find(&spec.path, directories(spec.format)) {
        Ok(parts) => parts,
        Err(message) => {
            let mut faults = RowFaults::new(report, &name, None, BadRows::Counted);
            faults.of_file(FaultKind::UnreadableFile, Severity::Error, message);
            return Vec::new();
        }
    };
    let bad_rows = bad_rows(spec.strict);
    let read: Vec<Reading> = parts
        .par_iter()
        .enumerate()
        .map(|(at, part)| {
            let mut reading = Reading { is_one_of_many: parts.len() > 1, ..Reading::default() };
            if let Err(message) = part.read(|reader| {
                reading.read(reader, at, &part.name(), spec.format, bad_rows);
            }) {
                let mut faults = RowFaults::new(&mut reading.report, &name, None, bad_rows);
                faults.of_file(FaultKind::UnreadableFile, Severity::Error, message);
            }
            reading
        })
        .collect();
    let names: Vec<String> = parts.iter().map(Part::name).collect();
    settle(read, &name, &names, bad_rows, report)
}

/// Reads postcodes from the contents of one file. `file` names it in messages. If `strict` is true, a
/// row that violates the format is an error.
pub fn read_postcodes(
    reader: impl Read,
    file: &str,
    format: PostcodeFormat,
    strict: bool,
    report: &mut Report,
) -> Vec<PostcodeRecord> {
    let (mut reading, bad_rows) = (Reading::default(), bad_rows(strict));
    reading.read(reader, 0, file, format, bad_rows);
    settle(vec![reading], file, &[file.to_owned()], bad_rows, report)
}

/// The beginnings of the names of the files that hold the directory, beside tables of names and codes.
const fn directories(format: PostcodeFormat) -> &'static [&'static str] {
    match format {
        PostcodeFormat::CodePointOpen => &[],
        PostcodeFormat::Onspd => &["onspd", "nspl", "nhspd", "gridall"],
    }
}

const fn bad_rows(strict: bool) -> BadRows {
    if strict { BadRows::Refused } else { BadRows::Counted }
}

/// A record and its location, for messages about contradictions.
struct LocatedRecord {
    record: PostcodeRecord,
    part: usize,
    line: u64,
}

/// The result of reading one file.
#[derive(Default)]
struct Reading {
    placed: Vec<LocatedRecord>,
    report: Report,
    /// True if the source has several files, among which may be tables of names and codes.
    is_one_of_many: bool,
    /// The rows of the file, read or not.
    rows: usize,
    without_position: usize,
    irish: usize,
}

impl Reading {
    fn read(
        &mut self,
        reader: impl Read,
        part: usize,
        file: &str,
        format: PostcodeFormat,
        bad_rows: BadRows,
    ) {
        let mut report = std::mem::take(&mut self.report);
        let mut faults = RowFaults::new(&mut report, file, None, bad_rows);
        let mut rows = Rows::new(reader);
        match format {
            PostcodeFormat::CodePointOpen => code_point::read(&mut rows, part, self, &mut faults),
            PostcodeFormat::Onspd => onspd::read(&mut rows, part, self, &mut faults),
        }
        self.rows += rows.count();
        rows.finish(&mut faults);
        faults.finish();
        self.report = report;
    }

    fn add(&mut self, record: PostcodeRecord, part: usize, line: u64) {
        if record.position.is_none() {
            self.without_position += 1;
        }
        self.placed.push(LocatedRecord { record, part, line });
    }
}

/// Returns the postcode of a row. Reports an invalid one and returns `None`.
fn postcode_of(
    row: &Row<'_>,
    at: usize,
    column: &str,
    faults: &mut RowFaults<'_>,
) -> Option<Postcode> {
    match Postcode::parse(&row.text(at)) {
        Ok(postcode) => Some(postcode),
        Err(error) => {
            let (kind, message) = (FaultKind::InvalidPostcode, error.to_string());
            faults.bad_row(row, None, Some(column), kind, &message, Outcome::LeftOut);
            None
        }
    }
}

/// Merges the readings of all files and reports the counts.
fn settle(
    readings: Vec<Reading>,
    name: &str,
    parts: &[String],
    bad_rows: BadRows,
    report: &mut Report,
) -> Vec<PostcodeRecord> {
    let (mut without_position, mut irish, mut rows) = (0, 0, 0);
    let mut placed = Vec::with_capacity(readings.iter().map(|r| r.placed.len()).sum());
    for reading in readings {
        report.extend(reading.report);
        without_position += reading.without_position;
        irish += reading.irish;
        rows += reading.rows;
        placed.extend(reading.placed);
    }
    let empty = placed.is_empty() && !report.has_errors();
    let mut faults = RowFaults::new(report, name, None, bad_rows);
    if empty {
        let message = match rows {
            0 => "the file contains no postcodes: check `source` and `format`".to_owned(),
            _ => format!("none of the {rows} rows can be read: check `source` and `format`"),
        };
        faults.of_file(FaultKind::BadField, Severity::Error, message);
    }
    if irish > 0 {
        let message = format!(
            "{irish} postcodes of Northern Ireland have an Irish Grid reference and were placed by \
             latitude and longitude where the file has them"
        );
        faults.of_file(FaultKind::Approximate, Severity::Note, message);
    }
    if without_position > 0 {
        let message =
            format!("{without_position} postcodes have no position and were kept without one");
        faults.of_file(FaultKind::NoPosition, Severity::Note, message);
    }
    let records = merge::merge(placed, parts, &mut faults);
    let having = |has: &dyn Fn(&PostcodeRecord) -> bool| records.iter().filter(|r| has(r)).count();
    faults.rows(RowCounts {
        rows,
        kept: records.len(),
        terminated: having(&|record| record.terminated.is_some()),
        without_position: having(&|record| record.position.is_none()),
        left_out: rows.saturating_sub(records.len()),
        ..RowCounts::default()
    });
    records
}
