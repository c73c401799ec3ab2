//! The report as JSON, for programs.

use std::io::Write as _;
use std::path::Path;

use lapwing_boundaries::atlas::Contents;
use lapwing_boundaries::catalogue::{Catalogue, CatalogueError};
use lapwing_boundaries::fault::Report;
use serde_json::{Value, json};

use super::super::output::Output;
use super::super::published::Published;
use super::Tally;
use crate::cli::failure::Failure;

/// Writes the report as JSON: counts, a summary of each layer, every fault, and the comparison of
/// published wards if requested.
pub(in crate::cli::commands) fn write_report(
    path: &Path,
    catalogue_file: &Path,
    catalogue: &Catalogue,
    contents: Option<&Contents>,
    report: &Report,
    published: Option<&Published>,
) -> Result<(), Failure> {
    let all = Tally::of(report.faults.iter());
    let layers: Vec<Value> = catalogue
        .layers
        .iter()
        .map(|spec| {
            let id = &spec.meta.id;
            let held = contents
                .and_then(|contents| contents.layers.iter().find(|l| l.meta().id == *id))
                .map(lapwing_boundaries::layer::Layer::len);
            let tally =
                Tally::of(report.faults.iter().filter(|fault| fault.layer.as_ref() == Some(id)));
            json!({
                "id": id,
                "count": held,
                "errors": tally.errors,
                "repaired": tally.repaired,
                "notes": tally.notes,
            })
        })
        .collect();
    let mut document = json!({
        "catalogue": catalogue_file.display().to_string(),
        "errors": all.errors,
        "repaired": all.repaired,
        "notes": all.notes,
        "layers": layers,
        "rows": report.rows,
        "faults": report.faults,
    });
    if let Some(published) = published {
        document["published_wards"] = json!(published);
    }
    write_json(path, &document)
}

/// Writes the problems of the catalogue itself as JSON, so that a program that reads reports does
/// not need to parse stderr.
pub(in crate::cli::commands) fn write_catalogue_report(
    path: &Path,
    error: &CatalogueError,
) -> Result<(), Failure> {
    let document = json!({
        "catalogue": error.file().display().to_string(),
        "errors": error.problems().len(),
        "catalogue_problems": error.problems(),
    });
    write_json(path, &document)
}

fn write_json(path: &Path, document: &Value) -> Result<(), Failure> {
    let mut output = Output::create(path)?;
    let written = serde_json::to_writer_pretty(&mut output, document)
        .map_err(std::io::Error::from)
        .and_then(|()| output.write_all(b"\n"));
    written.map_err(|error| output.failed(&error))?;
    output.finish()
}
