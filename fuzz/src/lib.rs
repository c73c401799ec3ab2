//! Fuzzing entry points for all parsers of external input.

pub mod files;
pub mod requests;
