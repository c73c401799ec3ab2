//! The attributes of a layer: what each area or site says of itself, by name and kind, the same
//! for every format that writes them and every filter that asks for them.
//!
//! In order: `code`, `name`, `area_m2` of areas; for sites the codes of the areas that they lie
//! in, one attribute for each area layer; then what the catalogue keeps of the source. An area
//! layer's attribute is named by its series (`lap`), or by its own id where the series has several
//! vintages (`ward`, `ward_2013`). A kept property that is called like an attribute before it, or
//! `geometry`, is named `source_NAME`.
//!
//! The kind of a kept attribute is found from the values of all features, so it is the same on
//! every page and in every format.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use jiff::civil::Date;
use lapwing_boundaries::atlas::{Atlas, AtlasLayer};
use lapwing_boundaries::code::AreaCode;
use lapwing_boundaries::layer::{Layer, LayerId};
use serde_json::{Map, Value as Json};

use crate::answers::tenths;

mod kept;
mod kind;
#[cfg(test)]
mod tests;

use kept::{kept, kept_keys};
pub use kind::AttributeType;
pub(crate) use kind::{date, timestamp};

/// The name by which filters and files have the geometry; no attribute is called so.
pub const GEOMETRY: &str = "geometry";

/// One attribute of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Its name in GeoJSON, tables, files and filters, unique in its layer.
    pub name: String,
    /// What its values are.
    pub kind: AttributeType,
    /// For people, in a few words.
    pub title: String,
    /// For people, in a sentence; `None` where only the source knows.
    pub description: Option<String>,
    origin: Origin,
}

/// Where the values of an attribute come from.
#[derive(Clone, Debug, PartialEq)]
enum Origin {
    Code,
    Name,
    Area,
    /// The codes of the areas of the atlas's layer at that place.
    Holders(usize),
    /// The kept property of that key, which most features have at that place of their list.
    Kept(String, usize),
}

/// One value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing: the source says nothing, or the site lies in no area.
    Null,
    /// Of [`AttributeType::Text`].
    Text(Cow<'a, str>),
    /// Of [`AttributeType::Integer`].
    Integer(i64),
    /// Of [`AttributeType::Number`].
    Number(f64),
    /// Of [`AttributeType::Boolean`].
    Boolean(bool),
    /// Of [`AttributeType::Date`].
    Date(Date),
    /// Of [`AttributeType::Timestamp`].
    Timestamp(Timestamp),
    /// Of [`AttributeType::List`].
    List(Vec<Cow<'a, str>>),
    /// Of [`AttributeType::Codes`], in order, at least one.
    Codes(Vec<&'a AreaCode>),
}

impl Value<'_> {
    /// As the text of a table's cell: empty for nothing, several values joined by `;`.
    pub fn cell(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Text(text) => text.as_ref().to_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Boolean(truth) => truth.to_string(),
            Self::Date(date) => date.to_string(),
            Self::Timestamp(moment) => moment.to_string(),
            Self::List(items) => items.join(";"),
            Self::Codes(codes) => {
                codes.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(";")
            }
        }
    }
}

/// The attributes of one layer of an atlas, in the order in which they are written.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    layer: usize,
    attributes: Vec<Attribute>,
}

impl Schema {
    /// The place of the attribute `code` in every schema.
    pub const CODE: usize = 0;

    /// The attributes of the layer at that place of the atlas.
    ///
    /// # Panics
    ///
    /// When the atlas has no such layer.
    pub fn of(atlas: &Atlas, layer: usize) -> Self {
        let own = |name: &str, kind, title: &str, description: &str, origin| Attribute {
            name: name.to_owned(),
            kind,
            title: title.to_owned(),
            description: Some(description.to_owned()),
            origin,
        };
        let of = atlas.layers()[layer].layer();
        let mut attributes = vec![
            own(
                "code",
                AttributeType::Text,
                "Code",
                "The code, unique in its layer.",
                Origin::Code,
            ),
            own("name", AttributeType::Text, "Name", "The name.", Origin::Name),
        ];
        if of.is_areas() {
            let text = "The planar measure in m² on the British National Grid.";
            attributes.push(own(
                "area_m2",
                AttributeType::Number,
                "Area in m²",
                text,
                Origin::Area,
            ));
        } else {
            for (place, name) in holder_names(atlas) {
                let meta = atlas.layers()[place].layer().meta();
                let text = format!(
                    "The code of the area of “{}” in which the point lies; several, on a boundary, are joined by `;`.",
                    meta.title
                );
                let origin = Origin::Holders(place);
                attributes.push(own(&name, AttributeType::Codes, &meta.title, &text, origin));
            }
        }
        for (key, hint) in kept_keys(of) {
            let mut name = key.clone();
            while name == GEOMETRY || attributes.iter().any(|earlier| earlier.name == name) {
                name.insert_str(0, "source_");
            }
            let kind = kind::of_all((0..of.len()).filter_map(|place| kept(of, place, &key, hint)));
            attributes.push(Attribute {
                title: key.clone(),
                name,
                kind,
                description: None,
                origin: Origin::Kept(key, hint),
            });
        }
        Self { layer, attributes }
    }

