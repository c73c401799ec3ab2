//! Progress of a fetch.

/// The unit of progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of a file.
    Bytes,
    /// Features of a service.
    Features,
}

/// Receives the progress of a fetch.
pub trait ProgressListener {
    /// A transfer begins, with its total if that is known.
    fn begin(&self, unit: Unit, total: Option<u64>);
    /// More of it has arrived.
    fn advance(&self, more: u64);
    /// It has ended, successfully or not.
    fn end(&self);
    /// A remark, a sentence without a full stop.
    fn say(&self, line: &str);
}

/// Ignores everything.
impl ProgressListener for () {
    fn begin(&self, _: Unit, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
    fn end(&self) {}
    fn say(&self, _: &str) {}
}
