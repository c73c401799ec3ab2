//! Geometry to vector tile bytes, for the layers of Lapwing's map.
//!
//! This crate knows geometry and tiles and nothing of wards: it never sees
//! `lapwing-boundaries`, HTTP or a clock. So far it holds the one thing the rest stands on, the
//! address of a tile.
#![warn(missing_docs)]

mod coord;

pub use coord::{MAX_ZOOM, TileCoord, TileCoordError};
