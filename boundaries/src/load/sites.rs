//! A CSV of sites: GP practices, pharmacies, village halls.

use std::collections::HashMap;
use std::io::Read;

use serde_json::Value;

use crate::area::{Properties, Site};
use crate::catalogue::{PositionColumns, SitesFormat, SitesSource};
use crate::code::AreaCode;
use crate::fault::{FaultKind, Report, Severity};
use crate::layer::LayerId;
use crate::position::{Accuracy, Bng};
use crate::postcode::Postcode;

use super::csv::{self, Header, Row, RowFaults, Rows};
use super::epraccur;
use super::place;

/// Where a postcode is, by the catalogue's postcodes; `None` if they do not have it, or have no
/// position for it.
pub type PostcodePosition<'p> = dyn Fn(Postcode) -> Option<Bng> + 'p;

/// Reads the sites of a layer, in the order of the file.
///
/// A row that breaks the rules of its columns is an error. One that only cannot be placed (its
/// postcode is not among the catalogue's postcodes) is left out and noted. No code comes twice.
pub fn load_sites(
    source: &SitesSource,
    layer: &LayerId,
    position_of: &PostcodePosition<'_>,
    report: &mut Report,
) -> Vec<Site> {
    let file = csv::name_of(&source.path);
    match csv::open(&source.path) {
        Ok(reader) => read_sites(reader, &file, source, layer, position_of, report),
        Err(error) => {
            RowFaults::new(report, &file, Some(layer)).of_file(
                FaultKind::UnreadableFile,
                Severity::Error,
                csv::unreadable(&source.path, &error),
            );
            Vec::new()
        }
    }
}

/// Reads the sites of a layer from what stands in its file; `file` names it in messages.
pub fn read_sites(
    reader: impl Read,
    file: &str,
    source: &SitesSource,
    layer: &LayerId,
    position_of: &PostcodePosition<'_>,
    report: &mut Report,
) -> Vec<Site> {
    let mut faults = RowFaults::new(report, file, Some(layer));
    let mut rows = Rows::new(reader);
    let mut sites =
        Sites { faults: &mut faults, position_of, sites: Vec::new(), lines: HashMap::new() };
    match &source.format {
        SitesFormat::OdsEpraccur { settings } => {
            epraccur::read(&mut rows, source, settings.as_deref(), &mut sites);
        }
        SitesFormat::Columns { code, name, position } => {
            if let Some(header) = rows.header(sites.faults) {
                if let Some(columns) =
                    Columns::find(&header, [code, name], position, &source.keep, sites.faults)
                {
                    read_named(&mut rows, &header, &columns, &mut sites);
                }
            } else {
                let message = "the file is empty: it needs a header and a row for each site";
                sites.faults.of_file(FaultKind::BadField, Severity::Error, message.to_owned());
            }
        }
    }
    let sites = sites.sites;
    rows.finish(&mut faults);
    faults.finish();
    sites
}

/// The sites so far, and the line where each code stands.
pub(super) struct Sites<'f, 'r, 'p> {
    pub(super) faults: &'f mut RowFaults<'r>,
    position_of: &'f PostcodePosition<'p>,
    sites: Vec<Site>,
    lines: HashMap<AreaCode, u64>,
}

/// A cell with the name of its column, for messages.
pub(super) struct Cell<'a> {
    pub(super) column: &'a str,
    pub(super) text: &'a str,
}

