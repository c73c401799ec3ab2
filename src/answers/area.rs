//! One area: its name, its measures and the areas that contain it.

use geo::{Coord, Rect};
use lapwing_boundaries::area::Properties;
use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::overlap::Relation;
use lapwing_boundaries::position::Bng;
use schemars::JsonSchema;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use super::common_fields::{
    Keyed, LayerUsed, Metres, SnapshotBlock, layers_used, snapshot, tenths,
};
use super::error::AnswerError;

/// The answer about one area.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct AreaAnswer<'a> {
    /// The area.
    pub area: AreaDetail<'a>,
    /// Areas that contain it by geometry, by layer, in order of code. Layers without one are omitted.
    pub parents: Keyed<Vec<Parent<'a>>>,
    /// The vintage used for each requested layer. Null if none is in force on that day.
    pub layers: Keyed<Option<LayerUsed>>,
    /// The snapshot that answered.
    pub snapshot: SnapshotBlock<'a>,
}

/// An area.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct AreaDetail<'a> {
    /// Key of the layer: the series or id in the request.
    pub layer: String,
    /// Code of the area.
    pub code: &'a str,
    /// Name of the area.
    pub name: &'a str,
    /// Area in m² on the British National Grid.
    pub area_m2: f64,
    /// Length of the boundary in metres, including holes.
    pub perimeter_m: f64,
    /// Number of live postcodes in the area. Absent if the snapshot has no postcodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcodes: Option<u32>,
    /// Number of addresses in the area. Absent if the snapshot has no addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addresses: Option<u32>,
    /// Bounding box in metres on the British National Grid (EPSG:27700): west, south, east, north.
    pub extent: [Metres; 4],
    /// Bounding box in degrees (WGS84) that encloses `extent`: west, south, east, north. The sides of
    /// `extent` are curved in degrees, so it can be slightly larger than necessary.
    pub bbox: [f64; 4],
    /// Source attributes that the catalogue keeps.
    #[serde(serialize_with = "as_object")]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub properties: &'a Properties,
}

/// An area that contains the requested area, apart from the drawing error.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct Parent<'a> {
    /// Code of the area.
    pub code: &'a str,
    /// Name of the area.
    pub name: &'a str,
    /// Relation of the requested area to this one.
    #[schemars(extend("enum" = ["within", "equals"]))]
    pub relation: Relation,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn as_object<S: Serializer>(properties: &&Properties, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(properties.len()))?;
    for (key, value) in *properties {
        map.serialize_entry(key, value)?;
    }
    map.end()
}

/// Describes one area. The layer is named by series or by its own id.
pub fn area<'a>(
    atlas: &'a Atlas,
    layer: &str,
    code: &str,
    day: Day,
) -> Result<AreaAnswer<'a>, AnswerError> {
    let (key, layer_index, index) = super::choose_area(atlas, layer, code, day)?;
    let layer = atlas.layers()[layer_index].layer();
    let area = &layer.areas()[index];

    let mut chosen = super::choose(atlas, None, day)?;
    chosen.retain(|c| c.key != layer.meta().series && c.layer.is_some());
    let mut parents = Keyed(Vec::new());
    for other in chosen {
        let holders: Vec<Parent<'a>> = other.layer.map_or(Vec::new(), |to| {
            let others = atlas.layers()[to].layer().areas();
            let rows = atlas.overlaps_of(layer_index, index, to).iter();
            rows.filter(|row| matches!(row.relation, Relation::Within | Relation::Equals))
                .map(|row| {
                    let other = &others[row.to as usize];
                    let (code, name) = (other.code().as_str(), other.name());
                    Parent { code, name, relation: row.relation }
                })
                .collect()
        });
        if !holders.is_empty() {
            parents.0.push((other.key, holders));
        }
    }

    let extent = area.extent();
    Ok(AreaAnswer {
        area: AreaDetail {
            layer: key.key.to_string(),
            code: area.code().as_str(),
            name: area.name(),
            area_m2: tenths(area.area_m2()),
            perimeter_m: tenths(area.edges().map(|e| e.dx().hypot(e.dy())).sum()),
            postcodes: (atlas.postcode_count() > 0).then(|| atlas.postcodes_in(layer_index, index)),
            addresses: (atlas.address_count() > 0).then(|| atlas.addresses_in(layer_index, index)),
            extent: [extent.min().x, extent.min().y, extent.max().x, extent.max().y].map(Metres),
            bbox: degrees_around(extent),
            properties: area.properties(),
        },
        parents,
        layers: layers_used(atlas, &[key], day),
        snapshot: snapshot(atlas),
    })
}

/// A bounding box in degrees around a rectangle of the grid: that of points along its sides,
/// enlarged by the most that a side can bend between two points.
pub(super) fn degrees_around(extent: Rect<f64>) -> [f64; 4] {
    const POINTS: u32 = 16;
    let (min, max) = (extent.min(), extent.max());
    let along = |from: f64, to: f64, i: u32| from + (to - from) * f64::from(i) / f64::from(POINTS);
    let sides = (0..=POINTS).flat_map(|i| {
        let (x, y) = (along(min.x, max.x, i), along(min.y, max.y, i));
        [(x, min.y), (x, max.y), (min.x, y), (max.x, y)].map(|(x, y)| Coord { x, y })
    });
    let mut bbox = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    for at in sides.filter_map(|side| Bng::new(side.x, side.y).ok()) {
        let (degrees, _) = at.to_lng_lat();
        bbox[0] = bbox[0].min(degrees.lon());
        bbox[1] = bbox[1].min(degrees.lat());
        bbox[2] = bbox[2].max(degrees.lon());
        bbox[3] = bbox[3].max(degrees.lat());
    }
    // A grid line and the parallel through the same point diverge with the curvature tan(latitude)
    // / R, at most 1.9 / 6,360 km in Britain, so a chord of length s is off by at most s² / 8 times
    // that. A degree of latitude is over 111 km, one of longitude over 50 km. The last term allows
    // for rounding.
    let chord = extent.width().max(extent.height()) / f64::from(POINTS);
    let bend_m = chord * chord / 8.0 * 1.9 / 6.36e6;
    let (wider, higher) = (bend_m / 50_000.0 + 1e-6, bend_m / 111_000.0 + 1e-6);
    [bbox[0] - wider, bbox[1] - higher, bbox[2] + wider, bbox[3] + higher]
        .map(super::common_fields::degrees)
}
