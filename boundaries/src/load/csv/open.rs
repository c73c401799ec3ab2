//! Opening of CSV files, compressed or not.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use zip::ZipArchive;

/// The largest size decompressed from a zip, in bytes. Forty million addresses take half of it.
const UNPACKED_LIMIT: u64 = 4 << 30;

/// Opens a file. Decompresses `.gz`, and `.zip` with exactly one CSV in it.
pub(crate) fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    let file = BufReader::with_capacity(1 << 16, File::open(path)?);
    if has_extension(path, "gz") {
        return Ok(Box::new(flate2::bufread::MultiGzDecoder::new(file)));
    }
    if has_extension(path, "zip") {
        return Ok(Box::new(Cursor::new(decompress_zip(file)?)));
    }
    Ok(Box::new(file))
}

/// Returns true if a path has this extension, ignoring case.
pub(crate) fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}

/// Returns the contents of the only CSV in a zip.
fn decompress_zip(file: BufReader<File>) -> io::Result<Vec<u8>> {
    let mut archive = ZipArchive::new(file)?;
    let mut indexes = Vec::new();
    for at in 0..archive.len() {
        if has_extension(Path::new(&*archive.by_index_raw(at)?.name()?), "csv") {
            indexes.push(at);
        }
    }
    let [index] = indexes[..] else {
        let many = indexes.len();
        return Err(io::Error::other(format!(
            "the zip contains {many} CSV files: unpack it and name the one to use"
        )));
    };
    let mut bytes = Vec::new();
    archive.by_index(index)?.take(UNPACKED_LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > UNPACKED_LIMIT {
        return Err(io::Error::other("it decompresses to more than 4 GiB: decompress it first"));
    }
    Ok(bytes)
}

/// Returns the file name used in messages, without folders.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into())
}

/// Returns the message for a file that cannot be opened.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> String {
    let path = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => {
            format!("{path} does not exist: download it, or correct `source` in the catalogue")
        }
        _ => format!("{path} cannot be read: {error}"),
    }
}
