//! Reader for one `[[layer]]` of a catalogue.

use std::path::{Path, PathBuf};

use crate::layer::{Completeness, LayerId, LayerMeta, Resolution, Vintage};
use crate::manifest::{Keys, nearest};

use super::origin::{ORIGIN_KEYS, read_origin};
use super::selection::{read_only, read_within};
use super::{
    EPRACCUR_PROPERTIES, LayerSource, LayerSpec, PositionColumns, SitesFormat, SitesSource,
    VectorSource, Within,
};

/// Keys that apply only to a CSV of sites.
const SITE_KEYS: [&str; 5] =
    ["format", "columns", "include_closed", "prescribing_settings", "strict"];

/// Keys that apply only to a GIS file or a CSV with geometry.
const VECTOR_KEYS: [&str; 4] = ["code", "name", "crs", "only"];

/// The folders in which relative paths start.
pub(super) struct Folders {
    /// The catalogue's own folder, for definition files.
    pub(super) own: PathBuf,
    /// The data folder, for files published by others.
    pub(super) data: PathBuf,
}

/// A layer with its table in the catalogue, for the checks across layers.
pub(super) struct PlacedLayer<'m, 't> {
    pub(super) keys: Keys<'m, 't>,
    pub(super) spec: LayerSpec,
}

/// Reads one layer. Returns `None`, with its problems recorded, if the id or the source is missing
/// or wrong.
pub(super) fn read_layer<'m, 't>(
    mut keys: Keys<'m, 't>,
    folders: &Folders,
) -> Option<PlacedLayer<'m, 't>> {
    let id = read_id(&keys);
    if let Some(id) = &id {
        keys.call(format!("layer {id}"));
    }
    let title =
        keys.required_text("title", "a title for readers, such as \"Wards, December 2022\"");
    let origin = read_origin(&keys);
    let within = read_within(&keys);
    let source = read_source(&keys, folders);
    let series = keys.text("vintage_of");
    let vintage = read_vintage(&keys);
    let resolution = read_resolution(&keys);
    let coverage = keys.flag("coverage");
    let complete = read_complete(&keys, within.as_ref());
    let licence = keys.text("licence");
    let attribution = keys.text("attribution");
    let shown = keys.text("source").or_else(|| keys.text("compose"));

    if matches!(source, Some(LayerSource::Sites(_))) {
        keys.forbid("resolution", "a CSV of sites holds points, which have no resolution");
        keys.forbid("coverage", "only a layer of areas can be a coverage");
        keys.forbid("complete", "only a layer of areas answers which area a place is in");
    }
    let (Some(id), Some(source)) = (id, source) else {
        keys.finish();
        return None;
    };
    let series = match series.as_deref().map(LayerId::parse) {
        None => id.clone(),
        Some(Ok(series)) => series,
        Some(Err(error)) => {
            keys.refuse("vintage_of", error.to_string());
            id.clone()
        }
    };
    let meta = LayerMeta {
        id,
        series,
        title: title.unwrap_or_default(),
        vintage,
        resolution,
        coverage: coverage.unwrap_or(false),
        complete,
        licence,
        attribution,
        source: shown.unwrap_or_default(),
    };
    Some(PlacedLayer { keys, spec: LayerSpec { meta, source, origin, within } })
}

fn read_id(keys: &Keys<'_, '_>) -> Option<LayerId> {
    let id = keys.required_text("id", "an id for URLs and answers, such as \"ward\"")?;
    LayerId::parse(&id).map_err(|error| keys.refuse("id", error.to_string())).ok()
}

fn read_vintage(keys: &Keys<'_, '_>) -> Vintage {
    let vintage = Vintage { valid_from: keys.date("valid_from"), valid_to: keys.date("valid_to") };
    if let (Some(from), Some(to)) = (vintage.valid_from, vintage.valid_to)
        && from >= to
    {
        keys.refuse(
            "valid_to",
            format!(
                "`valid_to` {to} is not after `valid_from` {from}: it must be the first day on which \
                 these boundaries are no longer in force"
            ),
        );
    }
    vintage
}

/// A layer that leaves out what is not `within` another can be complete only there.
fn read_complete(keys: &Keys<'_, '_>, within: Option<&Within>) -> Completeness {
    match (keys.flag("complete"), within) {
        (None | Some(false), _) => Completeness::Unknown,
        (Some(true), None) => Completeness::Everywhere,
        (Some(true), Some(within)) => Completeness::Within(within.layer.clone()),
    }
}

