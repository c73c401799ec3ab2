//! The header of a CSV.

use crate::fault::{FaultKind, Severity};
use crate::manifest::nearest;

use super::RowFaults;

/// The column names.
pub(crate) struct Header {
    pub(super) names: Vec<String>,
}

impl Header {
    #[cfg(test)]
    pub(crate) fn of(names: Vec<String>) -> Self {
        Self { names }
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the column with this name, preferring an exact match to one that ignores case.
    /// Reports a missing or duplicate column and returns `None`.
    pub(crate) fn find(&self, name: &str, faults: &mut RowFaults<'_>) -> Option<usize> {
        let columns = |same: &dyn Fn(&str) -> bool| -> Vec<usize> {
            (0..self.names.len()).filter(|&column| same(&self.names[column])).collect()
        };
        let mut found = columns(&|other| other == name);
        if found.is_empty() {
            found = columns(&|other| other.eq_ignore_ascii_case(name));
        }
        let message = match found[..] {
            [column] => return Some(column),
            [] => format!("the file has no column {name:?}; {}", self.hint(name)),
            _ => format!("the header has the column {name:?} twice: rename one"),
        };
        faults.of_column(name, FaultKind::BadField, Severity::Error, message);
        None
    }

    fn hint(&self, name: &str) -> String {
        if let [only] = &self.names[..]
            && let Some(mark) = [';', '\t', '|'].into_iter().find(|&mark| only.contains(mark))
        {
            return format!("its columns are separated by {mark:?}: save it with commas");
        }
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        match nearest(name, &names) {
            Some(meant) => format!("did you mean {meant:?}?"),
            None => format!("its columns are {}", names.join(", ")),
        }
    }
}
