//! Loader for addresses: CSVs of UPRN, postcode, easting and northing.
//!
//! The ONS UPRN Directory is one, with a file for each region. OS Open UPRN has no postcodes. A
//! council has an extract of its gazetteer, or Open UPRN joined with one.

use std::io::Read;

use rayon::prelude::*;

use crate::catalogue::AddressSpec;
use crate::fault::{FaultKind, Report, RowCounts, Severity};
use crate::gazetteer::Address;
use crate::postcode::Postcode;

use super::csv::{self, BadRows, Header, Role, Row, RowFaults, Rows};
use super::parts::{self, Part};
use super::position;

/// The largest UPRN: twelve digits (BS 7666).
const LARGEST_UPRN: u64 = 999_999_999_999;

/// The number of contradictions listed. More would not explain the file better.
const LISTED: usize = 1000;

/// Loads the addresses of a catalogue, sorted by postcode, then UPRN. Each UPRN occurs once.
///
/// Rows without a postcode or position are left out and counted. So are rows that break the rules of
/// their columns, or they are errors if the catalogue is strict.
pub fn load_addresses(spec: &AddressSpec, report: &mut Report) -> Vec<Address> {
    let name = csv::name_of(&spec.path);
    let refuse = |report: &mut Report, message: String| {
        RowFaults::new(report, &name, None, BadRows::Refused).of_file(
            FaultKind::UnreadableFile,
            Severity::Error,
            message,
        );
    };
    let parts = match parts::find(&spec.path, &["onsud"]) {
        Ok(parts) => parts,
        Err(message) => {
            refuse(report, message);
            return Vec::new();
        }
    };
    let read: Vec<(Result<FileOfAddresses, String>, Report)> = parts
        .par_iter()
        .enumerate()
        .map(|(part, file)| {
            let (mut report, mut found) = (Report::default(), FileOfAddresses::default());
            let done = file.read(|reader| {
                found = read_file(reader, part, &file.name(), spec, &mut report);
            });
            (done.map(|()| found), report)
        })
        .collect();
    let mut all = FileOfAddresses::default();
    for (found, of_file) in read {
        report.extend(of_file);
        match found {
            Ok(found) => all.join(found),
            Err(message) => refuse(report, message),
        }
    }
    let names: Vec<String> = parts.iter().map(Part::name).collect();
    settle(all, &name, &names, spec, report)
}

/// Reads addresses from the contents of a file. `file` names it in messages.
pub fn read_addresses(
    reader: impl Read,
    file: &str,
    spec: &AddressSpec,
    report: &mut Report,
) -> Vec<Address> {
    let found = read_file(reader, 0, file, spec, report);
    settle(found, file, &[file.to_owned()], spec, report)
}

/// The addresses of a file and where they stand, and the number of its rows.
#[derive(Default)]
struct FileOfAddresses {
    found: Vec<LocatedAddress>,
    rows: usize,
}

/// An address, with its file and line for messages about contradictions.
struct LocatedAddress {
    address: Address,
    part: usize,
    line: u64,
}

impl FileOfAddresses {
    fn join(&mut self, other: Self) {
        self.found.extend(other.found);
        self.rows += other.rows;
    }
}

const fn bad_rows(spec: &AddressSpec) -> BadRows {
    if spec.strict { BadRows::Refused } else { BadRows::Counted }
}

fn read_file(
    reader: impl Read,
    part: usize,
    file: &str,
    spec: &AddressSpec,
    report: &mut Report,
) -> FileOfAddresses {
    let mut faults = RowFaults::new(report, file, None, bad_rows(spec));
    let mut rows = Rows::new(reader);
    let mut found = Vec::new();
    match rows.header(&mut faults) {
        None => {
            let message = "the file is empty: add a header and a row for each address";
            faults.of_file(FaultKind::BadField, Severity::Error, message.to_owned());
        }
        Some(header) => {
            if let Some(columns) = Columns::find(&header, spec, &mut faults) {
                found = columns.read(&mut rows, part, &mut faults);
            }
        }
    }
    let count = rows.count();
    rows.finish(&mut faults);
    faults.finish();
    FileOfAddresses { found, rows: count }
}

/// Sorts the addresses of all files and reports the counts.
fn settle(
    all: FileOfAddresses,
    name: &str,
    parts: &[String],
    spec: &AddressSpec,
    report: &mut Report,
) -> Vec<Address> {
    let mut faults = RowFaults::new(report, name, None, bad_rows(spec));
    if all.found.is_empty() && all.rows > 0 && !faults.has_errors() {
        let message = format!("none of the {} rows is an address: check `source`", all.rows);
        faults.of_file(FaultKind::BadField, Severity::Error, message);
    }
    let addresses = without_repeats(all.found, parts, &mut faults);
    let (kept, left_out) = (addresses.len(), all.rows.saturating_sub(addresses.len()));
    faults.rows(RowCounts { rows: all.rows, kept, left_out, ..RowCounts::default() });
    faults.finish();
    addresses
}

