//! The list of layers with their provenance.

use jiff::civil::Date;
use lapwing_boundaries::atlas::{Atlas, Provenance};
use lapwing_boundaries::layer::{Completeness, LayerId, Resolution};
use schemars::JsonSchema;
use serde::Serialize;

use super::common_fields::{SnapshotBlock, snapshot};

/// The layers, postcodes and addresses of the snapshot.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Layers")]
pub struct LayersAnswer<'a> {
    /// The layers, in the order of the catalogue.
    pub layers: Vec<LayerListing<'a>>,
    /// The postcodes. Null if the snapshot has none.
    pub postcodes: Option<PointsListing<'a>>,
    /// The addresses. Null if the snapshot has none.
    pub addresses: Option<PointsListing<'a>>,
    /// The snapshot that answered.
    pub snapshot: SnapshotBlock<'a>,
}

/// A layer.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct LayerListing<'a> {
    /// Id of the layer.
    pub id: &'a str,
    /// Series to which this and other vintages of the layer belong.
    pub series: &'a str,
    /// Title of the layer.
    pub title: &'a str,
    /// What the layer contains.
    pub kind: LayerKind,
    /// Number of areas or points.
    pub count: usize,
    /// First day on which the vintage is in force. Null if the source does not say.
    pub valid_from: Option<Date>,
    /// First day on which the vintage is no longer in force. Null if there is no such day.
    pub valid_to: Option<Date>,
    /// Generalisation of the boundaries, in the codes of the Office for National Statistics (ONS).
    /// Null if unknown.
    pub resolution: Option<Resolution>,
    /// Greatest distance in metres of the drawn boundary from the true one.
    pub drawing_error_m: f64,
    /// True if the areas cover their extent without gaps or overlaps.
    pub coverage: bool,
    /// True if the layer holds every area of its kind in the ground that the snapshot covers, or in
    /// the areas of `complete_within`. Only then is a place in none of its areas certainly in none.
    pub complete: bool,
    /// Id of the layer in whose areas this one is complete. Absent if it is complete everywhere, or
    /// not known to be complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete_within: Option<&'a str>,
    /// Licence, as an SPDX identifier if there is one. Null if unknown.
    pub licence: Option<&'a str>,
    /// Attribution to show wherever the data are shown. Null if none is required.
    pub attribution: Option<&'a str>,
}

/// What a layer contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum LayerKind {
    /// Areas.
    Areas,
    /// Points.
    Points,
}

/// The postcodes or the addresses of the snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct PointsListing<'a> {
    /// Number of postcodes or addresses.
    pub count: usize,
    /// Number of live (not terminated) postcodes. Absent for addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<usize>,
    /// Licence, as an SPDX identifier if there is one. Null if unknown.
    pub licence: Option<&'a str>,
    /// Attribution to show wherever the data are shown. Null if none is required.
    pub attribution: Option<&'a str>,
}

/// Lists the layers of an atlas.
pub fn layers(atlas: &Atlas) -> LayersAnswer<'_> {
    let layers =
        atlas.layers().iter().map(lapwing_boundaries::atlas::AtlasLayer::layer).map(|layer| {
            let meta = layer.meta();
            LayerListing {
                id: meta.id.as_str(),
                series: meta.series.as_str(),
                title: &meta.title,
                kind: if layer.is_areas() { LayerKind::Areas } else { LayerKind::Points },
                count: layer.len(),
                valid_from: meta.vintage.valid_from,
                valid_to: meta.vintage.valid_to,
                resolution: meta.resolution,
                drawing_error_m: meta.drawing_error_m(),
                coverage: meta.coverage,
                complete: meta.complete != Completeness::Unknown,
                complete_within: meta.complete.region().map(LayerId::as_str),
                licence: meta.licence.as_deref(),
                attribution: meta.attribution.as_deref(),
            }
        });
    let live = atlas.live_postcode_count();
    LayersAnswer {
        layers: layers.collect(),
        postcodes: points(atlas.postcode_count(), Some(live), atlas.postcodes_from()),
        addresses: points(atlas.address_count(), None, atlas.addresses_from()),
        snapshot: snapshot(atlas),
    }
}

fn points(count: usize, live: Option<usize>, from: &Provenance) -> Option<PointsListing<'_>> {
    (count > 0).then_some(PointsListing {
        count,
        live,
        licence: from.licence.as_deref(),
        attribution: from.attribution.as_deref(),
    })
}
