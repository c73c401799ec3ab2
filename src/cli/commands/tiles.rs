//! `lapwing tiles`: writes all tiles of a snapshot to one PMTiles file for static hosting.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Instant;

use lapwing::tile_layers::{ChoiceError, Selection, attribution, choose, input_layer};
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::progress::Progress as _;
use lapwing_tiles::pyramid::ArchiveMetadata;
use lapwing_tiles::{MAX_ZOOM, TileSource};

use super::locate;
use super::output::{Output, content_suffix, is_dash, is_gzip};
use super::progress::ProgressReporter;
use super::source::{self, SnapshotArgs};
use crate::cli::failure::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lapwing tiles county.lapwing -o county.pmtiles
  lapwing tiles county.lapwing -o laps.pmtiles --layers lap,ward --zooms 0-12

The tiles are those that the service serves. Without --layers all layers are in them, each vintage
by its own id. The file appears under its name only when it is whole.")]
pub(crate) struct TilesArgs {
    #[command(flatten)]
    pub(crate) snapshot: SnapshotArgs,
    /// PMTiles archive to write
    #[arg(long, short, value_name = "FILE.pmtiles")]
    pub(crate) output: PathBuf,
    /// Layers to include, separated by commas [default: all]
    #[arg(long, value_name = "LAYER,…", value_delimiter = ',')]
    pub(crate) layers: Option<Vec<String>>,
    /// For layers named by series, use the boundaries in force on this date
    #[arg(long, value_name = "YYYY-MM-DD", requires = "layers")]
    pub(crate) date: Option<jiff::civil::Date>,
    /// Zoom levels, from 0 to 14
    #[arg(long, value_name = "FROM-TO", default_value = "0-14", value_parser = parse_zooms)]
    pub(crate) zooms: RangeInclusive<u8>,
}

fn parse_zooms(text: &str) -> Result<RangeInclusive<u8>, String> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let zoom = |text: &str| text.trim().parse().ok().filter(|zoom| *zoom <= MAX_ZOOM);
    match (zoom(from), zoom(to)) {
        (Some(from), Some(to)) if from <= to => Ok(from..=to),
        _ => Err(format!("write a range of zooms from 0 to {MAX_ZOOM}, such as 0-12")),
    }
}

pub(crate) fn run(args: &TilesArgs, quiet: bool) -> Result<(), Failure> {
    let began = Instant::now();
    check_name(&args.output)?;
    let atlas = source::open(&args.snapshot)?;
    let layers = layers_of(&atlas, args)?;
    // Checked before the long work, so that it does not end in a folder without write permission.
    let mut output = Output::create(&args.output)?;

    let progress = ProgressReporter::new(quiet);
    progress.begin("preparing layers", 0);
    let inputs = layers.layers().map(|(name, layer_index)| {
        let mut input = input_layer(&atlas, layer_index);
        name.clone_into(&mut input.name);
        input
    });
    let source = TileSource::prepare(inputs.collect()).map_err(Failure::refused)?;
    let numbers: Vec<usize> = (0..layers.layers().count()).collect();
    let zooms = args.zooms.clone();
    progress.begin("drawing zooms", zooms.clone().count() as u64);
    for zoom in zooms.clone() {
        source.draw(zoom, &numbers);
        progress.advance(1);
    }
    let about = ArchiveMetadata {
        name: atlas.title().to_owned(),
        attribution: attribution(&atlas, &layers),
    };
    let mut reported = None;
    let written = source
        .write_pmtiles(&mut output, &numbers, zooms.clone(), &about, |done, total| {
            if reported.is_none() {
                progress.begin("writing tiles", total);
            }
            progress.advance(done - reported.replace(done).unwrap_or(0));
        })
        .map_err(|error| Failure::refused(format!("{}: {error}", args.output.display())))?;
    output.finish()?;
    progress.finish();
    if !quiet {
        let seconds = began.elapsed().as_secs_f64();
        eprintln!(
            "{}: {} tiles of zooms {}-{}, {} layers, {}, in {seconds:.1} s",
            args.output.display(),
            written.tiles,
            zooms.start(),
            zooms.end(),
            numbers.len(),
            super::table::size(written.bytes),
        );
    }
    Ok(())
}

/// The writer seeks back to the header at the end, so the output must be a regular file.
fn check_name(output: &Path) -> Result<(), Failure> {
    let message = if is_dash(output) {
        "a PMTiles archive cannot be written to stdout: use -o FILE.pmtiles".to_owned()
    } else if is_gzip(output) || content_suffix(output).as_deref() != Some("pmtiles") {
        format!(
            "{} does not end in .pmtiles: rename it; the tiles in it are already compressed",
            output.display()
        )
    } else {
        return Ok(());
    };
    Err(Failure::Usage(message))
}

/// The named layers, or all layers with each vintage under its own id.
fn layers_of(atlas: &Atlas, args: &TilesArgs) -> Result<Selection, Failure> {
    let chosen = match &args.layers {
        None => Selection::all(atlas),
        Some(names) => choose(atlas, names.iter().map(String::as_str), locate::day(args.date)),
    };
    chosen.map_err(|error| match error {
        ChoiceError::Answer(error) => locate::failure_of(error),
        error @ ChoiceError::SameName { .. } => Failure::Usage(error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_must_be_a_file_that_ends_in_pmtiles() {
        assert!(check_name(Path::new("county.pmtiles")).is_ok());
        assert!(check_name(Path::new("county.PMTiles")).is_ok());
        for name in ["-", "county", "county.mbtiles", "county.pmtiles.gz"] {
            assert!(check_name(Path::new(name)).is_err(), "{name}");
        }
    }

    #[test]
    fn zooms_are_one_zoom_or_a_range() {
        assert_eq!(parse_zooms("0-14"), Ok(0..=14));
        assert_eq!(parse_zooms("9"), Ok(9..=9));
        for odd in ["14-0", "0-15", "-1", "", "a-b", "1-2-3"] {
            assert!(parse_zooms(odd).is_err(), "{odd}");
        }
    }
}
