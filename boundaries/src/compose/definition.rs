//! Reader for definitions of composed areas, such as `laps.toml`.
//!
//! ```toml
//! # Optional. States the place of each member, so that unclaimed members can be reported.
//! [places]
//! layer = "ward"
//! field = "LAD22NM"                # a property in the layer's `keep`
//!
//! [[area]]
//! code = "DSN3"
//! name = "Daventry and South Northamptonshire 3"
//! place = "West Northamptonshire"  # this and the next three are optional
//! locality = "Daventry and South Northamptonshire"
//! status = "pioneer"
//! source = "Council report, December 2022"
//! include = [
//!     { layer = "ward", codes = ["E05013244", "E05013248"] },          # whole areas
//!     { layer = "ward", codes = ["E05013260"],                         # part of a ward:
//!       within = { layer = "parish", codes = ["E04006700"] } },        # only the part in this
//!       parish
//! ]
//! exclude = [ { layer = "parish", codes = ["E04006789"] } ]            # without these areas
//! intersect = [ { layer = "locality", codes = ["DSN"] } ]              # and only inside these
//! polygon = "dsn3.geojson"         # plus the polygons of this file
//! ```
//!
//! An area is the union of its `include`s and its `polygon`, intersected with `intersect`, minus
//! `exclude`. Either `include` or `polygon` is required; everything else is optional.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use crate::code::AreaCode;
use crate::layer::LayerId;
use crate::manifest::{Keys, Manifest, ManifestError};

/// A definition of composed areas.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// The definition's file.
    pub file: PathBuf,
    /// How to find the place of a member.
    pub places: Option<Places>,
    /// The areas, in file order.
    pub areas: Vec<AreaDefinition>,
}

/// The layer and property that give the place of a member.
#[derive(Clone, Debug, PartialEq)]
pub struct Places {
    /// The layer of the members.
    pub layer: LayerId,
    /// The property that holds the place, with the same values as `place` of the composed areas.
    pub field: String,
}

/// One `[[area]]` of a definition.
#[derive(Clone, Debug, PartialEq)]
pub struct AreaDefinition {
    /// Its code.
    pub code: AreaCode,
    /// Its name.
    pub name: String,
    /// The place it belongs to, such as a council's area.
    pub place: Option<String>,
    /// The locality within the place.
    pub locality: Option<String>,
    /// Its status, as the source gives it: `pioneer`, `live`.
    pub status: Option<String>,
    /// The source of this composition.
    pub source: Option<String>,
    /// The members.
    pub include: Vec<Include>,
    /// Areas that the result is intersected with. Empty means no intersection.
    pub intersect: Vec<Members>,
    /// Areas that are subtracted.
    pub exclude: Vec<Members>,
    /// A file of polygons to add, resolved against the definition's folder.
    pub polygon: Option<PathBuf>,
}

/// Areas of one layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Members {
    /// The layer.
    pub layer: LayerId,
    /// The codes. Never empty, no duplicates.
    pub codes: Vec<AreaCode>,
}

/// Areas of a layer, optionally cut to other areas.
#[derive(Clone, Debug, PartialEq)]
pub struct Include {
    /// The areas.
    pub members: Members,
    /// The areas to cut them to.
    pub within: Option<Members>,
}

impl Definition {
    /// Reads a definition file.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be opened; otherwise reports every problem in it with its line.
    pub fn read(file: &Path) -> Result<Self, ManifestError> {
        let bytes = std::fs::read(file).map_err(|error| {
            ManifestError::unreadable(file, format!("the definition cannot be opened: {error}"))
        })?;
        Self::parse(&bytes, file)
    }

    /// Reads a definition from the bytes of its file. `file` gives the folder and the name for
    /// messages; it need not exist.
    pub fn parse(bytes: &[u8], file: &Path) -> Result<Self, ManifestError> {
        let manifest = Manifest::new(file, bytes)?;
        let definition = parse(&manifest, file);
        match definition {
            Some(definition) if manifest.is_clean() => Ok(definition),
            _ => Err(manifest.into_error()),
        }
    }
}

impl Definition {
    /// Returns the layers that the definition refers to.
    pub fn layers(&self) -> BTreeSet<&LayerId> {
        fn of_area(area: &AreaDefinition) -> Vec<&LayerId> {
            let included = area
                .include
                .iter()
                .flat_map(|item| std::iter::once(&item.members).chain(&item.within));
            let cutting = area.intersect.iter().chain(&area.exclude);
            included.chain(cutting).map(|members| &members.layer).collect()
        }
        let places = self.places.iter().map(|places| &places.layer);
        self.areas.iter().flat_map(of_area).chain(places).collect()
    }
}

