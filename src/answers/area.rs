//! One area: its name, measures and the areas it lies in.

use geo::{Coord, Rect};
use lapwing_boundaries::area::Properties;
use lapwing_boundaries::atlas::{Atlas, Day};
use lapwing_boundaries::overlap::Relation;
use lapwing_boundaries::position::Bng;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use super::common_fields::{
    Keyed, LayerUsed, Metres, SnapshotBlock, layers_used, snapshot, tenths,
};
use super::error::AnswerError;

/// The answer about one area.
#[derive(Clone, Debug, Serialize)]
pub struct AreaAnswer<'a> {
    /// The area.
    pub area: AreaDetail<'a>,
    /// The areas of other layers that it lies in, by their ground; layers without one left out.
    pub parents: Keyed<Vec<Parent<'a>>>,
    /// The vintages that answered.
    pub layers: Keyed<Option<LayerUsed>>,
    /// The snapshot.
    pub snapshot: SnapshotBlock<'a>,
}

/// What is known of one area.
#[derive(Clone, Debug, Serialize)]
pub struct AreaDetail<'a> {
    /// The key of its layer, as it was asked for.
    pub layer: String,
    /// Its code.
    pub code: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its measure.
    pub area_m2: f64,
    /// The length of its boundary, holes included.
    pub perimeter_m: f64,
    /// How many live postcodes it holds; absent from a snapshot without postcodes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcodes: Option<u32>,
    /// How many addresses it holds; absent from a snapshot without addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addresses: Option<u32>,
    /// West, south, east, north on the grid, in metres.
    pub extent: [Metres; 4],
    /// A box of degrees that holds the area: west, south, east, north. It is that of the extent,
    /// whose sides bend in degrees, so it may be a little wider than need be.
    pub bbox: [f64; 4],
    /// What the catalogue keeps of the source.
    #[serde(serialize_with = "as_object")]
    pub properties: &'a Properties,
}

/// An area that holds all of the one asked about, drawing error set aside.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parent<'a> {
    /// Its code.
    pub code: &'a str,
    /// Its name.
    pub name: &'a str,
    /// `within` it or `equals` it.
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

/// One area of a layer, the layer named by series or by its own id.
pub fn area<'a>(
    atlas: &'a Atlas,
    layer: &str,
    code: &str,
    day: Day,
) -> Result<AreaAnswer<'a>, AnswerError> {
    let (key, place, index) = super::choose_area(atlas, layer, code, day)?;
    let layer = atlas.layers()[place].layer();
    let area = &layer.areas()[index];

    let mut chosen = super::choose(atlas, None, day)?;
    chosen.retain(|c| c.key != layer.meta().series && c.layer.is_some());
    let mut parents = Keyed(Vec::new());
    for other in chosen {
        let holders: Vec<Parent<'a>> = other.layer.map_or(Vec::new(), |to| {
            let others = atlas.layers()[to].layer().areas();
            let rows = atlas.overlaps_of(place, index, to).iter();
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
            postcodes: (atlas.postcode_count() > 0).then(|| atlas.postcodes_in(place, index)),
            addresses: (atlas.address_count() > 0).then(|| atlas.addresses_in(place, index)),
            extent: [extent.min().x, extent.min().y, extent.max().x, extent.max().y].map(Metres),
            bbox: degrees_around(extent),
            properties: area.properties(),
        },
        parents,
        layers: layers_used(atlas, &[key]),
        snapshot: snapshot(atlas),
    })
}

/// The box of degrees around a rectangle of the grid: that of points along its sides, and as much
/// more as a side can bend between two of them.
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
    // A grid line and the parallel through it part with the curvature tan(latitude) / R, at most
    // 1.9 / 6,360 km in Britain, so a chord of length s strays by s² / 8 of that. A degree of
    // latitude is over 111 km, one of longitude over 50 km. One step of rounding more.
    let chord = extent.width().max(extent.height()) / f64::from(POINTS);
    let bend_m = chord * chord / 8.0 * 1.9 / 6.36e6;
    let (wider, higher) = (bend_m / 50_000.0 + 1e-6, bend_m / 111_000.0 + 1e-6);
    [bbox[0] - wider, bbox[1] - higher, bbox[2] + wider, bbox[3] + higher]
        .map(super::common_fields::degrees)
}
