//! The encoding of a layer's features, with their geometry, as a section of a snapshot.

use std::borrow::Cow;

use geo::{Coord, LineString, MultiPolygon, Polygon};
use serde::{Deserialize, Serialize};

use crate::area::{Area, Properties, Site};
use crate::code::AreaCode;
use crate::layer::{Features, Layer};
use crate::position::Bng;

/// The features of a layer, as they are serialised.
#[derive(Serialize, Deserialize)]
pub(super) enum EncodedFeatures<'a> {
    Areas(Vec<EncodedArea<'a>>),
    Sites(Vec<EncodedSite<'a>>),
}

#[derive(Serialize, Deserialize)]
pub(super) struct EncodedArea<'a> {
    code: Cow<'a, AreaCode>,
    name: Cow<'a, str>,
    /// JSON, since postcard cannot decode values whose type is unknown.
    properties: String,
    /// Polygons, each a list of closed rings, in BNG metres.
    polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct EncodedSite<'a> {
    code: Cow<'a, AreaCode>,
    name: Cow<'a, str>,
    position: Bng,
    properties: String,
}

/// The serialisable form of the features of a layer.
pub(super) fn encode(layer: &Layer) -> EncodedFeatures<'_> {
    match layer.features() {
        Features::Areas(areas) => EncodedFeatures::Areas(areas.iter().map(encode_area).collect()),
        Features::Sites(sites) => EncodedFeatures::Sites(sites.iter().map(encode_site).collect()),
    }
}

/// The reverse of [`encode`]. Returns `None` if a polygon has no ring or properties are not JSON.
pub(super) fn decode(features: EncodedFeatures<'_>) -> Option<Features> {
    Some(match features {
        EncodedFeatures::Areas(areas) => {
            Features::Areas(areas.into_iter().map(decode_area).collect::<Option<_>>()?)
        }
        EncodedFeatures::Sites(sites) => {
            Features::Sites(sites.into_iter().map(decode_site).collect::<Option<_>>()?)
        }
    })
}

fn encode_area(area: &Area) -> EncodedArea<'_> {
    let ring = |ring: &LineString<f64>| ring.coords().map(|c| [c.x, c.y]).collect();
    let polygon = |polygon: &Polygon<f64>| {
        std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect()
    };
    EncodedArea {
        code: Cow::Borrowed(area.code()),
        name: area.name().into(),
        properties: properties_to_json(area.properties()),
        polygons: area.geometry().iter().map(polygon).collect(),
    }
}

fn decode_area(area: EncodedArea<'_>) -> Option<Area> {
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

fn encode_site(site: &Site) -> EncodedSite<'_> {
    EncodedSite {
        code: Cow::Borrowed(&site.code),
        name: site.name.as_str().into(),
        position: site.position,
        properties: properties_to_json(&site.properties),
    }
}

fn decode_site(site: EncodedSite<'_>) -> Option<Site> {
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
