//! Who is told how it goes.

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of a file.
    Bytes,
    /// Features of a service.
    Features,
}

/// Is told how a fetch goes.
pub trait Listener {
    /// A transfer begins, of so much if that is known.
    fn begin(&self, unit: Unit, total: Option<u64>);
    /// So much more of it is there.
    fn advance(&self, more: u64);
    /// It is over, well or not.
    fn end(&self);
    /// Something worth knowing on the way, a sentence without a full stop.
    fn say(&self, line: &str);
}

/// Nobody.
impl Listener for () {
    fn begin(&self, _: Unit, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
    fn end(&self) {}
    fn say(&self, _: &str) {}
}
