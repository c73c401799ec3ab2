//! Files of a layer or a part of it: one writer per format, each for a [`Selection`].
//!
//! | format | coordinates | order | attributes |
//! |---|---|---|---|
//! | GeoJSON | as [`crate::formats::geojson`] says | as selected | JSON |
//! | CSV | WKT, and the columns of measures | as selected | text |
//! | FlatGeobuf 3 | x, y | along a Hilbert curve, for its index | typed |
//! | GeoPackage 1.3 | x, y | as selected | typed |
//! | Shapefile, zipped | x, y | as selected | typed, names of ten bytes |
//! | GeoParquet 1.1 | x, y | as selected | typed |
//!
//! In every binary format x is the easting or longitude, as its standard requires, whatever the axis
//! order of the CRS. Coordinates are not rounded: in EPSG:27700 they equal those of the snapshot.
//!
//! A writer holds only some features in memory at a time. If the format needs totals before the
//! features, the features go through a temporary file. Equal selections of equal snapshots give equal
//! bytes.

use std::io::{self, Write};
use std::sync::Arc;

use geo::MultiPolygon;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::layer::Layer;
use lapwing_boundaries::progress::Progress;

use crate::features::attributes::Schema;
use crate::features::crs::Crs;
use crate::features::generalise::Drawing;

mod columns;
mod crs_definitions;
mod csv;
mod file_cache;
mod flatgeobuf;
pub mod geojson;
mod geometry;
mod geopackage;
#[cfg(feature = "parquet")]
pub mod parquet;
mod shapefile;

pub use file_cache::{Key, Made, Making, Shelf};

/// A format of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// RFC 7946, or its 2008 edition in another CRS.
    GeoJson,
    /// Comma-separated with a header, RFC 4180.
    Csv,
    /// FlatGeobuf 3 with its packed Hilbert R-tree.
    FlatGeobuf,
    /// OGC GeoPackage 1.3 (12-128r18) with an R-tree and metadata.
    GeoPackage,
    /// ESRI shapefile, its parts in a zip.
    Shapefile,
    /// GeoParquet 1.1.0, geometry as WKB.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[
        Self::GeoJson,
        Self::Csv,
        Self::FlatGeobuf,
        Self::GeoPackage,
        Self::Shapefile,
        #[cfg(feature = "parquet")]
        Self::Parquet,
    ];

    /// Its name in `f=` and `--format`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shapefile => "shp",
            other => other.suffix(),
        }
    }

    /// The suffix of its files.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::GeoJson => "geojson",
            Self::Csv => "csv",
            Self::FlatGeobuf => "fgb",
            Self::GeoPackage => "gpkg",
            Self::Shapefile => "shp.zip",
            #[cfg(feature = "parquet")]
            Self::Parquet => "parquet",
        }
    }

    /// Its display name.
    pub const fn title(self) -> &'static str {
        match self {
            Self::GeoJson => "GeoJSON",
            Self::Csv => "CSV",
            Self::FlatGeobuf => "FlatGeobuf",
            Self::GeoPackage => "GeoPackage",
            Self::Shapefile => "Shapefile",
            #[cfg(feature = "parquet")]
            Self::Parquet => "GeoParquet",
        }
    }

    /// Its media type, without parameters. All are registered with IANA, except that of FlatGeobuf.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::GeoJson => "application/geo+json",
            Self::Csv => "text/csv",
            Self::FlatGeobuf => "application/flatgeobuf",
            Self::GeoPackage => "application/geopackage+sqlite3",
            Self::Shapefile => "application/zip",
            #[cfg(feature = "parquet")]
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// The format with this name, ignoring case; `json` is GeoJSON and `geoparquet` GeoParquet.
    pub fn of_name(name: &str) -> Option<Self> {
        let name = match name.to_ascii_lowercase().as_str() {
            "json" => "geojson".to_owned(),
            "geoparquet" => "parquet".to_owned(),
            other => other.to_owned(),
        };
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// The format of a file name by its suffix, and the name without the suffix.
    pub fn of_file_name(name: &str) -> Option<(&str, Self)> {
        Self::ALL.iter().find_map(|&format| {
            let stem = name.strip_suffix(format.suffix())?.strip_suffix('.')?;
            Some((stem, format))
        })
    }

    /// Returns whether it is text, which compresses well.
    pub const fn is_text(self) -> bool {
        matches!(self, Self::GeoJson | Self::Csv)
    }
}