fn read_resolution(keys: &Keys<'_, '_>) -> Option<Resolution> {
    let text = keys.text("resolution")?;
    match text.as_str() {
        "BFC" => Some(Resolution::Bfc),
        "BFE" => Some(Resolution::Bfe),
        "BGC" => Some(Resolution::Bgc),
        "BSC" => Some(Resolution::Bsc),
        "BUC" => Some(Resolution::Buc),
        other => {
            keys.refuse(
                "resolution",
                format!(
                    "{other:?} is not a resolution; write \"BFC\" or \"BFE\" (full), \"BGC\" \
                     (20 m), \"BSC\" (200 m) or \"BUC\" (500 m)"
                ),
            );
            None
        }
    }
}

fn read_source(keys: &Keys<'_, '_>, folders: &Folders) -> Option<LayerSource> {
    let source = keys.text("source");
    if keys.has("compose") {
        let reason = "the layer is composed of areas of other layers";
        let others = ORIGIN_KEYS.into_iter().chain(VECTOR_KEYS).chain(SITE_KEYS);
        for key in ["source", "keep", "within", "encoding"].into_iter().chain(others) {
            keys.forbid(key, reason);
        }
        return keys.text("compose").map(|path| LayerSource::Compose(folders.own.join(path)));
    }
    let Some(source) = source else {
        // Look the other keys up so that they are not reported as unknown.
        for key in ["keep", "within", "encoding"].into_iter().chain(VECTOR_KEYS).chain(SITE_KEYS) {
            keys.has(key);
        }
        if keys.has("url") && !keys.has("source") {
            keys.refuse("url", "`url` also needs `source`: name the file to save the download in");
        } else if !keys.has("source") {
            keys.refuse(
                "source",
                "the layer needs `source` (a data file) or `compose` (a definition file)",
            );
        }
        return None;
    };
    let is_csv = has_extension(source.strip_suffix(".gz").unwrap_or(&source), "csv");
    let encoding = keys.text("encoding");
    let has_geometry = keys.has("code");
    if is_csv && !has_geometry || keys.has("format") || keys.has("columns") {
        for key in VECTOR_KEYS {
            keys.forbid(key, "a CSV of points names its columns in `columns` or `format`");
        }
        let include_closed = keys.flag("include_closed").unwrap_or(false);
        let strict = keys.flag("strict").unwrap_or(false);
        let (format, keep) = read_sites_format(keys)?;
        let path = folders.data.join(source);
        let source = SitesSource { path, format, keep, include_closed, strict, encoding };
        return Some(LayerSource::Sites(source));
    }
    for key in SITE_KEYS {
        keys.forbid(key, "it belongs to a CSV of sites");
    }
    read_vector(keys, &source, encoding, folders).map(LayerSource::Vector)
}

fn read_vector(
    keys: &Keys<'_, '_>,
    source: &str,
    encoding: Option<String>,
    folders: &Folders,
) -> Option<VectorSource> {
    let code = keys.required_text("code", "the field with the code, such as \"WD22CD\"");
    let name = keys.text("name");
    let keep = keys.texts("keep").unwrap_or_default();
    let crs = keys.text("crs");
    if let Some(crs) = &crs
        && !crs.split_once(':').is_some_and(|(authority, code)| {
            let is_word = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_alphanumeric());
            is_word(authority) && is_word(code)
        })
    {
        keys.refuse("crs", format!("{crs:?} is not a CRS code; write it like \"EPSG:27700\""));
    }
    let only = read_only(keys);
    let (path, table) = split_table(source);
    if table.is_some_and(str::is_empty) {
        keys.refuse("source", "`source` ends in #: add the table name after it, or remove the #");
    }
    Some(VectorSource {
        path: folders.data.join(path),
        table: table.map(str::to_owned),
        code: code?,
        name,
        keep,
        crs,
        encoding,
        only,
    })
}

/// Splits `county.gpkg#wards` into the file `county.gpkg` and the table `wards`. A `#` elsewhere is
/// part of the file name.
fn split_table(source: &str) -> (&str, Option<&str>) {
    for (at, _) in source.match_indices('#') {
        let path = &source[..at];
        if has_extension(path, "gpkg") || has_extension(path, "zip") {
            return (path, Some(&source[at + 1..]));
        }
    }
    (source, None)
}

