//! Files and memory, knowing nothing of areas: arrays used where they lie in a mapped file, files
//! replaced atomically, and memory prefetched.

pub mod atomic_file;
pub(crate) mod mmap;
pub mod prefetch;
