//! The parts that many answers share, and how numbers are rounded.

use jiff::Timestamp;
use jiff::civil::Date;
use lapwing_boundaries::atlas::{Atlas, Chosen};
use lapwing_boundaries::layer::LayerId;
use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// The snapshot that an answer was made from.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct SnapshotBlock<'a> {
    /// A hash of all it holds.
    pub id: &'a str,
    /// The title of the place.
    pub title: &'a str,
    /// When it was built.
    pub built: Timestamp,
    /// Whether the place does not exist.
    pub illustrative: bool,
}

/// What an answer says of its snapshot.
pub fn snapshot(atlas: &Atlas) -> SnapshotBlock<'_> {
    SnapshotBlock {
        id: atlas.id(),
        title: atlas.title(),
        built: atlas.built(),
        illustrative: atlas.is_illustrative(),
    }
}

/// The vintage that answered for a key.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct LayerUsed {
    /// The layer's own id.
    pub layer: LayerId,
    /// The first day on which its boundaries are in force; `null` where the catalogue says none.
    pub valid_from: Option<Date>,
    /// The first day on which they are no longer; `null` where the catalogue says none.
    pub valid_to: Option<Date>,
    /// BFC, BFE, BGC, BSC or BUC; `null` where the catalogue says none.
    pub resolution: Option<&'static str>,
    /// Ground thinner than this, in metres, may be a sliver; in answers about overlaps only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sliver_tolerance_m: Option<f64>,
}

/// What a layer of the atlas says of its vintage.
pub(super) fn layer_used(atlas: &Atlas, layer: usize) -> LayerUsed {
    let meta = atlas.layers()[layer].layer().meta();
    LayerUsed {
        layer: meta.id.clone(),
        valid_from: meta.vintage.valid_from,
        valid_to: meta.vintage.valid_to,
        resolution: meta.resolution.map(lapwing_boundaries::layer::Resolution::as_str),
        sliver_tolerance_m: None,
    }
}

/// The vintages that answer for the chosen layers.
pub fn layers_used(atlas: &Atlas, chosen: &[Chosen]) -> Keyed<Option<LayerUsed>> {
    chosen.iter().map(|c| (c.key.clone(), c.layer.map(|l| layer_used(atlas, l)))).collect()
}

/// A JSON object with a member for each layer asked, in the order asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Keyed<T>(pub Vec<(LayerId, T)>);

impl<T> Keyed<T> {
    /// The member of that key.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.0.iter().find(|(k, _)| k.as_str() == key).map(|(_, value)| value)
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

/// Metres of the grid, to the millimetre, written without a fraction where there is none:
/// Code-Point's positions are whole metres, and `475486.0` would claim more than it knows.
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

/// Rounded to so many parts of one, never -0.
fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts + 0.0
}

/// A distance or a measure to 0.1 m or m².
pub(crate) fn tenths(value: f64) -> f64 {
    rounded(value, 10.0)
}

/// Degrees to six decimals, about 0.1 m.
pub(crate) fn degrees(value: f64) -> f64 {
    rounded(value, 1e6)
}

/// A share to nine decimals; `None` of nothing.
pub(crate) fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| rounded((part / whole).clamp(0.0, 1.0), 1e9))
}
