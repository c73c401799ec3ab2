//! The README's commands do what it says: each is run, and what it prints is compared.
//!
//! A fenced block marked `console` holds commands after `$ ` and what they print. They are run in
//! order, in one empty folder, with a service of Lyonesse standing in for `localhost:8080`. In what
//! is expected, `…` stands for anything, on a line of its own for any number of lines. A block
//! marked `console sample` needs the real sample of Northamptonshire, as `$DATA`, and is skipped,
//! loudly, without it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const LAPWING: &str = env!("CARGO_BIN_EXE_lapwing");

/// A command of the README and what it should print.
#[derive(Debug)]
struct Step {
    line: usize,
    needs_sample: bool,
    command: String,
    expected: Vec<String>,
}

fn steps(readme: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut block: Option<bool> = None;
    for (line, text) in (1..).zip(readme.lines()) {
        match (block, text) {
            (None, "```console") => block = Some(false),
            (None, "```console sample") => block = Some(true),
            (None, _) => {}
            (Some(_), "```") => block = None,
            (Some(needs_sample), _) => {
                if let Some(command) = text.strip_prefix("$ ") {
                    let command = command.to_owned();
                    steps.push(Step { line, needs_sample, command, expected: vec![] });
                } else if let Some(step) = steps.last_mut() {
                    let continued = step.expected.is_empty() && step.command.ends_with('\\');
                    if continued {
                        step.command.push('\n');
                        step.command.push_str(text);
                    } else {
                        step.expected.push(text.trim_end().to_owned());
                    }
                }
            }
        }
    }
    steps
}

/// Whether a text is as expected, `…` standing for any run of characters.
fn line_matches(expected: &str, found: &str) -> bool {
    let mut parts = expected.split('…');
    let Some(mut rest) = found.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (place, part) in parts.iter().enumerate() {
        if place + 1 == parts.len() {
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

/// A service of Lyonesse on a port of the system's choice, ended when it is dropped.
struct Service {
    process: Child,
    address: String,
}

impl Service {
    fn start() -> Self {
        let mut process = Command::new(LAPWING)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("lapwing starts");
        let mut lines = BufReader::new(process.stderr.take().expect("is piped")).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                let start = line.find("127.0.0.1:")?;
                let address = &line[start..];
                let end = address.find(|c: char| c != '.' && c != ':' && !c.is_ascii_digit());
                Some(address[..end.unwrap_or(address.len())].to_owned())
            })
            .expect("lapwing tells its address");
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, address }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn sample() -> Option<PathBuf> {
    let folder = std::env::var_os("LAPWING_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    folder.join("wards_2013.geojson").exists().then_some(folder)
}

#[test]
fn the_commands_of_the_readme_print_what_it_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).expect("there is a README");
    let folder = tempfile::tempdir().expect("a folder");
    let service = Service::start();
    let binaries = Path::new(LAPWING).parent().expect("has a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let sample = sample();
    let mut failures = Vec::new();
    let steps = steps(&readme);
    assert!(steps.len() >= 5, "the README shows its commands: {steps:?}");
    for step in steps {
        if step.needs_sample && sample.is_none() {
            eprintln!("SKIPPED: README line {}: the real sample is not there", step.line);
            continue;
        }
        let output = Command::new("sh")
            .args(["-c", &step.command.replace("localhost:8080", &service.address)])
            .current_dir(folder.path())
            .env("PATH", format!("{}:{path}", binaries.display()))
            .env("DATA", sample.as_deref().unwrap_or(Path::new("")))
            .env("LAPWING", root)
            .output()
            .expect("sh runs");
        let found: Vec<String> = String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect();
        if !matches(&step.expected, &found) {
            failures.push(format!(
                "README line {}: $ {}\n-- expected\n{}\n-- found\n{}\n{}",
                step.line,
                step.command,
                step.expected.join("\n"),
                found.join("\n"),
                String::from_utf8_lossy(&output.stderr)
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn three_dots_stand_for_anything() {
    assert!(line_matches("id …, built …", "id 4f, built today"));
    assert!(!line_matches("id …, built …", "id 4f"));
    assert!(!line_matches("level high", "level high or so"));
    let lines = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<_>>();
    assert!(matches(&lines("a|…|d"), &lines("a|b|c|d")));
    assert!(!matches(&lines("a|…|d"), &lines("a|b|c")));
}
