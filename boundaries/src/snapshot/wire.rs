//! The features of a layer, with their ground, as a section of a snapshot.

use std::borrow::Cow;

use geo::{Coord, LineString, MultiPolygon, Polygon};
use serde::{Deserialize, Serialize};

use crate::area::{Area, Properties, Site};
use crate::code::AreaCode;
use crate::layer::{Features, Layer};
use crate::position::Bng;

/// The features of a layer.
#[derive(Serialize, Deserialize)]
pub(crate) enum WireFeatures<'a> {
    Areas(Vec<WireArea<'a>>),
    Sites(Vec<WireSite<'a>>),
}

#[derive(Serialize, Deserialize)]
pub(crate) struct WireArea<'a> {
    code: Cow<'a, AreaCode>,
    name: Cow<'a, str>,
    /// Postcard tells no kinds, so values of any kind travel as JSON.
    properties: String,
    /// Polygons of rings of positions, BNG metres, each ring closed.
    polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct WireSite<'a> {
    code: Cow<'a, AreaCode>,
    name: Cow<'a, str>,
    position: Bng,
    properties: String,
}

/// The features of a layer as they are encoded.
pub(crate) fn to_wire(layer: &Layer) -> WireFeatures<'_> {
    match layer.features() {
        Features::Areas(areas) => WireFeatures::Areas(areas.iter().map(area_to_wire).collect()),
        Features::Sites(sites) => WireFeatures::Sites(sites.iter().map(site_to_wire).collect()),
    }
}

/// The way back; `None` where they do not fit together.
pub(crate) fn from_wire(features: WireFeatures<'_>) -> Option<Features> {
    Some(match features {
        WireFeatures::Areas(areas) => {
            Features::Areas(areas.into_iter().map(area_from_wire).collect::<Option<_>>()?)
        }
        WireFeatures::Sites(sites) => {
            Features::Sites(sites.into_iter().map(site_from_wire).collect::<Option<_>>()?)
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
