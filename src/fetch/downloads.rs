//! What a catalogue wants fetched: each file once, whoever uses it.

use std::path::{Path, PathBuf};

use lapwing_boundaries::catalogue::{Catalogue, LayerSource, Only, Origin, VectorSource, Within};
use lapwing_boundaries::layer::LayerId;

/// One file that a catalogue says where to fetch.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The file, from the folder of the data, with `/` between folders.
    pub file: String,
    /// Where it will stand.
    pub path: PathBuf,
    /// Who uses it: `layer ward`, `the postcodes`.
    pub users: Vec<String>,
    /// Where it is to be had.
    pub origin: Origin,
    /// Its licence, as the catalogue states it.
    pub licence: Option<String>,
    /// The fields that its layers read, where it is a file of areas.
    pub fields: Fields,
    /// What each of its users chooses of it.
    pub choices: Vec<Choice>,
}

/// What one user of a file chooses of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// By attributes.
    pub only: Vec<Only>,
    /// By the ground of that layer.
    pub within: Option<LayerId>,
}

/// The fields of a layer of areas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// The field that holds the code; features are put in its order.
    pub code: Option<String>,
    /// All fields that are read, that of the code first, none twice.
    pub all: Vec<String>,
}

impl Wanted {
    /// `layer ward, layer lap`.
    pub fn users_in_words(&self) -> String {
        self.users.join(", ")
    }
}

/// Everything that a catalogue names an address for, in its order; what lies within another layer
/// comes after all that does not.
///
/// # Errors
///
/// If two users of one file say different things of where it is to be had.
pub fn wanted(catalogue: &Catalogue) -> Result<Vec<Wanted>, String> {
    let mut all: Vec<Wanted> = Vec::new();
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
    all.sort_by_key(|wanted| wanted.choices.iter().any(|choice| choice.within.is_some()));
    Ok(all)
}

/// Who uses a file, and for what.
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
    all: &mut Vec<Wanted>,
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
    let Some(earlier) = all.iter_mut().find(|wanted| wanted.path == path) else {
        let (path, origin, licence) = (path.to_owned(), origin.clone(), licence.cloned());
        let (users, choices) = (vec![name], vec![choice]);
        all.push(Wanted { file, path, users, origin, licence, fields, choices });
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
            "{file} is the source of {} and of {name}, whose `code` is another field",
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
