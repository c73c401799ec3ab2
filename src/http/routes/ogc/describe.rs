//! The description of a layer as a collection (OGC 17-069r4, section 7.14; 18-058r1, section 6.2).

use std::fmt::Write as _;

use geo::Rect;
use jiff::Timestamp;
use jiff::civil::Date;
use lapwing_boundaries::atlas::Atlas;
use lapwing_boundaries::index::around;
use lapwing_boundaries::layer::{Layer, LayerId, LayerMeta, Resolution};
use lapwing_boundaries::position::Bng;
use schemars::JsonSchema;
use serde::Serialize;

use super::formats::{Format, OF_ITEMS};
use super::links::{Address, Link};
use crate::features::crs::Crs;
use crate::formats;
use crate::http::request::base_url::Base;
use crate::http::request::negotiate::{HTML, JSON};
use crate::http::routes::tiles::ogc::TILESETS_VECTOR;

/// The path of a collection. A layer id needs no escaping.
pub(in crate::http) fn path(meta: &LayerMeta) -> String {
    format!("/collections/{}", meta.id)
}

/// The CRS of the stored geometry, served without loss.
pub(in crate::http) const STORAGE: Crs = Crs::Epsg27700;

/// A layer as a collection of features.
#[derive(Serialize, JsonSchema)]
pub(in crate::http) struct Collection<'a> {
    /// Id of the layer.
    id: &'a LayerId,
    /// Title of the layer.
    title: &'a str,
    /// What the layer contains, in one sentence.
    description: String,
    /// Attribution to show wherever the data are shown. Null if none is required.
    attribution: Option<&'a str>,
    /// Licence, as an SPDX identifier if there is one. Null if unknown.
    licence: Option<&'a str>,
    extent: Extent,
    /// Type of the items.
    #[serde(rename = "itemType")]
    #[schemars(extend("enum" = [ITEM_TYPE]))]
    item_type: &'static str,
    /// CRSs in which the features are available, the default first.
    crs: [&'static str; Crs::ALL.len()],
    /// URI of the CRS in which the coordinates are stored.
    #[serde(rename = "storageCrs")]
    storage_crs: &'static str,
    /// Series to which this and other vintages of the layer belong.
    series: &'a LayerId,
    /// First day on which the vintage is in force. Null if the source does not say.
    valid_from: Option<Date>,
    /// First day on which the vintage is no longer in force. Null if there is no such day.
    valid_to: Option<Date>,
    /// Generalisation of the boundaries, in the codes of the Office for National Statistics (ONS).
    /// Null if unknown.
    resolution: Option<Resolution>,
    /// Greatest distance in metres of the drawn boundary from the true one.
    drawing_error_m: f64,
    /// True if the areas cover their extent without gaps or overlaps.
    coverage: bool,
    /// Number of features.
    count: usize,
    /// True if the data describe a fictional place.
    illustrative: bool,
    /// Links to related resources.
    links: Vec<Link>,
}

const ITEM_TYPE: &str = "feature";

/// Spatial and temporal extent.
#[derive(Serialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
struct Extent {
    /// Where the features are. Absent if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    spatial: Option<SpatialExtent>,
    /// When the vintage is in force. Absent if the source does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    temporal: Option<TemporalExtent>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct SpatialExtent {
    /// One box that contains all features: west, south, east, north, in the CRS of `crs`.
    bbox: Vec<[f64; 4]>,
    /// URI of the CRS of the box.
    crs: &'static str,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct TemporalExtent {
    /// One interval: start and end. Null if it is open at this end.
    #[schemars(with = "Vec<[Option<Timestamp>; 2]>")]
    interval: Vec<[Option<String>; 2]>,
    /// URI of the temporal reference system.
    trs: &'static str,
}

/// A layer as a collection, with these links first.
pub(in crate::http) fn collection<'a>(
    atlas: &'a Atlas,
    layer_index: usize,
    base: &Base,
    mut links: Vec<Link>,
) -> Collection<'a> {
    let layer = atlas.layers()[layer_index].layer();
    let meta = layer.meta();
    links.extend(to_items(meta, base));
    links.extend(to_files(meta, base));
    links.push(to_queryables(meta, base));
    let tiles = base.at(&format!("{}/tiles", path(meta)));
    links.push(Link::new(tiles, TILESETS_VECTOR, JSON, "The features as vector tiles"));
    links.extend(to_licence(meta));
    links.push(Link::new(
        base.at("/v1/layers"),
        "describedby",
        JSON,
        "Vintage, resolution, licence",
    ));
    let spatial = bbox(layer).map(|bbox| SpatialExtent { bbox: vec![bbox], crs: Crs::Crs84.uri() });
    let temporal =
        interval(meta).map(|interval| TemporalExtent { interval: vec![interval], trs: GREGORIAN });
    Collection {
        id: &meta.id,
        title: &meta.title,
        description: description(atlas, layer),
        attribution: meta.attribution.as_deref(),
        licence: meta.licence.as_deref(),
        extent: Extent { spatial, temporal },
        item_type: ITEM_TYPE,
        crs: Crs::ALL.map(Crs::uri),
        storage_crs: STORAGE.uri(),
        series: &meta.series,
        valid_from: meta.vintage.valid_from,
        valid_to: meta.vintage.valid_to,
        resolution: meta.resolution,
        drawing_error_m: meta.drawing_error_m(),
        coverage: meta.coverage,
        count: layer.len(),
        illustrative: atlas.is_illustrative(),
        links,
    }
}

