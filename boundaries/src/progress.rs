//! Progress reports of long operations.

/// Receives progress reports. The implementation for `()` ignores them.
pub trait Progress: Sync {
    /// A stage of `steps` steps starts.
    fn begin(&self, stage: &str, steps: u64);
    /// `steps` more steps of the stage are done.
    fn advance(&self, steps: u64);
}

impl Progress for () {
    fn begin(&self, _stage: &str, _steps: u64) {}
    fn advance(&self, _steps: u64) {}
}
