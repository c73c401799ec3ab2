//! Fields that many answers share, and the rounding of numbers.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use lapwing_boundaries::atlas::{Atlas, ChosenLayer, Day};
use lapwing_boundaries::layer::{LayerId, Resolution};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// The snapshot that answered.
#[derive(Clone, Copy, Debug, serde::Serialize, JsonSchema)]
#[schemars(rename = "Snapshot")]
pub struct SnapshotBlock<'a> {
    /// Hash of the snapshot's content.
    pub id: &'a str,
    /// Title of the snapshot.
    pub title: &'a str,
    /// Time at which it was built.
    pub built: Timestamp,
    /// True if the data describe a fictional place.
    pub illustrative: bool,
}

/// Describes the snapshot of an atlas.
pub fn snapshot(atlas: &Atlas) -> SnapshotBlock<'_> {
    SnapshotBlock {
        id: atlas.id(),
        title: atlas.title(),
        built: atlas.built(),
        illustrative: atlas.is_illustrative(),
    }
}

/// The vintage of a layer.
#[derive(Clone, Debug, PartialEq, serde::Serialize, JsonSchema)]
pub struct LayerUsed {
    /// Id of the layer.
    pub layer: LayerId,
    /// First day on which the vintage is in force. Null if the source does not say.
    pub valid_from: Option<Date>,
    /// First day on which the vintage is no longer in force. Null if there is no such day.
    pub valid_to: Option<Date>,
    /// Generalisation of the boundaries, in the codes of the Office for National Statistics (ONS).
    /// Null if unknown.
    pub resolution: Option<Resolution>,
    /// First day on which the boundaries are no longer in force, if it is not after the day of the
    /// answer: newer boundaries are in force on that day. Absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superseded_since: Option<Date>,
    /// Overlaps thinner than this, in metres, may be artefacts of inaccurate boundaries. Present only
    /// in answers about overlaps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sliver_tolerance_m: Option<f64>,
}

/// Describes the vintage of a layer, given by its position in the atlas, in an answer for a day.
pub(super) fn layer_used(atlas: &Atlas, layer: usize, day: Day) -> LayerUsed {
    let meta = atlas.layers()[layer].layer().meta();
    LayerUsed {
        layer: meta.id.clone(),
        valid_from: meta.vintage.valid_from,
        valid_to: meta.vintage.valid_to,
        resolution: meta.resolution,
        superseded_since: meta.vintage.superseded_on(day.date()),
        sliver_tolerance_m: None,
    }
}

/// Describes the vintages of the chosen layers.
pub fn layers_used(atlas: &Atlas, chosen: &[ChosenLayer], day: Day) -> Keyed<Option<LayerUsed>> {
    chosen.iter().map(|c| (c.key.clone(), c.layer.map(|l| layer_used(atlas, l, day)))).collect()
}

/// A JSON object with a member for each requested layer, in the order of the request.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyed<T>(pub Vec<(LayerId, T)>);

impl<T> Keyed<T> {
    /// Returns true if there are no members.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the member with that key.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.0.iter().find(|(k, _)| k.as_str() == key).map(|(_, value)| value)
    }
}

impl<T> Default for Keyed<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> FromIterator<(LayerId, T)> for Keyed<T> {
    fn from_iter<I: IntoIterator<Item = (LayerId, T)>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}

impl<T: Serialize> Serialize for Keyed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key.as_str(), value)?;
        }
        map.end()
    }
}

impl<T: JsonSchema> JsonSchema for Keyed<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Keyed_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "additionalProperties": generator.subschema_for::<T>(),
        })
    }
}

/// Metres on the grid, rounded to the millimetre. Whole numbers are written without a fraction: the
/// positions of Code-Point are whole metres, and `475486.0` would claim more precision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metres(pub f64);

impl Serialize for Metres {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let metres = rounded(self.0, 1000.0);
        if metres.fract() == 0.0 {
            serializer.serialize_i64(metres as i64)
        } else {
            serializer.serialize_f64(metres)
        }
    }
}

impl JsonSchema for Metres {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Metres".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        f64::json_schema(generator)
    }
}

/// Rounds to a multiple of 1 / `parts`. Never returns -0.
fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts + 0.0
}

/// Rounds a distance or size to 0.1 m or m².
pub(crate) fn tenths(value: f64) -> f64 {
    rounded(value, 10.0)
}

/// Rounds degrees to six decimals, about 0.1 m.
pub(crate) fn degrees(value: f64) -> f64 {
    rounded(value, 1e6)
}

/// A share of `whole`, rounded to nine decimals. `None` if `whole` is 0.
pub(crate) fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| rounded((part / whole).clamp(0.0, 1.0), 1e9))
}
