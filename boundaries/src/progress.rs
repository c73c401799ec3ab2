//! How long work tells that it is going on.

/// Hears of the stages of long work. The service draws a bar; `()` hears nothing.
pub trait Progress: Sync {
    /// A stage begins, of so many steps.
    fn begin(&self, stage: &str, steps: u64);
    /// So many steps more of the stage are done.
    fn advance(&self, steps: u64);
}

impl Progress for () {
    fn begin(&self, _stage: &str, _steps: u64) {}
    fn advance(&self, _steps: u64) {}
}
