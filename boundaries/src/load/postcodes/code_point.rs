//! Reader for Code-Point Open. The file has no header. Columns: 1 postcode, 2 positional quality, 3
//! easting, 4 northing, 5 country, 6 NHS regional authority, 7 NHS authority, 8 county, 9 district,
//! 10 ward.
//!
//! Older editions pad the postcode with spaces to seven characters. Copies with only the first four
//! columns are read too; they have no published ward.

use std::io::Read;

use crate::code::AreaCode;
use crate::fault::{FaultKind, Severity};
use crate::gazetteer::PostcodeRecord;

use super::super::csv::{Outcome, Row, RowFaults, Rows};
use super::super::position;
use super::{Reading, postcode_of};

/// Column counts: the product, and copies without area codes.
const WIDTHS: [usize; 2] = [10, 4];

/// The product with a comma at the end of each row, as some spreadsheets write it.
const TRAILING_COMMA: usize = 11;

/// The positional quality of a postcode without a position.
pub(super) const NO_POSITION: u8 = 90;

pub(super) fn read<R: Read>(
    rows: &mut Rows<R>,
    part: usize,
    reading: &mut Reading,
    faults: &mut RowFaults<'_>,
) {
    let mut wrong = None;
    while let Some(row) = rows.next_row(faults) {
        if is_header(&row) {
            continue;
        }
        if !WIDTHS.contains(&row.len()) && row.len() != TRAILING_COMMA {
            wrong.get_or_insert_with(|| not_code_point(&row));
            let message = format!(
                "the row has {} columns, but Code-Point Open has 10: look for an extra comma or quote",
                row.len()
            );
            faults.bad_row(&row, None, None, FaultKind::BadField, &message, Outcome::LeftOut);
            continue;
        }
        if let Some(record) = read_row(&row, faults) {
            reading.add(record, part, row.line);
        }
    }
    if let Some(message) = wrong.filter(|_| reading.placed.is_empty()) {
        faults.of_file(FaultKind::BadField, Severity::Error, message);
    }
}

/// What to do about a file whose rows have another number of columns.
fn not_code_point(row: &Row<'_>) -> String {
    let hint = if row.text(0).to_lowercase().starts_with("pcd") {
        "; for the Postcode Directory write format = \"onspd\""
    } else {
        ""
    };
    format!("line {} has {} columns, but Code-Point Open has 10{hint}", row.line, row.len())
}

/// Returns true for a header. The product has none, but its column names come in a separate file
/// and end up in some copies.
fn is_header(row: &Row<'_>) -> bool {
    row.index < 2 && matches!(row.bytes(0).to_ascii_lowercase().as_slice(), b"pc" | b"postcode")
}

fn quality(text: &[u8]) -> Option<u8> {
    match text {
        [digit @ (b'1'..=b'6' | b'8' | b'9'), b'0'] => Some((digit - b'0') * 10),
        _ => None,
    }
}

fn read_row(row: &Row<'_>, faults: &mut RowFaults<'_>) -> Option<PostcodeRecord> {
    let postcode = postcode_of(row, 0, "postcode", faults)?;
    let mut refuse = |column, kind, message: &str| {
        let code = postcode.to_string();
        faults.bad_row(row, Some(&code), Some(column), kind, message, Outcome::LeftOut);
    };
    let Some(positional_quality) = quality(row.bytes(1)) else {
        let message = format!(
            "{:?} is not a positional quality: use 10, 20, 30, 40, 50, 60, 80 or 90",
            row.shown(1)
        );
        refuse("positional quality", FaultKind::BadField, &message);
        return None;
    };
    let position = match position::from_grid(row.bytes(2), row.bytes(3)) {
        Ok(position) => position.filter(|_| positional_quality != NO_POSITION),
        Err(refused) => {
            refuse("easting, northing", refused.kind, &refused.message);
            return None;
        }
    };
    let published_ward = match row.text(9) {
        ward if ward.is_empty() => None,
        ward => match AreaCode::parse(&ward) {
            Ok(code) => Some(code),
            Err(error) => {
                let (code, message) = (postcode.to_string(), error.to_string());
                let (kind, outcome) = (FaultKind::InvalidCode, Outcome::CellIgnored);
                faults.bad_row(row, Some(&code), Some("ward"), kind, &message, outcome);
                if faults.is_strict() {
                    return None;
                }
                None
            }
        },
    };
    Some(PostcodeRecord {
        postcode,
        position,
        positional_quality,
        terminated: None,
        published_ward,
    })
}
