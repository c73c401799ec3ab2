//! `sources.lock`: what was fetched, from where and when.
//!
//! It belongs beside the catalogue, is written anew after each file, sorted by file name, and may
//! be committed: with it `lapwing fetch --offline` says whether the files that are there are those
//! that were fetched.

use std::io::Write as _;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::digest::{create, digest};

/// The name of the file.
pub const LOCK: &str = "sources.lock";

/// The form of the file that this program writes; it refuses a later one.
const VERSION: u32 = 1;

const HEAD: &str = "\
# Written by `lapwing fetch`: what was fetched for this catalogue, from where and when.
# Not to be edited by hand. `lapwing fetch --offline` compares the files with it.

";

/// What was fetched for a catalogue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lock {
    entries: Vec<Entry>,
}

/// What was fetched into one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The file, from the folder of the data, as the catalogue's `source` names it.
    pub file: String,
    /// The address that was taken.
    pub url: String,
    /// When it was transferred, to the second.
    pub fetched: Timestamp,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
    /// The server's name for this content (RFC 9110 section 8.8.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// When the server says that it was changed last (RFC 9110 section 8.8.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// What was asked of a feature service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// When a feature service's data were edited last, milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<i64>,
    /// How many features it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<u64>,
    /// The licence, as the catalogue states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
}

/// The file as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    #[serde(default, rename = "source")]
    sources: Vec<Entry>,
}

/// How a file on disk stands to the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is there as it was fetched.
    AsFetched,
    /// It is there and the lock does not know it.
    Unknown,
    /// It is there, and is not what was fetched.
    Changed,
    /// It is not there.
    Missing,
}

impl Lock {
    /// Reads a lock; an empty one if there is no such file.
    ///
    /// # Errors
    ///
    /// A sentence, if the file cannot be read or is no lock of this form.
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

    /// Reads a lock from its text.
    ///
    /// # Errors
    ///
    /// What is wrong with it, with the line where TOML tells one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let written: Written = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| text[..span.start].matches('\n').count() + 1);
            format!("line {line}: {}", error.message())
        })?;
        if written.version != VERSION {
            let version = written.version;
            return Err(format!("its version is {version}, and this lapwing knows {VERSION}"));
        }
        let mut lock = Self::default();
        for entry in written.sources {
            if entry.sha256.len() != 64 || !entry.sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(format!("the sha256 of {:?} is none", entry.file));
            }
            if lock.entry(&entry.file).is_some() {
                return Err(format!("{:?} stands twice in it", entry.file));
            }
            lock.put(entry);
        }
        Ok(lock)
    }

    /// The text of the file: the same entries always give the same bytes.
    pub fn to_text(&self) -> String {
        let written = Written { version: VERSION, sources: self.entries.clone() };
        let text = toml::to_string(&written).unwrap_or_default();
        format!("{HEAD}{text}")
    }

    /// Writes the file; it appears under its name only when it is whole.
    ///
    /// # Errors
    ///
    /// A sentence, if it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), String> {
        let refuse = |error| format!("{} cannot be written: {error}", path.display());
        let mut whole = create(path).map_err(refuse)?;
        whole.file().write_all(self.to_text().as_bytes()).map_err(refuse)?;
        whole.finish().map_err(refuse)
    }

    /// What is known of a file.
    pub fn entry(&self, file: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.file == file)
    }

    /// Notes what was fetched into a file, in the place of what was known of it.
    pub fn put(&mut self, entry: Entry) {
        self.entries.retain(|other| other.file != entry.file);
        self.entries.push(entry);
        self.entries.sort_by(|a, b| a.file.cmp(&b.file));
    }

    /// How the file at `path`, which the catalogue calls `file`, stands to the lock.
    ///
    /// # Errors
    ///
    /// If the file is there and cannot be read.
    pub fn standing(&self, file: &str, path: &Path) -> std::io::Result<Standing> {
        let bytes = match std::fs::metadata(path) {
            Ok(found) if found.is_file() => found.len(),
            // A folder of files, unpacked by hand.
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
    fn what_is_no_lock_is_refused_with_its_line() {
        let refusal = |text: &str| Lock::parse(text).unwrap_err();
        assert!(refusal("version = 2").contains("this lapwing knows 1"));
        assert!(refusal("version = 1\n\nsauce = 3\n").contains("line 3"));
        let text = Lock { entries: vec![entry("a"), entry("a")] }.to_text();
        assert!(refusal(&text).contains("stands twice"));
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
