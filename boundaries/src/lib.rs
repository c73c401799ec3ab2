//! What an area is, and every question about areas.
//!
//! Read the modules in this order; each stands only on those before it:
//!
//! 1. [`code`], [`postcode`], [`position`]: the values, checked once where they enter;
//! 2. [`area`], [`layer`]: a ward, and all wards of one vintage;
//! 3. [`manifest`], [`catalogue`]: the TOML that names the files, and how its mistakes are told;
//! 4. [`fault`]: what can be wrong with a file, said with its place;
//! 5. [`load`], [`validity`], [`compose`]: files to layers;
//! 6. [`predicate`], [`outline`], [`index`], [`cells`], [`locate`], [`measure`], [`overlap`],
//!    [`change`]: the questions;
//! 7. [`atlas`], [`snapshot`], [`whole_file`]: all of it, immutable, and as one file;
//! 8. [`assemble`]: a catalogue to an atlas's contents, the whole way;
//! 9. [`demo`]: the county of Lyonesse, generated.
//!
//! # Units and space
//!
//! Inside this crate every coordinate is in British National Grid metres (EPSG:27700), every
//! area in planar BNG m². Degrees exist only in [`position`] and in the loaders.
//!
//! # The boundary rule
//!
//! A point on a boundary belongs to every area whose boundary it touches. In a coverage without
//! gaps no point is homeless. The rule is decided with exact predicates, never with a tolerance.

pub mod area;
pub mod assemble;
pub mod atlas;
pub mod catalogue;
pub mod cells;
pub mod change;
pub mod code;
pub mod compose;
pub mod demo;
pub mod fault;
pub mod gazetteer;
mod helmert;
pub mod index;
pub mod layer;
pub mod load;
pub mod locate;
pub mod manifest;
mod mapped;
pub mod measure;
mod ostn15;
pub mod outline;
pub mod overlap;
pub mod position;
pub mod postcode;
pub mod predicate;
pub mod prefetch;
pub mod progress;
pub mod search;
pub mod snapshot;
mod strips;
mod transverse_mercator;
pub mod validity;
pub mod whole_file;
mod within;

#[cfg(test)]
#[path = "../tests/random/mod.rs"]
mod random;
