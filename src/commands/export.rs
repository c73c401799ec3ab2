//! `lapwing export`: one layer as a file.

use std::path::Path;
use std::sync::Arc;

use lapwing::attributes::Schema;
use lapwing::formats::{self, Format, Selection};
use lapwing_boundaries::progress::Progress as _;

use super::failure::Failure;
use super::output::{Output, content_suffix, is_dash, is_gzip};
use super::progress::Teller;
use super::source;
use crate::cli::ExportArgs;

pub(super) fn run(args: &ExportArgs, quiet: bool) -> Result<(), Failure> {
    let format = format_of(&args.output, args.format)?;
    if args.wkt && format != Format::Csv {
        let message =
            format!("--wkt adds a column to a CSV; a {} has its geometry already", format.title());
        return Err(Failure::Usage(message));
    }
    if is_gzip(&args.output) && !format.is_text() {
        return Err(Failure::Usage(format!(
            "a {} is read by its parts, which .gz prevents: leave .gz out",
            format.title()
        )));
    }
    let atlas = source::open(&args.snapshot)?;
    let layer = source::layer_place(&atlas, &args.layer)?;
    let places: Vec<usize> = (0..atlas.layers()[layer].layer().len()).collect();
    let schema = Arc::new(Schema::of(&atlas, layer));
    let mut selection = Selection::new(&atlas, &schema, &places, args.crs);
    selection.wkt = args.wkt;
    let teller = Teller::new(quiet || is_dash(&args.output));
    teller.begin(&format!("Writing {}", args.layer), places.len() as u64);
    let mut output = Output::create(&args.output)?;
    let written = formats::write(format, &selection, &mut output, &teller);
    written.map_err(|error| output.failed(&error))?;
    output.finish()
}

/// The format asked for, or the one that the name's suffix says.
fn format_of(output: &Path, asked: Option<Format>) -> Result<Format, Failure> {
    let by_suffix = content_suffix(output).and_then(|suffix| Format::of_suffix(&suffix));
    match asked.or(by_suffix) {
        Some(format) => Ok(format),
        None if is_dash(output) => Ok(Format::GeoJson),
        None => {
            let suffixes: Vec<String> =
                Format::ALL.iter().map(|format| format!(".{}", format.suffix())).collect();
            Err(Failure::Usage(format!(
                "the name {} says no format: end it in {}, or give --format",
                output.display(),
                suffixes.join(", ")
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_says_the_format_and_the_flag_goes_before_it() {
        let format = |name: &str, asked| format_of(Path::new(name), asked).ok();
        assert_eq!(format("laps.geojson", None), Some(Format::GeoJson));
        assert_eq!(format("laps.GeoJSON.gz", None), Some(Format::GeoJson));
        assert_eq!(format("laps.csv.gz", None), Some(Format::Csv));
        assert_eq!(format("laps.GPKG", None), Some(Format::GeoPackage));
        assert_eq!(format("laps.fgb", None), Some(Format::FlatGeobuf));
        assert_eq!(format("laps.txt", Some(Format::Csv)), Some(Format::Csv));
        assert_eq!(format("-", None), Some(Format::GeoJson));
        assert_eq!(format("laps.shp", None), None);
        assert_eq!(format("laps", None), None);
    }
}