/// The features and attributes to write.
#[derive(Clone, Debug)]
pub struct Selection<'a> {
    /// The snapshot.
    pub atlas: &'a Atlas,
    /// The attributes of the layer, and the layer itself.
    pub schema: &'a Arc<Schema>,
    /// The attributes to write, as indices in the schema, in output order. GeoJSON has the order of
    /// the schema.
    pub attributes: Vec<usize>,
    /// The areas or sites, as indices in the layer, in output order.
    pub indices: &'a [usize],
    /// The CRS of the output.
    pub crs: Crs,
    /// Simplified geometries to write instead of the areas' own. Measures are still those of the
    /// original geometries.
    pub drawing: Option<Drawing>,
    /// Whether a CSV has the geometry as WKT in its last column.
    pub wkt: bool,
}

impl<'a> Selection<'a> {
    /// All attributes of areas or sites, given as indices in the layer of the schema.
    pub fn new(atlas: &'a Atlas, schema: &'a Arc<Schema>, indices: &'a [usize], crs: Crs) -> Self {
        let attributes = (0..schema.attributes().len()).collect();
        Self { atlas, schema, attributes, indices, crs, drawing: None, wkt: true }
    }

    /// The geometry of an area.
    fn ground(&self, index: usize) -> &MultiPolygon<f64> {
        match &self.drawing {
            Some(drawing) => &drawing[index],
            None => self.layer().areas()[index].geometry(),
        }
    }

    fn layer(&self) -> &'a Layer {
        self.atlas.layers()[self.schema.layer()].layer()
    }

    /// A description of the layer: resolution, dates, licence and attribution.
    fn description(&self) -> String {
        let meta = self.layer().meta();
        let mut sentences: Vec<String> = Vec::new();
        if self.atlas.is_illustrative() {
            sentences.push("Illustrative: this place does not exist.".to_owned());
        }
        if let Some(resolution) = meta.resolution {
            sentences.push(format!("Boundaries drawn to {} m.", resolution.metres()));
        }
        let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
        match (day(meta.vintage.valid_from), day(meta.vintage.valid_to)) {
            (Some(from), Some(to)) => {
                sentences.push(format!("In force from {from} to before {to}."));
            }
            (Some(from), None) => sentences.push(format!("In force from {from}.")),
            (None, Some(to)) => sentences.push(format!("In force to before {to}.")),
            (None, None) => {}
        }
        if let Some(licence) = &meta.licence {
            sentences.push(format!("Licence: {licence}."));
        }
        sentences.extend(meta.attribution.clone());
        sentences.join(" ")
    }
}

/// Writes a selection in a format, and reports each feature as progress.
///
/// # Errors
///
/// When the output or a temporary file cannot be written.
pub fn write(
    format: Format,
    selection: &Selection<'_>,
    out: &mut (dyn Write + Send),
    progress: &dyn Progress,
) -> io::Result<()> {
    match format {
        Format::GeoJson => write_geojson(selection, out, progress),
        Format::Csv => csv::write(selection, out, progress),
        Format::FlatGeobuf => flatgeobuf::write(selection, out, progress),
        Format::GeoPackage => geopackage::write(selection, out, progress),
        Format::Shapefile => shapefile::write(selection, out, progress),
        #[cfg(feature = "parquet")]
        Format::Parquet => parquet::write(selection, out, progress),
    }
}

/// Returns a sentence for each attribute whose name or texts the format cuts.
///
/// # Errors
///
/// Fails if the format cannot hold the selection.
pub fn warnings(format: Format, selection: &Selection<'_>) -> io::Result<Vec<String>> {
    match format {
        Format::Shapefile => shapefile::warnings(selection),
        _ => Ok(Vec::new()),
    }
}

fn write_geojson(
    selection: &Selection<'_>,
    out: &mut (dyn Write + Send),
    progress: &dyn Progress,
) -> io::Result<()> {
    use crate::formats::geojson::Form;
    use serde_json::Map;
    let meta = selection.layer().meta();
    let mut members = Map::new();
    members.insert("name".to_owned(), meta.id.as_str().into());
    if let Some(attribution) = &meta.attribution {
        members.insert("attribution".to_owned(), attribution.as_str().into());
    }
    if selection.atlas.is_illustrative() {
        members.insert("illustrative".to_owned(), true.into());
    }
    let indices = selection.indices.iter().copied().inspect(|_| progress.advance(1));
    let atlas = selection.atlas;
    let form = Form {
        crs: selection.crs,
        only: Some(selection.attributes.as_slice().into()),
        drawing: selection.drawing.clone(),
    };
    let schema = Arc::clone(selection.schema);
    let pieces = crate::formats::geojson::FeatureCollection::new(atlas, schema, indices, form);
    for piece in pieces.with_members(members) {
        out.write_all(&piece)?;
    }
    out.flush()
}
