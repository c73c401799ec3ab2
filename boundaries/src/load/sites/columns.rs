//! Reader for a CSV of sites with a header, whose columns the catalogue names.

use std::io::Read;

use crate::area::{Properties, Site};
use crate::catalogue::PositionColumns;
use crate::code::AreaCode;
use crate::fault::FaultKind;
use crate::position::{Accuracy, Bng};

use super::super::csv::{Header, Outcome, Row, RowFaults, Rows, wrong_width};
use super::super::position::{self, PositionError};
use super::collector::{Cell, SiteCollector, text_or_null};

/// The columns of a CSV with a header: index and name.
pub(super) struct Columns<'a> {
    code: (usize, &'a str),
    name: usize,
    position: PositionCells<'a>,
    keep: Vec<(usize, &'a str)>,
}

enum PositionCells<'a> {
    Postcode(usize, &'a str),
    Grid(usize, usize, String),
    Degrees(usize, usize, String),
}

impl<'a> Columns<'a> {
    /// Finds every column, and reports all that are missing.
    pub(super) fn find(
        header: &Header,
        [code, name]: [&'a str; 2],
        position: &'a PositionColumns,
        keep: &'a [String],
        faults: &mut RowFaults<'_>,
    ) -> Option<Self> {
        let code = header.find(code, faults).map(|column| (column, code));
        let name = header.find(name, faults);
        let mut pair = |a: &str, b: &str| {
            let (first, second) = (header.find(a, faults), header.find(b, faults));
            first.zip(second).map(|(first, second)| (first, second, format!("{a}, {b}")))
        };
        let position = match position {
            PositionColumns::EastingNorthing(a, b) => {
                pair(a, b).map(|(a, b, names)| PositionCells::Grid(a, b, names))
            }
            PositionColumns::LonLat(a, b) => {
                pair(a, b).map(|(a, b, names)| PositionCells::Degrees(a, b, names))
            }
            PositionColumns::Postcode(postcode) => header
                .find(postcode, faults)
                .map(|column| PositionCells::Postcode(column, postcode)),
        };
        let kept: Vec<_> = keep
            .iter()
            .filter_map(|name| header.find(name, faults).map(|column| (column, name.as_str())))
            .collect();
        let all = kept.len() == keep.len();
        let columns = Self { code: code?, name: name?, position: position?, keep: kept };
        all.then_some(columns)
    }
}

pub(super) fn read_named<R: Read>(
    rows: &mut Rows<R>,
    header: &Header,
    columns: &Columns<'_>,
    sites: &mut SiteCollector<'_, '_, '_>,
) {
    while let Some(row) = rows.next_row(sites.faults) {
        if wrong_width(&row, header.len(), "header", sites.faults) {
            continue;
        }
        let (at, column) = columns.code;
        let Some(code) = sites.code(&row, &Cell { column, text: &row.text(at) }) else { continue };
        let Some(position) = place_named(&row, &code, &columns.position, sites) else { continue };
        let properties: Properties = columns
            .keep
            .iter()
            .map(|&(column, name)| (name.to_owned(), text_or_null(&row.text(column))))
            .collect();
        let name = row.text(columns.name).into_owned();
        sites.add(Site { code, name, position, properties });
    }
}

fn place_named(
    row: &Row<'_>,
    code: &AreaCode,
    position: &PositionCells<'_>,
    sites: &mut SiteCollector<'_, '_, '_>,
) -> Option<Bng> {
    let (found, names) = match position {
        PositionCells::Postcode(at, column) => {
            let cell = Cell { column, text: &row.text(*at) };
            return sites.place_by_postcode(row, code, &cell);
        }
        PositionCells::Grid(a, b, names) => {
            let found = position::from_grid(row.bytes(*a), row.bytes(*b));
            (found.map(|place| place.map(|bng| (bng, Accuracy::Ostn15))), names)
        }
        PositionCells::Degrees(a, b, names) => {
            (position::from_degrees(row.bytes(*a), row.bytes(*b)), names)
        }
    };
    let (code, column, faults) = (Some(code.as_str()), Some(names.as_str()), &mut *sites.faults);
    match found {
        Ok(Some((position, accuracy))) => {
            if accuracy == Accuracy::Helmert {
                let message =
                    "the position is outside the OSTN15 grid: it is accurate to about 5 m";
                faults.note_row(row, code, column, FaultKind::Approximate, message);
            }
            Some(position)
        }
        Ok(None) => {
            let message = "the row has no position: the site was left out";
            faults.note_row(row, code, column, FaultKind::NoPosition, message);
            None
        }
        Err(refused) => {
            let PositionError { kind, message } = refused;
            faults.bad_row(row, code, column, kind, &message, Outcome::LeftOut);
            None
        }
    }
}
