//! Opening of CSV files, compressed or not.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use zip::ZipArchive;

use super::super::content::{self, Content};

/// The largest size decompressed from a zip, in bytes. Forty million addresses take half of it.
const UNPACKED_LIMIT: u64 = 4 << 30;

/// Opens a file. Decompresses gzip, and a zip with exactly one CSV in it, by content.
///
/// # Errors
///
/// Fails if the file cannot be opened or is not text, with what it is.
pub(crate) fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let file = File::open(path)?;
    if path.is_dir() {
        return Err(io::Error::other("this is a folder: name the file in it"));
    }
    let (content, source) = content::look(BufReader::with_capacity(1 << 16, file))?;
    if content == Content::Zip || content == Content::Unmarked && has_extension(path, "zip") {
        return Ok(Box::new(Cursor::new(decompress_zip(BufReader::new(File::open(path)?))?)));
    }
    text(content, source, path)
}

/// Returns the text of a file, decompressed if it is gzip.
pub(crate) fn open_entry<'r>(
    source: impl Read + 'r,
    path: &Path,
) -> io::Result<Box<dyn Read + 'r>> {
    let (content, source) = content::look(source)?;
    text(content, source, path)
}

fn text<'r>(
    content: Content,
    source: impl Read + 'r,
    path: &Path,
) -> io::Result<Box<dyn Read + 'r>> {
    match content {
        Content::Gzip => {
            let source = flate2::bufread::MultiGzDecoder::new(BufReader::new(source));
            Ok(Box::new(source))
        }
        // Without rows it is refused by the reader of its rows, with what they must be.
        Content::Empty => Ok(Box::new(source)),
        _ => match refusal(content, path) {
            Some(reason) => Err(io::Error::other(reason)),
            None => Ok(Box::new(source)),
        },
    }
}

/// Returns why content is no CSV.
fn refusal(content: Content, path: &Path) -> Option<String> {
    let what = match content {
        Content::Sqlite => "an SQLite database",
        Content::Parquet => "a Parquet file",
        Content::FlatGeobuf | Content::Shapefile | Content::Json => "a GIS file",
        other => return other.refusal(path),
    };
    Some(format!("this is {what}, not a CSV: name the fields with `code` and `name`"))
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
        let entry = archive.by_index_raw(at)?;
        let name = entry.name()?;
        if content::is_workbook(&name) {
            return Err(io::Error::other(content::WORKBOOK));
        }
        if has_extension(Path::new(&*name), "csv") && !name.starts_with("__MACOSX/") {
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
