//! The entry points of everything that reads what others write, for fuzzing.

pub mod files;
pub mod requests;
