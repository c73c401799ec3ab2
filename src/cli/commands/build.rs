//! `lapwing build`: builds one snapshot file from a catalogue.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit as TimeUnit};
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::progress::Progress as _;
use lapwing_boundaries::snapshot;
use lapwing_boundaries::storage::atomic_file::hidden_sibling;

use super::load_catalogue::{self, SourceArgs};
use super::output::{is_dash, place_of};
use super::progress::ProgressReporter;
use crate::cli::failure::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  lapwing build northamptonshire/catalogue.toml --data ~/downloads -o northamptonshire.lapwing

If any file is refused, nothing is written and an existing snapshot of that name is unchanged.
The snapshot gets its name only when it is complete.")]
pub(crate) struct BuildArgs {
    /// The catalogue: a TOML file that names the boundary files
    pub(crate) catalogue: PathBuf,
    /// The snapshot to write
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) sources: SourceArgs,
}

pub(crate) fn run(args: &BuildArgs, quiet: bool) -> Result<(), Failure> {
    let began = Instant::now();
    let place = place_to_write(&args.output)?;
    let progress = ProgressReporter::new(quiet);
    let gathered = load_catalogue::gather(&args.catalogue, &args.sources, &progress)?;
    progress.finish();
    let untouched = if place.exists() {
        format!("nothing was built and {} is unchanged", args.output.display())
    } else {
        "nothing was built".to_owned()
    };
    let contents = load_catalogue::contents_or_refusal(gathered, &args.sources, &untouched, quiet)?;
    let atlas = Atlas::build(contents, now(), &progress);
    progress.begin("writing", 0);
    snapshot::write(&atlas, &place).map_err(|error| match error {
        snapshot::SnapshotError::Io { error, .. } => Failure::unwritable(&args.output, &error),
        other => Failure::refused(other),
    })?;
    progress.finish();
    if !quiet {
        let bytes = std::fs::metadata(&place).map_or(0, |found| found.len());
        eprintln!(
            "{}: snapshot {} of {}, {} layers, {} postcodes, {}, in {:.1} s",
            args.output.display(),
            atlas.id(),
            atlas.title(),
            atlas.layers().len(),
            atlas.postcode_count(),
            super::table::size(bytes),
            began.elapsed().as_secs_f64()
        );
        eprintln!("to serve it: lapwing serve {}", args.output.display());
    }
    Ok(())
}

/// The current time in whole seconds, the resolution of a snapshot.
pub(super) fn now() -> Timestamp {
    let to_seconds = TimestampRound::new().smallest(TimeUnit::Second).mode(RoundMode::Trunc);
    Timestamp::now().round(to_seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Resolves the path of the snapshot. Checked before the build, so that minutes of work do not end
/// in a folder without write permission.
fn place_to_write(output: &Path) -> Result<PathBuf, Failure> {
    let unwritable = |error: std::io::Error| Failure::unwritable(output, &error);
    if is_dash(output) {
        let message = "a snapshot cannot be written to stdout: use -o FILE";
        return Err(Failure::Usage(message.to_owned()));
    }
    let Some(place) = place_of(output).map_err(unwritable)? else {
        let message = format!("{} is not a regular file: choose another name", output.display());
        return Err(Failure::Usage(message));
    };
    // The temporary file that the writer creates first. An existing one is replaced later.
    let partial = hidden_sibling(&place, "partial")
        .map_err(|error| Failure::Usage(format!("{}: {error}", output.display())))?;
    if !partial.exists() {
        File::options().create_new(true).write(true).open(&partial).map_err(unwritable)?;
        std::fs::remove_file(&partial).map_err(unwritable)?;
    }
    Ok(place)
}
