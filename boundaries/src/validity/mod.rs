//! Validation of geometry. Every feature passes through this module. It reports every fault with
//! its location, repairs what can be repaired without changing the area covered, and refuses the
//! rest.
//!
//! | fault | treatment |
//! |---|---|
//! | unclosed ring | closed |
//! | repeated point, spike | dropped: they have no area |
//! | ring without area | dropped if other rings have area, otherwise refused |
//! | wrong winding order | reversed; one note per layer gives the count |
//! | duplicate ring or polygon | kept once |
//! | ring that touches or overlaps itself | split into simple rings |
//! | rings that share a line | merged along it |
//! | ring that crosses itself, rings that cross | refused, unless the ambiguous area is thinner
//! than the drawing error and under 1 % of the feature (without a stated resolution: under 1 m²) |
//! | hole outside its exterior ring, hole in a hole, polygon on a polygon | refused |
//! | code missing, invalid or duplicate | refused |
//! | geometry missing or of the wrong type | refused |
//!
//! The result is valid as defined in OGC 06-103r4, section 6.1.11, with counter-clockwise exterior
//! rings and clockwise holes. A geometry that needs no repair keeps its coordinates bit for bit, so
//! vertices shared by neighbours stay shared. A repaired geometry keeps every vertex that still
//! bounds it. All decisions use exact predicates; only the points at crossings are rounded.
//!
//! Weighed against `geo`'s `Validation` (reports, but does not repair), `i_overlay` (moves
//! coordinates to an integer grid, so neighbours would no longer share vertices) and GEOS'
//! `MakeValid` (a C++ library; it decides ambiguous areas silently instead of reporting them).
//!
//! 1. `rings` cleans each ring. `nesting` tells exterior rings from holes if the file does not.
//! 2. `crossings` finds where edges intersect, `noding` cuts them there, and `arrangement` links
//!    the pieces into faces.
//! 3. `winding` decides which faces are inside the feature and which are ambiguous.
//! 4. `validate` accepts, repairs or refuses the feature, and `ring_faults` states why. `trace`
//!    assembles repaired rings.
//!
//! [`coverage`] checks the areas of a layer against each other.

mod admit;
pub(crate) mod arrangement;
pub mod coverage;
pub(crate) mod crossings;
pub(crate) mod exact;
pub(crate) mod nesting;
pub(crate) mod noding;
mod ring_faults;
mod rings;
pub(crate) mod sliver;
pub(crate) mod trace;
mod validate;
mod winding;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use admit::admit_rings;
pub use admit::{Admitted, admit, admit_geometry};
pub(crate) use validate::is_valid;
