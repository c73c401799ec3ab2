//! What the tests of several crates share.

pub mod mutate;
pub mod random;
pub mod squares;
