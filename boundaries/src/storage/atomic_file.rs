//! Atomic replacement of files.
//!
//! The content is written to a hidden temporary file beside the target (`.NAME.partial`), synced to
//! disk, and renamed in one step. At every moment, even after a crash of the machine, the target is
//! either the previous file or the complete new one.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A file that is being written. Dropping it before [`AtomicFile::finish`] removes what was written
/// and leaves the target as it was.
#[derive(Debug)]
pub struct AtomicFile {
    file: File,
    /// The temporary file; `None` after it was renamed.
    partial: Option<PathBuf>,
    path: PathBuf,
}

impl AtomicFile {
    /// Creates the temporary file, or takes over the one that a killed process left.
    ///
    /// Fails with [`io::ErrorKind::ResourceBusy`] if another process is writing the same target.
    pub fn create(path: &Path) -> io::Result<Self> {
        let partial = hidden_sibling(path, "partial")?;
        let file = File::options().create(true).truncate(false).write(true).open(&partial)?;
        let busy = |what| io::Error::new(io::ErrorKind::ResourceBusy, what);
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                return Err(busy("another lapwing is writing it"));
            }
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
        // If another process finished between our opening and our locking, it renamed the very
        // file that we hold open: writing to it would change the finished file.
        if !is_still_at(&file, &partial) {
            return Err(busy("another lapwing has just written it"));
        }
        file.set_len(0)?;
        Ok(Self { file, partial: Some(partial), path: path.to_owned() })
    }

    /// The open temporary file.
    pub const fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// The path of the temporary file.
    pub fn partial_path(&self) -> &Path {
        self.partial.as_deref().unwrap_or(&self.path)
    }

    /// Syncs the content to disk and renames the temporary file to the target.
    pub fn finish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        if let Some(partial) = &self.partial {
            rename_durably(partial, &self.path)?;
            self.partial = None;
        }
        Ok(())
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some(partial) = &self.partial {
            let _ = fs::remove_file(partial);
        }
    }
}

/// Returns the path of a hidden file in the same folder as `path`: `.NAME.SUFFIX`.
///
/// Fails if `path` has no file name.
pub fn hidden_sibling(path: &Path, suffix: &str) -> io::Result<PathBuf> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path has no file name"))?;
    Ok(path.with_file_name(format!(".{}.{suffix}", name.to_string_lossy())))
}

/// Renames `partial` to `path` and syncs the folder. If the content of `partial` was synced before,
/// a crash of the program or of the machine never leaves an incomplete file at `path`.
pub fn rename_durably(partial: &Path, path: &Path) -> io::Result<()> {
    fs::rename(partial, path)?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        // Some file systems do not allow this; the rename is then durable a little later.
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
    }
    Ok(())
}

#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let identity = |found: &fs::Metadata| (found.dev(), found.ino());
    matches!((file.metadata(), fs::metadata(path)),
        (Ok(held), Ok(named)) if identity(&held) == identity(&named))
}

/// On other systems an open file cannot be renamed.
#[cfg(not(unix))]
fn is_still_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn the_target_changes_only_when_the_file_is_finished() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, "old").unwrap();
        let mut output = AtomicFile::create(&path).unwrap();
        output.file().write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        output.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn dropping_an_unfinished_file_keeps_the_target_and_removes_the_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, "old").unwrap();
        let mut output = AtomicFile::create(&path).unwrap();
        output.file().write_all(b"half").unwrap();
        drop(output);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn the_temporary_file_of_a_killed_process_is_replaced_and_that_of_a_running_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(hidden_sibling(&path, "partial").unwrap(), "left by a killed process").unwrap();
        let mut first = AtomicFile::create(&path).unwrap();
        let refused = AtomicFile::create(&path).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ResourceBusy, "{refused}");
        first.file().write_all(b"whole").unwrap();
        first.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }
}
