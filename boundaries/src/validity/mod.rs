//! The only door for geometry: every fault of every feature found, named and placed; what can be
//! mended without changing the covered ground mended, the rest refused.
//!
//! | fault | what becomes of it |
//! |---|---|
//! | unclosed ring | closed |
//! | repeated point, spike | dropped: they cover nothing |
//! | ring without ground | dropped beside good rings, else refused |
//! | ring wound the wrong way | turned; counted in one note a layer |
//! | ring or polygon that stands twice | taken once |
//! | ring that touches itself, or runs along itself | split into simple rings |
//! | rings that share a line | merged along it |
//! | ring that crosses itself, rings that cross | refused, unless the ground in doubt is thinner than the drawing error and under 1 % of the feature (where no resolution is stated: under 1 m²) |
//! | hole outside its shell, hole in a hole, polygon on a polygon | refused |
//! | code missing, invalid or twice | refused |
//! | no geometry, or not of the layer's kind | refused |
//!
//! What comes out is valid in the sense of OGC 06-103r4, section 6.1.11; shells run
//! counter-clockwise and holes clockwise. A geometry that needs no mending keeps its coordinates
//! bit for bit, so that vertices shared by neighbours stay shared; a mended one keeps every vertex
//! that still bounds it. Everything is decided with exact predicates; only the points put at
//! crossings are rounded.
//!
//! 1. `rings` cleans each ring; `nesting` tells shells from holes where the file does not;
//! 2. `crossings` finds where edges meet, `noding` cuts them there, `arrangement` links the pieces
//!    around faces;
//! 3. `winding` tells which faces are ground and which are in doubt;
//! 4. `judge` takes, mends or refuses, and `found` says why; `trace` puts mended rings together.
//!
//! [`coverage`] then asks of a whole layer what this asks of a feature.

mod admit;
pub(crate) mod arrangement;
pub mod coverage;
pub(crate) mod crossings;
pub(crate) mod exact;
mod found;
mod judge;
pub(crate) mod nesting;
pub(crate) mod noding;
mod rings;
pub(crate) mod sliver;
pub(crate) mod trace;
mod winding;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use admit::admit_rings;
pub use admit::{Admitted, admit, admit_geometry};
pub(crate) use judge::is_sound;
