//! What a file is by its first bytes, whatever its name says.
//!
//! Names lie: a sign-in page is saved as `wards.geojson`, a Git LFS pointer stands in for the file, a
//! browser unpacks a `.gz` and keeps its name. A file that is read although its name says otherwise
//! is read; one that cannot be read is named for what it is, with what to do.

use std::io::{self, Cursor, Read};
use std::path::Path;

/// The number of bytes that are looked at. Comments and declarations precede the root of an XML file.
const LOOKED_AT: u64 = 4096;

/// What the first bytes of a file say it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// No bytes at all.
    Empty,
    /// Compressed with gzip.
    Gzip,
    /// A zip, in which anything can be.
    Zip,
    /// An SQLite database, such as a GeoPackage.
    Sqlite,
    /// A FlatGeobuf.
    FlatGeobuf,
    /// Apache Parquet.
    Parquet,
    /// The `.shp` of a shapefile.
    Shapefile,
    /// JSON, or a sequence of JSON texts.
    Json,
    /// A format that GDAL can convert.
    Convertible(&'static str),
    /// Something that is not the data, with what to do.
    Foreign {
        /// What it is.
        what: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// Text or bytes without a mark.
    Unmarked,
}

const DOWNLOAD: &str = "download the file itself, and open it in an editor to check it";
const UNPACK: &str = "unpack it, and name the file in it";
const SAVE_UTF_8: &str = "save it as UTF-8";
const OTHER_FORMAT: &str = "ask the publisher for the data in another format";

/// Formats that begin with fixed bytes.
const MAGIC: [(&[u8], Content); 23] = [
    (b"\x1F\x8B", Content::Gzip),
    (b"PK\x03\x04", Content::Zip),
    (b"PK\x05\x06", Content::Zip),
    (b"SQLite format 3\0", Content::Sqlite),
    (b"fgb", Content::FlatGeobuf),
    (b"PAR1", Content::Parquet),
    (b"\0\0\x27\x0A", Content::Shapefile),
    (b"\xFF\xFE", foreign("text in UTF-16", SAVE_UTF_8)),
    (b"\xFE\xFF", foreign("text in UTF-16", SAVE_UTF_8)),
    (b"%PDF", foreign("a PDF document", OTHER_FORMAT)),
    (b"\xD0\xCF\x11\xE0", foreign("a workbook or document of Microsoft Office", SAVE_CSV)),
    (b"version https://git-lfs", foreign("a Git LFS pointer, which stands in for a file", LFS)),
    (b"!table", Content::Convertible("MapInfo TAB")),
    (b"BZh", foreign("compressed with bzip2", UNPACK)),
    (b"\xFD7zXZ", foreign("compressed with xz", UNPACK)),
    (b"\x28\xB5\x2F\xFD", foreign("compressed with Zstandard", UNPACK)),
    (b"7z\xBC\xAF\x27\x1C", foreign("a 7z archive", UNPACK)),
    (b"Rar!", foreign("a RAR archive", UNPACK)),
    (b"\x89PNG", foreign("an image", OTHER_FORMAT)),
    (b"\xFF\xD8\xFF", foreign("an image", OTHER_FORMAT)),
    (b"II*\0", foreign("an image", OTHER_FORMAT)),
    (b"MM\0*", foreign("an image", OTHER_FORMAT)),
    (b"ARROW1", Content::Convertible("an Arrow (Feather) file")),
];

const LFS: &str = "run `git lfs pull` in its repository, or download the file itself";
const SAVE_CSV: &str = "save the sheet as CSV (UTF-8), and name that";

const fn foreign(what: &'static str, advice: &'static str) -> Content {
    Content::Foreign { what, advice }
}

impl Content {
    /// Returns what the first bytes of a file say.
    pub(super) fn of(start: &[u8]) -> Self {
        let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
        if start.is_empty() {
            return Self::Empty;
        }
        let magic = MAGIC.iter().find(|(magic, _)| {
            start.get(..magic.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(magic))
        });
        if let Some((_, content)) = magic {
            return *content;
        }
        // UTF-16 without a mark: every other byte of JSON or of column names is zero.
        if let [a, 0, b, 0, ..] | [0, a, 0, b, ..] = start
            && a.is_ascii()
            && b.is_ascii()
            && *a != 0
            && *b != 0
        {
            return foreign("text in UTF-16", SAVE_UTF_8);
        }
        let text = String::from_utf8_lossy(start).to_lowercase();
        // A record separator (RFC 8142) begins each text of a sequence.
        match text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{1E}') {
            json if json.starts_with(['{', '[']) => of_json(json),
            xml if xml.starts_with('<') => of_xml(xml),
            mif if mif.starts_with("version") && mif.contains("charset") => {
                Self::Convertible("MapInfo Interchange Format")
            }
            _ => Self::Unmarked,
        }
    }

    /// Returns why a file with this content cannot be read, or `None` if it may.
    pub(super) fn refusal(self, path: &Path) -> Option<String> {
        match self {
            Self::Empty => Some("the file is empty: download it again".to_owned()),
            Self::Foreign { what, advice } => Some(format!("this is {what}: {advice}")),
            Self::Convertible(what) => Some(convert(what, path)),
            _ => None,
        }
    }
}

