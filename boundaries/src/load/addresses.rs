//! Loader for addresses: a CSV of UPRN, postcode, easting and northing.
//!
//! OS Open UPRN has no postcodes. The file is a council's extract of its gazetteer, or Open UPRN
//! joined with one.

use std::io::Read;

use crate::catalogue::AddressSpec;
use crate::fault::{FaultKind, Report, Severity};
use crate::gazetteer::Address;
use crate::postcode::Postcode;

use super::csv::{self, Header, Row, RowFaults, Rows};
use super::position;

/// The largest UPRN: twelve digits (BS 7666).
const LARGEST_UPRN: u64 = 999_999_999_999;

/// The number of contradictions listed. More would not explain the file better.
const LISTED: usize = 1000;

/// Loads the addresses of a catalogue, sorted by postcode, then UPRN. Each UPRN occurs once.
///
/// Rows without a postcode or position are left out and counted. Rows that break the rules of their
/// columns are errors.
pub fn load_addresses(spec: &AddressSpec, report: &mut Report) -> Vec<Address> {
    let file = csv::name_of(&spec.path);
    match csv::open(&spec.path) {
        Ok(reader) => read_addresses(reader, &file, spec, report),
        Err(error) => {
            RowFaults::new(report, &file, None).of_file(
                FaultKind::UnreadableFile,
                Severity::Error,
                csv::unreadable(&spec.path, &error),
            );
            Vec::new()
        }
    }
}

/// Reads addresses from the contents of a file. `file` names it in messages.
pub fn read_addresses(
    reader: impl Read,
    file: &str,
    spec: &AddressSpec,
    report: &mut Report,
) -> Vec<Address> {
    let mut faults = RowFaults::new(report, file, None);
    let mut rows = Rows::new(reader);
    let mut found = Vec::new();
    match rows.header(&mut faults) {
        None => {
            let message = "the file is empty: add a header and a row for each address";
            faults.of_file(FaultKind::BadField, Severity::Error, message.to_owned());
        }
        Some(header) => {
            if let Some(columns) = Columns::find(&header, spec, &mut faults) {
                found = columns.read(&mut rows, &mut faults);
            }
        }
    }
    rows.finish(&mut faults);
    let addresses = without_repeats(found, &mut faults);
    faults.finish();
    addresses
}

struct Columns<'a> {
    uprn: (usize, &'a str),
    postcode: (usize, &'a str),
    easting: usize,
    northing: usize,
    position: String,
    width: usize,
}

/// The result of reading one row.
enum Outcome {
    Address(Address),
    /// The row has no postcode or no position.
    Incomplete,
    /// The row has a fault, which is in the report.
    Refused,
}

impl<'a> Columns<'a> {
    fn find(header: &Header, spec: &'a AddressSpec, faults: &mut RowFaults<'_>) -> Option<Self> {
        let uprn = header.find(&spec.uprn, faults);
        let postcode = header.find(&spec.postcode, faults);
        let easting = header.find(&spec.easting, faults);
        let northing = header.find(&spec.northing, faults);
        Some(Self {
            uprn: (uprn?, &spec.uprn),
            postcode: (postcode?, &spec.postcode),
            easting: easting?,
            northing: northing?,
            position: format!("{}, {}", spec.easting, spec.northing),
            width: header.len(),
        })
    }

    fn read<R: Read>(&self, rows: &mut Rows<R>, faults: &mut RowFaults<'_>) -> Vec<(Address, u64)> {
        let mut found = Vec::new();
        let mut incomplete = 0_usize;
        while let Some(row) = rows.next_row(faults) {
            match self.read_row(&row, faults) {
                Outcome::Address(address) => found.push((address, row.line)),
                Outcome::Incomplete => incomplete += 1,
                Outcome::Refused => {}
            }
        }
        if incomplete > 0 {
            let message = format!("{incomplete} rows without a postcode or position were left out");
            faults.of_file(FaultKind::LeftOut, Severity::Note, message);
        }
        found
    }

    fn read_row(&self, row: &Row<'_>, faults: &mut RowFaults<'_>) -> Outcome {
        let mut refuse = |column: Option<&str>, kind, message: &str| {
            let uprn = row.text(self.uprn.0);
            let code = (!uprn.is_empty()).then_some(&*uprn);
            faults.of_row(row, code, column, kind, Severity::Error, message);
            Outcome::Refused
        };
        if row.len() != self.width {
            let message = format!(
                "the row has {} columns but the header has {}: look for an extra comma or quote",
                row.len(),
                self.width
            );
            return refuse(None, FaultKind::BadField, &message);
        }
        let text = row.text(self.uprn.0);
        let uprn = match text.parse::<u64>() {
            Ok(uprn) if (1..=LARGEST_UPRN).contains(&uprn) => uprn,
            _ if text.is_empty() => {
                return refuse(Some(self.uprn.1), FaultKind::MissingCode, "the row has no UPRN");
            }
            _ => {
                let shown = row.shown(self.uprn.0);
                let message = format!("{shown:?} is not a UPRN: use a number of up to 12 digits");
                return refuse(Some(self.uprn.1), FaultKind::BadField, &message);
            }
        };
        if row.bytes(self.postcode.0).is_empty() {
            return Outcome::Incomplete;
        }
        let postcode = match Postcode::parse(&row.text(self.postcode.0)) {
            Ok(postcode) => postcode,
            Err(error) => {
                let column = Some(self.postcode.1);
                return refuse(column, FaultKind::InvalidPostcode, &error.to_string());
            }
        };
        match position::from_grid(row.bytes(self.easting), row.bytes(self.northing)) {
            Ok(Some(position)) => Outcome::Address(Address { uprn, postcode, position }),
            Ok(None) => Outcome::Incomplete,
            Err(refused) => refuse(Some(&self.position), refused.kind, &refused.message),
        }
    }
}

/// Removes repeated rows, so that each UPRN occurs once. Two different rows for one UPRN are an
/// error.
fn without_repeats(mut found: Vec<(Address, u64)>, faults: &mut RowFaults<'_>) -> Vec<Address> {
    found.sort_unstable_by_key(|(address, line)| (address.uprn, *line));
    let (mut repeated, mut contradictions) = (0_usize, 0_usize);
    found.dedup_by(|(later, line), (kept, first)| {
        if later.uprn != kept.uprn {
            return false;
        }
        if later == kept {
            repeated += 1;
        } else if contradictions < LISTED {
            contradictions += 1;
            let message = format!(
                "the UPRN {} is on lines {first} and {line} with different values: keep one",
                kept.uprn
            );
            faults.of_file(FaultKind::DuplicateCode, Severity::Error, message);
        }
        true
    });
    if repeated > 0 {
        let message = format!("{repeated} rows repeat another row and were left out");
        faults.of_file(FaultKind::LeftOut, Severity::Note, message);
    }
    let mut addresses: Vec<Address> = found.into_iter().map(|(address, _)| address).collect();
    addresses.sort_unstable_by_key(|address| (address.postcode, address.uprn));
    addresses
}
