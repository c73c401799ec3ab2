//! The data files of a source of points: a file, a folder, or a published zip.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::content::{self, Content};
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
            Self::Entry(path, at, inside) => {
                let mut archive = open_zip(path)?;
                let damaged = |error| format!("{} cannot be decompressed: {error}", self.name());
                let entry = archive.by_index(*at).map_err(damaged)?;
                let mut entry = csv::open_entry(entry, Path::new(inside)).map_err(|error| {
                    format!("{} cannot be read: {error}; download it again", self.name())
                })?;
                then(&mut entry);
            }
        }
        Ok(())
    }
}

/// Maximum folder depth of the search. Published data lies two folders deep, and unpacking adds
/// one.
const DEPTH: usize = 4;

/// Words in the names of folders without data in the published packages.
const DOCUMENTS: [&str; 6] = ["doc", "guide", "licence", "license", "metadata", "names and codes"];

/// The folder in which the Postcode Directory repeats its data, split by postcode area.
const SPLIT: &str = "multi csv";

/// Returns the data files at a path, sorted by name. Never empty.
///
/// The names of directory files begin with one of `directories`, in order of preference. Tables of
/// names and codes lie beside them. Without such a file, all files are data.
pub(super) fn find(path: &Path, directories: &[&str]) -> Result<Vec<Part>, String> {
    let found: Vec<(PathBuf, Part)> = if path.is_dir() {
        let mut files = Vec::new();
        walk(path, DEPTH, &mut files)?;
        let inside = |file: &Path| file.strip_prefix(path).unwrap_or(file).to_owned();
        files.into_iter().map(|file| (inside(&file), Part::File(file))).collect()
    } else if is_zip(path) {
        entries(path)?
    } else {
        return Ok(vec![Part::File(path.to_owned())]);
    };
    let mut parts = choose(found, directories);
    parts.sort_by_key(Part::name);
    if parts.is_empty() {
        return Err(format!(
            "{} contains no CSV: name the file itself, or the folder of its CSV files",
            path.display()
        ));
    }
    Ok(parts)
}

/// Removes files that are not data, or that repeat it.
fn choose(mut found: Vec<(PathBuf, Part)>, directories: &[&str]) -> Vec<Part> {
    let folders = |inside: &Path| -> Vec<String> {
        let parent = inside.parent().unwrap_or(Path::new(""));
        parent.iter().map(|part| part.to_string_lossy().to_lowercase().replace('_', " ")).collect()
    };
    let is_document = |inside: &Path| {
        let has_word = |folder: &String| DOCUMENTS.iter().any(|word| folder.contains(word));
        folders(inside).iter().any(has_word)
    };
    found.retain(|(inside, _)| !is_document(inside));
    let begins = |inside: &Path, with: &str| csv::name_of(inside).to_lowercase().starts_with(with);
    let is_present = |with: &&&str| found.iter().any(|(inside, _)| begins(inside, with));
    if let Some(directory) = directories.iter().find(is_present) {
        found.retain(|(inside, _)| begins(inside, directory));
    }
    let is_split = |inside: &Path| folders(inside).iter().any(|folder| folder == SPLIT);
    if found.iter().any(|(inside, _)| !is_split(inside)) {
        found.retain(|(inside, _)| !is_split(inside));
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
        if content::is_workbook(&inside) {
            return Err(format!("{}: {}", path.display(), content::WORKBOOK));
        }
        let is_resource_fork = inside.starts_with("__MACOSX/");
        if entry.is_file() && !is_resource_fork && is_csv(Path::new(&inside)) {
            found.push((PathBuf::from(&inside), Part::Entry(path.to_owned(), at, inside)));
        }
    }
    Ok(found)
}

/// Returns true for a zip under any name, and for a file of that name whose content does not tell.
fn is_zip(path: &Path) -> bool {
    let content = File::open(path).and_then(content::look).map(|(content, _)| content);
    let is_named_zip = csv::has_extension(path, "zip");
    content.is_ok_and(|content| {
        content == Content::Zip || content == Content::Unmarked && is_named_zip
    })
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
