//! Opens the snapshot or the demonstration county that a command reads.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::demo;
use lapwing_boundaries::snapshot;

use crate::cli::config::SEED;
use crate::cli::failure::{Failure, suggest};

/// Words that name the demonstration county in place of a snapshot file.
pub(crate) const DEMO_WORDS: [&str; 2] = ["lyonesse", "demo"];

/// The snapshot argument that commands share.
#[derive(Debug, clap::Args)]
pub(crate) struct SnapshotArgs {
    /// Snapshot made by `lapwing build`, or "lyonesse" for the demonstration county
    #[arg(value_name = "SNAPSHOT")]
    pub(crate) snapshot: PathBuf,
    /// Seed of the demonstration county
    #[arg(long, value_name = "NUMBER", default_value_t = SEED)]
    pub(crate) seed: u64,
}

/// The kind of a source, determined from its name and first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceKind {
    /// One of the words for the demonstration county.
    Lyonesse,
    /// A snapshot, or a file that claims to be one.
    Snapshot,
    /// A catalogue.
    Catalogue,
}

/// Determines the kind of a source. An existing file takes precedence over a word such as
/// `lyonesse`.
pub(crate) fn kind_of(path: &Path) -> Result<SourceKind, Failure> {
    let mut start = Vec::new();
    match std::fs::File::open(path) {
        Ok(file) => {
            let read = file.take(8).read_to_end(&mut start);
            if let Err(error) = read {
                let inside = path.join("catalogue.toml");
                return Err(if inside.exists() {
                    Failure::Usage(format!(
                        "{} is a folder: name the catalogue in it, {}",
                        path.display(),
                        inside.display()
                    ))
                } else {
                    Failure::unreadable(path, &error)
                });
            }
        }
        Err(_) if DEMO_WORDS.iter().any(|word| path == Path::new(word)) => {
            return Ok(SourceKind::Lyonesse);
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Failure::Refused(format!(
                "{} does not exist: create it with `lapwing build CATALOGUE -o {}`, or use \
                 `lyonesse` for the demonstration county",
                path.display(),
                path.display()
            )));
        }
        Err(error) => return Err(Failure::unreadable(path, &error)),
    }
    let is_toml = path.extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("toml"));
    let is_snapshot = start.starts_with(b"LAPWING");
    Ok(if is_toml && !is_snapshot { SourceKind::Catalogue } else { SourceKind::Snapshot })
}

/// Opens a snapshot, or generates the demonstration county.
pub(crate) fn open(args: &SnapshotArgs) -> Result<Atlas, Failure> {
    let path = &args.snapshot;
    match kind_of(path)? {
        SourceKind::Lyonesse => Ok(lyonesse(args.seed)),
        SourceKind::Snapshot => snapshot::read(path).map_err(Failure::refused),
        SourceKind::Catalogue => Err(Failure::Usage(format!(
            "{} is a catalogue: build a snapshot first with `lapwing build {} -o FILE`",
            path.display(),
            path.display()
        ))),
    }
}

/// Returns the index of a layer in the atlas. The error suggests a similar name.
pub(crate) fn layer_index(atlas: &Atlas, id: &str) -> Result<usize, Failure> {
    atlas.layer_index(id).ok_or_else(|| {
        let known: Vec<&str> =
            atlas.layers().iter().map(|indexed| indexed.layer().meta().id.as_str()).collect();
        Failure::Usage(format!("there is no layer {id:?}; {}", suggest(id, &known)))
    })
}

/// Generates the demonstration county.
pub(crate) fn lyonesse(seed: u64) -> Atlas {
    Atlas::build(demo::lyonesse(seed).into_contents(), super::build::now(), &())
}
