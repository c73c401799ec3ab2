//! What is served, how it is opened, and which files it comes from.

use std::path::{Path, PathBuf};

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::catalogue::{Catalogue, LayerSource};
use lapwing_boundaries::snapshot;

use crate::cli::commands::build;
use crate::cli::commands::failure::Failure;
use crate::cli::commands::load_catalogue::{self, SourceArgs};
use crate::cli::commands::progress::Teller;
use crate::cli::commands::source::{self, Kind};

/// What is served, and how it is opened.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) source: PathBuf,
    pub(super) data: Option<PathBuf>,
    pub(super) seed: u64,
    pub(super) quiet: bool,
    /// Whether the file may be written to in its place while it serves: then it is held as a copy.
    pub(super) watched: bool,
}

impl Opening {
    /// Opens it, which may take long.
    pub(super) fn open(&self) -> Result<Atlas, Failure> {
        match source::kind_of(&self.source)? {
            Kind::Lyonesse => Ok(source::lyonesse(self.seed)),
            Kind::Snapshot if self.watched => {
                snapshot::read_copy(&self.source).map_err(Failure::refused)
            }
            Kind::Snapshot => snapshot::read(&self.source).map_err(Failure::refused),
            Kind::Catalogue => self.build(&self.source),
        }
    }

    fn build(&self, catalogue: &Path) -> Result<Atlas, Failure> {
        let progress = Teller::new(self.quiet);
        let sources = SourceArgs { data: self.data.clone(), report: None };
        let gathered = load_catalogue::gather(catalogue, &sources, &progress)?;
        progress.finish();
        let contents = load_catalogue::contents_or_refusal(
            gathered,
            &sources,
            "it is not served",
            self.quiet,
        )?;
        Ok(Atlas::build(contents, build::now(), &progress))
    }

    /// The files that it comes from: the snapshot, or a catalogue and all that it names, as far as
    /// the catalogue can be read; of a folder that it names, the files in it.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let mut files = vec![self.source.clone()];
        if !matches!(source::kind_of(&self.source), Ok(Kind::Catalogue)) {
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
