//! The data files of a postcode source: a file, a folder, or a published zip.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use crate::catalogue::PostcodeFormat;

use super::csv;

/// One data file.
#[derive(Debug)]
pub(super) enum Part {
    File(PathBuf),
    /// An entry of a zip: the zip, the place of the entry, its path inside.
    Entry(PathBuf, usize, String),
}

impl Part {
    /// Returns the name for messages: `nn.csv`, or `codepo_gb.zip/Data/CSV/nn.csv`.
    pub(super) fn name(&self) -> String {
        match self {
            Self::File(path) => csv::name_of(path),
            Self::Entry(zip, _, inside) => format!("{}/{inside}", csv::name_of(zip)),
        }
    }

    /// Opens the file and passes its uncompressed contents to `then`.
    pub(super) fn read(&self, then: impl FnOnce(&mut dyn Read)) -> Result<(), String> {
        match self {
            Self::File(path) => {
                let mut reader = csv::open(path).map_err(|error| csv::unreadable(path, &error))?;
                then(&mut reader);
            }
            Self::Entry(path, at, _) => {
                let mut archive = open_zip(path)?;
                let mut entry = archive
                    .by_index(*at)
                    .map_err(|error| format!("{} cannot be decompressed: {error}", self.name()))?;
                then(&mut entry);
            }
        }
        Ok(())
    }
}

/// Maximum folder depth of the search. Published data lies two folders deep, and unpacking adds
/// one.
const DEPTH: usize = 4;

/// Folders of documentation in the published packages.
const DOCUMENTS: [&str; 5] = ["doc", "docs", "documents", "user guide", "licence"];

/// The folder in which the Postcode Directory repeats its data, split by postcode area.
const SPLIT: &str = "multi_csv";

/// Returns the data files at a path, sorted by name. Never empty.
pub(super) fn find(path: &Path, format: PostcodeFormat) -> Result<Vec<Part>, String> {
    let found: Vec<(PathBuf, Part)> = if path.is_dir() {
        let mut files = Vec::new();
        walk(path, DEPTH, &mut files)?;
        let inside = |file: &Path| file.strip_prefix(path).unwrap_or(file).to_owned();
        files.into_iter().map(|file| (inside(&file), Part::File(file))).collect()
    } else if csv::has_extension(path, "zip") {
        entries(path)?
    } else {
        return Ok(vec![Part::File(path.to_owned())]);
    };
    let mut parts = choose(found, format);
    parts.sort_by_key(Part::name);
    if parts.is_empty() {
        return Err(format!(
            "{} contains no CSV of postcodes: name the file itself, or the folder of its CSV files",
            path.display()
        ));
    }
    Ok(parts)
}

/// Removes files that are not data, or that repeat it.
fn choose(mut found: Vec<(PathBuf, Part)>, format: PostcodeFormat) -> Vec<Part> {
    let within = |inside: &Path, names: &[&str]| {
        let mut folders = inside.iter().map(|part| part.to_string_lossy().to_lowercase());
        folders.any(|folder| names.contains(&folder.as_str()))
    };
    found.retain(|(inside, _)| !within(inside, &DOCUMENTS));
    if format == PostcodeFormat::Onspd {
        // Lookup tables of names and codes lie beside the directory file.
        let is_directory = |inside: &Path| {
            csv::name_of(inside).get(..5).is_some_and(|start| start.eq_ignore_ascii_case("onspd"))
        };
        if found.iter().any(|(inside, _)| is_directory(inside)) {
            found.retain(|(inside, _)| is_directory(inside));
        }
        if found.iter().any(|(inside, _)| !within(inside, &[SPLIT])) {
            found.retain(|(inside, _)| !within(inside, &[SPLIT]));
        }
    }
    found.into_iter().map(|(_, part)| part).collect()
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let refuse = |error: std::io::Error| csv::unreadable(folder, &error);
    for entry in std::fs::read_dir(folder).map_err(refuse)? {
        let path = entry.map_err(refuse)?.path();
        if path.is_dir() {
            if depth > 1 {
                walk(&path, depth - 1, files)?;
            }
        } else if is_csv(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn entries(path: &Path) -> Result<Vec<(PathBuf, Part)>, String> {
    let mut archive = open_zip(path)?;
    let mut found = Vec::new();
    for at in 0..archive.len() {
        let damaged = |error| format!("{} is a damaged zip: {error}", path.display());
        let entry = archive.by_index_raw(at).map_err(damaged)?;
        let inside = entry.name().map_err(damaged)?.replace('\\', "/");
        if entry.is_file() && csv::has_extension(Path::new(&inside), "csv") {
            found.push((PathBuf::from(&inside), Part::Entry(path.to_owned(), at, inside)));
        }
    }
    Ok(found)
}

fn open_zip(path: &Path) -> Result<ZipArchive<BufReader<File>>, String> {
    let file = File::open(path).map_err(|error| csv::unreadable(path, &error))?;
    ZipArchive::new(BufReader::new(file))
        .map_err(|error| format!("{} is not a readable zip: {error}", path.display()))
}

/// Returns true for `nn.csv` and `nn.csv.gz`.
fn is_csv(path: &Path) -> bool {
    csv::has_extension(path, "csv")
        || csv::has_extension(path, "gz")
            && path.file_stem().is_some_and(|stem| csv::has_extension(Path::new(stem), "csv"))
}
