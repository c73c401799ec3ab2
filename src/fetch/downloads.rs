//! The downloads of a catalogue: each file once, whichever layers use it.

use std::path::{Path, PathBuf};

use lapwing_boundaries::catalogue::{Catalogue, LayerSource, Only, Origin, VectorSource, Within};
use lapwing_boundaries::layer::LayerId;

/// A file to download.
#[derive(Clone, Debug, PartialEq)]
pub struct Download {
    /// The path relative to the data folder, with `/` as the separator.
    pub file: String,
    /// The path on this machine.
    pub path: PathBuf,
    /// What uses it: `layer ward`, `the postcodes`.
    pub users: Vec<String>,
    /// Where it is published.
    pub origin: Origin,
    /// Its licence as stated in the catalogue.
    pub licence: Option<String>,
    /// The fields that its layers read, for a file of areas.
    pub fields: Fields,
    /// The selection of each of its users.
    pub choices: Vec<Choice>,
}

/// What one user selects from a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// By attribute values.
    pub only: Vec<Only>,
    /// By location within this layer.
    pub within: Option<LayerId>,
}

/// The fields of a layer of areas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// The field with the code, which features are sorted by.
    pub code: Option<String>,
    /// All fields that are read, the code first, without duplicates.
    pub all: Vec<String>,
}

impl Download {
    /// `layer ward, layer lap`.
    pub fn users_in_words(&self) -> String {
        self.users.join(", ")
    }
}

/// Returns every file with a `url`, in the order of the catalogue. Files that depend on another
/// layer (`within`) come last.
///
/// # Errors
///
/// If two users of one file disagree about where it is published.
pub fn downloads_of(catalogue: &Catalogue) -> Result<Vec<Download>, String> {
    let mut all: Vec<Download> = Vec::new();
    let mut add = |path: &Path, origin: &Origin, licence: &Option<String>, user: User| {
        add(&mut all, catalogue, path, origin, licence.as_ref(), user)
    };
    for layer in &catalogue.layers {
        let (path, fields, only) = match &layer.source {
            LayerSource::Vector(source) => (&source.path, fields_of(source), &source.only[..]),
            LayerSource::Sites(source) => (&source.path, Fields::default(), &[][..]),
            LayerSource::Compose(_) => continue,
        };
        let name = format!("layer {}", layer.meta.id);
        let choice = choice(only, layer.within.as_ref());
        add(path, &layer.origin, &layer.meta.licence, User { name, fields, choice })?;
    }
    if let Some(spec) = &catalogue.postcodes {
        let user = User::plain("the postcodes", choice(&[], spec.within.as_ref()));
        add(&spec.path, &spec.origin, &spec.licence, user)?;
    }
    if let Some(spec) = &catalogue.addresses {
        let user = User::plain("the addresses", choice(&[], spec.within.as_ref()));
        add(&spec.path, &spec.origin, &spec.licence, user)?;
    }
    all.sort_by_key(|download| download.choices.iter().any(|choice| choice.within.is_some()));
    Ok(all)
}

/// What uses a file.
struct User {
    name: String,
    fields: Fields,
    choice: Choice,
}

impl User {
    fn plain(name: &str, choice: Choice) -> Self {
        Self { name: name.to_owned(), fields: Fields::default(), choice }
    }
}

fn choice(only: &[Only], within: Option<&Within>) -> Choice {
    Choice { only: only.to_vec(), within: within.map(|within| within.layer.clone()) }
}

fn add(
    all: &mut Vec<Download>,
    catalogue: &Catalogue,
    path: &Path,
    origin: &Origin,
    licence: Option<&String>,
    user: User,
) -> Result<(), String> {
    if origin.urls.is_empty() {
        return Ok(());
    }
    let User { name, fields, choice } = user;
    let inside = path.strip_prefix(&catalogue.data_folder).unwrap_or(path);
    let names: Vec<_> =
        inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let file = names.join("/");
    let Some(earlier) = all.iter_mut().find(|download| download.path == path) else {
        let (path, origin, licence) = (path.to_owned(), origin.clone(), licence.cloned());
        let (users, choices) = (vec![name], vec![choice]);
        all.push(Download { file, path, users, origin, licence, fields, choices });
        return Ok(());
    };
    if earlier.origin != *origin {
        return Err(format!(
            "{file} is the source of {} and of {name}, with different `url` or checksums: give \
             both the same, or each a file of its own",
            earlier.users_in_words()
        ));
    }
    if earlier.fields.code != fields.code {
        return Err(format!(
            "{file} is the source of {} and of {name}, which has a different `code`",
            earlier.users_in_words()
        ));
    }
    earlier.users.push(name);
    earlier.choices.push(choice);
    for field in fields.all {
        if !earlier.fields.all.contains(&field) {
            earlier.fields.all.push(field);
        }
    }
    Ok(())
}

fn fields_of(source: &VectorSource) -> Fields {
    let mut all = vec![source.code.clone()];
    let chosen_by = source.only.iter().map(|only| &only.field);
    for field in source.name.iter().chain(&source.keep).chain(chosen_by) {
        if !all.contains(field) {
            all.push(field.clone());
        }
    }
    Fields { code: Some(source.code.clone()), all }
}