impl Sites<'_, '_, '_> {
    /// The code of a row; `None`, with the fault told, if it is none or stood before.
    pub(super) fn code(&mut self, row: &Row<'_>, cell: &Cell<'_>) -> Option<AreaCode> {
        let column = Some(cell.column);
        let mut refuse = |kind, message: &str| {
            let code = (!cell.text.is_empty()).then_some(cell.text);
            self.faults.of_row(row, code, column, kind, Severity::Error, message);
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
            let message = format!("the code {code} stands on line {line} already");
            refuse(FaultKind::DuplicateCode, &message);
            return None;
        }
        self.lines.insert(code.clone(), row.line);
        Some(code)
    }

    /// The position of a postcode; `None`, with the reason told, if the site must be left out.
    /// `malformed` says how bad it is that a text is no postcode.
    pub(super) fn place_by_postcode(
        &mut self,
        row: &Row<'_>,
        code: &AreaCode,
        cell: &Cell<'_>,
        malformed: Severity,
    ) -> Option<Bng> {
        let mut tell = |kind, severity, message: &str| {
            let code = Some(code.as_str());
            self.faults.of_row(row, code, Some(cell.column), kind, severity, message);
        };
        if cell.text.is_empty() {
            let message = "the row has no postcode: the site is left out";
            tell(FaultKind::NoPosition, Severity::Note, message);
            return None;
        }
        let postcode = match Postcode::parse(cell.text) {
            Ok(postcode) => postcode,
            Err(error) => {
                let message = format!("{error}: the site is left out");
                tell(FaultKind::InvalidPostcode, malformed, &message);
                return None;
            }
        };
        let position = (self.position_of)(postcode);
        if position.is_none() {
            let message = format!(
                "{postcode} is not among the catalogue's postcodes, or has no position there: the \
                 site is left out"
            );
            tell(FaultKind::NoPosition, Severity::Note, &message);
        }
        position
    }

    pub(super) fn add(&mut self, site: Site) {
        self.sites.push(site);
    }
}

/// The columns of a CSV with a header, by place and by name.
struct Columns<'a> {
    code: (usize, &'a str),
    name: usize,
    position: Position<'a>,
    keep: Vec<(usize, &'a str)>,
}

enum Position<'a> {
    Postcode(usize, &'a str),
    Grid(usize, usize, String),
    Degrees(usize, usize, String),
}

impl<'a> Columns<'a> {
    /// Finds every column, and tells of all that are missing.
    fn find(
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
                pair(a, b).map(|(a, b, names)| Position::Grid(a, b, names))
            }
            PositionColumns::LonLat(a, b) => {
                pair(a, b).map(|(a, b, names)| Position::Degrees(a, b, names))
            }
            PositionColumns::Postcode(postcode) => {
                header.find(postcode, faults).map(|column| Position::Postcode(column, postcode))
            }
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

fn read_named<R: Read>(
    rows: &mut Rows<R>,
    header: &Header,
    columns: &Columns<'_>,
    sites: &mut Sites<'_, '_, '_>,
) {
    while let Some(row) = rows.next_row(sites.faults) {
        if row.len() != header.len() {
            let message = format!(
                "the row has {} columns and the header {}: look for a comma or a quote too many",
                row.len(),
                header.len()
            );
            sites.faults.of_row(&row, None, None, FaultKind::BadField, Severity::Error, &message);
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

/// The cells of a CSV have no kinds: all are texts, an empty one is `null`.
pub(super) fn text_or_null(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::from(text) }
}

fn place_named(
    row: &Row<'_>,
    code: &AreaCode,
    position: &Position<'_>,
    sites: &mut Sites<'_, '_, '_>,
) -> Option<Bng> {
    let (found, names) = match position {
        Position::Postcode(at, column) => {
            let cell = Cell { column, text: &row.text(*at) };
            return sites.place_by_postcode(row, code, &cell, Severity::Error);
        }
        Position::Grid(a, b, names) => {
            let found = place::from_grid(row.bytes(*a), row.bytes(*b));
            (found.map(|place| place.map(|bng| (bng, Accuracy::Ostn15))), names)
        }
        Position::Degrees(a, b, names) => {
            (place::from_degrees(row.bytes(*a), row.bytes(*b)), names)
        }
    };
    let mut tell = |kind, severity, message: &str| {
        sites.faults.of_row(row, Some(code.as_str()), Some(names), kind, severity, message);
    };
    match found {
        Ok(Some((position, accuracy))) => {
            if accuracy == Accuracy::Helmert {
                let message = "outside the OSTN15 grid: the position is good to about 5 m";
                tell(FaultKind::Approximate, Severity::Note, message);
            }
            Some(position)
        }
        Ok(None) => {
            let message = "the row has no position: the site is left out";
            tell(FaultKind::NoPosition, Severity::Note, message);
            None
        }
        Err(refused) => {
            tell(refused.kind, Severity::Error, &refused.message);
            None
        }
    }
}
