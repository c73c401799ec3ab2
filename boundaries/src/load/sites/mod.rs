//! Loader for a CSV of sites: GP practices, pharmacies, village halls.

mod collector;
mod columns;
mod epraccur;

use std::collections::HashMap;
use std::io::Read;

use crate::area::Site;
use crate::catalogue::{SitesFormat, SitesSource};
use crate::fault::{FaultKind, Report, RowCounts, Severity};
use crate::layer::LayerId;

use super::csv::{self, BadRows, RowFaults, Rows};
use super::encoding::Encoding;
pub use collector::PostcodePosition;
use collector::SiteCollector;
use columns::{Columns, read_named};

/// Loads the sites of a layer, in file order.
///
/// A row that breaks the rules of its columns is left out with a note, or is an error if the layer is
/// strict. A row whose postcode has no known position is left out with a note. Codes are unique.
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
            RowFaults::new(report, &file, Some(layer), BadRows::Refused).of_file(
                FaultKind::UnreadableFile,
                Severity::Error,
                csv::unreadable(&source.path, &error),
            );
            Vec::new()
        }
    }
}

/// Reads the sites of a layer from the contents of its file. `file` names it in messages.
pub fn read_sites(
    reader: impl Read,
    file: &str,
    source: &SitesSource,
    layer: &LayerId,
    position_of: &PostcodePosition<'_>,
    report: &mut Report,
) -> Vec<Site> {
    let bad_rows = if source.strict { BadRows::Refused } else { BadRows::Listed };
    let mut faults = RowFaults::new(report, file, Some(layer), bad_rows);
    let reader: Box<dyn Read + '_> = match &source.encoding {
        None => Box::new(reader),
        Some(name) => {
            let decoded = Encoding::named(name).and_then(|encoding| {
                encoding
                    .decoded(reader)
                    .map_err(|error| format!("the file cannot be read: {error}"))
            });
            match decoded {
                Ok(decoded) => Box::new(decoded),
                Err(message) => {
                    faults.of_file(FaultKind::UnreadableFile, Severity::Error, message);
                    return Vec::new();
                }
            }
        }
    };
    let mut rows = Rows::new(reader);
    let mut sites = SiteCollector {
        faults: &mut faults,
        position_of,
        sites: Vec::new(),
        lines: HashMap::new(),
    };
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
                let message = "the file is empty: add a header and a row for each site";
                sites.faults.of_file(FaultKind::BadField, Severity::Error, message.to_owned());
            }
        }
    }
    let sites = sites.sites;
    let (rows_read, kept) = (rows.count(), sites.len());
    faults.refuse_if_all_bad(rows_read, kept);
    let left_out = rows_read - kept;
    faults.rows(RowCounts { rows: rows_read, kept, left_out, ..RowCounts::default() });
    rows.finish(&mut faults);
    faults.finish();
    sites
}
