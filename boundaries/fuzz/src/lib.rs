//! The entry points of the parsers, for fuzzing.

pub mod entry;
