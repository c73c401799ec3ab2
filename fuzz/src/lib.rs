//! The entry points of what reads what callers send, for fuzzing.

pub mod entry;
#[path = "../../tests/squares/mod.rs"]
mod squares;
