//! How large a filter may be, so that none can take the stack, the memory or the time of all.

use super::error::FilterError;

/// Bytes of a filter; longer URLs are refused before.
pub(super) const BYTES: usize = 64 * 1024;

/// How deep brackets, `NOT`s, functions and chains of arithmetic may stand in each other: a person
/// writes five, a generator twenty; the parser's and the evaluation's stack bears hundreds.
pub(super) const DEPTH: usize = 48;

/// Parts of an expression, literals and list items included: each is visited for each candidate.
pub(super) const PARTS: usize = 4_000;

/// Vertices of all geometries of a filter, as they are written.
pub(super) const VERTICES: usize = 20_000;

/// Counts what a parser builds, and stops it at a limit.
#[derive(Debug, Default)]
pub(super) struct Meter {
    depth: usize,
    parts: usize,
    vertices: usize,
}

impl Meter {
    /// One step deeper; [`Meter::leave`] goes back.
    pub(super) fn enter(&mut self) -> Result<(), FilterError> {
        self.deeper(1)
    }

    /// So many steps deeper.
    pub(super) fn deeper(&mut self, steps: usize) -> Result<(), FilterError> {
        self.depth += steps;
        if self.depth > DEPTH {
            let text = format!("the filter is nested more than {DEPTH} deep: write it flatter");
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
            let text = format!("the filter has more than {PARTS} parts: ask in several requests");
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

/// Refuses a text that is too long to be read at all.
pub(super) fn check_length(text: &str) -> Result<(), FilterError> {
    if text.len() > BYTES {
        let text = format!("the filter is longer than {BYTES} bytes: ask in several requests");
        return Err(FilterError::TooLarge(text));
    }
    Ok(())
}
