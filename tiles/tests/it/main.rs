//! Tests of the crate's public interface.

mod county;
mod neighbours;
mod points_and_archive;
