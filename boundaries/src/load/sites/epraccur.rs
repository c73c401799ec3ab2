//! Reader for `epraccur`, the list of prescribers in England published by NHS ODS.
//!
//! The file has 27 columns and no header. The columns used, counted from 1 as in the ODS
//! specification: 1 code, 2 name, 5 to 9 address, 10 postcode, 11 open date, 12 close date, 13
//! status (A active, C closed, D dormant, P proposed), 15 commissioner, 18 telephone, 26
//! prescribing setting (4 is a GP practice; others are prisons, hospices, out-of-hours services and
//! so on).

use std::io::Read;

use serde_json::Value;

use crate::area::Site;
use crate::catalogue::SitesSource;
use crate::fault::{FaultKind, Severity};

use super::super::csv::{Outcome, Row, Rows};
use super::collector::{Cell, SiteCollector, text_or_null};

// Columns counted from 0.
const CODE: usize = 0;
const NAME: usize = 1;
const ADDRESS: std::ops::Range<usize> = 4..9;
const POSTCODE: usize = 9;
const OPEN_DATE: usize = 10;
const CLOSE_DATE: usize = 11;
const STATUS: usize = 12;
const COMMISSIONER: usize = 14;
const TELEPHONE: usize = 17;
const SETTING: usize = 25;

/// Column 27 is never used and some copies omit it.
const COLUMNS: std::ops::RangeInclusive<usize> = 26..=27;

pub(super) fn read<R: Read>(
    rows: &mut Rows<R>,
    source: &SitesSource,
    settings: Option<&[u16]>,
    sites: &mut SiteCollector<'_, '_, '_>,
) {
    let mut closed = 0_usize;
    let mut other_setting = 0_usize;
    while let Some(row) = rows.next_row(sites.faults) {
        if !COLUMNS.contains(&row.len()) {
            let message = format!(
                "the row has {} columns but epraccur has 27: use the file as published by NHS ODS",
                row.len()
            );
            let kind = FaultKind::BadField;
            sites.faults.bad_row(&row, None, None, kind, &message, Outcome::LeftOut);
            continue;
        }
        let Some(is_open) = read_status(&row, sites) else { continue };
        if !is_open && !source.include_closed {
            closed += 1;
            continue;
        }
        let setting = row.text(SETTING).parse::<u16>().ok();
        if settings.is_some_and(|wanted| !setting.is_some_and(|s| wanted.contains(&s))) {
            other_setting += 1;
            continue;
        }
        let text = row.text(CODE);
        let Some(code) = sites.code(&row, &Cell { column: "code", text: &text }) else { continue };
        let cell = Cell { column: "postcode", text: &row.text(POSTCODE) };
        let position = sites.place_by_postcode(&row, &code, &cell);
        let Some(position) = position else { continue };
        let properties =
            source.keep.iter().map(|name| (name.clone(), property(&row, name))).collect();
        sites.add(Site { code, name: row.text(NAME).into_owned(), position, properties });
    }
    let mut left_out = |count: usize, what: &str| {
        if count > 0 {
            let message = format!("{count} {what}");
            sites.faults.of_file(FaultKind::LeftOut, Severity::Note, message);
        }
    };
    left_out(
        closed,
        "closed, dormant or proposed practices were left out; include_closed = true includes them",
    );
    left_out(other_setting, "records of other prescribing settings were left out");
}

/// Returns true if the record is active. Reports an unknown status and returns `None`.
fn read_status(row: &Row<'_>, sites: &mut SiteCollector<'_, '_, '_>) -> Option<bool> {
    match row.bytes(STATUS) {
        b"A" => Some(row.bytes(CLOSE_DATE).is_empty()),
        b"C" | b"D" | b"P" => Some(false),
        _ => {
            let shown = row.shown(STATUS);
            let header = if row.line == 1 { "; remove the header line" } else { "" };
            let message = format!(
                "{shown:?} is not a status: column 13 of epraccur has A, C, D or P{header}"
            );
            let code = row.text(CODE);
            let (kind, column) = (FaultKind::BadField, Some("status"));
            sites.faults.bad_row(row, Some(&*code), column, kind, &message, Outcome::LeftOut);
            None
        }
    }
}

/// Returns one of the [`EPRACCUR_PROPERTIES`](crate::catalogue::EPRACCUR_PROPERTIES).
fn property(row: &Row<'_>, name: &str) -> Value {
    match name {
        "address" => {
            let lines: Vec<_> =
                ADDRESS.map(|column| row.text(column)).filter(|line| !line.is_empty()).collect();
            text_or_null(&lines.join(", "))
        }
        "postcode" => text_or_null(&row.text(POSTCODE)),
        "telephone" => text_or_null(&row.text(TELEPHONE)),
        "prescribing_setting" => {
            let text = row.text(SETTING);
            text.parse::<u16>().map_or_else(|_| text_or_null(&text), Value::from)
        }
        "status" => text_or_null(&row.text(STATUS)),
        "open_date" => date(&row.text(OPEN_DATE)),
        "close_date" => date(&row.text(CLOSE_DATE)),
        "commissioner" => text_or_null(&row.text(COMMISSIONER)),
        _ => Value::Null,
    }
}

/// Returns `19740401` as `1974-04-01`, and text that is not a date unchanged.
fn date(text: &str) -> Value {
    match jiff::civil::Date::strptime("%Y%m%d", text) {
        Ok(day) => Value::from(day.to_string()),
        Err(_) => text_or_null(text),
    }
}
