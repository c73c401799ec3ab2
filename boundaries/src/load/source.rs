//! Opening a file, or saying in a sentence why it cannot be.

use std::fs::File;
use std::io::{BufReader, Error, ErrorKind, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::error::Refusal;

/// Opens a file, and its gzip layer if it has one.
pub(super) fn open(path: &Path, compressed: bool) -> Result<Box<dyn Read>, Refusal> {
    let file = open_file(path)?;
    Ok(if compressed {
        Box::new(MultiGzDecoder::new(BufReader::new(file)))
    } else {
        Box::new(file)
    })
}

/// Opens a regular file, or says in a sentence why not.
pub(super) fn open_file(path: &Path) -> Result<File, Refusal> {
    let cannot = |error: Error| match error.kind() {
        ErrorKind::NotFound => {
            Refusal::unreadable("there is no such file: check `source` in the catalogue")
        }
        _ => Refusal::unreadable(format!("the file cannot be opened: {error}")),
    };
    if path.metadata().map_err(cannot)?.is_dir() {
        return Err(Refusal::unreadable("this is a folder: name the file in it"));
    }
    File::open(path).map_err(cannot)
}
