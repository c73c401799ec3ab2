//! The crate as its users meet it.

mod county;
mod neighbours;
mod points_and_archive;
