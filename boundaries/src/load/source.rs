//! Opening of data files, with readable errors.

use std::fs::File;
use std::io::{Error, ErrorKind};
use std::path::Path;

use super::error::LoadError;

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
