//! Opening of data files, with readable errors.

use std::fs::File;
use std::io::{BufReader, Error, ErrorKind, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::error::LoadError;

/// Opens a file, decompressing it if `compressed` is true.
pub(super) fn open(path: &Path, compressed: bool) -> Result<Box<dyn Read>, LoadError> {
    let file = open_file(path)?;
    Ok(if compressed {
        Box::new(MultiGzDecoder::new(BufReader::new(file)))
    } else {
        Box::new(file)
    })
}

/// Opens a regular file.
pub(super) fn open_file(path: &Path) -> Result<File, LoadError> {
    let cannot = |error: Error| match error.kind() {
        ErrorKind::NotFound => {
            LoadError::unreadable("there is no such file: check `source` in the catalogue")
        }
        _ => LoadError::unreadable(format!("the file cannot be opened: {error}")),
    };
    if path.metadata().map_err(cannot)?.is_dir() {
        return Err(LoadError::unreadable("this is a folder: name the file in it"));
    }
    File::open(path).map_err(cannot)
}
