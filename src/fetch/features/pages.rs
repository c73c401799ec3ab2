//! The pages downloaded so far, kept for the next run.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use lapwing_boundaries::storage::atomic_file::hidden_sibling;
use serde::{Deserialize, Serialize};

use super::super::digest::create;
use super::responses::{Page, PageCrs, PageFeature};

/// The file that identifies the query of the pages.
const MARK: &str = "query";

/// A folder of pages beside the file that they will become.
pub(super) struct Pages {
    folder: PathBuf,
    /// The query that they belong to.
    mark: String,
    /// The index of the first feature and the number of features of each page, in order.
    pages: Vec<StoredPage>,
}

/// A page as stored in the folder.
#[derive(Serialize, Deserialize)]
struct StoredPage {
    degrees: bool,
    features: Vec<PageFeature>,
}

impl Pages {
    /// Opens the pages of a query; those of another query are deleted.
    pub(super) fn open(path: &Path, mark: &str) -> io::Result<Self> {
        let folder = hidden_sibling(path, "pages")?;
        let mut pages = Self { folder, mark: mark.to_owned(), pages: Vec::new() };
        if fs::read_to_string(pages.folder.join(MARK)).is_ok_and(|there| there == mark) {
            while let Some(page) = pages.read_next() {
                pages.pages.push(page);
            }
            return Ok(pages);
        }
        pages.clear()?;
        Ok(pages)
    }

    /// The next page if it exists and can be read; otherwise it is requested again.
    fn read_next(&self) -> Option<StoredPage> {
        let bytes = fs::read(self.next_path()).ok()?;
        serde_json::from_slice(&bytes).ok().filter(|page: &StoredPage| !page.features.is_empty())
    }

    fn next_path(&self) -> PathBuf {
        self.folder.join(format!("{:08}.json", self.features()))
    }

    /// The number of features.
    pub(super) fn features(&self) -> u64 {
        self.pages.iter().map(|page| page.features.len() as u64).sum()
    }

    /// Stores the next page.
    pub(super) fn add(&mut self, page: Page) -> io::Result<()> {
        let page = StoredPage { degrees: page.crs == PageCrs::Degrees, features: page.features };
        let mut file = create(&self.next_path())?;
        let mut writer = io::BufWriter::new(file.file());
        serde_json::to_writer(&mut writer, &page)?;
        writer.flush()?;
        drop(writer);
        file.finish()?;
        self.pages.push(page);
        Ok(())
    }

    /// Returns whether an object id occurs twice, as when features were added between two pages.
    pub(super) fn has_any_twice(&self) -> bool {
        let mut seen = HashSet::new();
        self.all().any(|feature| !seen.insert(feature.id.as_str()))
    }

    /// Whether all pages are in degrees, or none; `None` if they differ.
    pub(super) fn in_degrees(&self) -> Option<bool> {
        let first = self.pages.first()?.degrees;
        self.pages.iter().all(|page| page.degrees == first).then_some(first)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &PageFeature> {
        self.pages.iter().flat_map(|page| &page.features)
    }

    /// Deletes all pages and starts again.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.remove_all();
        self.pages.clear();
        let mut file = create(&self.folder.join(MARK))?;
        file.file().write_all(self.mark.as_bytes())?;
        file.finish()
    }

    /// Removes the folder.
    pub(super) fn remove(self) {
        self.remove_all();
    }

    fn remove_all(&self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
