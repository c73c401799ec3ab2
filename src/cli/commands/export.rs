//! `lapwing export`: writes one layer to a file.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lapwing::features::attributes::Schema;
use lapwing::features::crs::Crs;
use lapwing::formats::{self, Format, Selection};
use lapwing_boundaries::progress::Progress as _;

use super::output::{Output, content_suffix, is_dash, is_gzip};
use super::progress::ProgressReporter;
use super::source::{self, SnapshotArgs};
use crate::cli::failure::Failure;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  lapwing export county.lapwing lap -o laps.geojson
  lapwing export county.lapwing lap -o laps_bng.geojson.gz --crs EPSG:27700
  lapwing export county.lapwing ward -o wards.gpkg --crs EPSG:27700
  lapwing export county.lapwing ward -o wards.shp.zip --crs EPSG:27700
  lapwing export county.lapwing lsoa -o lsoas.parquet
  lapwing export county.lapwing gp_practice -o practices.csv

The suffix of FILE tells the format: .geojson, .csv, .fgb (FlatGeobuf), .gpkg (GeoPackage),
.shp.zip (Shapefile) or .parquet (GeoParquet). A GeoJSON or CSV is compressed if .gz follows.

A shapefile holds names of at most 10 bytes and texts of at most 254. Longer ones are cut, each
change is printed, and a text file in the zip lists them.")]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) snapshot: SnapshotArgs,
    /// Layer to export
    pub(crate) layer: String,
    /// Output file ("-" for stdout)
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// geojson, csv, fgb, gpkg, shp or parquet; told by the suffix of FILE if there is one
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    pub(crate) format: Option<Format>,
    /// Coordinate reference system of the geometry
    #[arg(long, value_name = "CRS", default_value = "EPSG:4326", value_parser = parse_crs)]
    pub(crate) crs: Crs,
    /// Add the geometry to a CSV file as WKT
    #[arg(long)]
    pub(crate) wkt: bool,
}

fn parse_format(text: &str) -> Result<Format, String> {
    Format::of_name(text).ok_or_else(|| {
        let known: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
        format!("write one of {}", known.join(", "))
    })
}

/// Files put the easting or longitude first whatever axis order the CRS defines, so EPSG:4326 means
/// longitude, latitude.
fn parse_crs(text: &str) -> Result<Crs, String> {
    match Crs::from_uri(text) {
        Ok(Crs::Epsg4326) => Ok(Crs::Crs84),
        Ok(crs) => Ok(crs),
        Err(_) => Err("write EPSG:4326 (longitude, latitude), EPSG:27700 (British National Grid) \
                       or EPSG:3857 (Web Mercator)"
            .to_owned()),
    }
}

pub(crate) fn run(args: &ExportArgs, quiet: bool) -> Result<(), Failure> {
    let format = format_of(&args.output, args.format)?;
    if args.wkt && format != Format::Csv {
        let message =
            format!("--wkt adds a column to a CSV; a {} has its geometry already", format.title());
        return Err(Failure::Usage(message));
    }
    if is_gzip(&args.output) && !format.is_text() {
        return Err(Failure::Usage(format!(
            "a {} cannot be compressed with gzip, as it is read in parts: remove .gz from the name",
            format.title()
        )));
    }
    let atlas = source::open(&args.snapshot)?;
    let layer = source::layer_index(&atlas, &args.layer)?;
    let indices: Vec<usize> = (0..atlas.layers()[layer].layer().len()).collect();
    let schema = Arc::new(Schema::of(&atlas, layer));
    let mut selection = Selection::new(&atlas, &schema, &indices, args.crs);
    selection.wkt = args.wkt;
    for warning in formats::warnings(format, &selection).map_err(Failure::refused)? {
        eprintln!("warning: {warning}");
    }
    let teller = ProgressReporter::new(quiet || is_dash(&args.output));
    teller.begin(&format!("Writing {}", args.layer), indices.len() as u64);
    let mut output = Output::create(&args.output)?;
    let written = formats::write(format, &selection, &mut output, &teller);
    written.map_err(|error| match error.kind() {
        // The format's limit, and not the disk's.
        ErrorKind::FileTooLarge => Failure::refused(error),
        _ => output.failed(&error),
    })?;
    output.finish()
}

/// The format given by `--format`, or else by the suffix of the file.
fn format_of(output: &Path, requested: Option<Format>) -> Result<Format, Failure> {
    match requested.or(by_suffix(output)) {
        Some(format) => Ok(format),
        None if is_dash(output) => Ok(Format::GeoJson),
        None if content_suffix(output).as_deref() == Some("shp") => Err(Failure::Usage(format!(
            "a shapefile is several files, which are written in one zip: name it {}",
            output.with_extension("shp.zip").display()
        ))),
        None => {
            let suffixes: Vec<String> =
                Format::ALL.iter().map(|format| format!(".{}", format.suffix())).collect();
            Err(Failure::Usage(format!(
                "{} has no known suffix: use {}, or set --format",
                output.display(),
                suffixes.join(", ")
            )))
        }
    }
}

fn by_suffix(output: &Path) -> Option<Format> {
    let name = output.file_name()?.to_str()?.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let of_name = || Format::of_name(Path::new(name).extension()?.to_str()?);
    match Format::of_file_name(name) {
        Some((_, format)) => Some(format),
        // `.json` and `.geoparquet`; but a `.shp` alone is no shapefile.
        None => of_name().filter(|format| *format != Format::Shapefile),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_takes_precedence_over_the_suffix() {
        let format = |name: &str, requested| format_of(Path::new(name), requested).ok();
        assert_eq!(format("laps.geojson", None), Some(Format::GeoJson));
        assert_eq!(format("laps.GeoJSON.gz", None), Some(Format::GeoJson));
        assert_eq!(format("laps.csv.gz", None), Some(Format::Csv));
        assert_eq!(format("laps.GPKG", None), Some(Format::GeoPackage));
        assert_eq!(format("laps.fgb", None), Some(Format::FlatGeobuf));
        assert_eq!(format("laps.shp.zip", None), Some(Format::Shapefile));
        assert_eq!(format("Laps.SHP.ZIP", None), Some(Format::Shapefile));
        assert_eq!(format("laps.json", None), Some(Format::GeoJson));
        assert_eq!(format("laps.zip", Some(Format::Shapefile)), Some(Format::Shapefile));
        assert_eq!(format("laps.txt", Some(Format::Csv)), Some(Format::Csv));
        assert_eq!(format("-", None), Some(Format::GeoJson));
        assert_eq!(format("laps.shp", None), None);
        assert_eq!(format("laps.zip", None), None);
        assert_eq!(format("laps", None), None);
        let Err(Failure::Usage(message)) = format_of(Path::new("out/laps.shp"), None) else {
            panic!("a .shp alone is no shapefile")
        };
        assert!(message.ends_with("name it out/laps.shp.zip"), "{message}");
    }

    #[test]
    fn every_layer_crs_has_a_name_and_others_are_refused() {
        assert_eq!(parse_crs("epsg:27700"), Ok(Crs::Epsg27700));
        assert_eq!(parse_crs("EPSG:4326"), Ok(Crs::Crs84), "the east first in files");
        assert!(parse_crs("EPSG:2154").unwrap_err().contains("EPSG:27700"));
    }
}
