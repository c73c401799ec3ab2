//! Files as they come to their names: written beside it, brought to the disk, renamed.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// A hidden neighbour of a file: `.NAME.SUFFIX`.
pub(super) fn neighbour(path: &Path, suffix: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{suffix}"))
}

/// A file being written, to take the place of another when it is whole. Dropped before that, it
/// leaves nothing behind.
pub(super) struct Partial {
    pub(super) file: File,
    partial: Option<PathBuf>,
    path: PathBuf,
}

impl Partial {
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        make_folder_of(path)?;
        let partial = neighbour(path, "new");
        let file = File::create(&partial)?;
        Ok(Self { file, partial: Some(partial), path: path.to_owned() })
    }

    /// Where it is being written.
    pub(super) fn path(&self) -> &Path {
        self.partial.as_deref().unwrap_or(&self.path)
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        if let Some(partial) = self.partial.take() {
            put_in_place(&partial, &self.path)?;
        }
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if let Some(partial) = &self.partial {
            let _ = fs::remove_file(partial);
        }
    }
}

/// Gives a whole file its name. Its bytes must be on the disk already; the name follows, so that
/// neither a crash of the program nor of the machine leaves half a file under it.
pub(super) fn put_in_place(partial: &Path, path: &Path) -> io::Result<()> {
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

pub(super) fn make_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => fs::create_dir_all(folder),
        _ => Ok(()),
    }
}

/// What tells a file from any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Digests {
    pub(super) bytes: u64,
    pub(super) sha256: String,
    pub(super) blake3: String,
}

/// Reads a whole file for its digests.
pub(super) fn digest(path: &Path) -> io::Result<Digests> {
    let mut file = File::open(path)?;
    let (mut sha256, mut blake3) = (Sha256::new(), blake3::Hasher::new());
    let mut bytes = 0;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        sha256.update(&buffer[..count]);
        blake3.update(&buffer[..count]);
        bytes += count as u64;
    }
    let sha256 = hexadecimal(&sha256.finalize());
    Ok(Digests { bytes, sha256, blake3: blake3.finalize().to_hex().to_string() })
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_usual_tools() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("empty");
        fs::write(&path, "").unwrap();
        let found = digest(&path).unwrap();
        let sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let blake3 = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        assert_eq!((found.sha256.as_str(), found.blake3.as_str()), (sha256, blake3));
    }

    #[test]
    fn an_unfinished_file_leaves_the_old_one_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sub/a");
        drop(Partial::new(&path).unwrap());
        assert!(!path.exists());
        Partial::new(&path).unwrap().finish().unwrap();
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
