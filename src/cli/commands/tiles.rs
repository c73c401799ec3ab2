//! `lapwing tiles`: all tiles of a snapshot as one file, for static hosting.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Instant;

use lapwing::tile_layers::{ChoiceError, Selection, attribution, choose, input_layer};
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::progress::Progress as _;
use lapwing_tiles::pyramid::About;
use lapwing_tiles::{MAX_ZOOM, TileSource};

use super::failure::Failure;
use super::locate;
use super::output::{Output, content_suffix, is_dash, is_gzip};
use super::progress::Teller;
use super::source::{self, SnapshotArgs};

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
    /// The PMTiles archive to write
    #[arg(long, short, value_name = "FILE.pmtiles")]
    pub(crate) output: PathBuf,
    /// Only these layers, by comma
    #[arg(long, value_name = "LAYER,…", value_delimiter = ',')]
    pub(crate) layers: Option<Vec<String>>,
    /// Of the layers named by their series: the boundaries in force on this day
    #[arg(long, value_name = "YYYY-MM-DD", requires = "layers")]
    pub(crate) date: Option<jiff::civil::Date>,
    /// The zooms, from 0 to 14
    #[arg(long, value_name = "FROM-TO", default_value = "0-14", value_parser = parse_zooms)]
    pub(crate) zooms: RangeInclusive<u8>,
}

fn parse_zooms(text: &str) -> Result<RangeInclusive<u8>, String> {
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let zoom = |text: &str| text.trim().parse().ok().filter(|zoom| *zoom <= MAX_ZOOM);
    match (zoom(from), zoom(to)) {
        (Some(from), Some(to)) if from <= to => Ok(from..=to),
        _ => Err(format!("write two zooms from 0 to {MAX_ZOOM}, the lesser first, as in 0-12")),
    }
}

pub(super) fn run(args: &TilesArgs, quiet: bool) -> Result<(), Failure> {
    let began = Instant::now();
    check_name(&args.output)?;
    let atlas = source::open(&args.snapshot)?;
    let layers = layers_of(&atlas, args)?;
    // Asked before the long work, so that minutes do not end in a folder that cannot be written to.
    let mut output = Output::create(&args.output)?;

    let progress = Teller::new(quiet);
    progress.begin("preparing layers", 0);
    let inputs = layers.layers().map(|(name, place)| {
        let mut input = input_layer(&atlas, place);
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
    let about = About { name: atlas.title().to_owned(), attribution: attribution(&atlas, &layers) };
    let mut told = None;
    let written = source
        .write_pmtiles(&mut output, &numbers, zooms.clone(), &about, |done, total| {
            if told.is_none() {
                progress.begin("writing tiles", total);
            }
            progress.advance(done - told.replace(done).unwrap_or(0));
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

/// The writer goes back to the head of the file at the end, so it must be a file.
fn check_name(output: &Path) -> Result<(), Failure> {
    let message = if is_dash(output) {
        "a PMTiles archive is a file to be named: give -o FILE.pmtiles".to_owned()
    } else if is_gzip(output) || content_suffix(output).as_deref() != Some("pmtiles") {
        format!(
            "{} is no name of a PMTiles archive: end it in .pmtiles; its tiles are compressed already",
            output.display()
        )
    } else {
        return Ok(());
    };
    Err(Failure::Usage(message))
}

/// The layers named, or all there are, each vintage by its own id.
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
    fn an_archive_is_a_file_named_so() {
        assert!(check_name(Path::new("county.pmtiles")).is_ok());
        assert!(check_name(Path::new("county.PMTiles")).is_ok());
        for name in ["-", "county", "county.mbtiles", "county.pmtiles.gz"] {
            assert!(check_name(Path::new(name)).is_err(), "{name}");
        }
    }

    #[test]
    fn zooms_are_one_or_from_to() {
        assert_eq!(parse_zooms("0-14"), Ok(0..=14));
        assert_eq!(parse_zooms("9"), Ok(9..=9));
        for odd in ["14-0", "0-15", "-1", "", "a-b", "1-2-3"] {
            assert!(parse_zooms(odd).is_err(), "{odd}");
        }
    }
}
