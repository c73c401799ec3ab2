//! What there is: every layer with its provenance.

use jiff::civil::Date;
use lapwing_boundaries::atlas::{Atlas, Provenance};
use lapwing_boundaries::layer::Resolution;
use serde::Serialize;

use super::common_fields::{SnapshotBlock, snapshot};

/// All layers, and the postcodes and addresses.
#[derive(Clone, Debug, Serialize)]
pub struct LayersAnswer<'a> {
    /// In the catalogue's order.
    pub layers: Vec<LayerListing<'a>>,
    /// The postcodes, if there are any.
    pub postcodes: Option<PointsListing<'a>>,
    /// The addresses, if there are any.
    pub addresses: Option<PointsListing<'a>>,
    /// The snapshot.
    pub snapshot: SnapshotBlock<'a>,
}

/// What a layer says of itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LayerListing<'a> {
    /// Its name in URLs and answers.
    pub id: &'a str,
    /// What its vintages share; asking by it picks the vintage of the day.
    pub series: &'a str,
    /// For people.
    pub title: &'a str,
    /// `areas` or `points`.
    pub kind: &'static str,
    /// How many it holds.
    pub count: usize,
    /// The first day on which its boundaries are in force.
    pub valid_from: Option<Date>,
    /// The first day on which they are no longer.
    pub valid_to: Option<Date>,
    /// BFC, BFE, BGC, BSC or BUC.
    pub resolution: Option<&'static str>,
    /// How far its drawing may be off, in metres.
    pub drawing_error_m: f64,
    /// Whether its areas tile without gap or overlap.
    pub coverage: bool,
    /// As an SPDX id where there is one.
    pub licence: Option<&'a str>,
    /// To be shown wherever the layer is.
    pub attribution: Option<&'a str>,
}

/// What is known of the postcodes or addresses together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PointsListing<'a> {
    /// How many.
    pub count: usize,
    /// Of postcodes, how many of them are not terminated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<usize>,
    /// As an SPDX id where there is one.
    pub licence: Option<&'a str>,
    /// To be shown with what is made from them.
    pub attribution: Option<&'a str>,
}

/// What there is.
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
