//! Files to raw layers: every format read into the same shape, projected to BNG, not yet trusted.
//!
//! A loader reads one file of one format. It takes whatever the file holds, names what is wrong
//! in the [`Report`](crate::fault::Report), and leaves the judgement of rings and codes to
//! [`crate::validity`].
//!
//! The way of a file in a GIS format:
//!
//! 1. its suffix chooses the reader ([`geojson`], [`shapefile`], [`geopackage`],
//!    [`flatgeobuf`]);
//! 2. the reader gives features in the file's own coordinates, and what the file says of its CRS
//!    ([`error`], [`fields`]);
//! 3. the CRS of the file and that of the catalogue are reconciled ([`crs`]);
//! 4. every coordinate becomes British National Grid metres ([`project`]).
//!
//! Points come as CSV, each kind with its own rules: [`sites`], [`postcodes`], [`addresses`]. They
//! have no rings to judge, so what these readers give is ready for use.

pub mod addresses;
mod collection;
pub mod crs;
mod csv;
mod epraccur;
pub mod error;
pub mod fields;
pub mod flatgeobuf;
pub mod geojson;
pub mod geopackage;
mod place;
pub mod postcodes;
pub mod project;
pub mod raw;
pub mod shapefile;
pub mod sites;
mod source;
mod vector;
pub(crate) mod within;
pub mod wkb;

pub use collection::Mended;
pub use vector::{load_ground, load_vector};
