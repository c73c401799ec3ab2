//! Opening what a command is to answer from.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::demo;
use lapwing_boundaries::snapshot;

use super::failure::{Failure, suggest};
use crate::cli::config::SEED;

/// The words that stand for the demonstration county wherever a snapshot is wanted.
pub(crate) const DEMO_WORDS: [&str; 2] = ["lyonesse", "demo"];

/// The snapshot to read.
#[derive(Debug, clap::Args)]
pub(crate) struct SnapshotArgs {
    /// A snapshot made by `lapwing build`, or the word "lyonesse" for the demonstration county
    #[arg(value_name = "SNAPSHOT")]
    pub(crate) snapshot: PathBuf,
    /// The seed of the demonstration county
    #[arg(long, value_name = "NUMBER", default_value_t = SEED)]
    pub(crate) seed: u64,
}

/// What a path is, as far as its first bytes and its name tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One of the words for the demonstration county.
    Lyonesse,
    /// A snapshot, or a file that claims to be one.
    Snapshot,
    /// A catalogue.
    Catalogue,
}

/// Tells what a path is. A file of that name goes before the word.
pub(crate) fn kind_of(path: &Path) -> Result<Kind, Failure> {
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
            return Ok(Kind::Lyonesse);
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Failure::Refused(format!(
                "{} is not there: make it with `lapwing build CATALOGUE -o {}`, or try the word \
                 lyonesse for the demonstration county",
                path.display(),
                path.display()
            )));
        }
        Err(error) => return Err(Failure::unreadable(path, &error)),
    }
    let is_toml = path.extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("toml"));
    let is_snapshot = start.starts_with(b"LAPWING");
    Ok(if is_toml && !is_snapshot { Kind::Catalogue } else { Kind::Snapshot })
}

/// Opens a snapshot, or makes the demonstration county.
pub(crate) fn open(args: &SnapshotArgs) -> Result<Atlas, Failure> {
    let path = &args.snapshot;
    match kind_of(path)? {
        Kind::Lyonesse => Ok(lyonesse(args.seed)),
        Kind::Snapshot => snapshot::read(path).map_err(Failure::refused),
        Kind::Catalogue => Err(Failure::Usage(format!(
            "{} is a catalogue; make a snapshot of it first: lapwing build {} -o FILE",
            path.display(),
            path.display()
        ))),
    }
}

/// The place of a layer in an atlas, or which name was probably meant.
pub(crate) fn layer_place(atlas: &Atlas, id: &str) -> Result<usize, Failure> {
    atlas.layer_place(id).ok_or_else(|| {
        let known: Vec<&str> =
            atlas.layers().iter().map(|indexed| indexed.layer().meta().id.as_str()).collect();
        Failure::Usage(format!("there is no layer {id:?}; {}", suggest(id, &known)))
    })
}

/// The demonstration county.
pub(crate) fn lyonesse(seed: u64) -> Atlas {
    Atlas::build(demo::lyonesse(seed).into_contents(), super::build::now(), &())
}
