//! A partial download, kept for the next run.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use lapwing_boundaries::storage::atomic_file::hidden_sibling;
use serde::{Deserialize, Serialize};
use ureq::http::{HeaderMap, header};

use super::digest::{create, make_folder_of};

/// Identifies the content of a partial file. Only with one of the two validators can a server tell
/// whether its content is still the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Content {
    pub(super) url: String,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    /// Its total length, if the server sent it.
    pub(super) length: Option<u64>,
}

impl Content {
    /// Reads the headers of a response.
    pub(super) fn of(url: &str, headers: &HeaderMap, length: Option<u64>) -> Self {
        let text = |name| Some(headers.get(name)?.to_str().ok()?.trim().to_owned());
        let (etag, last_modified) = (text(header::ETAG), text(header::LAST_MODIFIED));
        Self { url: url.to_owned(), etag, last_modified, length }
    }

    /// The validator for `If-Range` (RFC 9110, section 13.1.5): a strong tag, or else the date.
    pub(super) fn if_range(&self) -> Option<&str> {
        let strong = self.etag.as_deref().filter(|tag| tag.starts_with('"'));
        strong.or(self.last_modified.as_deref())
    }

    /// The headers of a conditional request (RFC 9110, sections 13.1.2 and 13.1.3).
    pub(super) fn conditions(&self) -> Vec<(header::HeaderName, String)> {
        let etag = self.etag.clone().map(|tag| (header::IF_NONE_MATCH, tag));
        let date = self.last_modified.clone().map(|date| (header::IF_MODIFIED_SINCE, date));
        etag.into_iter().chain(date).collect()
    }

    /// Returns whether a response with these headers can have the same content.
    pub(super) fn may_be(&self, other: &Self) -> bool {
        let agree = |a: &Option<String>, b: &Option<String>| a.is_none() || b.is_none() || a == b;
        agree(&self.etag, &other.etag) && agree(&self.last_modified, &other.last_modified)
    }
}

/// A partial file.
pub(super) struct Part {
    pub(super) path: PathBuf,
    about: PathBuf,
    file: File,
    pub(super) content: Content,
    pub(super) bytes: u64,
}

impl Part {
    /// Opens the partial file for `path`; an empty one if there is none of this URL that can be
    /// resumed.
    pub(super) fn open(path: &Path, url: &str) -> io::Result<Self> {
        make_folder_of(path)?;
        let (part, about) = (hidden_sibling(path, "part")?, hidden_sibling(path, "part.toml")?);
        let file = File::options().create(true).truncate(false).append(true).open(&part)?;
        let known: Option<Content> =
            fs::read_to_string(&about).ok().and_then(|text| toml::from_str(&text).ok());
        let content = known.filter(|content| content.url == url && content.if_range().is_some());
        let bytes = file.metadata()?.len();
        let mut part = Self { path: part, about, file, content: Content::default(), bytes };
        match content {
            Some(content) if content.length.is_none_or(|whole| bytes <= whole) => {
                part.content = content;
            }
            _ => part.restart(Content { url: url.to_owned(), ..Content::default() })?,
        }
        Ok(part)
    }

    /// Starts again with other content.
    pub(super) fn restart(&mut self, content: Content) -> io::Result<()> {
        // The metadata are removed first: a partial file without them is not resumed.
        let _ = fs::remove_file(&self.about);
        self.file.set_len(0)?;
        self.bytes = 0;
        if content.if_range().is_some() {
            let mut about = create(&self.about)?;
            about.file().write_all(toml::to_string(&content).unwrap_or_default().as_bytes())?;
            about.finish()?;
        }
        self.content = content;
        Ok(())
    }

    /// Returns whether the file is known to be complete.
    pub(super) fn is_whole(&self) -> bool {
        self.content.length == Some(self.bytes)
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// Removes the partial file and its metadata.
    pub(super) fn remove(self) {
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(&self.about);
    }

    /// Removes the metadata once the file has its name.
    pub(super) fn forget(self) {
        let _ = fs::remove_file(&self.about);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(etag: &str) -> Content {
        let etag = Some(etag.to_owned());
        Content { url: "u".into(), etag, last_modified: None, length: Some(10) }
    }

    #[test]
    fn a_partial_file_is_resumed_only_with_a_validator() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        for (made_with, opened_with, kept) in [
            (content("\"x\""), "u", 3),
            (content("\"x\""), "other", 0),
            (content("W/\"x\""), "u", 0),
            (Content { length: Some(2), ..content("\"x\"") }, "u", 0),
        ] {
            let mut part = Part::open(&path, "u").unwrap();
            part.restart(made_with.clone()).unwrap();
            part.write(b"abc").unwrap();
            drop(part);
            let part = Part::open(&path, opened_with).unwrap();
            assert_eq!(part.bytes, kept, "{made_with:?} {opened_with}");
            part.remove();
            assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        }
    }

    #[test]
    fn a_weak_etag_is_replaced_by_the_date() {
        let date = "Sun, 22 Nov 2026 02:00:00 GMT";
        let both = Content { last_modified: Some(date.into()), ..content("W/\"x\"") };
        assert_eq!(both.if_range(), Some(date));
        assert_eq!(content("\"x\"").if_range(), Some("\"x\""));
        assert_eq!(both.conditions().len(), 2);
    }
}
