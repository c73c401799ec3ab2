//! `docs/operating.md` against the options of `lapwing serve` and the metrics that it exports.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use super::service::{LAPWING, Service};
use super::text::{Document, code, code_spans};

/// An option as the help of `serve` shows it: the variable and the default.
type Options = BTreeMap<String, (String, Option<String>)>;

/// The value after `[env: ` or `[default: `.
fn bracketed<'h>(help: &'h str, name: &str) -> Option<&'h str> {
    let start = help.find(&format!("[{name}: "))? + name.len() + 3;
    help[start..].split(']').next()
}

/// The options in the help of `lapwing serve`, but for those of every command.
fn options() -> Options {
    let output = Command::new(LAPWING).args(["serve", "--help"]).output().expect("lapwing runs");
    let help = String::from_utf8(output.stdout).expect("is text");
    let mut options = Options::new();
    let mut name: Option<String> = None;
    let mut about = String::new();
    // An option's line begins with its name; what follows belongs to it until the next one.
    for line in help.lines().chain(["--"]) {
        let line = line.trim();
        let is_flag = line.starts_with("--") || line.starts_with("-q");
        let is_positional = line.starts_with('[') && !line.contains(": ");
        if is_flag || is_positional {
            if let (Some(name), Some(variable)) = (name.take(), bracketed(&about, "env")) {
                let variable = variable.split('=').next().unwrap_or_default().to_owned();
                let default = bracketed(&about, "default").map(str::to_owned);
                options.insert(name, (variable, default));
            }
            about.clear();
            let long = line.find("--").map_or(line, |at| &line[at..]);
            name = long.split_whitespace().next().map(str::to_owned);
        }
        about.push_str(line);
        about.push(' ');
    }
    options
}

#[test]
fn every_option_of_serve_is_documented_with_its_variable_key_and_default() {
    let options = options();
    assert!(options.len() > 20, "{options:?}");
    let document = Document::named("operating.md");
    let rows = document.table("options of serve");
    let mut documented = BTreeSet::new();
    for (line, cells) in &rows {
        let at = document.at(*line);
        let option = code_spans(cells[0]).next().unwrap_or_default().replace("\\|", "|");
        let option = option.split(' ').next().unwrap_or_default();
        let (variable, default) =
            options.get(option).unwrap_or_else(|| panic!("{at}: serve has no option {option}"));
        assert_eq!(code(cells[1]), Some(&**variable), "{at}: variable of {option}");
        let key = variable.trim_start_matches("LAPWING_").to_lowercase();
        // A file cannot name another file to be read.
        let key = (key != "config").then_some(&*key);
        assert_eq!(code(cells[2]), key, "{at}: key of {option}");
        if let Some(default) = default
            && !default.contains(' ')
        {
            assert_eq!(code(cells[3]), Some(&**default), "{at}: default of {option}");
        }
        documented.insert(option.to_owned());
    }
    let known: BTreeSet<String> = options.into_keys().collect();
    assert_eq!(documented, known);
}

/// Reads the options of a file as `lapwing serve --config` reads them.
pub(crate) fn read_options(text: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("lapwing.toml");
    std::fs::write(&file, text).expect("can be written");
    // A source on the command line goes before that of the file; this one does not exist, so
    // nothing is served.
    let missing = folder.path().join("missing.lapwing");
    let mut command = Command::new(LAPWING);
    command.arg("serve").arg(&missing).arg("--config").arg(&file);
    let output = command.output().expect("lapwing runs");
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    let accepted = output.status.code() == Some(1) && message.contains("missing.lapwing");
    if accepted { Ok(()) } else { Err(message) }
}

/// The name of the metric that a name in a document stands for: a histogram has three series.
fn family<'n>(name: &'n str, families: &BTreeSet<&str>) -> &'n str {
    ["_bucket", "_sum", "_count"]
        .iter()
        .filter_map(|end| name.strip_suffix(end))
        .find(|base| families.contains(base))
        .unwrap_or(name)
}

#[test]
fn every_metric_is_documented_and_every_metric_of_the_documents_exists() {
    let service = Service::shared();
    // Some metrics exist once there has been a reload, even a refused one: Lyonesse has no file.
    let output = Command::new("curl")
        .args(["--silent", "-X", "POST", "-H", "authorization: Bearer open-sesame"])
        .arg(format!("http://{}/admin/reload", service.address))
        .output()
        .expect("curl runs");
    assert!(output.status.success(), "{output:?}");
    let page = service.get("/metrics");
    let families: BTreeSet<&str> =
        page.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let document = Document::named("operating.md");
    let rows = document.table("metrics");
    let documented: BTreeSet<&str> = rows.iter().filter_map(|(_, cells)| code(cells[0])).collect();
    assert_eq!(documented, families);

    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    for document in Document::all() {
        for block in document.blocks().iter().filter(|block| block.info == "yaml") {
            for word in block.lines.iter().flat_map(|line| line.split(|c| !is_name(c))) {
                let is_metric = word.starts_with("lapwing_") || word.starts_with("process_");
                assert!(
                    !is_metric || families.contains(family(word, &families)),
                    "{}: there is no metric {word}",
                    document.at(block.line)
                );
            }
        }
    }
}