struct Columns {
    uprn: (usize, String),
    postcode: (usize, String),
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

impl Columns {
    /// Finds the columns that the catalogue names, and the others by the names in use.
    fn find(header: &Header, spec: &AddressSpec, faults: &mut RowFaults<'_>) -> Option<Self> {
        let mut find = |named: Option<&String>, role: Role| -> Option<(usize, String)> {
            let column = match named {
                Some(name) => header.find(name, faults)?,
                None => role.find(header).or_else(|| {
                    let names = header.names().join(", ");
                    let message = format!(
                        "the file has no column {}: name it in `columns`; its columns are {names}",
                        role.examples()
                    );
                    let field = role.examples().split([',', ' ']).next().unwrap_or_default();
                    faults.of_column(field, FaultKind::BadField, Severity::Error, message);
                    None
                })?,
            };
            Some((column, header.names()[column].clone()))
        };
        let uprn = find(spec.uprn.as_ref(), Role::Uprn);
        let postcode = find(spec.postcode.as_ref(), Role::Postcode);
        let easting = find(spec.easting.as_ref(), Role::Easting);
        let northing = find(spec.northing.as_ref(), Role::Northing);
        let (easting, northing) = easting.zip(northing)?;
        Some(Self {
            uprn: uprn?,
            postcode: postcode?,
            easting: easting.0,
            northing: northing.0,
            position: format!("{}, {}", easting.1, northing.1),
            width: header.len(),
        })
    }

    fn read<R: Read>(
        &self,
        rows: &mut Rows<R>,
        part: usize,
        faults: &mut RowFaults<'_>,
    ) -> Vec<LocatedAddress> {
        let mut found = Vec::new();
        let mut incomplete = 0_usize;
        while let Some(row) = rows.next_row(faults) {
            match self.read_row(&row, faults) {
                Outcome::Address(address) => {
                    found.push(LocatedAddress { address, part, line: row.line });
                }
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
        if csv::wrong_width(row, self.width, "header", faults) {
            return Outcome::Refused;
        }
        let mut refuse = |column: Option<&str>, kind, message: &str| {
            let uprn = row.text(self.uprn.0);
            let code = (!uprn.is_empty()).then_some(&*uprn);
            faults.bad_row(row, code, column, kind, message, csv::Outcome::LeftOut);
            Outcome::Refused
        };
        let text = row.text(self.uprn.0);
        let uprn = match text.parse::<u64>() {
            Ok(uprn) if (1..=LARGEST_UPRN).contains(&uprn) => uprn,
            _ if text.is_empty() => {
                return refuse(Some(&*self.uprn.1), FaultKind::MissingCode, "the row has no UPRN");
            }
            _ => {
                let shown = row.shown(self.uprn.0);
                let message = format!("{shown:?} is not a UPRN: use a number of up to 12 digits");
                return refuse(Some(&*self.uprn.1), FaultKind::BadField, &message);
            }
        };
        if row.bytes(self.postcode.0).is_empty() {
            return Outcome::Incomplete;
        }
        let postcode = match Postcode::parse(&row.text(self.postcode.0)) {
            Ok(postcode) => postcode,
            Err(error) => {
                let column = Some(&*self.postcode.1);
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

/// Removes repeated rows, so that each UPRN occurs once. Of two different rows for one UPRN the first
/// is kept, unless bad rows are errors.
fn without_repeats(
    mut found: Vec<LocatedAddress>,
    parts: &[String],
    faults: &mut RowFaults<'_>,
) -> Vec<Address> {
    found.par_sort_unstable_by_key(|located| (located.address.uprn, located.part, located.line));
    let (mut repeated, mut contradictions) = (0_usize, 0_usize);
    found.dedup_by(|later, kept| {
        if later.address.uprn != kept.address.uprn {
            return false;
        }
        if later.address == kept.address {
            repeated += 1;
        } else if contradictions < LISTED {
            contradictions += 1;
            let lines = if later.part == kept.part {
                format!("lines {} and {}", kept.line, later.line)
            } else {
                let file = |located: &LocatedAddress| {
                    format!("{} line {}", parts[located.part], located.line)
                };
                format!("{} and {}", file(kept), file(later))
            };
            let uprn = kept.address.uprn;
            let message = format!("the UPRN {uprn} is on {lines} with different values");
            faults.contradiction(FaultKind::DuplicateCode, &message, "the first was kept");
        }
        true
    });
    if repeated > 0 {
        let message = format!("{repeated} rows repeat another row and were left out");
        faults.of_file(FaultKind::LeftOut, Severity::Note, message);
    }
    let mut addresses: Vec<Address> = found.into_iter().map(|located| located.address).collect();
    addresses.par_sort_unstable_by_key(|address| (address.postcode, address.uprn));
    addresses
}
