//! The list of layers with their provenance.

use jiff::civil::Date;
use lapwing_boundaries::atlas::{Atlas, Provenance};
use lapwing_boundaries::layer::{Completeness, LayerId, Resolution};
use serde::Serialize;

use super::common_fields::{SnapshotBlock, snapshot};

/// All layers, and the postcodes and addresses.
#[derive(Clone, Debug, Serialize)]
pub struct LayersAnswer<'a> {
    /// The layers, in the order of the catalogue.
    pub layers: Vec<LayerListing<'a>>,
    /// The postcodes. `null` if the snapshot has none.
    pub postcodes: Option<PointsListing<'a>>,
    /// The addresses. `null` if the snapshot has none.
    pub addresses: Option<PointsListing<'a>>,
    /// The snapshot.
    pub snapshot: SnapshotBlock<'a>,
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LayerListing<'a> {
    /// Id of the layer, as in URLs and answers.
    pub id: &'a str,
    /// The series of its vintages. A request for the series uses the vintage of the day.
    pub series: &'a str,
    /// Title for people to read.
    pub title: &'a str,
    /// `areas` or `points`.
    pub kind: &'static str,
    /// Number of areas or points.
    pub count: usize,
    /// First day on which its boundaries are in force.
    pub valid_from: Option<Date>,
    /// First day on which they are no longer in force.
    pub valid_to: Option<Date>,
    /// BFC, BFE, BGC, BSC or BUC.
    pub resolution: Option<&'static str>,
    /// How far its boundaries can be off, in metres.
    pub drawing_error_m: f64,
    /// True if its areas cover their ground without gaps or overlaps.
    pub coverage: bool,
    /// True if the layer holds every area of its kind in the ground that the snapshot covers, or in
    /// the areas of `complete_within`. Only then a place in none of its areas is certainly in none.
    pub complete: bool,
    /// Id of the layer in whose areas this one is complete. Absent if it is complete everywhere, or
    /// not known to be complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete_within: Option<&'a str>,
    /// The licence, as an SPDX identifier if there is one.
    pub licence: Option<&'a str>,
    /// The attribution to show wherever the layer is shown.
    pub attribution: Option<&'a str>,
}

/// The postcodes, or the addresses, as a whole.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PointsListing<'a> {
    /// Number of postcodes or addresses.
    pub count: usize,
    /// Number of postcodes that are not terminated. Absent for addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<usize>,
    /// The licence, as an SPDX identifier if there is one.
    pub licence: Option<&'a str>,
    /// The attribution to show with everything made from them.
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
                kind: if layer.is_areas() { "areas" } else { "points" },
                count: layer.len(),
                valid_from: meta.vintage.valid_from,
                valid_to: meta.vintage.valid_to,
                resolution: meta.resolution.map(Resolution::as_str),
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
