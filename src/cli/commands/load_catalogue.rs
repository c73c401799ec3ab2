//! Loads a catalogue and its files, collecting every fault. Used by `build`, `check` and `serve`.

use std::path::{Path, PathBuf};

use lapwing_boundaries::assemble;
use lapwing_boundaries::atlas::Contents;
use lapwing_boundaries::catalogue::Catalogue;
use lapwing_boundaries::fault::Report;
use lapwing_boundaries::progress::Progress;

use super::fault_report;
use crate::cli::failure::Failure;

/// Options that `build` and `check` share.
#[derive(Debug, clap::Args)]
pub(crate) struct SourceArgs {
    /// Folder of the data files, if they are not beside the catalogue
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Write every fault to this file as JSON ("-" for stdout)
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

/// A catalogue with the contents of its files.
pub(super) struct LoadedCatalogue {
    pub(super) catalogue: Catalogue,
    /// `None` if there were errors.
    pub(super) contents: Option<Contents>,
    pub(super) report: Report,
}

/// Loads a catalogue and all its files, and writes the report if one is requested.
pub(super) fn gather(
    file: &Path,
    sources: &SourceArgs,
    progress: &dyn Progress,
) -> Result<LoadedCatalogue, Failure> {
    let gathered = gather_all(file, sources, progress)?;
    if let Some(path) = &sources.report {
        let LoadedCatalogue { catalogue, contents, report } = &gathered;
        fault_report::write_report(path, file, catalogue, contents.as_ref(), report, None)?;
    }
    Ok(gathered)
}

/// Loads a catalogue and all its files. Errors in the data do not fail this call; they are in the
/// report.
pub(super) fn gather_all(
    file: &Path,
    sources: &SourceArgs,
    progress: &dyn Progress,
) -> Result<LoadedCatalogue, Failure> {
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
    Ok(LoadedCatalogue { catalogue, contents, report })
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

/// Returns the contents, or fails with the errors, a few of each kind.
pub(super) fn contents_or_refusal(
    gathered: LoadedCatalogue,
    sources: &SourceArgs,
    instead: &str,
    quiet: bool,
) -> Result<Contents, Failure> {
    let LoadedCatalogue { contents, report, .. } = gathered;
    let text = fault_report::as_text(&report, fault_report::FEW);
    let Some(contents) = contents else {
        let errors = fault_report::errors_in_words(&report);
        let rest = match &sources.report {
            Some(path) => format!("every fault is in {}", path.display()),
            None => "`--report FILE` writes every fault as JSON".to_owned(),
        };
        return Err(Failure::Refused(format!("{errors}; {instead}; {rest}\n{}", text.trim_end())));
    };
    if !quiet {
        eprint!("{text}{}", fault_report::rows(&report));
    }
    Ok(contents)
}
