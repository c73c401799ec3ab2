//! Links between the documents, and the paths of the source that they name.

use std::path::{Path, PathBuf};

use super::text::{Document, code_spans, root};

/// Folders of the repository whose files the documents name.
const FOLDERS: [&str; 10] = [
    "src/",
    "boundaries/",
    "tiles/",
    "tests/",
    "benches/",
    "docs/",
    "fuzz/",
    ".ci/",
    ".cargo/",
    "Cargo.toml",
];

/// The documents that a reader can come to from the README.
fn documents() -> Vec<Document> {
    let others = ["CHANGELOG.md", "benches/README.md"].map(PathBuf::from).map(Document::read);
    Document::all().into_iter().chain(others).collect()
}

/// The targets of the links and pictures of a line: `[text](target)`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("](").filter_map(|(at, _)| line[at + 2..].split(')').next())
}

/// The anchor that a heading has on GitHub.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.trim().to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}

fn anchors(document: &Document) -> Vec<String> {
    let headings = document.prose().into_iter().filter(|(_, line)| line.starts_with('#'));
    headings.map(|(_, line)| anchor(line.trim_start_matches('#'))).collect()
}

#[test]
fn every_link_resolves() {
    let mut failures = Vec::new();
    for document in documents() {
        let folder = document.path.parent().unwrap_or(Path::new(""));
        for (line, text) in document.prose() {
            for target in targets(text).filter(|target| !target.contains("://")) {
                let (file, section) = target.split_once('#').unwrap_or((target, ""));
                let path = if file.is_empty() { document.path.clone() } else { folder.join(file) };
                let exists = root().join(&path).exists();
                let has_section = section.is_empty()
                    || exists
                        && anchors(&Document::read(path.clone())).iter().any(|a| a == section);
                if !exists || !has_section {
                    failures.push(format!("{}: {target} leads nowhere", document.at(line)));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_file_that_the_documents_name_is_there() {
    let mut failures = Vec::new();
    for document in Document::all() {
        for (line, text) in document.prose() {
            for span in code_spans(text) {
                let is_path = FOLDERS.iter().any(|folder| span.starts_with(folder))
                    && !span.contains([' ', '*', '{', '…']);
                if is_path && !root().join(span).exists() {
                    failures.push(format!("{}: there is no {span}", document.at(line)));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn an_anchor_is_made_as_github_makes_it() {
    assert_eq!(anchor(" `GET /v1/lookup`"), "get-v1lookup");
    assert_eq!(anchor(" A file format"), "a-file-format");
    assert_eq!(targets("a [b](c.md#d), ![e](f.png)").collect::<Vec<_>>(), ["c.md#d", "f.png"]);
}