fn parse(manifest: &Manifest<'_>, file: &Path) -> Option<Definition> {
    let root = manifest.parse()?;
    let keys = Keys::new(manifest, "the definition", root.get_ref(), root.span());
    let places = keys.table("places", "[places]").and_then(|keys| {
        let places = layer_of(&keys)
            .zip(keys.required_text("field", "the property that holds the place of an area"));
        keys.finish();
        places.map(|(layer, field)| Places { layer, field })
    });
    let tables = keys.tables("area");
    if tables.is_empty() && manifest.is_clean() {
        manifest.note(0, "the definition has no areas: start each one with [[area]]");
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut taken: HashSet<AreaCode> = HashSet::new();
    let mut areas = Vec::with_capacity(tables.len());
    for table in tables {
        let code = code_of(&table, "code");
        if let Some(code) = &code
            && !taken.insert(code.clone())
        {
            table.refuse(
                "code",
                format!(
                    "the code {code} is already used by an earlier area: give each area its own"
                ),
            );
        }
        areas.extend(area(table, code, folder));
    }
    keys.finish();
    Some(Definition { file: file.to_owned(), places, areas })
}

fn area(mut keys: Keys<'_, '_>, code: Option<AreaCode>, folder: &Path) -> Option<AreaDefinition> {
    if let Some(code) = &code {
        keys.call(format!("area {code}"));
    }
    let name = keys.required_text("name", "the name of the area");
    let (place, locality) = (keys.text("place"), keys.text("locality"));
    let (status, source) = (keys.text("status"), keys.text("source"));
    let include: Vec<Include> = members_list(&keys, "include")
        .into_iter()
        .filter_map(|item| {
            let included = members(&item);
            let within = item.table("within", "`within`").map(|keys| {
                let within = members(&keys);
                keys.finish();
                within
            });
            item.finish();
            // If `within` cannot be read, the members must not count as whole.
            let within = match within {
                Some(members) => Some(members?),
                None => None,
            };
            Some(Include { members: included?, within })
        })
        .collect();
    let plain = |key: &'static str| -> Vec<Members> {
        let read = |item: Keys<'_, '_>| {
            let named = members(&item);
            item.finish();
            named
        };
        members_list(&keys, key).into_iter().filter_map(read).collect()
    };
    let (intersect, exclude) = (plain("intersect"), plain("exclude"));
    let polygon = keys.text("polygon").map(|path| folder.join(path));
    if !keys.has("include") && !keys.has("polygon") {
        let message = "the area is made of nothing: add `include` or `polygon`";
        keys.refuse("code", message);
    }
    check_duplicates(&keys, &include, &exclude);
    keys.finish();
    Some(AreaDefinition {
        code: code?,
        name: name?,
        place,
        locality,
        status,
        source,
        include,
        intersect,
        exclude,
        polygon,
    })
}

/// Reports members that an area includes twice, or includes and excludes.
fn check_duplicates(keys: &Keys<'_, '_>, include: &[Include], exclude: &[Members]) {
    let mut whole: HashSet<(&LayerId, &AreaCode)> = HashSet::new();
    for item in include.iter().filter(|item| item.within.is_none()) {
        for code in &item.members.codes {
            if !whole.insert((&item.members.layer, code)) {
                keys.refuse(
                    "include",
                    format!("`include` names {} {code} twice; remove one", item.members.layer),
                );
            }
        }
    }
    for members in exclude {
        for code in &members.codes {
            if whole.contains(&(&members.layer, code)) {
                let message = format!(
                    "{} {code} is both included and excluded: remove it from one",
                    members.layer
                );
                keys.refuse("exclude", message);
            }
        }
    }
}

fn members_list<'m, 't>(keys: &Keys<'m, 't>, key: &'static str) -> Vec<Keys<'m, 't>> {
    let expected = "a list like [ { layer = \"ward\", codes = [\"E05013246\"] } ]";
    let what = format!("an entry of `{key}`");
    let tables = keys.list_of_tables(key, &what, expected);
    if tables.is_empty() && keys.has(key) {
        keys.refuse(key, format!("`{key}` is empty: write {expected}, or remove it"));
    }
    tables
}

fn members(keys: &Keys<'_, '_>) -> Option<Members> {
    let layer = layer_of(keys);
    if !keys.has("codes") {
        keys.refuse(
            "layer",
            "`codes` is missing: add the codes of the areas, like [\"E05013246\"]",
        );
    }
    let texts = keys.texts("codes")?;
    if texts.is_empty() {
        keys.refuse("codes", "`codes` is empty: name at least one area");
        return None;
    }
    let mut codes: Vec<AreaCode> = Vec::with_capacity(texts.len());
    for text in texts {
        match AreaCode::parse(&text) {
            Ok(code) if codes.contains(&code) => {
                keys.refuse("codes", format!("`codes` names {code} twice; remove one"));
            }
            Ok(code) => codes.push(code),
            Err(reason) => keys.refuse("codes", reason.to_string()),
        }
    }
    Some(Members { layer: layer?, codes })
}

fn layer_of(keys: &Keys<'_, '_>) -> Option<LayerId> {
    let text = keys.required_text("layer", "the id of a catalogue layer, like \"ward\"")?;
    match LayerId::parse(&text) {
        Ok(layer) => Some(layer),
        Err(reason) => {
            keys.refuse("layer", reason.to_string());
            None
        }
    }
}

fn code_of(keys: &Keys<'_, '_>, key: &'static str) -> Option<AreaCode> {
    let text = keys.required_text(key, "a unique code, like \"N4\"")?;
    match AreaCode::parse(&text) {
        Ok(code) => Some(code),
        Err(reason) => {
            keys.refuse(key, reason.to_string());
            None
        }
    }
}
