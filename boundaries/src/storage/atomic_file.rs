//! Files that come to their names whole.
//!
//! What is written goes to a hidden neighbour first (`.NAME.partial`), is brought to the disk, and
//! takes the name in one step: at every moment, even if the machine stops, the name stands for what
//! it stood for before or for the whole new file.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A file being written. Dropped before [`WholeFile::finish`], it leaves nothing behind.
#[derive(Debug)]
pub struct WholeFile {
    file: File,
    /// None when it has its name.
    partial: Option<PathBuf>,
    path: PathBuf,
}

impl WholeFile {
    /// Begins a file, taking over what a run that was killed has left.
    ///
    /// Fails with [`io::ErrorKind::ResourceBusy`] if another process is writing it.
    pub fn create(path: &Path) -> io::Result<Self> {
        let partial = neighbour(path, "partial")?;
        let file = File::options().create(true).truncate(false).write(true).open(&partial)?;
        let busy = |what| io::Error::new(io::ErrorKind::ResourceBusy, what);
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                return Err(busy("another lapwing is writing it"));
            }
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
        // A run that ended between our opening and our locking has given the very file we hold its
        // final name: it is not ours to write to.
        if !is_still_at(&file, &partial) {
            return Err(busy("another lapwing has just written it"));
        }
        file.set_len(0)?;
        Ok(Self { file, partial: Some(partial), path: path.to_owned() })
    }

    /// Where to write.
    pub const fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Where it is being written.
    pub fn partial(&self) -> &Path {
        self.partial.as_deref().unwrap_or(&self.path)
    }

    /// Brings the bytes to the disk and gives the file its name.
    pub fn finish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        if let Some(partial) = &self.partial {
            put_in_place(partial, &self.path)?;
            self.partial = None;
        }
        Ok(())
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if let Some(partial) = &self.partial {
            let _ = fs::remove_file(partial);
        }
    }
}

/// A hidden neighbour of a file: `.NAME.SUFFIX`.
pub fn neighbour(path: &Path, suffix: &str) -> io::Result<PathBuf> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "this is no file name"))?;
    Ok(path.with_file_name(format!(".{}.{suffix}", name.to_string_lossy())))
}

/// Gives a whole file its name. Its bytes must be on the disk already; the name follows, so that
/// neither a crash of the program nor of the machine leaves half a file under it.
pub fn put_in_place(partial: &Path, path: &Path) -> io::Result<()> {
    fs::rename(partial, path)?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        // A folder that cannot be opened for this has its name all the same, only later.
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

/// Elsewhere an open file cannot be renamed.
#[cfg(not(unix))]
fn is_still_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_file_takes_its_name_only_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, "old").unwrap();
        let mut whole = WholeFile::create(&path).unwrap();
        whole.file().write_all(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        whole.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn an_unfinished_file_leaves_the_old_one_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, "old").unwrap();
        let mut whole = WholeFile::create(&path).unwrap();
        whole.file().write_all(b"half").unwrap();
        drop(whole);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_run_left_is_taken_over_and_what_another_writes_is_left_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(neighbour(&path, "partial").unwrap(), "of a run that was killed").unwrap();
        let mut first = WholeFile::create(&path).unwrap();
        let refused = WholeFile::create(&path).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ResourceBusy, "{refused}");
        first.file().write_all(b"whole").unwrap();
        first.finish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }
}
