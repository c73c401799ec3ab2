//! Geometry to vector tile bytes, for the layers of Lapwing's map.
//!
//! This crate knows geometry and tiles and nothing of wards: it never sees
//! `lapwing-boundaries`, HTTP or a clock. Read the modules in this order:
//!
//! 1. [`coord`](TileCoord), [`mercator`]: the address of a tile, and the spaces that coordinates
//!    are in;
//! 2. [`input`]: layers as they come, in degrees;
//! 3. [`coverage`]: areas cut into shared arcs, simplified and snapped once for each zoom;
//! 4. `cluster`: points, gathered at low zooms;
//! 5. `clip`, `encode`: one tile's part, as bytes;
//! 6. [`source`](TileSource): all of it, for any tile; [`tileset`](TileSet): what a map is told of
//!    it; `places`, [`pyramid`]: all tiles there are, as one file.
//!
//! # What can be relied on
//!
//! Tiles are Mapbox Vector Tiles 2.1 of 4096 units, with 64 units of buffer for areas. Every
//! polygon is valid in the sense of OGC 06-103r4, shells before their holes, wound as MVT 2.1
//! section 4.3.3.3 wants. Two areas with a common boundary have the same edges along it in every
//! tile of every zoom.
//!
//! At a zoom, an area that is narrower than a unit everywhere is drawn as a square of one unit
//! while its ground is at least one square unit, and left out below that.
#![warn(missing_docs)]

mod clip;
mod cluster;
mod coord;
pub mod coverage;
mod encode;
pub mod input;
pub mod mercator;
mod places;
pub mod pyramid;
mod source;
mod tileset;

pub use coord::{MAX_ZOOM, TileCoord, TileCoordError};
pub use input::{Attributes, Features, InputError, InputLayer, Value};
pub use source::TileSource;
pub use tileset::{TileSet, VectorLayer};
