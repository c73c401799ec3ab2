//! The documents, and the parts of them that tests read: fenced blocks, tables and code spans.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A document, with its path from the root.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// A fenced block: the line of its opening fence, what stands after the fence, and its lines.
#[derive(Debug)]
pub(crate) struct Block<'a> {
    pub(crate) line: usize,
    pub(crate) info: &'a str,
    pub(crate) lines: Vec<&'a str>,
}

impl Document {
    /// Reads one document of `docs/` by its file name.
    pub(crate) fn named(name: &str) -> Self {
        Self::read(Path::new("docs").join(name))
    }

    /// The README and every page of `docs/`, in the order of their names.
    pub(crate) fn all() -> Vec<Self> {
        let mut pages: Vec<PathBuf> = std::fs::read_dir(root().join("docs"))
            .expect("docs/ is a folder")
            .map(|entry| Path::new("docs").join(entry.expect("can be listed").file_name()))
            .filter(|path| path.extension().is_some_and(|suffix| suffix == "md"))
            .collect();
        pages.sort();
        std::iter::once(PathBuf::from("README.md")).chain(pages).map(Self::read).collect()
    }

    pub(crate) fn read(path: PathBuf) -> Self {
        let text = std::fs::read_to_string(root().join(&path))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { path, text }
    }

    /// `docs/catalogue.md:12`, for messages.
    pub(crate) fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path.display())
    }

    pub(crate) fn blocks(&self) -> Vec<Block<'_>> {
        let mut blocks: Vec<Block<'_>> = Vec::new();
        let mut is_open = false;
        for (line, text) in (1..).zip(self.text.lines()) {
            match text.strip_prefix("```") {
                Some(_) if is_open => is_open = false,
                Some(info) => {
                    is_open = true;
                    blocks.push(Block { line, info, lines: Vec::new() });
                }
                None if is_open => blocks.last_mut().expect("one is open").lines.push(text),
                None => {}
            }
        }
        assert!(!is_open, "{}: the last fence is not closed", self.path.display());
        blocks
    }

    /// The lines outside fenced blocks, each with its number.
    pub(crate) fn prose(&self) -> Vec<(usize, &str)> {
        let mut is_open = false;
        let mut lines = Vec::new();
        for (line, text) in (1..).zip(self.text.lines()) {
            if text.starts_with("```") {
                is_open = !is_open;
            } else if !is_open {
                lines.push((line, text));
            }
        }
        lines
    }

    /// The rows of the table that follows the comment `<!-- table: NAME -->`: the line of each and
    /// its cells. The header is left out.
    pub(crate) fn table(&self, name: &str) -> Vec<(usize, Vec<&str>)> {
        let marker = format!("<!-- table: {name} -->");
        let rows: Vec<_> = (1..)
            .zip(self.text.lines())
            .skip_while(|(_, text)| *text != marker)
            .skip(1)
            .skip_while(|(_, text)| text.is_empty())
            .take_while(|(_, text)| text.starts_with('|'))
            .skip(2)
            .map(|(line, text)| (line, cells(text)))
            .collect();
        assert!(!rows.is_empty(), "{} has no table {marker}", self.path.display());
        rows
    }
}

/// The cells of a table's row. A `|` within a cell is written `\|`.
fn cells(row: &str) -> Vec<&str> {
    let row = row.trim().trim_start_matches('|').trim_end_matches('|');
    let mut cells = Vec::new();
    let mut start = 0;
    for (at, _) in row.match_indices('|') {
        if !row[..at].ends_with('\\') {
            cells.push(row[start..at].trim());
            start = at + 1;
        }
    }
    cells.push(row[start..].trim());
    cells
}

/// The code spans of a line.
pub(crate) fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// The code span that a cell consists of.
pub(crate) fn code(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}

#[test]
fn a_table_is_read_after_its_marker() {
    let text = "<!-- table: x -->\n\n| a | b |\n|---|---|\n| `c` | d \\| e |\n\n| no | no |\n";
    let document = Document { path: "x.md".into(), text: text.to_owned() };
    assert_eq!(document.table("x"), [(5, vec!["`c`", "d \\| e"])]);
    assert_eq!(code_spans("a `b` c `d`").collect::<Vec<_>>(), ["b", "d"]);
}
