//! The source of the service: how to open it, and the files it is read from.

use std::path::{Path, PathBuf};

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::catalogue::{Catalogue, LayerSource};
use lapwing_boundaries::snapshot;

use crate::cli::commands::build;
use crate::cli::commands::load_catalogue::{self, SourceArgs};
use crate::cli::commands::progress::ProgressReporter;
use crate::cli::commands::source::{self, SourceKind};
use crate::cli::failure::Failure;

/// The source of the service and how to open it.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) source: PathBuf,
    pub(super) data: Option<PathBuf>,
    pub(super) seed: u64,
    pub(super) quiet: bool,
    /// With `--watch` the file may be overwritten in place, so it is read into memory, not mapped.
    pub(super) watched: bool,
}

impl Opening {
    /// Opens the snapshot or builds the catalogue. Blocks, for a catalogue possibly for minutes.
    pub(super) fn open(&self) -> Result<Atlas, Failure> {
        match source::kind_of(&self.source)? {
            SourceKind::Lyonesse => Ok(source::lyonesse(self.seed)),
            SourceKind::Snapshot if self.watched => {
                snapshot::read_copy(&self.source).map_err(Failure::refused)
            }
            SourceKind::Snapshot => snapshot::read(&self.source).map_err(Failure::refused),
            SourceKind::Catalogue => self.build(&self.source),
        }
    }

    fn build(&self, catalogue: &Path) -> Result<Atlas, Failure> {
        let progress = ProgressReporter::new(self.quiet);
        let sources = SourceArgs { data: self.data.clone(), report: None };
        let gathered = load_catalogue::gather(catalogue, &sources, &progress)?;
        progress.finish();
        let contents = load_catalogue::contents_or_refusal(
            gathered,
            &sources,
            "the catalogue is not served",
            self.quiet,
        )?;
        Ok(Atlas::build(contents, build::now(), &progress))
    }

    /// The files to watch: the snapshot, or the catalogue with every file it names and the files in
    /// every folder it names. If the catalogue cannot be read, only the catalogue itself.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let mut files = vec![self.source.clone()];
        if !matches!(source::kind_of(&self.source), Ok(SourceKind::Catalogue)) {
            return files;
        }
        let catalogue = match &self.data {
            Some(data) => Catalogue::read_with_data(&self.source, data),
            None => Catalogue::read(&self.source),
        };
        let Ok(catalogue) = catalogue else { return files };
        let of_layers = catalogue.layers.iter().map(|layer| match &layer.source {
            LayerSource::Vector(vector) => &vector.path,
            LayerSource::Sites(sites) => &sites.path,
            LayerSource::Compose(definition) => definition,
        });
        let of_postcodes = catalogue.postcodes.iter().map(|postcodes| &postcodes.path);
        let of_addresses = catalogue.addresses.iter().map(|addresses| &addresses.path);
        for path in of_layers.chain(of_postcodes).chain(of_addresses) {
            match std::fs::read_dir(path) {
                Ok(entries) => files.extend(entries.flatten().map(|entry| entry.path())),
                Err(_) => files.push(path.clone()),
            }
        }
        files
    }
}
