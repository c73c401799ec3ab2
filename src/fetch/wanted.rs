//! What a catalogue wants fetched: each file once, whoever uses it.

use std::path::PathBuf;

use lapwing_boundaries::catalogue::{Catalogue, LayerSource, Origin, VectorSource};

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

/// Everything that a catalogue names an address for, in its order.
///
/// # Errors
///
/// If two users of one file say different things of where it is to be had.
pub fn wanted(catalogue: &Catalogue) -> Result<Vec<Wanted>, String> {
    let mut all: Vec<Wanted> = Vec::new();
    for layer in &catalogue.layers {
        let (path, fields) = match &layer.source {
            LayerSource::Vector(source) => (&source.path, fields_of(source)),
            LayerSource::Sites(source) => (&source.path, Fields::default()),
            LayerSource::Compose(_) => continue,
        };
        let user = format!("layer {}", layer.meta.id);
        add(&mut all, catalogue, path, user, &layer.origin, layer.meta.licence.as_ref(), fields)?;
    }
    if let Some(spec) = &catalogue.postcodes {
        let (user, none) = ("the postcodes".to_owned(), Fields::default());
        add(&mut all, catalogue, &spec.path, user, &spec.origin, spec.licence.as_ref(), none)?;
    }
    if let Some(spec) = &catalogue.addresses {
        let (user, none) = ("the addresses".to_owned(), Fields::default());
        add(&mut all, catalogue, &spec.path, user, &spec.origin, spec.licence.as_ref(), none)?;
    }
    Ok(all)
}

fn add(
    all: &mut Vec<Wanted>,
    catalogue: &Catalogue,
    path: &std::path::Path,
    user: String,
    origin: &Origin,
    licence: Option<&String>,
    fields: Fields,
) -> Result<(), String> {
    if origin.urls.is_empty() {
        return Ok(());
    }
    let inside = path.strip_prefix(&catalogue.data_folder).unwrap_or(path);
    let names: Vec<_> =
        inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let file = names.join("/");
    let Some(earlier) = all.iter_mut().find(|wanted| wanted.path == path) else {
        let (path, origin, licence) = (path.to_owned(), origin.clone(), licence.cloned());
        all.push(Wanted { file, path, users: vec![user], origin, licence, fields });
        return Ok(());
    };
    if earlier.origin != *origin {
        return Err(format!(
            "{file} is the source of {} and of {user}, with different `url` or checksums: give \
             both the same, or each a file of its own",
            earlier.users_in_words()
        ));
    }
    if earlier.fields.code != fields.code {
        return Err(format!(
            "{file} is the source of {} and of {user}, whose `code` is another field",
            earlier.users_in_words()
        ));
    }
    earlier.users.push(user);
    for field in fields.all {
        if !earlier.fields.all.contains(&field) {
            earlier.fields.all.push(field);
        }
    }
    Ok(())
}

fn fields_of(source: &VectorSource) -> Fields {
    let mut all = vec![source.code.clone()];
    for field in source.name.iter().chain(&source.keep) {
        if !all.contains(field) {
            all.push(field.clone());
        }
    }
    Fields { code: Some(source.code.clone()), all }
}
