//! Every command in the README and in `docs/` is run, and what it prints is compared.
//!
//! A fenced block marked `console` holds commands after `$ ` and what they print to stdout. The
//! commands of a document run in order, in one empty folder, with a service of Lyonesse standing
//! in for `localhost:8080`. In expected output, `…` matches any text, and on a line of its own any
//! number of lines. A block marked `console sample` needs the sample of Northamptonshire in
//! `$DATA`; without it, the block is skipped and the skip is printed. `$LAPWING` is the repository.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::service::{LAPWING, Service};
use super::text::{Document, root};

/// A command and what it should print.
#[derive(Debug)]
struct Step {
    line: usize,
    needs_sample: bool,
    command: String,
    expected: Vec<String>,
}

fn steps(document: &Document) -> Vec<Step> {
    let mut steps = Vec::new();
    for block in document.blocks() {
        let needs_sample = match block.info {
            "console" => false,
            "console sample" => true,
            _ => continue,
        };
        let first = steps.len();
        for (line, text) in (block.line + 1..).zip(block.lines) {
            if let Some(command) = text.strip_prefix("$ ") {
                let command = command.to_owned();
                steps.push(Step { line, needs_sample, command, expected: vec![] });
                continue;
            }
            let step = steps[first..].last_mut();
            let step = step.unwrap_or_else(|| panic!("{} has no command", document.at(line)));
            if step.expected.is_empty() && step.command.ends_with('\\') {
                step.command.push('\n');
                step.command.push_str(text);
            } else {
                step.expected.push(text.trim_end().to_owned());
            }
        }
    }
    steps
}

/// True if a line is as expected, with `…` matching any run of characters.
fn line_matches(expected: &str, found: &str) -> bool {
    let mut parts = expected.split('…');
    let Some(mut rest) = found.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (index, part) in parts.iter().enumerate() {
        if index + 1 == parts.len() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(start) => rest = &rest[start + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

fn matches(expected: &[String], found: &[String]) -> bool {
    match expected.split_first() {
        None => found.is_empty(),
        Some((first, rest)) if first.trim() == "…" => {
            (0..=found.len()).any(|skipped| matches(rest, &found[skipped..]))
        }
        Some((first, rest)) => match found.split_first() {
            Some((line, others)) => line_matches(first, line) && matches(rest, others),
            None => false,
        },
    }
}

fn sample() -> Option<PathBuf> {
    let folder = std::env::var_os("LAPWING_SHARED")
        .map_or_else(|| root().join("../shared/data"), PathBuf::from);
    folder.join("wards_2013.geojson").exists().then_some(folder)
}

/// Runs the commands of a document and returns what went wrong.
fn failures(document: &Document, service: &Service, sample: Option<&Path>) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let binaries = Path::new(LAPWING).parent().expect("has a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let mut failures = Vec::new();
    for step in steps(document) {
        let at = document.at(step.line);
        if step.needs_sample && sample.is_none() {
            eprintln!("SKIPPED: {at}: the sample of Northamptonshire is not there");
            continue;
        }
        let output = Command::new("sh")
            .args(["-c", &step.command.replace("localhost:8080", &service.address)])
            .current_dir(folder.path())
            .env("PATH", format!("{}:{path}", binaries.display()))
            .env("DATA", sample.unwrap_or(Path::new("")))
            .env("LAPWING", root())
            .output()
            .expect("sh runs");
        // Links in answers name the port that the service happens to have.
        let found: Vec<String> = String::from_utf8_lossy(&output.stdout)
            .replace(&service.address, "localhost:8080")
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect();
        if !matches(&step.expected, &found) {
            failures.push(format!(
                "{at}: $ {}\n-- expected\n{}\n-- found\n{}\n{}",
                step.command,
                step.expected.join("\n"),
                found.join("\n"),
                String::from_utf8_lossy(&output.stderr)
            ));
        }
    }
    failures
}

#[test]
fn the_commands_of_the_documents_print_what_they_show() {
    let service = Service::shared();
    let sample = sample();
    let documents = Document::all();
    for shown in ["README.md", "docs/http-api.md", "docs/operating.md", "docs/compatibility.md"] {
        let document = documents.iter().find(|document| document.path == Path::new(shown));
        let document = document.unwrap_or_else(|| panic!("there is no {shown}"));
        assert!(!steps(document).is_empty(), "{shown} shows no command");
    }
    let failures: Vec<String> = documents
        .iter()
        .flat_map(|document| failures(document, &service, sample.as_deref()))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn three_dots_match_any_text() {
    assert!(line_matches("id …, built …", "id 4f, built today"));
    assert!(!line_matches("id …, built …", "id 4f"));
    assert!(!line_matches("level high", "level high or so"));
    let lines = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<_>>();
    assert!(matches(&lines("a|…|d"), &lines("a|b|c|d")));
    assert!(!matches(&lines("a|…|d"), &lines("a|b|c")));
}
