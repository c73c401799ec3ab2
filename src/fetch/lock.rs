//! `sources.lock`: which files were fetched, from where and when.
//!
//! The file is beside the catalogue, is rewritten after each download, is sorted by file name, and
//! can be committed: `lapwing fetch --offline` compares the files on disk with it.

use std::io::Write as _;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::digest::{create, digest};

/// The name of the file.
pub const LOCK: &str = "sources.lock";

/// The version of the format that this program writes. Later versions are refused.
const VERSION: u32 = 1;

const HEAD: &str = "\
# Written by `lapwing fetch`: what was fetched for this catalogue, from where and when.
# Not to be edited by hand. `lapwing fetch --offline` compares the files with it.

";

/// The files that were fetched for a catalogue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lock {
    entries: Vec<Entry>,
}

/// One fetched file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The path relative to the data folder, as in the catalogue's `source`.
    pub file: String,
    /// The URL that it came from.
    pub url: String,
    /// When it was downloaded, to the second.
    pub fetched: Timestamp,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
    /// Its entity tag (RFC 9110, section 8.8.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// Its modification time according to the server (RFC 9110, section 8.8.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// The query sent to a feature service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// When the data of a feature service were last edited, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<i64>,
    /// The number of features.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<u64>,
    /// The licence as stated in the catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
}

/// The TOML document.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    #[serde(default, rename = "source")]
    sources: Vec<Entry>,
}

/// The state of a file on disk compared with the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Unchanged since it was fetched.
    AsFetched,
    /// Present, but not in the lock.
    Unknown,
    /// Changed since it was fetched.
    Changed,
    /// Missing.
    Missing,
}

impl Lock {
    /// Reads a lock, or returns an empty one if there is no such file.
    ///
    /// # Errors
    ///
    /// A message if the file cannot be read or is not a lock of this version.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
        };
        Self::parse(&text).map_err(|why| {
            format!(
                "{} is not a lock that can be used: {why}; put back the one that `lapwing fetch` \
                 wrote, or delete it and the fetched files",
                path.display()
            )
        })
    }

    /// Parses a lock.
    ///
    /// # Errors
    ///
    /// A message with the line, if TOML reports one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let written: Written = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| text[..span.start].matches('\n').count() + 1);
            format!("line {line}: {}", error.message())
        })?;
        if written.version != VERSION {
            let version = written.version;
            return Err(format!("its version is {version}; this lapwing supports {VERSION}"));
        }
        let mut lock = Self::default();
        for entry in written.sources {
            if entry.sha256.len() != 64 || !entry.sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(format!("the sha256 of {:?} is invalid", entry.file));
            }
            if lock.entry(&entry.file).is_some() {
                return Err(format!("{:?} is listed twice", entry.file));
            }
            lock.put(entry);
        }
        Ok(lock)
    }

    /// The text of the file. The same entries always give the same bytes.
    pub fn to_text(&self) -> String {
        let written = Written { version: VERSION, sources: self.entries.clone() };
        let text = toml::to_string(&written).unwrap_or_default();
        format!("{HEAD}{text}")
    }

    /// Writes the file atomically.
    ///
    /// # Errors
    ///
    /// A message if it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        let refuse = |error| format!("{} cannot be written: {error}", path.display());
        let mut whole = create(path).map_err(refuse)?;
        whole.file().write_all(self.to_text().as_bytes()).map_err(refuse)?;
        whole.finish().map_err(refuse)
    }

    /// The entry of a file.
    pub fn entry(&self, file: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.file == file)
    }

    /// Adds or replaces the entry of a file.
    pub fn put(&mut self, entry: Entry) {
        self.entries.retain(|other| other.file != entry.file);
        self.entries.push(entry);
        self.entries.sort_by(|a, b| a.file.cmp(&b.file));
    }

    /// Compares the file at `path` with its entry `file`.
    ///
    /// # Errors
    ///
    /// If the file exists but cannot be read.
    pub fn standing(&self, file: &str, path: &Path) -> std::io::Result<Standing> {
        let bytes = match std::fs::metadata(path) {
            Ok(found) if found.is_file() => found.len(),
            // A folder of files that were unpacked by hand.
            Ok(_) => return Ok(Standing::Unknown),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Standing::Missing);
            }
            Err(error) => return Err(error),
        };
        let Some(entry) = self.entry(file) else { return Ok(Standing::Unknown) };
        let same = entry.bytes == bytes && entry.sha256.eq_ignore_ascii_case(&digest(path)?.sha256);
        Ok(if same { Standing::AsFetched } else { Standing::Changed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(file: &str) -> Entry {
        Entry {
            file: file.to_owned(),
            url: "https://example.org/a?b".to_owned(),
            fetched: "2026-11-22T02:00:00Z".parse().unwrap(),
            bytes: 3,
            sha256: "ab".repeat(32),
            etag: Some("\"x\"".to_owned()),
            last_modified: None,
            query: None,
            edited: None,
            features: Some(57),
            licence: None,
        }
    }

    #[test]
    fn a_lock_comes_back_as_it_was_written_and_is_sorted() {
        let mut lock = Lock::default();
        lock.put(entry("b.zip"));
        lock.put(entry("a.zip"));
        lock.put(Entry { bytes: 4, ..entry("b.zip") });
        let text = lock.to_text();
        assert!(text.find("a.zip").unwrap() < text.find("b.zip").unwrap(), "{text}");
        assert_eq!(Lock::parse(&text).unwrap(), lock);
        assert_eq!(lock.entry("b.zip").unwrap().bytes, 4);
        assert_eq!(Lock::parse(&Lock::default().to_text()).unwrap(), Lock::default());
    }

    #[test]
    fn an_invalid_lock_is_refused_with_its_line() {
        let refusal = |text: &str| Lock::parse(text).unwrap_err();
        assert!(refusal("version = 2").contains("this lapwing supports 1"));
        assert!(refusal("version = 1\n\nsauce = 3\n").contains("line 3"));
        let text = Lock { entries: vec![entry("a"), entry("a")] }.to_text();
        assert!(refusal(&text).contains("listed twice"));
        let short = Entry { sha256: "ab".into(), ..entry("a") };
        assert!(refusal(&Lock { entries: vec![short] }.to_text()).contains("sha256"));
    }

    #[test]
    fn a_file_is_as_fetched_changed_unknown_or_missing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mut lock = Lock::default();
        assert_eq!(lock.standing("a", &path).unwrap(), Standing::Missing);
        std::fs::write(&path, "abc").unwrap();
        assert_eq!(lock.standing("a", &path).unwrap(), Standing::Unknown);
        lock.put(entry("a"));
        assert_eq!(lock.standing("a", &path).unwrap(), Standing::Changed);
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        lock.put(Entry { sha256: sha256.to_owned(), ..entry("a") });
        assert_eq!(lock.standing("a", &path).unwrap(), Standing::AsFetched);
    }
}
