//! A limit on the memory of an index.

/// The number of bytes that a cell index may take. If even the coarsest index needs more, the
/// coarsest is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemoryBudget(u64);

impl MemoryBudget {
    /// A budget in bytes.
    pub const fn of_bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The budget in bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl Default for MemoryBudget {
    /// 256 MiB. The wards, LSOAs and authorities of England and Wales take less than that at the
    /// finest resolution that still makes lookups faster.
    fn default() -> Self {
        Self(256 << 20)
    }
}
