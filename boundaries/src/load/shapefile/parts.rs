//! The files that together are one shapefile, out of a folder or a zip.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use zip::ZipArchive;

use super::super::error::LoadError;
use super::super::source::open_file;

/// The parts of one shapefile, whole in memory: the format ends at 2 GB.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parts {
    /// `.shp`: the shapes.
    pub shp: Vec<u8>,
    /// `.shx`: where each shape stands.
    pub shx: Option<Vec<u8>>,
    /// `.dbf`: the fields.
    pub dbf: Option<Vec<u8>>,
    /// `.prj`: the CRS.
    pub prj: Option<Vec<u8>>,
    /// `.cpg`: the encoding of the fields' text.
    pub cpg: Option<Vec<u8>>,
}

/// The largest part read: the format counts 16-bit words in 31 bits, and writers stop at 2 GB. It
/// also keeps a zip that unpacks without end from filling the memory.
const LARGEST: u64 = 2 << 30;

impl Parts {
    /// The `.shp` at the path and its siblings, whatever the case of their suffixes.
    pub(super) fn in_folder(shp: &Path) -> Result<Self, LoadError> {
        let mut parts = Self { shp: read_whole(shp, open_file(shp)?)?, ..Self::default() };
        let folder = match shp.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let entries = folder.read_dir().map_err(|error| {
            LoadError::unreadable(format!("its folder cannot be read: {error}"))
        })?;
        let mut siblings: Vec<_> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.file_stem() == shp.file_stem() && path.is_file())
            .collect();
        siblings.sort();
        for path in siblings {
            let suffix = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            if let Some(part) = parts.part(&suffix) {
                *part = Some(read_whole(&path, open_file(&path)?)?);
            }
        }
        Ok(parts)
    }

    /// The shapefile in a zip whose `.shp` has this path in it.
    pub(super) fn in_zip(path: &Path, shp: &str) -> Result<Self, LoadError> {
        let cannot = |error: zip::result::ZipError| {
            LoadError::unreadable(format!("the zip cannot be read: {error}"))
        };
        let file = BufReader::new(open_file(path)?);
        let mut zip = ZipArchive::new(file).map_err(cannot)?;
        let members = members(&zip);
        let place = *members.get(shp).ok_or_else(|| {
            LoadError::unreadable(format!("{shp} in the zip cannot be read: it is not there"))
        })?;
        let (stem, _) = shp.rsplit_once('.').unwrap_or((shp, ""));
        let mut parts = Self { shp: read_member(&mut zip, shp, place)?, ..Self::default() };
        for (name, place) in &members {
            let Some((its_stem, suffix)) = name.rsplit_once('.') else { continue };
            if its_stem.eq_ignore_ascii_case(stem)
                && let Some(part) = parts.part(&suffix.to_lowercase())
            {
                *part = Some(read_member(&mut zip, name, *place)?);
            }
        }
        Ok(parts)
    }

    fn part(&mut self, suffix: &str) -> Option<&mut Option<Vec<u8>>> {
        match suffix {
            "shx" => Some(&mut self.shx),
            "dbf" => Some(&mut self.dbf),
            "prj" => Some(&mut self.prj),
            "cpg" => Some(&mut self.cpg),
            _ => None,
        }
    }
}

/// The files of a zip, with their places in it. By place and not by name they are found again
/// even if their names are in a code page of DOS.
fn members(zip: &ZipArchive<BufReader<File>>) -> BTreeMap<String, usize> {
    (0..zip.len())
        .filter_map(|place| Some((zip.name_for_index(place)?.ok()?.into_owned(), place)))
        // What macOS adds to every zip: resource forks under the names of the files.
        .filter(|(name, _)| !name.starts_with("__MACOSX/") && !name.ends_with('/'))
        .collect()
}

fn read_member(
    zip: &mut ZipArchive<BufReader<File>>,
    name: &str,
    place: usize,
) -> Result<Vec<u8>, LoadError> {
    let member = zip.by_index(place).map_err(|error| {
        LoadError::unreadable(format!("{name} in the zip cannot be read: {error}"))
    })?;
    read_whole(Path::new(name), member)
}

fn read_whole(path: &Path, source: impl Read) -> Result<Vec<u8>, LoadError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut bytes = Vec::new();
    source
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| LoadError::unreadable(format!("{name} cannot be read: {error}")))?;
    if bytes.len() as u64 > LARGEST {
        return Err(LoadError::unreadable(format!(
            "{name} is larger than 2 GB, which no part of a shapefile may be"
        )));
    }
    Ok(bytes)
}
