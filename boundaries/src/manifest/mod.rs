//! TOML manifests read key by key: every problem of a file at once, each with its line.
//!
//! A catalogue is written by hand, by someone who knows their county and not this program. So an
//! unknown key is refused with the key that was probably meant, a value of the wrong kind with
//! the kind that is wanted, and nothing is silently ignored. Deriving the shape with serde would
//! stop at the first problem and know little of places; the keys are therefore asked for by name.

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

/// One thing that is wrong with a manifest, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// A sentence that names the key, says what is wrong and what to write instead.
    pub message: String,
}

/// A manifest that cannot be used: the file, and everything that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ManifestError {
    file: PathBuf,
    problems: Vec<Problem>,
}

impl ManifestError {
    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// All that is wrong, in the order of the lines; never empty. A file that cannot be opened
    /// has one problem, at line 0.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub(crate) fn unreadable(file: &Path, message: String) -> Self {
        let problem = Problem { line: 0, column: 0, message };
        Self { file: file.to_owned(), problems: vec![problem] }
    }
}

impl fmt::Display for ManifestError {
    /// One line for each problem: `catalogue.toml:12:1: …`
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

/// The text of a manifest, and the problems found in it so far.
pub(crate) struct Manifest<'t> {
    file: &'t Path,
    text: &'t str,
    /// Byte offset and message; places are worked out once, at the end.
    found: RefCell<Vec<(usize, String)>>,
}

impl<'t> Manifest<'t> {
    /// A manifest out of the bytes of its file: UTF-8, with or without a byte-order mark.
    pub(crate) fn new(file: &'t Path, bytes: &'t [u8]) -> Result<Self, ManifestError> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self { file, text, found: RefCell::default() }),
            Err(error) => {
                let line = line_of(bytes, error.valid_up_to());
                let message = "this line is not UTF-8: save the file as UTF-8".to_owned();
                let problem = Problem { line, column: 1, message };
                Err(ManifestError { file: file.to_owned(), problems: vec![problem] })
            }
        }
    }

    /// The root table. What breaks the rules of TOML is noted, all of it, and then nothing else is
    /// read: after a missing quote, the keys that seem to lack are no news.
    pub(crate) fn parse(&self) -> Option<Spanned<DeTable<'t>>> {
        let (root, errors) = DeTable::parse_recoverable(self.text);
        let is_toml = errors.is_empty();
        for error in errors {
            let offset = error.span().map_or(0, |span| span.start);
            self.note(offset, format!("this is not TOML: {}", error.message()));
        }
        is_toml.then_some(root)
    }

    pub(crate) fn note(&self, offset: usize, message: impl Into<String>) {
        self.found.borrow_mut().push((offset, message.into()));
    }

    /// Whether nothing has been found wrong so far.
    pub(crate) fn is_clean(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// All that was found, in the order of the file.
    pub(crate) fn into_error(self) -> ManifestError {
        let mut found = self.found.into_inner();
        found.sort();
        found.dedup();
        let problems = found
            .into_iter()
            .map(|(offset, message)| {
                let before = &self.text.as_bytes()[..offset.min(self.text.len())];
                let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
                // A character begins at every byte that is not a UTF-8 continuation.
                let column = before[line_start..].iter().filter(|&&b| b & 0xC0 != 0x80).count() + 1;
                Problem { line: line_of(before, before.len()), column, message }
            })
            .collect();
        ManifestError { file: self.file.to_owned(), problems }
    }
}

/// The line of a byte, counted from 1.
fn line_of(text: &[u8], offset: usize) -> usize {
    text[..offset].split(|&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_characters_and_lines_from_one() {
        let text = "title = \"Môn\"\n\"clé\" = 1 # é\n";
        let manifest = Manifest::new(Path::new("c.toml"), text.as_bytes()).unwrap();
        let at = text.find('#').unwrap();
        manifest.note(at, "here");
        let error = manifest.into_error();
        assert_eq!(error.to_string(), "c.toml:2:11: here");
    }
}
