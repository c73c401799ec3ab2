//! The body of a snapshot: an atlas without what can be made again when it is opened.

use std::borrow::Cow;

use geo::{Coord, LineString, MultiPolygon, Polygon};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::area::{Area, Properties, Site};
use crate::atlas::{Atlas, Computed, Contents, Provenance};
use crate::cells::{CellIndex, MemoryBudget};
use crate::code::AreaCode;
use crate::gazetteer::{Address, PostcodeRecord};
use crate::layer::{Features, Layer, LayerId, LayerMeta};
use crate::position::Bng;

#[derive(Serialize, Deserialize)]
struct Body<'a> {
    title: Cow<'a, str>,
    illustrative: bool,
    layers: Vec<WireLayer<'a>>,
    lookup: Cow<'a, [LayerId]>,
    postcodes: Cow<'a, [PostcodeRecord]>,
    addresses: Cow<'a, [Address]>,
    postcodes_from: Cow<'a, Provenance>,
    addresses_from: Cow<'a, Provenance>,
    cell_index_bytes: u64,
    cells: Cow<'a, CellIndex>,
    computed: Computed,
}

#[derive(Serialize, Deserialize)]
struct WireLayer<'a> {
    meta: Cow<'a, LayerMeta>,
    features: WireFeatures<'a>,
}

#[derive(Serialize, Deserialize)]
enum WireFeatures<'a> {
    Areas(Vec<WireArea<'a>>),
    Sites(Vec<WireSite<'a>>),
}

#[derive(Serialize, Deserialize)]
struct WireArea<'a> {
    code: Cow<'a, AreaCode>,
    name: Cow<'a, str>,
    /// Postcard tells no kinds, so values of any kind travel as JSON.
    properties: String,
    /// Polygons of rings of positions, BNG metres, each ring closed.
    polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

#[derive(Serialize, Deserialize)]
struct WireSite<'a> {
    code: Cow<'a, AreaCode>,
    name: Cow<'a, str>,
    position: Bng,
    properties: String,
}

/// Encodes an atlas. The same atlas gives the same bytes.
pub(super) fn encode(atlas: &Atlas) -> Vec<u8> {
    let body = Body {
        title: atlas.title().into(),
        illustrative: atlas.is_illustrative(),
        layers: atlas.layers().iter().map(|l| to_wire(l.layer())).collect(),
        lookup: atlas.lookup().into(),
        postcodes: atlas.postcodes().into(),
        addresses: atlas.addresses().into(),
        postcodes_from: Cow::Borrowed(atlas.postcodes_from()),
        addresses_from: Cow::Borrowed(atlas.addresses_from()),
        cell_index_bytes: atlas.cell_index_budget().bytes(),
        cells: Cow::Borrowed(atlas.cells()),
        computed: atlas.computed(),
    };
    postcard::to_stdvec(&body).expect("every part of a body has an encoding")
}

/// Decodes a body whose checksum held; `None` where it still does not fit together.
pub(super) fn decode(bytes: &[u8], id: String, built: Timestamp) -> Option<Atlas> {
    let body: Body<'_> = postcard::from_bytes(bytes).ok()?;
    let layers = body.layers.into_iter().map(from_wire).collect::<Option<Vec<_>>>()?;
    let contents = Contents {
        title: body.title.into_owned(),
        illustrative: body.illustrative,
        layers,
        lookup: body.lookup.into_owned(),
        postcodes: body.postcodes.into_owned(),
        addresses: body.addresses.into_owned(),
        postcodes_from: body.postcodes_from.into_owned(),
        addresses_from: body.addresses_from.into_owned(),
        cell_index: MemoryBudget::of_bytes(body.cell_index_bytes),
    };
    Some(Atlas::from_computed(id, built, contents, body.cells.into_owned(), body.computed))
}

fn to_wire(layer: &Layer) -> WireLayer<'_> {
    let features = match layer.features() {
        Features::Areas(areas) => WireFeatures::Areas(areas.iter().map(area_to_wire).collect()),
        Features::Sites(sites) => WireFeatures::Sites(sites.iter().map(site_to_wire).collect()),
    };
    WireLayer { meta: Cow::Borrowed(layer.meta()), features }
}

fn from_wire(layer: WireLayer<'_>) -> Option<Layer> {
    let meta = layer.meta.into_owned();
    Some(match layer.features {
        WireFeatures::Areas(areas) => {
            Layer::of_areas(meta, areas.into_iter().map(area_from_wire).collect::<Option<_>>()?)
        }
        WireFeatures::Sites(sites) => {
            Layer::of_sites(meta, sites.into_iter().map(site_from_wire).collect::<Option<_>>()?)
        }
    })
}

fn area_to_wire(area: &Area) -> WireArea<'_> {
    let ring = |ring: &LineString<f64>| ring.coords().map(|c| [c.x, c.y]).collect();
    let polygon = |polygon: &Polygon<f64>| {
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect()
    };
    WireArea {
        code: Cow::Borrowed(area.code()),
        name: area.name().into(),
        properties: properties_to_json(area.properties()),
        polygons: area.geometry().iter().map(polygon).collect(),
    }
}

fn area_from_wire(area: WireArea<'_>) -> Option<Area> {
    let ring = |ring: Vec<[f64; 2]>| -> LineString<f64> {
        ring.into_iter().map(|[x, y]| Coord { x, y }).collect()
    };
    let polygon = |rings: Vec<Vec<[f64; 2]>>| {
        let mut rings = rings.into_iter().map(ring);
        Some(Polygon::new(rings.next()?, rings.collect()))
    };
    let polygons = area.polygons.into_iter().map(polygon).collect::<Option<Vec<_>>>()?;
    let properties = serde_json::from_str(&area.properties).ok()?;
    let geometry = MultiPolygon::new(polygons);
    Some(Area::from_valid(area.code.into_owned(), area.name.into_owned(), properties, geometry))
}

fn site_to_wire(site: &Site) -> WireSite<'_> {
    WireSite {
        code: Cow::Borrowed(&site.code),
        name: site.name.as_str().into(),
        position: site.position,
        properties: properties_to_json(&site.properties),
    }
}

fn site_from_wire(site: WireSite<'_>) -> Option<Site> {
    Some(Site {
        code: site.code.into_owned(),
        name: site.name.into_owned(),
        position: site.position,
        properties: serde_json::from_str(&site.properties).ok()?,
    })
}

fn properties_to_json(properties: &Properties) -> String {
    serde_json::to_string(properties).expect("properties are JSON values")
}