/// Says how to convert a file with GDAL.
pub(super) fn convert(what: &str, path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = Path::new(&*name).file_stem().unwrap_or_default().to_string_lossy();
    format!(
        "this is {what}, which is not read: convert it with `ogr2ogr -f GPKG {stem}.gpkg {name}`, and name {stem}.gpkg as `source`"
    )
}

/// What to do about a workbook of Excel.
pub(super) const WORKBOOK: &str =
    "this is a workbook of Excel: save the sheet as CSV (UTF-8), and name that";

/// Returns true if a zip with this entry is a workbook of Excel or OpenDocument.
pub(super) fn is_workbook(entry: &str) -> bool {
    entry.starts_with("xl/") || entry == "content.xml"
}

/// JSON of a kind that its first members tell. Anything else is left to the reader.
fn of_json(text: &str) -> Content {
    let spaceless: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if spaceless.contains("\"type\":\"topology\"") {
        Content::Convertible("TopoJSON")
    } else if is_esri(&spaceless) {
        foreign(
            "Esri JSON, which is not read",
            "request GeoJSON from the service (f=geojson), or convert it with ogr2ogr",
        )
    } else {
        Content::Json
    }
}

fn is_esri(spaceless: &str) -> bool {
    let has = |text: &str| spaceless.contains(text);
    has("\"esrigeometry") || has("\"esrifieldtype") || has("\"attributes\":{") && has("\"rings\":[")
}

fn of_xml(text: &str) -> Content {
    let has = |word: &str| text.contains(word);
    if has("<html") || has("<!doctype html") || has("<head") || has("<body") {
        foreign("an HTML page, not data: the server sent a page instead of the file", DOWNLOAD)
    } else if has("exceptionreport") || has("serviceexception") || has("<error>") {
        foreign("the error message of a web service", DOWNLOAD)
    } else if has("<kml") {
        Content::Convertible("KML")
    } else if has("/gml") || has("<gml") {
        Content::Convertible("GML")
    } else if has("<osm") {
        Content::Convertible("OpenStreetMap XML")
    } else if has("<gpx") {
        Content::Convertible("GPX")
    } else {
        foreign("XML of an unknown kind", OTHER_FORMAT)
    }
}

/// Looks at the first bytes of a source. Returns what they say, and the source from its start.
pub(super) fn look<R: Read>(mut source: R) -> io::Result<(Content, impl Read)> {
    let mut start = Vec::new();
    source.by_ref().take(LOOKED_AT).read_to_end(&mut start)?;
    Ok((Content::of(&start), Cursor::new(start).chain(source)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(start: &[u8]) -> String {
        Content::of(start).refusal(Path::new("data/wards.geojson")).unwrap_or_default()
    }

    #[test]
    fn what_is_not_the_data_is_named_with_what_to_do() {
        for (start, words) in [
            (&b""[..], ["empty", "download it again"]),
            (b"\n<!DOCTYPE html>\n<html>", ["an HTML page", "download the file itself"]),
            (b"<HTML><body>", ["an HTML page", "download the file itself"]),
            (b"version https://git-lfs.github.com/spec/v1\n", ["Git LFS pointer", "git lfs pull"]),
            (b"\xFF\xFE{\0", ["UTF-16", "UTF-8"]),
            (b"{\0\"\0t\0", ["UTF-16", "UTF-8"]),
            (b"%PDF-1.7", ["PDF", "another format"]),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", ["Microsoft Office", "CSV"]),
            (
                b"<?xml version='1.0'?><kml xmlns=''>",
                ["KML", "ogr2ogr -f GPKG wards.gpkg wards.geojson"],
            ),
            (
                b"<?xml?><wfs:FeatureCollection xmlns:gml='http://www.opengis.net/gml'>",
                ["GML", "ogr2ogr"],
            ),
            (b"<ows:ExceptionReport>", ["error message", "download"]),
            (b"!table\n!version 300", ["MapInfo TAB", "ogr2ogr"]),
            (b"Version 300\nCharset \"WindowsLatin1\"", ["MapInfo Interchange", "ogr2ogr"]),
            (b"{ \"type\" : \"Topology\", ", ["TopoJSON", "ogr2ogr"]),
            (b"{\"geometryType\":\"esriGeometryPolygon\"", ["Esri JSON", "f=geojson"]),
            (
                b"{\"features\": [{\"attributes\": {\"A\": 1}, \"geometry\": {\"rings\": [[",
                ["Esri JSON", "f=geojson"],
            ),
        ] {
            let refusal = refusal(start);
            for word in words {
                assert!(refusal.contains(word), "{}: {refusal}", String::from_utf8_lossy(start));
            }
        }
    }

    #[test]
    fn formats_that_are_read_are_recognised() {
        for (start, content) in [
            (&b"{\"type\":\"FeatureCollection\""[..], Content::Json),
            (b"\xEF\xBB\xBF \n{", Content::Json),
            (b"\x1E{\"type\":\"Feature\"", Content::Json),
            (b"\x1F\x8B\x08", Content::Gzip),
            (b"PK\x03\x04", Content::Zip),
            (b"PAR1", Content::Parquet),
            (b"SQLite format 3\0", Content::Sqlite),
            (b"code,name\n", Content::Unmarked),
        ] {
            assert_eq!(Content::of(start), content);
            assert_eq!(content.refusal(Path::new("w")), None);
        }
    }
}
