//! Reader for TOML manifests that reports every problem of a file at once, with line and column.
//!
//! People who know their county but not this program write catalogues by hand. The reader therefore
//! refuses an unknown key and suggests the key that was probably meant, and states the expected
//! type when a value has the wrong one. It ignores nothing silently. Weighed against `serde`: a
//! derived `Deserialize` stops at the first problem and knows few locations, so [`Keys`] looks up
//! each key by name in `toml`'s spanned tree instead.

mod keys;
mod nearest;

use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use toml::Spanned;
use toml::de::DeTable;

pub(crate) use keys::Keys;
pub use nearest::nearest;

/// One problem in a manifest, with its location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Line number, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// A sentence that names the key, states the problem and says what to write instead.
    pub message: String,
}

/// A manifest that cannot be used: its file and every problem found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ManifestError {
    file: PathBuf,
    problems: Vec<Problem>,
}

impl ManifestError {
    /// Returns the manifest file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Returns the problems in line order. Never empty. A file that cannot be opened has one
    /// problem, at line 0.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub(crate) fn unreadable(file: &Path, message: String) -> Self {
        let problem = Problem { line: 0, column: 0, message };
        Self { file: file.to_owned(), problems: vec![problem] }
    }
}

impl fmt::Display for ManifestError {
    /// Writes one line per problem: `catalogue.toml:12:1: …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.problems.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            let Problem { line, column, message } = problem;
            match line {
                0 => write!(f, "{}: {message}", self.file.display())?,
                _ => write!(f, "{}:{line}:{column}: {message}", self.file.display())?,
            }
        }
        Ok(())
    }
}

/// The text of a manifest, and the problems found so far.
pub(crate) struct Manifest<'t> {
    file: &'t Path,
    text: &'t str,
    /// Byte offset and message. Offsets become lines and columns once, at the end.
    found: RefCell<Vec<(usize, String)>>,
}

impl<'t> Manifest<'t> {
    /// Reads the bytes of a manifest: UTF-8, with or without a byte-order mark.
    pub(crate) fn new(file: &'t Path, bytes: &'t [u8]) -> Result<Self, ManifestError> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self { file, text, found: RefCell::default() }),
            Err(error) => {
                let line = line_of(bytes, error.valid_up_to());
                let message = "this line is not valid UTF-8; save the file as UTF-8".to_owned();
                let problem = Problem { line, column: 1, message };
                Err(ManifestError { file: file.to_owned(), problems: vec![problem] })
            }
        }
    }

    /// Returns the root table. Records every TOML syntax error and then returns `None`: after a
    /// missing quote, reports of missing keys would only mislead.
    pub(crate) fn parse(&self) -> Option<Spanned<DeTable<'t>>> {
        let (root, errors) = DeTable::parse_recoverable(self.text);
        let is_toml = errors.is_empty();
        for error in errors {
            let offset = error.span().map_or(0, |span| span.start);
            self.note(offset, format!("invalid TOML: {}", error.message()));
        }
        is_toml.then_some(root)
    }

    pub(crate) fn note(&self, offset: usize, message: impl Into<String>) {
        self.found.borrow_mut().push((offset, message.into()));
    }

    /// Returns true if no problem has been found so far.
    pub(crate) fn is_clean(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// Returns all problems in file order.
    pub(crate) fn into_error(self) -> ManifestError {
        let mut found = self.found.into_inner();
        found.sort();
        found.dedup();
        let problems = found
            .into_iter()
            .map(|(offset, message)| {
                let before = &self.text.as_bytes()[..offset.min(self.text.len())];
                let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
                // Every byte except a UTF-8 continuation byte starts a character.
                let column = before[line_start..].iter().filter(|&&b| b & 0xC0 != 0x80).count() + 1;
                Problem { line: line_of(before, before.len()), column, message }
            })
            .collect();
        ManifestError { file: self.file.to_owned(), problems }
    }
}

/// Returns the line number of a byte offset, from 1.
fn line_of(text: &[u8], offset: usize) -> usize {
    text[..offset].split(|&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_start_at_one() {
        let text = "title = \"Môn\"\n\"clé\" = 1 # é\n";
        let manifest = Manifest::new(Path::new("c.toml"), text.as_bytes()).unwrap();
        let at = text.find('#').unwrap();
        manifest.note(at, "here");
        let error = manifest.into_error();
        assert_eq!(error.to_string(), "c.toml:2:11: here");
    }
}