    /// The place of its layer in the atlas.
    pub fn layer(&self) -> usize {
        self.layer
    }

    /// The attributes, in the order in which they are written.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The place of an attribute in [`Schema::attributes`], by its name, whose case counts.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.attributes.iter().position(|attribute| attribute.name == name)
    }

    /// The place in the atlas of the area layer whose codes an attribute tells.
    pub fn holders(&self, attribute: usize) -> Option<usize> {
        match self.attributes[attribute].origin {
            Origin::Holders(layer) => Some(layer),
            _ => None,
        }
    }

    /// What the area or site at `place` of the layer says for the attribute at `attribute`, in the
    /// attribute's kind. The atlas is the one that the schema is of.
    ///
    /// # Panics
    ///
    /// When there is no such place or attribute.
    pub fn value<'a>(&self, atlas: &'a Atlas, place: usize, attribute: usize) -> Value<'a> {
        let layer = atlas.layers()[self.layer].layer();
        let attribute = &self.attributes[attribute];
        match &attribute.origin {
            Origin::Code => Value::Text(code(layer, place).as_str().into()),
            Origin::Name => Value::Text(name(layer, place).into()),
            Origin::Area => Value::Number(tenths(layer.areas()[place].area_m2())),
            Origin::Holders(areas) => {
                let holders = atlas.areas_of_site(self.layer, place, *areas);
                let areas = atlas.layers()[*areas].layer().areas();
                if holders.is_empty() {
                    return Value::Null;
                }
                Value::Codes(holders.iter().map(|&area| areas[area as usize].code()).collect())
            }
            Origin::Kept(key, hint) => kept(layer, place, key, *hint)
                .map_or(Value::Null, |value| attribute.kind.read(value)),
        }
    }

    /// The same as it is written in JSON: numbers as the source writes them, codes joined by `;`.
    ///
    /// # Panics
    ///
    /// As [`Schema::value`].
    pub fn json(&self, atlas: &Atlas, place: usize, attribute: usize) -> Json {
        let Attribute { kind, origin, .. } = &self.attributes[attribute];
        match origin {
            Origin::Kept(key, hint) if *kind != AttributeType::Text => {
                let layer = atlas.layers()[self.layer].layer();
                kept(layer, place, key, *hint).cloned().unwrap_or(Json::Null)
            }
            _ => match self.value(atlas, place, attribute) {
                Value::Null => Json::Null,
                Value::Number(number) => number.into(),
                other => other.cell().into(),
            },
        }
    }

    /// All attributes of an area or site as the `properties` of a feature; `only` those at some
    /// places of [`Schema::attributes`], where it is given.
    ///
    /// # Panics
    ///
    /// As [`Schema::value`].
    pub fn properties(
        &self,
        atlas: &Atlas,
        place: usize,
        only: Option<&[usize]>,
    ) -> Map<String, Json> {
        (0..self.attributes.len())
            .filter(|attribute| only.is_none_or(|only| only.contains(attribute)))
            .map(|attribute| {
                let name = self.attributes[attribute].name.clone();
                (name, self.json(atlas, place, attribute))
            })
            .collect()
    }
}

/// The schemas of all layers of one atlas, each made when it is first asked for.
#[derive(Debug)]
pub struct Schemas {
    of_layers: Vec<OnceLock<Arc<Schema>>>,
}

impl Schemas {
    /// For an atlas of so many layers.
    pub fn new(layers: usize) -> Self {
        Self { of_layers: (0..layers).map(|_| OnceLock::new()).collect() }
    }

    /// The schema of a layer of the atlas, always the same atlas.
    ///
    /// # Panics
    ///
    /// When the atlas has no such layer.
    pub fn of(&self, atlas: &Atlas, layer: usize) -> &Arc<Schema> {
        self.of_layers[layer].get_or_init(|| Arc::new(Schema::of(atlas, layer)))
    }
}

/// The area layers, each with the name by which sites tell their areas of it.
fn holder_names(atlas: &Atlas) -> Vec<(usize, String)> {
    let metas = || atlas.layers().iter().map(AtlasLayer::layer).filter(|l| l.is_areas());
    let only_vintage = |series: &LayerId| {
        metas().filter(|layer| layer.meta().series == *series).count() == 1
            && metas().all(|l| l.meta().id != *series || l.meta().series == *series)
    };
    (0..)
        .zip(atlas.layers())
        .filter(|(_, layer)| layer.layer().is_areas())
        .map(|(place, layer)| {
            let meta = layer.layer().meta();
            let name = if only_vintage(&meta.series) { &meta.series } else { &meta.id };
            (place, name.to_string())
        })
        .collect()
}

fn code(layer: &Layer, place: usize) -> &AreaCode {
    if layer.is_areas() { layer.areas()[place].code() } else { &layer.sites()[place].code }
}

fn name(layer: &Layer, place: usize) -> &str {
    if layer.is_areas() { layer.areas()[place].name() } else { &layer.sites()[place].name }
}
