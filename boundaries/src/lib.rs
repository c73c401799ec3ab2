//! What an area is, and every question about areas.
//!
//! Read the modules in this order. Each uses only those before it:
//!
//! 1. [`code`], [`postcode`], [`projection`], [`position`]: values, checked where they enter;
//! 2. [`area`], [`layer`], [`gazetteer`]: a ward, all wards of one vintage, postcodes and addresses;
//! 3. [`geometry`]: exact predicates, measures, and the indexed outline of an area;
//! 4. [`storage`], [`fault`], [`progress`]: mapped arrays and atomic files; what can be wrong with a file, with its location; reporting progress;
//! 5. [`manifest`], [`load`], [`validity`], [`compose`], [`catalogue`]: from the TOML catalogue and
//!    its files to layers;
//! 6. [`index`], [`cells`], [`locate`], [`overlap`], [`change`], [`search`]: the questions;
//! 7. [`atlas`], [`snapshot`]: all layers, immutable, in memory and as one file;
//! 8. [`assemble`]: from a catalogue to the contents of an atlas;
//! 9. [`demo`]: Lyonesse, a generated county.
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
pub mod geometry;
pub mod index;
pub mod layer;
pub mod load;
pub mod locate;
pub mod manifest;
pub mod overlap;
pub mod position;
pub mod postcode;
pub mod progress;
pub mod projection;
pub mod search;
pub mod snapshot;
pub mod storage;
pub mod validity;
