//! Reader for the directories of the Office for National Statistics: the ONS Postcode Directory, the
//! National Statistics Postcode Lookup and the NHS Postcode Directory. They have a header, whose
//! columns are found by name ([`columns`]), but for `gridall`, the file of the NHS Postcode Directory.

mod columns;
mod month;

use std::io::Read;

use crate::code::AreaCode;
use crate::fault::{FaultKind, Severity};
use crate::gazetteer::{Month, PostcodeRecord};
use crate::position::Bng;
use crate::postcode::Postcode;

use super::super::csv::{FirstRow, Outcome, Row, RowFaults, Rows, wrong_width};
use super::super::position::{self, PositionError};
use super::code_point::NO_POSITION;
use super::{Reading, postcode_of};
use columns::Columns;

/// The code of Northern Ireland.
const NORTHERN_IRELAND: &[u8] = b"N92000002";

/// The quality of a position whose quality the file does not tell.
const UNSTATED_QUALITY: u8 = 10;

/// The latitude given for a postcode without a position.
fn is_no_latitude(text: &[u8]) -> bool {
    text.starts_with(b"99.99") || text == b"100" || text == b"99"
}

pub(super) fn read<R: Read>(
    rows: &mut Rows<R>,
    part: usize,
    reading: &mut Reading,
    faults: &mut RowFaults<'_>,
) {
    let columns = match rows.header_unless(Columns::is_data, faults) {
        FirstRow::None => return,
        FirstRow::Header(header) if reading.is_one_of_many && !Columns::has_postcodes(&header) => {
            let message = "the file has no column of postcodes: it was left out".to_owned();
            faults.of_file(FaultKind::LeftOut, Severity::Note, message);
            return;
        }
        FirstRow::Header(header) => Columns::find(&header, faults),
        FirstRow::Data => None,
    };
    let mut columns = match columns {
        None if faults.has_errors() => return,
        columns => columns,
    };
    while let Some(row) = rows.next_row(faults) {
        if columns.is_none() {
            columns = Columns::of_gridall(&row);
        }
        let Some(columns) = &columns else {
            let message = "the first line is not a header, and its columns are not those of \
                           gridall of the NHS Postcode Directory: add the header; for Code-Point \
                           Open write format = \"code-point-open\"";
            faults.of_file(FaultKind::BadField, Severity::Error, message.to_owned());
            return;
        };
        if wrong_width(&row, columns.width, "header", faults) {
            continue;
        }
        let Some(postcode) = postcode_of(&row, columns.postcode, "postcode", faults) else {
            continue;
        };
        let is_irish = columns.is_irish(&row);
        if let Some(record) = columns.read_row(&row, postcode, is_irish, faults) {
            reading.irish += usize::from(is_irish);
            reading.add(record, part, row.line);
        }
    }
}

/// A row was refused, which is reported.
struct Refused;

impl Columns {
    fn is_irish(&self, row: &Row<'_>) -> bool {
        let area = row.bytes(self.postcode).get(..2);
        area.is_some_and(|area| area.eq_ignore_ascii_case(b"BT"))
            || self.country.is_some_and(|column| row.bytes(column) == NORTHERN_IRELAND)
    }

    fn read_row(
        &self,
        row: &Row<'_>,
        postcode: Postcode,
        is_irish: bool,
        faults: &mut RowFaults<'_>,
    ) -> Option<PostcodeRecord> {
        let mut refuse = |column, kind, message: &str| {
            let code = postcode.to_string();
            faults.bad_row(row, Some(&code), Some(column), kind, message, Outcome::LeftOut);
        };
        let stated_quality = match self.quality(row) {
            Ok(quality) => quality,
            Err(message) => {
                refuse("gridind", FaultKind::BadField, &message);
                return None;
            }
        };
        let position = match self.position(row, is_irish) {
            Ok(position) => position.filter(|_| stated_quality != Some(NO_POSITION)),
            Err(refused) => {
                let by_grid = !is_irish && self.grid.is_some();
                let columns = if by_grid { "east1m, north1m" } else { "long, lat" };
                refuse(columns, refused.kind, &refused.message);
                return None;
            }
        };
        let positional_quality = stated_quality
            .unwrap_or_else(|| if position.is_some() { UNSTATED_QUALITY } else { NO_POSITION });
        let terminated = match self.terminated(row) {
            Ok(month) => month,
            Err(message) => {
                refuse("doterm", FaultKind::BadField, &message);
                return None;
            }
        };
        let published_ward = self.published_ward(row, postcode, faults).ok()?;
        Some(PostcodeRecord { postcode, position, positional_quality, terminated, published_ward })
    }

    /// 1 to 9 correspond to Code-Point's 10 to 90. The few rows without a value have no position.
    /// `None` if the file has no such column.
    fn quality(&self, row: &Row<'_>) -> Result<Option<u8>, String> {
        let Some(column) = self.quality else { return Ok(None) };
        let text = row.bytes(column);
        match text.strip_suffix(b".0").unwrap_or(text) {
            b"" => Ok(Some(NO_POSITION)),
            [digit @ b'1'..=b'9'] => Ok(Some((digit - b'0') * 10)),
            _ => {
                let shown = row.shown(column);
                Err(format!("{shown:?} is not a positional quality: use 1 to 9"))
            }
        }
    }

    fn terminated(&self, row: &Row<'_>) -> Result<Option<Month>, String> {
        let Some(column) = self.terminated else { return Ok(None) };
        match row.bytes(column) {
            b"" => Ok(None),
            text => month::parse(text).map(Some).ok_or_else(|| {
                format!("{:?} is not a month: write it like 202306", row.shown(column))
            }),
        }
    }

    /// Returns the ward of a row. An invalid one is no reason to lose the postcode, unless bad rows
    /// are errors.
    fn published_ward(
        &self,
        row: &Row<'_>,
        postcode: Postcode,
        faults: &mut RowFaults<'_>,
    ) -> Result<Option<AreaCode>, Refused> {
        let Some(ward) = self.ward.map(|column| row.text(column)) else { return Ok(None) };
        // E99999999 and similar codes mean no ward: the Isle of Man, the Channel Islands.
        if ward.is_empty() || ward.ends_with("99999999") {
            return Ok(None);
        }
        match AreaCode::parse(&ward) {
            Ok(code) => Ok(Some(code)),
            Err(error) => {
                let (code, message) = (postcode.to_string(), error.to_string());
                let kind = FaultKind::InvalidCode;
                let outcome = Outcome::CellIgnored;
                faults.bad_row(row, Some(&code), Some("ward"), kind, &message, outcome);
                if faults.is_strict() { Err(Refused) } else { Ok(None) }
            }
        }
    }

    /// For Northern Ireland, east1m and north1m hold Irish Grid metres, which would fall in Wales
    /// on the British grid. Those postcodes are placed by latitude and longitude, or not at all.
    fn position(&self, row: &Row<'_>, is_irish: bool) -> Result<Option<Bng>, PositionError> {
        if let Some((easting, northing)) = self.grid
            && !is_irish
        {
            return position::from_grid(row.bytes(easting), row.bytes(northing));
        }
        let Some((long, lat)) = self.degrees else { return Ok(None) };
        if is_no_latitude(row.bytes(lat)) {
            return Ok(None);
        }
        let found = position::from_degrees(row.bytes(long), row.bytes(lat))?;
        Ok(found.map(|(position, _)| position))
    }
}
