//! Loader for postcodes published by Ordnance Survey (Code-Point Open) and ONS (Postcode
//! Directory).
//!
//! 1. Find the file, or every data file of a folder or zip ([`parts`]).
//! 2. Read the files in parallel, each in its format ([`code_point`], [`onspd`]).
//! 3. Merge records of the same postcode ([`merge`]).

mod code_point;
mod merge;
mod onspd;
mod parts;

use std::io::Read;

use rayon::prelude::*;

use crate::catalogue::{PostcodeFormat, PostcodeSpec};
use crate::fault::{FaultKind, Report, Severity};
use crate::gazetteer::PostcodeRecord;
use crate::postcode::Postcode;

use super::csv::{self, Row, RowFaults, Rows};
use parts::Part;

/// Loads the postcodes of a catalogue, in text order. Each postcode occurs once.
///
/// Postcodes without a position and terminated postcodes are kept, with a note. Rows that violate
/// the format or contradict each other are errors.
pub fn load_postcodes(spec: &PostcodeSpec, report: &mut Report) -> Vec<PostcodeRecord> {
    let name = csv::name_of(&spec.path);
    let parts = match parts::find(&spec.path, spec.format) {
        Ok(parts) => parts,
        Err(message) => {
            let mut faults = RowFaults::new(report, &name, None);
            faults.of_file(FaultKind::UnreadableFile, Severity::Error, message);
            return Vec::new();
        }
    };
    let read: Vec<Reading> = parts
        .par_iter()
        .enumerate()
        .map(|(at, part)| {
            let mut reading = Reading::default();
            if let Err(message) = part.read(|reader| {
                reading.read(reader, at, &part.name(), spec.format);
            }) {
                let mut faults = RowFaults::new(&mut reading.report, &name, None);
                faults.of_file(FaultKind::UnreadableFile, Severity::Error, message);
            }
            reading
        })
        .collect();
    let names: Vec<String> = parts.iter().map(Part::name).collect();
    settle(read, &name, &names, report)
}

/// Reads postcodes from the contents of one file. `file` names it in messages.
pub fn read_postcodes(
    reader: impl Read,
    file: &str,
    format: PostcodeFormat,
    report: &mut Report,
) -> Vec<PostcodeRecord> {
    let mut reading = Reading::default();
    reading.read(reader, 0, file, format);
    settle(vec![reading], file, &[file.to_owned()], report)
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
    without_position: usize,
    irish: usize,
}

impl Reading {
    fn read(&mut self, reader: impl Read, part: usize, file: &str, format: PostcodeFormat) {
        let mut report = std::mem::take(&mut self.report);
        let mut faults = RowFaults::new(&mut report, file, None);
        let mut rows = Rows::new(reader);
        match format {
            PostcodeFormat::CodePointOpen => code_point::read(&mut rows, part, self, &mut faults),
            PostcodeFormat::Onspd => onspd::read(&mut rows, part, self, &mut faults),
        }
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
            let (kind, severity) = (FaultKind::InvalidPostcode, Severity::Error);
            faults.of_row(row, None, Some(column), kind, severity, &error.to_string());
            None
        }
    }
}

/// Merges the readings of all files and reports the counts.
fn settle(
    readings: Vec<Reading>,
    name: &str,
    parts: &[String],
    report: &mut Report,
) -> Vec<PostcodeRecord> {
    let (mut without_position, mut irish) = (0, 0);
    let mut placed = Vec::with_capacity(readings.iter().map(|r| r.placed.len()).sum());
    for reading in readings {
        report.extend(reading.report);
        without_position += reading.without_position;
        irish += reading.irish;
        placed.extend(reading.placed);
    }
    let empty = placed.is_empty() && !report.has_errors();
    let mut faults = RowFaults::new(report, name, None);
    if empty {
        let message = "the file contains no postcodes: check `source` and `format`".to_owned();
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
    merge::merge(placed, parts, &mut faults)
}