fn has_extension(path: &str, expected: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension.eq_ignore_ascii_case(expected))
}

fn read_sites_format(keys: &Keys<'_, '_>) -> Option<(SitesFormat, Vec<String>)> {
    let keep = keys.texts("keep");
    let settings = keys.numbers("prescribing_settings");
    match (keys.has("format"), keys.has("columns")) {
        (true, true) => {
            keys.refuse("columns", "a layer can have `format` or `columns`, not both; remove one");
            None
        }
        (true, false) => {
            let format = keys.text("format")?;
            if format != "ods-epraccur" {
                let hint = "write \"ods-epraccur\", or name the columns with `columns`";
                keys.refuse("format", format!("{format:?} is not a known format of sites; {hint}"));
                return None;
            }
            let keep = keep.unwrap_or_else(|| EPRACCUR_PROPERTIES.map(str::to_owned).to_vec());
            for name in &keep {
                if !EPRACCUR_PROPERTIES.contains(&name.as_str()) {
                    let hint = nearest(name, &EPRACCUR_PROPERTIES).map_or_else(
                        || format!("choose from {}", EPRACCUR_PROPERTIES.join(", ")),
                        |meant| format!("did you mean {meant:?}?"),
                    );
                    keys.refuse("keep", format!("ods-epraccur has no property {name:?}; {hint}"));
                }
            }
            if settings.as_ref().is_some_and(Vec::is_empty) {
                keys.refuse(
                    "prescribing_settings",
                    "`prescribing_settings` is empty; write [4] for GP practices",
                );
            }
            Some((SitesFormat::OdsEpraccur { settings }, keep))
        }
        (false, true) => {
            keys.forbid(
                "prescribing_settings",
                "only `format = \"ods-epraccur\"` has prescribing settings",
            );
            keys.forbid("include_closed", "only `format = \"ods-epraccur\"` has closed records");
            let columns = keys.table("columns", "`columns`")?;
            Some((read_columns(columns)?, keep.unwrap_or_default()))
        }
        (false, false) => {
            keys.refuse(
                "source",
                "a CSV needs column names: write columns = { code = \"…\", name = \"…\", postcode = \"…\" } \
                 or format = \"ods-epraccur\"; for a CSV with geometry as WKT, name its fields with \
                 `code` and `name`",
            );
            None
        }
    }
}

fn read_columns(columns: Keys<'_, '_>) -> Option<SitesFormat> {
    const CHOICE: &str = "name postcode, or easting and northing, or lon and lat";
    let code = columns.required_text("code", "the column with the code");
    let name = columns.required_text("name", "the column with the name");
    let postcode = columns.text("postcode").map(PositionColumns::Postcode);
    let grid = read_pair(&columns, "easting", "northing");
    let degrees = read_pair(&columns, "lon", "lat");
    let mut positions = vec![
        postcode,
        grid.map(|(easting, northing)| PositionColumns::EastingNorthing(easting, northing)),
        degrees.map(|(lon, lat)| PositionColumns::LonLat(lon, lat)),
    ];
    positions.retain(Option::is_some);
    let any_key = ["postcode", "easting", "northing", "lon", "lat"].map(|k| columns.has(k));
    if positions.len() > 1 {
        columns.refuse("code", format!("`columns` gives the position of a site twice: {CHOICE}"));
    } else if !any_key.contains(&true) {
        columns.refuse("code", format!("`columns` does not give the position of a site: {CHOICE}"));
    }
    columns.finish();
    let position = positions.into_iter().next().flatten()?;
    Some(SitesFormat::Columns { code: code?, name: name?, position })
}

/// Reads two columns that are only valid together.
fn read_pair(
    columns: &Keys<'_, '_>,
    first: &'static str,
    second: &'static str,
) -> Option<(String, String)> {
    for (one, other) in [(first, second), (second, first)] {
        if columns.has(one) && !columns.has(other) {
            columns.refuse(one, format!("`columns` has `{one}` but no `{other}`: add it"));
        }
    }
    let (first, second) = (columns.text(first), columns.text(second));
    first.zip(second)
}
