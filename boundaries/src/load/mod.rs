//! Loaders: read every supported format into the same raw layer, projected to BNG, before
//! validation.
//!
//! A loader reads one file of one format. It accepts whatever the file contains, adds faults to the
//! [`Report`](crate::fault::Report), and leaves checks of rings and codes to [`crate::validity`].
//!
//! Steps for a GIS file:
//!
//! 1. The first bytes of the file select the reader ([`content`]): [`geojson`], [`shapefile`],
//!    [`geopackage`], [`flatgeobuf`], `geoparquet`, [`csv_geometry`], or one of these in a zip
//!    ([`archive`]). Only where they do not tell does the suffix.
//! 2. The reader returns features in the file's own coordinates and the CRS that the file states
//!    ([`raw`], [`fields`]).
//! 3. The CRS of the file and of the catalogue are reconciled ([`crs`]).
//! 4. All coordinates are projected to British National Grid metres ([`project`]).
//!
//! Points come from CSV, each kind with its own rules: [`sites`], [`postcodes`], [`addresses`].
//! They have no rings to check, so their loaders return finished values.

pub mod addresses;
mod archive;
mod collection;
mod content;
pub mod crs;
mod csv;
mod csv_geometry;
mod encoding;
pub mod error;
pub mod fields;
pub mod flatgeobuf;
pub mod geojson;
pub mod geopackage;
#[cfg(feature = "parquet")]
mod geoparquet;
mod parts;
mod position;
pub mod postcodes;
pub mod project;
pub mod raw;
pub mod shapefile;
pub mod sites;
mod source;
mod vector;
pub(crate) mod within;
pub mod wkb;
pub mod wkt;

pub use collection::ReadGeometry;
pub use vector::{load_polygons, load_vector};
