//! The definition of composed areas: `laps.toml`.
//!
//! ```toml
//! # How the place of a member is known, so that members that no area claims can be told.
//! # May be left out.
//! [places]
//! layer = "ward"
//! field = "LAD22NM"                # a property that the catalogue keeps of that layer
//!
//! [[area]]
//! code = "DSN3"
//! name = "Daventry and South Northamptonshire 3"
//! place = "West Northamptonshire"  # this and the next three may be left out
//! locality = "Daventry and South Northamptonshire"
//! status = "pioneer"
//! source = "Council report, December 2022"
//! include = [
//!     { layer = "ward", codes = ["E05013244", "E05013248"] },          # whole areas
//!     { layer = "ward", codes = ["E05013260"],                         # a part-ward:
//!       within = { layer = "parish", codes = ["E04006700"] } },        # only this parish's share
//! ]
//! exclude = [ { layer = "parish", codes = ["E04006789"] } ]            # less this ground
//! intersect = [ { layer = "locality", codes = ["DSN"] } ]              # and only within this
//! polygon = "dsn3.geojson"         # more ground, drawn in a file of its own
//! ```
//!
//! An area's ground is that of all its `include`s and its `polygon`, cut to the `intersect`s, less
//! the `exclude`s. It needs an `include` or a `polygon`; everything else may be left out.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use crate::code::AreaCode;
use crate::layer::LayerId;
use crate::manifest::{Keys, Manifest, ManifestError};

/// Composed areas as defined.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// The file it was read from.
    pub file: PathBuf,
    /// How the place of a member is known.
    pub places: Option<Places>,
    /// The areas, in the file's order.
    pub areas: Vec<AreaDefinition>,
}

/// Which property of which layer names the place of its areas.
#[derive(Clone, Debug, PartialEq)]
pub struct Places {
    /// The layer of the members.
    pub layer: LayerId,
    /// The property, equal to the `place` of composed areas.
    pub field: String,
}

/// One `[[area]]` of a definition.
#[derive(Clone, Debug, PartialEq)]
pub struct AreaDefinition {
    /// Its code.
    pub code: AreaCode,
    /// Its name.
    pub name: String,
    /// The place it belongs to: a council's area, say.
    pub place: Option<String>,
    /// The locality within the place.
    pub locality: Option<String>,
    /// How far it is: `pioneer`, `live`, whatever the source says.
    pub status: Option<String>,
    /// Where this make-up is written down.
    pub source: Option<String>,
    /// What it is made of.
    pub include: Vec<Include>,
    /// To what it is cut; not at all if empty.
    pub intersect: Vec<Members>,
    /// What is taken away.
    pub exclude: Vec<Members>,
    /// A file of polygons to be added; relative paths have been resolved.
    pub polygon: Option<PathBuf>,
}

/// Areas of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Members {
    /// The layer.
    pub layer: LayerId,
    /// The codes; never empty, none twice.
    pub codes: Vec<AreaCode>,
}

/// Areas of a layer, perhaps cut to other areas.
#[derive(Clone, Debug, PartialEq)]
pub struct Include {
    /// The areas.
    pub members: Members,
    /// To what they are cut.
    pub within: Option<Members>,
}

impl Definition {
    /// Reads a definition file.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened, or with everything that is wrong in it, each with its line.
    pub fn read(file: &Path) -> Result<Self, ManifestError> {
        let bytes = std::fs::read(file)
            .map_err(|error| ManifestError::unreadable(file, format!("cannot be read: {error}")))?;
        Self::parse(&bytes, file)
    }

    /// Reads a definition from the bytes of its file. `file` gives its folder and the name for
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
    /// The layers that the definition takes areas from.
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
            .zip(keys.required_text("field", "the property that names the place of an area"));
        keys.finish();
        places.map(|(layer, field)| Places { layer, field })
    });
    let tables = keys.tables("area");
    if tables.is_empty() && manifest.is_clean() {
        manifest.note(0, "the definition has no areas: write each as [[area]]");
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut taken: HashSet<AreaCode> = HashSet::new();
    let mut areas = Vec::with_capacity(tables.len());
    for table in tables {
        let code = code_of(&table, "code");
        if let Some(code) = &code
            && !taken.insert(code.clone())
        {
            table.refuse("code", format!("{code} is the code of an earlier area"));
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
    let name = keys.required_text("name", "what people call the area");
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
            // A `within` that cannot be read makes no whole member.
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
        let message = "the area has no ground: say what it is made of, with `include` or `polygon`";
        keys.refuse("code", message);
    }
    once(&keys, &include, &exclude);
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

/// Refuses members that an area names twice, or takes away again whole.
fn once(keys: &Keys<'_, '_>, include: &[Include], exclude: &[Members]) {
    let mut whole: HashSet<(&LayerId, &AreaCode)> = HashSet::new();
    for item in include.iter().filter(|item| item.within.is_none()) {
        for code in &item.members.codes {
            if !whole.insert((&item.members.layer, code)) {
                keys.refuse(
                    "include",
                    format!("`include` names {} {code} twice", item.members.layer),
                );
            }
        }
    }
    for members in exclude {
        for code in &members.codes {
            if whole.contains(&(&members.layer, code)) {
                let message = format!(
                    "{} {code} is included and excluded: take it out of `include`",
                    members.layer
                );
                keys.refuse("exclude", message);
            }
        }
    }
}

fn members_list<'m, 't>(keys: &Keys<'m, 't>, key: &'static str) -> Vec<Keys<'m, 't>> {
    let wanted = "a list like [ { layer = \"ward\", codes = [\"E05013246\"] } ]";
    let what = format!("an entry of `{key}`");
    let tables = keys.list_of_tables(key, &what, wanted);
    if tables.is_empty() && keys.has(key) {
        keys.refuse(key, format!("`{key}` names nothing; write {wanted}, or leave it out"));
    }
    tables
}

fn members(keys: &Keys<'_, '_>) -> Option<Members> {
    let layer = layer_of(keys);
    if !keys.has("codes") {
        keys.refuse("layer", "`codes` is missing: the codes of the areas, like [\"E05013246\"]");
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
                keys.refuse("codes", format!("`codes` names {code} twice"));
            }
            Ok(code) => codes.push(code),
            Err(reason) => keys.refuse("codes", reason.to_string()),
        }
    }
    Some(Members { layer: layer?, codes })
}

fn layer_of(keys: &Keys<'_, '_>) -> Option<LayerId> {
    let text = keys.required_text("layer", "the id of a layer of the catalogue, like \"ward\"")?;
    match LayerId::parse(&text) {
        Ok(layer) => Some(layer),
        Err(reason) => {
            keys.refuse("layer", reason.to_string());
            None
        }
    }
}

fn code_of(keys: &Keys<'_, '_>, key: &'static str) -> Option<AreaCode> {
    let text = keys.required_text(key, "a code of the area's own, like \"N4\"")?;
    match AreaCode::parse(&text) {
        Ok(code) => Some(code),
        Err(reason) => {
            keys.refuse(key, reason.to_string());
            None
        }
    }
}
