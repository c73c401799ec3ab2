//! The attributes of a layer: the properties of each area or site, with names and types, the same
//! for every format and every filter.
//!
//! Their order is: `code`, `name`, for areas `area_m2`; for sites the codes of the areas that
//! contain them, one attribute per area layer; then the properties that the catalogue keeps from
//! the source. The attribute of an area layer has the name of its series (`lap`), or of its own id
//! if the series has several vintages (`ward`, `ward_2013`). A kept property whose name is taken,
//! or is `geometry`, becomes `source_NAME`.
//!
//! The type of a kept attribute is inferred from the values of all features, so it is the same on
//! every page and in every format.

use std::sync::{Arc, OnceLock};

use lapwing_boundaries::atlas::{Atlas, AtlasLayer};
use lapwing_boundaries::code::AreaCode;
use lapwing_boundaries::layer::{Layer, LayerId};
use serde_json::{Map, Value as Json};

use crate::answers::tenths;

mod kind;
mod source_properties;
#[cfg(test)]
mod tests;
mod value;

pub use kind::AttributeType;
pub(crate) use kind::{date, timestamp};
use source_properties::{property, property_keys};
pub use value::Value;

/// The name of the geometry in filters and files. No attribute has this name.
pub const GEOMETRY: &str = "geometry";

/// One attribute of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Its name in GeoJSON, tables, files and filters, unique in its layer.
    pub name: String,
    /// What its values are.
    pub kind: AttributeType,
    /// Its short title.
    pub title: String,
    /// Its description, one sentence; `None` if only the source could describe it.
    pub description: Option<String>,
    origin: Origin,
}

/// Where the values of an attribute come from.
#[derive(Clone, Debug, PartialEq)]
enum Origin {
    Code,
    Name,
    Area,
    /// The codes of the areas of the layer at this index of the atlas.
    Holders(usize),
    /// The kept property with this key, usually at this index of a feature's list.
    Property(String, usize),
}

/// The attributes of one layer of an atlas, in output order.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    layer: usize,
    attributes: Vec<Attribute>,
}

impl Schema {
    /// The index of the attribute `code` in every schema.
    pub const CODE: usize = 0;

