//! Reader for the ONS Postcode Directory: a header, with columns found by name.
//!
//! Column names have changed. Editions until 2024 have `pcd`, `oseast1m`, `osnrth1m`, `osgrdind`,
//! `osward`, `ctry`; later ones have `pcd7`, `east1m`, `north1m`, `gridind`, and area codes with
//! their year: `wd25cd`, `ctry25cd`.

use std::io::Read;

use crate::code::AreaCode;
use crate::fault::{FaultKind, Severity};
use crate::gazetteer::{Month, PostcodeRecord};
use crate::position::Bng;
use crate::postcode::Postcode;

use super::super::csv::{Header, Row, RowFaults, Rows};
use super::super::position::{self, PositionError};
use super::code_point::NO_POSITION;
use super::{Reading, postcode_of};

/// The code of Northern Ireland.
const NORTHERN_IRELAND: &[u8] = b"N92000002";

/// The latitude given for a postcode without a position.
const NO_LATITUDE: &[u8] = b"99.999999";

struct Columns {
    postcode: usize,
    easting: usize,
    northing: usize,
    quality: usize,
    terminated: usize,
    ward: Option<usize>,
    country: Option<usize>,
    degrees: Option<(usize, usize)>,
    width: usize,
}

pub(super) fn read<R: Read>(
    rows: &mut Rows<R>,
    part: usize,
    reading: &mut Reading,
    faults: &mut RowFaults<'_>,
) {
    let Some(header) = rows.header(faults) else { return };
    let Some(columns) = Columns::find(&header, faults) else { return };
    while let Some(row) = rows.next_row(faults) {
        if row.len() != columns.width {
            let message = format!(
                "the row has {} columns but the header has {}: look for an extra comma or quote",
                row.len(),
                columns.width
            );
            faults.of_row(&row, None, None, FaultKind::BadField, Severity::Error, &message);
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

impl Columns {
    fn find(header: &Header, faults: &mut RowFaults<'_>) -> Option<Self> {
        if header.names().first().is_some_and(|first| Postcode::parse(first).is_ok()) {
            let message = "the first line is not a header; for Code-Point Open write format = \
                           \"code-point-open\"";
            faults.of_file(FaultKind::BadField, Severity::Error, message.to_owned());
            return None;
        }
        let mut required = |names: &[&str]| {
            let found = any_of(header, names);
            if found.is_none() {
                let message = format!("the file has no column {}", names.join(" or "));
                faults.of_column(names[0], FaultKind::BadField, Severity::Error, message);
            }
            found
        };
        let postcode = required(&["pcds", "pcd", "pcd7", "pcd8", "pcd2"]);
        let easting = required(&["east1m", "oseast1m"]);
        let northing = required(&["north1m", "osnrth1m"]);
        let quality = required(&["gridind", "osgrdind"]);
        let terminated = required(&["doterm"]);
        let lat = any_of(header, &["lat", "latitude"]);
        let long = any_of(header, &["long", "lon", "longitude"]);
        let ward = dated(header, "wd").or_else(|| any_of(header, &["osward", "ward"]));
        if ward.is_none() {
            let message = "the file has no ward column (such as osward or wd25cd): published wards are unknown";
            faults.of_column("osward", FaultKind::BadField, Severity::Note, message.to_owned());
        }
        Some(Self {
            postcode: postcode?,
            easting: easting?,
            northing: northing?,
            quality: quality?,
            terminated: terminated?,
            ward,
            country: dated(header, "ctry").or_else(|| any_of(header, &["ctry"])),
            degrees: long.zip(lat),
            width: header.len(),
        })
    }

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
            faults.of_row(row, Some(&code), Some(column), kind, Severity::Error, message);
        };
        // 1 to 9 correspond to Code-Point's 10 to 90. The few rows without a value have no
        // position.
        let positional_quality = match row.bytes(self.quality) {
            b"" => NO_POSITION,
            [digit @ b'1'..=b'9'] => (digit - b'0') * 10,
            _ => {
                let shown = row.shown(self.quality);
                let message = format!("{shown:?} is not a positional quality: use 1 to 9");
                refuse("gridind", FaultKind::BadField, &message);
                return None;
            }
        };
        let position = match self.position(row, is_irish) {
            Ok(position) => position.filter(|_| positional_quality != NO_POSITION),
            Err(refused) => {
                let columns = if is_irish { "long, lat" } else { "east1m, north1m" };
                refuse(columns, refused.kind, &refused.message);
                return None;
            }
        };
        let terminated = match row.bytes(self.terminated) {
            b"" => None,
            text => {
                let month = month(text);
                if month.is_none() {
                    let shown = row.shown(self.terminated);
                    let message = format!("{shown:?} is not a month: write it like 202306");
                    refuse("doterm", FaultKind::BadField, &message);
                    return None;
                }
                month
            }
        };
        let published_ward = match self.ward.map(|column| row.text(column)) {
            // E99999999 and similar codes mean no ward: the Isle of Man, the Channel Islands.
            Some(ward) if !ward.is_empty() && !ward.ends_with("99999999") => {
                match AreaCode::parse(&ward) {
                    Ok(code) => Some(code),
                    Err(error) => {
                        refuse("ward", FaultKind::InvalidCode, &error.to_string());
                        return None;
                    }
                }
            }
            _ => None,
        };
        Some(PostcodeRecord { postcode, position, positional_quality, terminated, published_ward })
    }

    /// For Northern Ireland, east1m and north1m hold Irish Grid metres, which would fall in Wales
    /// on the British grid. Those postcodes are placed by latitude and longitude, or not at all.
    fn position(&self, row: &Row<'_>, is_irish: bool) -> Result<Option<Bng>, PositionError> {
        if !is_irish {
            return position::from_grid(row.bytes(self.easting), row.bytes(self.northing));
        }
        let Some((long, lat)) = self.degrees else { return Ok(None) };
        if row.bytes(lat) == NO_LATITUDE {
            return Ok(None);
        }
        let found = position::from_degrees(row.bytes(long), row.bytes(lat))?;
        Ok(found.map(|(position, _)| position))
    }
}

/// Returns the first column that has one of these names, ignoring case.
fn any_of(header: &Header, names: &[&str]) -> Option<usize> {
    names.iter().find_map(|name| {
        header.names().iter().position(|other| other.trim().eq_ignore_ascii_case(name))
    })
}

/// Returns the column of an area type with the latest year, such as `wd25cd`.
fn dated(header: &Header, kind: &str) -> Option<usize> {
    let year = |name: &str| {
        let name = name.trim().to_ascii_lowercase();
        let year = name.strip_prefix(kind)?.strip_suffix("cd")?;
        (year.len() == 2).then(|| year.parse::<u8>().ok()).flatten()
    };
    let years = header.names().iter().enumerate().filter_map(|(at, name)| Some((year(name)?, at)));
    years.max().map(|(_, at)| at)
}

/// Parses `202306` or `2023-06`.
fn month(text: &[u8]) -> Option<Month> {
    let (year, month) = match text.len() {
        6 => (&text[..4], &text[4..]),
        7 if text[4] == b'-' => (&text[..4], &text[5..]),
        _ => return None,
    };
    let number = |digits: &[u8]| -> Option<i16> {
        let digits = std::str::from_utf8(digits).ok()?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    };
    let (year, month) = (number(year)?, number(month)?);
    let is_month = (1900..=2200).contains(&year) && (1..=12).contains(&month);
    is_month.then_some(Month { year, month: month as u8 })
}
