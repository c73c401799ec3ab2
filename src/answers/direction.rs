//! The direction in which two vintages are compared.

/// Which of the two vintages the requested area is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeDirection {
    /// The earlier one: list its successors.
    Successors,
    /// The later one: list its predecessors.
    Predecessors,
}
