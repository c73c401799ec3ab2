//! Writing downloaded files, and their digests.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use lapwing_boundaries::storage::atomic_file::AtomicFile;
use sha2::{Digest as _, Sha256};

/// Begins a file in a folder that may not exist yet.
pub(super) fn create(path: &Path) -> io::Result<AtomicFile> {
    make_folder_of(path)?;
    AtomicFile::create(path)
}

pub(super) fn make_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => fs::create_dir_all(folder),
        _ => Ok(()),
    }
}

/// The size and digests that identify a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Digests {
    pub(super) bytes: u64,
    pub(super) sha256: String,
    pub(super) blake3: String,
}

/// Reads a file and computes its digests.
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
}
