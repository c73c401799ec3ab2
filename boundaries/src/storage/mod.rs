//! Files and memory, independent of boundaries: arrays used in place in a mapped file, named
//! sections with checksums, atomic replacement of files, prefetching.

pub mod atomic_file;
mod memory_budget;
pub(crate) mod mmap;
pub mod prefetch;
pub(crate) mod sections;

pub use memory_budget::MemoryBudget;
