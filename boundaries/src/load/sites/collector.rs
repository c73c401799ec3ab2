//! Collection of sites from CSV rows, with the checks common to all formats.

use std::collections::HashMap;

use serde_json::Value;

use crate::area::Site;
use crate::code::AreaCode;
use crate::fault::FaultKind;
use crate::position::Bng;
use crate::postcode::Postcode;

use super::super::csv::{Outcome, Row, RowFaults};

/// Looks up the position of a postcode in the catalogue's postcodes. Returns `None` if the postcode
/// is missing or has no position.
pub type PostcodePosition<'p> = dyn Fn(Postcode) -> Option<Bng> + 'p;

/// The sites read so far, and the line of each code.
pub(super) struct SiteCollector<'f, 'r, 'p> {
    pub(super) faults: &'f mut RowFaults<'r>,
    pub(super) position_of: &'f PostcodePosition<'p>,
    pub(super) sites: Vec<Site>,
    pub(super) lines: HashMap<AreaCode, u64>,
}

/// A cell and the name of its column, for messages.
pub(super) struct Cell<'a> {
    pub(super) column: &'a str,
    pub(super) text: &'a str,
}

impl SiteCollector<'_, '_, '_> {
    /// Returns the code of a row. Reports a missing, invalid or duplicate code and returns `None`.
    pub(super) fn code(&mut self, row: &Row<'_>, cell: &Cell<'_>) -> Option<AreaCode> {
        let column = Some(cell.column);
        let mut refuse = |kind, message: &str| {
            let code = (!cell.text.is_empty()).then_some(cell.text);
            self.faults.bad_row(row, code, column, kind, message, Outcome::LeftOut);
        };
        if cell.text.is_empty() {
            refuse(FaultKind::MissingCode, "the row has no code");
            return None;
        }
        let code = match AreaCode::parse(cell.text) {
            Ok(code) => code,
            Err(error) => {
                refuse(FaultKind::InvalidCode, &error.to_string());
                return None;
            }
        };
        if let Some(line) = self.lines.get(&code) {
            let message =
                format!("the code {code} is already on line {line}: give each site its own");
            refuse(FaultKind::DuplicateCode, &message);
            return None;
        }
        self.lines.insert(code.clone(), row.line);
        Some(code)
    }

    /// Returns the position of a postcode. Reports why and returns `None` if the site must be left
    /// out.
    pub(super) fn place_by_postcode(
        &mut self,
        row: &Row<'_>,
        code: &AreaCode,
        cell: &Cell<'_>,
    ) -> Option<Bng> {
        let (code, column) = (Some(code.as_str()), Some(cell.column));
        if cell.text.is_empty() {
            let message = "the row has no postcode: the site was left out";
            self.faults.note_row(row, code, column, FaultKind::NoPosition, message);
            return None;
        }
        let postcode = match Postcode::parse(cell.text) {
            Ok(postcode) => postcode,
            Err(error) => {
                let (kind, message) = (FaultKind::InvalidPostcode, error.to_string());
                self.faults.bad_row(row, code, column, kind, &message, Outcome::LeftOut);
                return None;
            }
        };
        let position = (self.position_of)(postcode);
        if position.is_none() {
            let message = format!(
                "{postcode} is missing from the catalogue's postcodes or has no position there: the \
                 site was left out"
            );
            self.faults.note_row(row, code, column, FaultKind::NoPosition, &message);
        }
        position
    }

    pub(super) fn add(&mut self, site: Site) {
        self.sites.push(site);
    }
}

/// Returns the text of a CSV cell, or `null` if it is empty. CSV cells have no types.
pub(super) fn text_or_null(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::from(text) }
}
