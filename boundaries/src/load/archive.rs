//! A zip with GIS data in it: a shapefile, a GeoPackage, or any other file that is read.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use zip::ZipArchive;

use super::content;
use super::error::{FileReport, LoadError};
use super::fields::FieldPicker;
use super::raw::Unprojected;
use super::source::open_file;
use super::{csv_geometry, flatgeobuf, geojson, geopackage, shapefile};

/// A file of a zip.
struct Member {
    name: String,
    index: usize,
    format: Option<Format>,
}

/// Formats that are read out of a zip, the ones first whose folders hold other files as well:
/// a shapefile often comes with a description in JSON or CSV.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Format {
    Shapefile,
    GeoPackage,
    FlatGeobuf,
    Parquet,
    GeoJson,
    Csv,
}

impl Format {
    fn of(name: &str) -> Option<Self> {
        let (_, suffix) = name.rsplit_once('.')?;
        match suffix.to_ascii_lowercase().as_str() {
            "shp" => Some(Self::Shapefile),
            "gpkg" => Some(Self::GeoPackage),
            "fgb" => Some(Self::FlatGeobuf),
            "parquet" | "geoparquet" => Some(Self::Parquet),
            "geojson" | "json" | "geojsonl" | "geojsons" | "geojsonseq" | "ndjson"
            | "ndgeojson" | "jsonl" => Some(Self::GeoJson),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// The largest file unpacked. It keeps a zip that unpacks without end from filling the disk.
const LARGEST: u64 = 16 << 30;

/// Reads the layer in a zip that `wanted` names, or the only one.
pub(super) fn read(
    path: &Path,
    wanted: Option<&str>,
    encoding: Option<&str>,
    fields: &mut FieldPicker<'_>,
    report: &mut FileReport<'_>,
) -> Result<Unprojected, LoadError> {
    let mut zip = ZipArchive::new(BufReader::new(open_file(path)?)).map_err(|e| unreadable(&e))?;
    let members = members(&zip);
    if members.iter().any(|member| content::is_workbook(&member.name)) {
        return Err(LoadError::unreadable(content::WORKBOOK));
    }
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (member, table) = choose(&members, wanted, &file)?;
    if member.format != Some(Format::Shapefile) {
        report.rename(format!("{}/{}", report.file(), member.name));
    }
    match member.format {
        Some(Format::Shapefile) => {
            shapefile::read_zip(path, &member.name, encoding, fields, report)
        }
        Some(Format::GeoPackage) => {
            let unpacked = unpack(&mut zip, member)?;
            let source = format!("{file}#{}", member.name);
            geopackage::read(unpacked.path(), &source, table, fields, report)
        }
        Some(Format::Parquet) => {
            let unpacked = unpack(&mut zip, member)?;
            super::vector::read_parquet(unpacked.path(), fields, report)
        }
        format => {
            let entry = zip.by_index(member.index).map_err(|error| unreadable(&error))?;
            let (content, entry) = content::look(BufReader::new(entry)).map_err(|error| {
                LoadError::unreadable(format!("the zip cannot be read: {error}"))
            })?;
            if let Some(refusal) = content.refusal(Path::new(&member.name)) {
                return Err(LoadError::unreadable(refusal));
            }
            match format {
                Some(Format::FlatGeobuf) => flatgeobuf::read(entry, fields, report),
                Some(Format::Csv) => csv_geometry::read(entry, encoding, fields, report),
                _ => geojson::read(entry, fields, report),
            }
        }
    }
}

fn unreadable(error: &zip::result::ZipError) -> LoadError {
    LoadError::unreadable(format!("the zip cannot be read: {error}"))
}

/// The files of a zip. By index and not by name they are found again even if their names are in a
/// code page of DOS.
fn members(zip: &ZipArchive<BufReader<File>>) -> Vec<Member> {
    let mut members: Vec<Member> = (0..zip.len())
        .filter_map(|index| Some((zip.name_for_index(index)?.ok()?.into_owned(), index)))
        // What macOS adds to every zip: resource forks under the names of the files.
        .filter(|(name, _)| !name.starts_with("__MACOSX/") && !name.ends_with('/'))
        .map(|(name, index)| Member { format: Format::of(&name), name, index })
        .collect();
    members.sort_by(|a, b| a.name.cmp(&b.name));
    members
}

/// Returns the file to read, and the table in it that `wanted` names.
fn choose<'m, 'w>(
    members: &'m [Member],
    wanted: Option<&'w str>,
    file: &str,
) -> Result<(&'m Member, Option<&'w str>), LoadError> {
    let data: Vec<&Member> = members.iter().filter(|member| member.format.is_some()).collect();
    let Some(best) = data.iter().filter_map(|member| member.format).min() else {
        return Err(LoadError::unreadable(without_data(members, file)));
    };
    let of_best: Vec<&Member> =
        data.iter().copied().filter(|member| member.format == Some(best)).collect();
    let Some(wanted) = wanted else {
        return match of_best[..] {
            [only] => Ok((only, None)),
            _ => Err(LoadError::unreadable(several(&of_best, file))),
        };
    };
    let (name, table) = match wanted.split_once('#') {
        Some((name, table)) => (name, Some(table)),
        None => (wanted, None),
    };
    let mut found: Vec<&Member> =
        data.iter().copied().filter(|member| is_named(&member.name, name)).collect();
    // A name without its suffix is that of the best format.
    if found.len() > 1
        && let Some(best) = found.iter().filter_map(|member| member.format).min()
    {
        found.retain(|member| member.format == Some(best));
    }
    match (&found[..], &of_best[..]) {
        ([only], _) => Ok((only, table)),
        // The name is that of a table of the only GeoPackage.
        ([], [only]) if best == Format::GeoPackage => Ok((only, Some(wanted))),
        ([], _) => Err(LoadError::unreadable(format!(
            "the zip has no file {name:?}; it has {}",
            list(&data)
        ))),
        _ => Err(LoadError::unreadable(format!(
            "{name:?} is the name of {} files of the zip, {}: write the whole name",
            found.len(),
            list(&found)
        ))),
    }
}

/// Returns true if a file has this path, file name, or file name without suffix.
fn is_named(member: &str, wanted: &str) -> bool {
    let file = member.rsplit_once('/').map_or(member, |(_, file)| file);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    [member, file, stem].iter().any(|known| known.eq_ignore_ascii_case(wanted))
}

fn list(members: &[&Member]) -> String {
    members.iter().map(|member| member.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn several(members: &[&Member], file: &str) -> String {
    let first = members[0].name.rsplit('/').next().unwrap_or_default();
    format!(
        "the zip contains {} layers, {}: add # and the name of one to `source`, such as {file}#{first}",
        members.len(),
        list(members)
    )
}

fn without_data(members: &[Member], file: &str) -> String {
    /// The number of names listed.
    const LISTED: usize = 20;
    let path = Path::new(file);
    let has_suffix = |suffix: &str| {
        members.iter().any(|member| member.name.to_ascii_lowercase().ends_with(suffix))
    };
    if members.iter().any(|member| member.name.to_ascii_lowercase().contains(".gdb/")) {
        return content::convert("a zip of a file geodatabase", path);
    }
    for (suffix, what) in [
        (".kml", "KML in a zip (KMZ)"),
        (".gml", "a zip of GML"),
        (".tab", "a zip of MapInfo TAB"),
        (".mif", "a zip of MapInfo Interchange Format"),
    ] {
        if has_suffix(suffix) {
            return content::convert(what, path);
        }
    }
    let names: Vec<&Member> = members.iter().take(LISTED).collect();
    let names = if names.is_empty() { "nothing".to_owned() } else { list(&names) };
    format!(
        "the zip has no file of a format that is read, but {names}: unpack it, or name another file"
    )
}

/// Unpacks a file whose reader needs one. It is deleted with the value.
fn unpack(
    zip: &mut ZipArchive<BufReader<File>>,
    member: &Member,
) -> Result<tempfile::NamedTempFile, LoadError> {
    let cannot = |error: io::Error| {
        LoadError::unreadable(format!("{} in the zip cannot be unpacked: {error}", member.name))
    };
    let mut file = tempfile::NamedTempFile::new().map_err(cannot)?;
    let entry = zip.by_index(member.index).map_err(|error| unreadable(&error))?;
    let copied = io::copy(&mut entry.take(LARGEST + 1), &mut file).map_err(cannot)?;
    if copied > LARGEST {
        return Err(cannot(io::Error::other("it is larger than 16 GiB")));
    }
    Ok(file)
}
