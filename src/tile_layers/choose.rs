//! Resolves layer names and a date to layers.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use lapwing_boundaries::atlas::{Atlas, Day};

use crate::answers::{AnswerError, choose as choose_areas, choose_points, layer_names};

/// The layers of a tile: the name of each in the tile, and its index in the atlas.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Selection {
    layers: Vec<(String, usize)>,
}

/// Why names do not resolve to layers.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ChoiceError {
    /// As for any other answer.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// A layer has the same name as the label layer of another.
    #[error("{name:?} is both a layer and the labels of another: request them in separate tiles")]
    SameName {
        /// The common name.
        name: String,
    },
}

/// The layers with these names, areas or points. A series resolves to its vintage on the date and
/// keeps the name of the series; the id of a vintage resolves to that vintage whatever the date. A
/// series without a vintage in force on the date is left out, unless that leaves nothing.
pub fn choose<'a>(
    atlas: &Atlas,
    names: impl IntoIterator<Item = &'a str>,
    day: Day,
) -> Result<Selection, ChoiceError> {
    let mut layers: Vec<(String, usize)> = Vec::new();
    let mut absent = None;
    for name in names {
        let names_of_one = [name.to_owned()];
        let chosen = choose_areas(atlas, Some(&names_of_one), day)
            .or_else(|_| choose_points(atlas, Some(&names_of_one), day))
            .map_err(|_| {
                let layer = name.chars().take(80).collect();
                AnswerError::UnknownLayer { layer, known: layer_names(atlas) }
            })?;
        for one in chosen {
            match one.layer {
                None => absent = absent.or(Some(one.key)),
                Some(layer_index) => {
                    let layer = (one.key.to_string(), layer_index);
                    if !layers.contains(&layer) {
                        layers.push(layer);
                    }
                }
            }
        }
    }
    if let ([], Some(key)) = (&layers[..], absent) {
        let (Day::Requested(date) | Day::Today(date)) = day;
        return Err(AnswerError::NotInForce { layer: key.to_string(), date }.into());
    }
    Selection { layers }.apart(atlas)
}

impl Selection {
    /// All layers of an atlas, each under its own id.
    pub fn all(atlas: &Atlas) -> Result<Self, ChoiceError> {
        let ids = atlas.layers().iter().map(|layer| layer.layer().meta().id.to_string());
        Self { layers: ids.zip(0..).collect() }.apart(atlas)
    }

    /// The layer at this index of an atlas, under its own id.
    ///
    /// # Panics
    ///
    /// If the atlas has no such layer.
    pub fn one(atlas: &Atlas, layer_index: usize) -> Self {
        Self {
            layers: vec![(atlas.layers()[layer_index].layer().meta().id.to_string(), layer_index)],
        }
    }

    /// Fails if a layer has the name of another's label layer.
    fn apart(self, atlas: &Atlas) -> Result<Self, ChoiceError> {
        let is_areas = |layer_index: usize| atlas.layers()[layer_index].layer().is_areas();
        let labels = self.layers().filter(|(_, layer_index)| is_areas(*layer_index));
        let same = labels
            .map(|(name, _)| format!("{name}_label"))
            .find(|label| self.layers().any(|(name, _)| name == label));
        same.map_or(Ok(self), |name| Err(ChoiceError::SameName { name }))
    }

    /// The name of each layer and its index in the atlas.
    pub fn layers(&self) -> impl Iterator<Item = (&str, usize)> {
        self.layers.iter().map(|(name, layer_index)| (name.as_str(), *layer_index))
    }

    /// A key that is the same for the same layers under the same names, and only for them.
    pub fn key(&self) -> Arc<str> {
        let each: Vec<String> =
            self.layers.iter().map(|(name, layer_index)| format!("{name}={layer_index}")).collect();
        each.join(",").into()
    }

    /// A version that changes whenever a tile of these layers may: with the snapshot, the vintages
    /// chosen, and the program.
    pub fn version(&self, atlas: &Atlas) -> String {
        let mut hash = DefaultHasher::new();
        (env!("CARGO_PKG_VERSION"), atlas.id(), &self.layers).hash(&mut hash);
        format!("{}-{:016x}", atlas.id().get(..8).unwrap_or_default(), hash.finish())
    }
}
