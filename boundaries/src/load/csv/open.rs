//! Opening a CSV, packed or not.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use zip::ZipArchive;

/// The most that is unpacked from a zip, in bytes. Forty million addresses have half of it.
const UNPACKED_LIMIT: u64 = 4 << 30;

/// Opens a file, unpacking `.gz`, and `.zip` with one CSV in it, on the way.
pub(crate) fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    let file = BufReader::with_capacity(1 << 16, File::open(path)?);
    if has_extension(path, "gz") {
        return Ok(Box::new(flate2::bufread::MultiGzDecoder::new(file)));
    }
    if has_extension(path, "zip") {
        return Ok(Box::new(Cursor::new(unpack(file)?)));
    }
    Ok(Box::new(file))
}

/// Whether a path ends in that suffix, in upper or lower case.
pub(crate) fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}

/// The one CSV of a zip.
fn unpack(file: BufReader<File>) -> io::Result<Vec<u8>> {
    let mut archive = ZipArchive::new(file)?;
    let mut places = Vec::new();
    for at in 0..archive.len() {
        if has_extension(Path::new(&*archive.by_index_raw(at)?.name()?), "csv") {
            places.push(at);
        }
    }
    let [place] = places[..] else {
        let many = places.len();
        return Err(io::Error::other(format!(
            "it holds {many} CSV files and not one: unpack it and name the right one"
        )));
    };
    let mut bytes = Vec::new();
    archive.by_index(place)?.take(UNPACKED_LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > UNPACKED_LIMIT {
        return Err(io::Error::other("it unpacks to more than 4 GiB: unpack it beforehand"));
    }
    Ok(bytes)
}

/// How messages call a file: its name without the folders.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into())
}

/// The sentence for a file that cannot be opened.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> String {
    let path = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => {
            format!("{path} is not there: download it, or correct `source` in the catalogue")
        }
        _ => format!("{path} cannot be read: {error}"),
    }
}
