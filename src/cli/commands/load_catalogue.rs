//! From a catalogue to what an atlas is made of, with all that is wrong on the way. `build`,
//! `check` and `serve` begin so.

use std::path::{Path, PathBuf};

use lapwing_boundaries::assemble;
use lapwing_boundaries::atlas::Contents;
use lapwing_boundaries::catalogue::Catalogue;
use lapwing_boundaries::fault::Report;
use lapwing_boundaries::progress::Progress;

use super::failure::Failure;
use super::fault_report;

/// What `build` and `check` have in common.
#[derive(Debug, clap::Args)]
pub(crate) struct SourceArgs {
    /// The folder of the data files, if they are not beside the catalogue
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Write every fault to this file as JSON ("-" for stdout)
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

/// What a catalogue gave.
pub(super) struct Gathered {
    pub(super) catalogue: Catalogue,
    /// None where an error refuses the whole.
    pub(super) contents: Option<Contents>,
    pub(super) report: Report,
}

/// Reads a catalogue and all its files, and writes the report if one is asked for.
pub(super) fn gather(
    file: &Path,
    sources: &SourceArgs,
    progress: &dyn Progress,
) -> Result<Gathered, Failure> {
    let gathered = gather_all(file, sources, progress)?;
    if let Some(path) = &sources.report {
        let Gathered { catalogue, contents, report } = &gathered;
        fault_report::write_report(path, file, catalogue, contents.as_ref(), report, None)?;
    }
    Ok(gathered)
}

/// Reads a catalogue and all its files. Errors in the data are no failure here: they stand in the
/// report.
pub(super) fn gather_all(
    file: &Path,
    sources: &SourceArgs,
    progress: &dyn Progress,
) -> Result<Gathered, Failure> {
    let catalogue = match read(file, sources.data.as_ref()) {
        Ok(catalogue) => catalogue,
        Err(error) => {
            if let Some(path) = &sources.report {
                fault_report::write_catalogue_report(path, &error)?;
            }
            return Err(Failure::refused(error));
        }
    };
    let mut report = Report::default();
    let contents = assemble::contents(&catalogue, &mut report, progress);
    let contents = contents.filter(|_| !report.has_errors());
    Ok(Gathered { catalogue, contents, report })
}

fn read(
    file: &Path,
    data: Option<&PathBuf>,
) -> Result<Catalogue, lapwing_boundaries::catalogue::CatalogueError> {
    match data {
        Some(folder) => Catalogue::read_with_data(file, folder),
        None => Catalogue::read(file),
    }
}

/// The contents, or every error, a few of each kind.
pub(super) fn contents_or_refusal(
    gathered: Gathered,
    sources: &SourceArgs,
    instead: &str,
    quiet: bool,
) -> Result<Contents, Failure> {
    let Gathered { contents, report, .. } = gathered;
    let text = fault_report::as_text(&report, fault_report::FEW);
    let Some(contents) = contents else {
        let errors = fault_report::errors_in_words(&report);
        let rest = match &sources.report {
            Some(path) => format!("every fault is in {}", path.display()),
            None => {
                "`lapwing check` tells every fault, `--report FILE` writes them as JSON".to_owned()
            }
        };
        return Err(Failure::Refused(format!("{errors}; {instead}; {rest}\n{}", text.trim_end())));
    };
    if !quiet {
        eprint!("{text}");
    }
    Ok(contents)
}
