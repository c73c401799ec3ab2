//! Limits on the size of a filter, which protect the stack, the memory and the time of the service.

use super::error::FilterError;

/// The maximum length in bytes; longer URLs are refused earlier.
pub(super) const BYTES: usize = 64 * 1024;

/// The maximum nesting of brackets, `NOT`s, functions and arithmetic. A person writes five levels,
/// a generator twenty; the parser and the evaluation have stack for hundreds.
pub(super) const DEPTH: usize = 48;

/// The maximum number of nodes, including literals and list items: each is visited for each
/// candidate.
pub(super) const PARTS: usize = 4_000;

/// The maximum number of vertices of all geometries of a filter, as written.
pub(super) const VERTICES: usize = 20_000;

/// Counts what a parser builds, and stops it at a limit.
#[derive(Debug, Default)]
pub(super) struct Meter {
    depth: usize,
    parts: usize,
    vertices: usize,
}

impl Meter {
    /// Descends one level; [`Meter::leave`] ascends again.
    pub(super) fn enter(&mut self) -> Result<(), FilterError> {
        self.deeper(1)
    }

    /// Descends several levels.
    pub(super) fn deeper(&mut self, steps: usize) -> Result<(), FilterError> {
        self.depth += steps;
        if self.depth > DEPTH {
            let text = format!("the filter is nested more than {DEPTH} levels deep: simplify it");
            return Err(FilterError::TooLarge(text));
        }
        Ok(())
    }

    pub(super) fn leave(&mut self, steps: usize) {
        self.depth = self.depth.saturating_sub(steps);
    }

    pub(super) fn part(&mut self) -> Result<(), FilterError> {
        self.parts += 1;
        if self.parts > PARTS {
            let text =
                format!("the filter has more than {PARTS} parts: split it into several requests");
            return Err(FilterError::TooLarge(text));
        }
        Ok(())
    }

    pub(super) fn vertex(&mut self) -> Result<(), FilterError> {
        self.vertices += 1;
        if self.vertices > VERTICES {
            let text = format!(
                "the geometries of the filter have more than {VERTICES} vertices: simplify them"
            );
            return Err(FilterError::TooLarge(text));
        }
        Ok(())
    }
}

/// Refuses a text that is too long to be parsed.
pub(super) fn check_length(text: &str) -> Result<(), FilterError> {
    if text.len() > BYTES {
        let text =
            format!("the filter is longer than {BYTES} bytes: split it into several requests");
        return Err(FilterError::TooLarge(text));
    }
    Ok(())
}
