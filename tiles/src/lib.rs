//! Vector tiles for the layers of Lapwing's map.
//!
//! This crate handles geometry and tiles only. It does not depend on `lapwing-boundaries`, HTTP or
//! a clock. Read the modules in this order:
//!
//! 1. [`coord`](TileCoord), [`mercator`]: tile addresses and coordinate spaces.
//! 2. [`input`]: input layers, in degrees.
//! 3. [`coverage`]: areas cut into shared arcs, simplified and snapped once per zoom.
//! 4. `cluster`: points, clustered at low zooms.
//! 5. `clip`, `encode`: the features of one tile, as bytes.
//! 6. [`source`](TileSource): prepared layers that produce any tile; [`tileset`](TileSet): their
//!    TileJSON values; `tile_listing`, [`pyramid`]: all non-empty tiles, as one file.
//!
//! # Guarantees
//!
//! Tiles are Mapbox Vector Tiles 2.1 with an extent of 4096 units and a buffer of 64 units for
//! areas. Every polygon is valid as defined in OGC 06-103r4, with exterior rings before their holes
//! and the winding order of MVT 2.1 section 4.3.3.3. Two areas with a common boundary have the same
//! edges along it in every tile at every zoom.
//!
//! An area narrower than one unit everywhere at some zoom is drawn as a square of one unit if its
//! area is at least one square unit, and is omitted otherwise.
#![warn(missing_docs)]

mod clip;
mod cluster;
mod coord;
pub mod coverage;
mod encode;
pub mod input;
pub mod mercator;
pub mod pyramid;
mod source;
mod tile_listing;
mod tileset;

pub use coord::{MAX_ZOOM, TileCoord, TileCoordError};
pub use input::{Attributes, Features, InputError, InputLayer, Value};
pub use source::TileSource;
pub use tileset::{Center, TileSet, VectorLayer};
