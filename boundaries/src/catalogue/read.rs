//! Reader for a catalogue: the file, its tables, and the folders of relative paths.

use std::path::Path;

use crate::manifest::{Keys, Manifest, nearest};
use crate::storage::MemoryBudget;

use super::layers::{Folders, PlacedLayer, read_layer};
use super::origin::read_origin;
use super::selection::read_within;
use super::{AddressSpec, Catalogue, CatalogueError, PostcodeFormat, PostcodeSpec, check};

/// The largest accepted cell index. A larger index is no faster on any data.
const MOST_CELL_MEGABYTES: u64 = 65_536;

impl Catalogue {
    /// Reads a catalogue. Relative paths start in its folder.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be opened; otherwise reports every problem in it. Data files are
    /// not opened here, so a missing one is reported when it is loaded.
    pub fn read(path: &Path) -> Result<Self, CatalogueError> {
        let bytes = read_file(path)?;
        Self::parse(&bytes, path, None)
    }

    /// Reads a catalogue whose data is in another folder: relative paths of `source` start in
    /// `data_folder`, those of `compose` in the catalogue's own folder.
    pub fn read_with_data(path: &Path, data_folder: &Path) -> Result<Self, CatalogueError> {
        let bytes = read_file(path)?;
        Self::parse(&bytes, path, Some(data_folder))
    }

    /// Reads a catalogue from the bytes of its file. `file` gives the folder and the name for
    /// messages; it need not exist.
    pub fn parse(
        bytes: &[u8],
        file: &Path,
        data_folder: Option<&Path>,
    ) -> Result<Self, CatalogueError> {
        let own = file.parent().unwrap_or(Path::new("")).to_owned();
        let data = data_folder.map_or_else(|| own.clone(), Path::to_owned);
        let manifest = Manifest::new(file, bytes)?;
        let catalogue = parse_manifest(&manifest, Folders { own, data });
        match catalogue {
            Some(catalogue) if manifest.is_clean() => Ok(catalogue),
            _ => Err(manifest.into_error()),
        }
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, CatalogueError> {
    std::fs::read(path).map_err(|error| {
        let message = if path.is_dir() {
            "this is a folder; name the catalogue file in it, such as catalogue.toml".to_owned()
        } else {
            format!("the catalogue cannot be opened: {error}")
        };
        CatalogueError::unreadable(path, message)
    })
}

/// Returns the catalogue, or `None` if a required key is missing or wrong. Problems are recorded in
/// the manifest either way.
fn parse_manifest(manifest: &Manifest<'_>, folders: Folders) -> Option<Catalogue> {
    let root = manifest.parse()?;
    let keys = Keys::new(manifest, "the catalogue", root.get_ref(), 0..0);
    let title = keys.required_text("title", "the name of the place, shown in every answer");
    let tables = keys.tables("layer");
    if tables.is_empty() && !keys.has("layer") {
        manifest.note(0, "the catalogue has no layers: start each one with [[layer]]");
    }
    let count = tables.len();
    let layers: Vec<PlacedLayer<'_, '_>> =
        tables.into_iter().filter_map(|keys| read_layer(keys, &folders)).collect();
    let postcodes = keys.table("postcodes", "[postcodes]").map(|k| read_postcodes(k, &folders));
    let addresses = keys.table("addresses", "[addresses]").map(|k| read_addresses(k, &folders));
    let lookup = keys.texts("lookup").unwrap_or_default();
    let cell_index = keys
        .whole_number("cell_index_megabytes", 1..=MOST_CELL_MEGABYTES)
        .map_or_else(MemoryBudget::default, |mega| MemoryBudget::of_bytes(mega << 20));
    let complete = layers.len() == count;
    let lookup = if complete { check::read_lookup(&keys, &lookup, &layers) } else { Vec::new() };
    keys.finish();
    // With a layer missing, the other layers' references to it would be reported as wrong.
    if complete {
        check::check_layers(manifest, &layers, postcodes.is_some());
        let of_postcodes = postcodes.iter().flatten().filter_map(|spec| spec.within.as_ref());
        let of_addresses = addresses.iter().flatten().filter_map(|spec| spec.within.as_ref());
        for within in of_postcodes.chain(of_addresses) {
            check::check_within(within, &layers, |message| manifest.note(0, message));
        }
    }
    let layers = check::settle(layers);
    Some(Catalogue {
        title: title?,
        folder: folders.own,
        data_folder: folders.data,
        layers,
        lookup,
        postcodes: postcodes.map_or(Some(None), |read| read.map(Some))?,
        addresses: addresses.map_or(Some(None), |read| read.map(Some))?,
        cell_index,
    })
}

fn read_postcodes(keys: Keys<'_, '_>, folders: &Folders) -> Option<PostcodeSpec> {
    let path = keys
        .required_text("source", "the postcode file, a folder of files, or the published zip")
        .map(|source| folders.data.join(source));
    let format = read_format(&keys);
    let strict = keys.flag("strict").unwrap_or(false);
    let origin = read_origin(&keys);
    let within = read_within(&keys);
    let licence = keys.text("licence");
    let attribution = keys.text("attribution");
    keys.finish();
    let (path, format) = (path?, format?);
    Some(PostcodeSpec { path, format, strict, licence, attribution, origin, within })
}

fn read_format(keys: &Keys<'_, '_>) -> Option<PostcodeFormat> {
    const FORMATS: [&str; 4] = ["code-point-open", "onspd", "nspl", "nhspd"];
    const CHOICE: &str = "\"code-point-open\", \"onspd\", \"nspl\" or \"nhspd\"";
    let format = keys.required_text("format", CHOICE)?;
    match format.as_str() {
        "code-point-open" => Some(PostcodeFormat::CodePointOpen),
        "onspd" | "nspl" | "nhspd" => Some(PostcodeFormat::Onspd),
        other => {
            let hint = nearest(other, &FORMATS).map_or_else(
                || format!("write {CHOICE}"),
                |near| format!("did you mean {near:?}?"),
            );
            keys.refuse("format", format!("{other:?} is not a known postcode format; {hint}"));
            None
        }
    }
}

fn read_addresses(keys: Keys<'_, '_>, folders: &Folders) -> Option<AddressSpec> {
    let path = keys
        .required_text("source", "a CSV with UPRN, postcode, easting and northing, a folder of them, or the published zip")
        .map(|source| folders.data.join(source));
    let columns = keys.table("columns", "columns of [addresses]");
    let column = |key: &'static str| columns.as_ref().and_then(|c| c.text(key));
    let (uprn, postcode) = (column("uprn"), column("postcode"));
    let (easting, northing) = (column("easting"), column("northing"));
    if let Some(columns) = columns {
        columns.finish();
    }
    let strict = keys.flag("strict").unwrap_or(false);
    let origin = read_origin(&keys);
    let within = read_within(&keys);
    let licence = keys.text("licence");
    let attribution = keys.text("attribution");
    keys.finish();
    Some(AddressSpec {
        path: path?,
        uprn,
        postcode,
        easting,
        northing,
        strict,
        licence,
        attribution,
        origin,
        within,
    })
}