/// The items in each format, including formats of whole layers.
fn to_items(meta: &LayerMeta, base: &Base) -> impl Iterator<Item = Link> {
    let items = Address::new(format!("{}/items", path(meta)));
    OF_ITEMS.iter().copied().map(move |format| {
        // The first is the default and needs no parameter.
        let address = match format {
            Format::GeoJson => items.clone(),
            other => items.clone().with("f", other.name()),
        };
        let title = format!("The features as {}", format.title());
        Link::new(address.under(base), "items", format.media_type(), title)
    })
}

/// The whole layer as a file in each format.
fn to_files(meta: &LayerMeta, base: &Base) -> impl Iterator<Item = Link> {
    formats::Format::ALL.iter().map(move |format| {
        let href = base.at(&format!("/downloads/{}.{}", meta.id, format.suffix()));
        let title = format!("The whole layer as {}", format.title());
        Link::new(href, "enclosure", format.media_type(), title)
    })
}

/// The queryables of a collection (OGC 19-079r2, section 6.2).
fn to_queryables(meta: &LayerMeta, base: &Base) -> Link {
    const RELATION: &str = "http://www.opengis.net/def/rel/ogc/1.0/queryables";
    let href = base.at(&format!("{}/queryables", path(meta)));
    Link::new(href, RELATION, super::queryables::SCHEMA, "Properties that a filter can use")
}

/// A link to the text of the licence, if its address is known.
fn to_licence(meta: &LayerMeta) -> Option<Link> {
    let licence = meta.licence.as_deref()?;
    Some(Link::new(licence_address(licence)?, "license", HTML, licence))
}

/// The address of a licence text: of the Open Government Licence at The National Archives, of any
/// other SPDX id in the SPDX list.
pub(in crate::http) fn licence_address(licence: &str) -> Option<String> {
    let version = match licence {
        "OGL-UK-3.0" => Some(3),
        "OGL-UK-2.0" => Some(2),
        "OGL-UK-1.0" => Some(1),
        _ => None,
    };
    if let Some(version) = version {
        let archives = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/";
        return Some(format!("{archives}{version}/"));
    }
    let is_id = licence.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.+".contains(&b));
    is_id.then(|| format!("https://spdx.org/licenses/{licence}.html"))
}

/// The description of a layer in one sentence.
pub(in crate::http) fn description(atlas: &Atlas, layer: &Layer) -> String {
    let text = description_of(layer);
    if atlas.is_illustrative() {
        return format!("{text} This place does not exist: its data are illustrative.");
    }
    text
}

/// The same without the warning, for places that already have it.
pub(in crate::http) fn description_of(layer: &Layer) -> String {
    let meta = layer.meta();
    let (count, what) = match (layer.len(), layer.is_areas()) {
        (1, true) => (1, "area"),
        (1, false) => (1, "point"),
        (count, true) => (count, "areas"),
        (count, false) => (count, "points"),
    };
    let mut text = format!("{count} {what}");
    // Writing to a `String` cannot fail.
    let _ = match (meta.vintage.valid_from, meta.vintage.valid_to) {
        (Some(from), Some(to)) => write!(text, ", in force from {from} until {to}"),
        (Some(from), None) => write!(text, ", in force from {from}"),
        (None, Some(to)) => write!(text, ", in force until {to}"),
        (None, None) => Ok(()),
    };
    if let Some(resolution) = meta.resolution {
        let (name, metres) = (resolution.as_str(), resolution.metres());
        let _ = write!(text, ", drawn to {metres} m ({name})");
    }
    text.push('.');
    text
}

const GREGORIAN: &str = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian";

/// The interval of validity; `None` if neither end is known.
fn interval(meta: &LayerMeta) -> Option<[Option<String>; 2]> {
    let vintage = meta.vintage;
    let moment = |day: jiff::civil::Date| format!("{day}T00:00:00Z");
    let is_known = vintage.valid_from.is_some() || vintage.valid_to.is_some();
    is_known.then(|| [vintage.valid_from.map(moment), vintage.valid_to.map(moment)])
}

/// The number of points along each side of an extent that are projected.
const STEPS: u32 = 32;

/// West, south, east and north of a layer in degrees: a rectangle around the projected extent on
/// the grid, so it may be slightly too large.
pub(in crate::http) fn bbox(layer: &Layer) -> Option<[f64; 4]> {
    let grid = extent(layer, 0..layer.len())?;
    let (low, high) = (grid.min(), grid.max());
    let along = |from: f64, to: f64, step| from + (to - from) * f64::from(step) / f64::from(STEPS);
    let mut bbox = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    for step in 0..=STEPS {
        let (x, y) = (along(low.x, high.x, step), along(low.y, high.y, step));
        for (x, y) in [(x, low.y), (x, high.y), (low.x, y), (high.x, y)] {
            let Ok(at) = Bng::new(x, y) else { continue };
            let [lon, lat] = Crs::Crs84.xy(at);
            bbox = [bbox[0].min(lon), bbox[1].min(lat), bbox[2].max(lon), bbox[3].max(lat)];
        }
    }
    // Rounded outwards to 0.0001°, about 10 m, more than a side bends between two points.
    let out = |number: f64, up: f64| ((number * 1e4 * up).ceil() + 1.0) / 1e4 * up;
    Some([out(bbox[0], -1.0), out(bbox[1], -1.0), out(bbox[2], 1.0), out(bbox[3], 1.0)])
}

/// The extent on the grid of the features at these indices.
pub(in crate::http) fn extent(
    layer: &Layer,
    indices: impl IntoIterator<Item = usize>,
) -> Option<Rect<f64>> {
    indices.into_iter().map(|layer_index| layer.extent_of(layer_index)).reduce(around)
}
