//! Planar geometry on British National Grid coordinates: exact predicates, measures, and the
//! indexed outline of an area.

pub mod measure;
pub mod outline;
pub mod predicate;
pub(crate) mod strips;