    /// The attributes of the layer at this index of the atlas.
    ///
    /// # Panics
    ///
    /// If the atlas has no such layer.
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
            for (index, name) in holder_names(atlas) {
                let meta = atlas.layers()[index].layer().meta();
                let text = format!(
                    "The code of the area of “{}” in which the point lies; several, on a boundary, are joined by `;`.",
                    meta.title
                );
                let origin = Origin::Holders(index);
                attributes.push(own(&name, AttributeType::Codes, &meta.title, &text, origin));
            }
        }
        for (key, hint) in property_keys(of) {
            let mut name = key.clone();
            while name == GEOMETRY || attributes.iter().any(|earlier| earlier.name == name) {
                name.insert_str(0, "source_");
            }
            let kind =
                kind::of_all((0..of.len()).filter_map(|index| property(of, index, &key, hint)));
            attributes.push(Attribute {
                title: key.clone(),
                name,
                kind,
                description: None,
                origin: Origin::Property(key, hint),
            });
        }
        Self { layer, attributes }
    }

    /// The index of its layer in the atlas.
    pub fn layer(&self) -> usize {
        self.layer
    }

    /// The attributes, in output order.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The index of an attribute in [`Schema::attributes`], by its case-sensitive name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.attributes.iter().position(|attribute| attribute.name == name)
    }

    /// The index in the atlas of the area layer whose codes an attribute has.
    pub fn holders(&self, attribute: usize) -> Option<usize> {
        match self.attributes[attribute].origin {
            Origin::Holders(layer) => Some(layer),
            _ => None,
        }
    }

    /// The value of an attribute for the area or site at `place`, in the type of the attribute. The
    /// atlas must be the one of the schema.
    ///
    /// # Panics
    ///
    /// If there is no such area, site or attribute.
    pub fn value<'a>(&self, atlas: &'a Atlas, index: usize, attribute: usize) -> Value<'a> {
        let layer = atlas.layers()[self.layer].layer();
        let attribute = &self.attributes[attribute];
        match &attribute.origin {
            Origin::Code => Value::Text(code(layer, index).as_str().into()),
            Origin::Name => Value::Text(name(layer, index).into()),
            Origin::Area => Value::Number(tenths(layer.areas()[index].area_m2())),
            Origin::Holders(areas) => {
                let holders = atlas.areas_of_site(self.layer, index, *areas);
                let areas = atlas.layers()[*areas].layer().areas();
                if holders.is_empty() {
                    return Value::Null;
                }
                Value::Codes(holders.iter().map(|&area| areas[area as usize].code()).collect())
            }
            Origin::Property(key, hint) => property(layer, index, key, *hint)
                .map_or(Value::Null, |value| attribute.kind.read(value)),
        }
    }

    /// The same as JSON: numbers as in the source, codes joined by `;`.
    ///
    /// # Panics
    ///
    /// Like [`Schema::value`].
    pub fn json(&self, atlas: &Atlas, index: usize, attribute: usize) -> Json {
        let Attribute { kind, origin, .. } = &self.attributes[attribute];
        match origin {
            Origin::Property(key, hint) if *kind != AttributeType::Text => {
                let layer = atlas.layers()[self.layer].layer();
                property(layer, index, key, *hint).cloned().unwrap_or(Json::Null)
            }
            _ => match self.value(atlas, index, attribute) {
                Value::Null => Json::Null,
                Value::Number(number) => number.into(),
                other => other.cell().into(),
            },
        }
    }

    /// The attributes of an area or site as the `properties` of a feature; only those at the
    /// indices `only`, if given.
    ///
    /// # Panics
    ///
    /// Like [`Schema::value`].
    pub fn properties(
        &self,
        atlas: &Atlas,
        index: usize,
        only: Option<&[usize]>,
    ) -> Map<String, Json> {
        (0..self.attributes.len())
            .filter(|attribute| only.is_none_or(|only| only.contains(attribute)))
            .map(|attribute| {
                let name = self.attributes[attribute].name.clone();
                (name, self.json(atlas, index, attribute))
            })
            .collect()
    }
}

/// The schemas of all layers of one atlas, created on first use.
#[derive(Debug)]
pub struct Schemas {
    of_layers: Vec<OnceLock<Arc<Schema>>>,
}

impl Schemas {
    /// For an atlas with this number of layers.
    pub fn new(layers: usize) -> Self {
        Self { of_layers: (0..layers).map(|_| OnceLock::new()).collect() }
    }

    /// The schema of a layer. The atlas must always be the same one.
    ///
    /// # Panics
    ///
    /// If the atlas has no such layer.
    pub fn of(&self, atlas: &Atlas, layer: usize) -> &Arc<Schema> {
        self.of_layers[layer].get_or_init(|| Arc::new(Schema::of(atlas, layer)))
    }
}

/// The area layers, each with the attribute name that sites use for it.
fn holder_names(atlas: &Atlas) -> Vec<(usize, String)> {
    let metas = || atlas.layers().iter().map(AtlasLayer::layer).filter(|l| l.is_areas());
    let only_vintage = |series: &LayerId| {
        metas().filter(|layer| layer.meta().series == *series).count() == 1
            && metas().all(|l| l.meta().id != *series || l.meta().series == *series)
    };
    (0..)
        .zip(atlas.layers())
        .filter(|(_, layer)| layer.layer().is_areas())
        .map(|(index, layer)| {
            let meta = layer.layer().meta();
            let name = if only_vintage(&meta.series) { &meta.series } else { &meta.id };
            (index, name.to_string())
        })
        .collect()
}

fn code(layer: &Layer, index: usize) -> &AreaCode {
    if layer.is_areas() { layer.areas()[index].code() } else { &layer.sites()[index].code }
}

fn name(layer: &Layer, index: usize) -> &str {
    if layer.is_areas() { layer.areas()[index].name() } else { &layer.sites()[index].name }
}
