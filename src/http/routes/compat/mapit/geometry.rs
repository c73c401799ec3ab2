//! `/mapit/area/{id}/geometry` and `/mapit/area/{id}/example_postcode`.

use geo::{BoundingRect as _, Centroid as _, Coord, MapCoords as _};
use lapwing_boundaries::position::Bng;
use schemars::JsonSchema;
use serde::Serialize;

use crate::compat::directory::LayerArea;
use crate::live::Served;

/// Measures of an area.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "MapItMeasures")]
pub(in crate::http::routes) struct AreaMeasures {
    /// Number of polygons.
    parts: usize,
    /// EPSG code of the metric coordinates: 27700.
    srid_en: u16,
    /// Area in m².
    area: f64,
    /// Metres on the British National Grid (EPSG:27700).
    min_e: f64,
    /// Metres on the British National Grid (EPSG:27700).
    min_n: f64,
    /// Metres on the British National Grid (EPSG:27700).
    max_e: f64,
    /// Metres on the British National Grid (EPSG:27700).
    max_n: f64,
    /// Metres on the British National Grid (EPSG:27700).
    centre_e: f64,
    /// Metres on the British National Grid (EPSG:27700).
    centre_n: f64,
    /// Degrees (WGS84).
    min_lon: f64,
    /// Degrees (WGS84).
    min_lat: f64,
    /// Degrees (WGS84).
    max_lon: f64,
    /// Degrees (WGS84).
    max_lat: f64,
    /// Degrees (WGS84).
    centre_lon: f64,
    /// Degrees (WGS84).
    centre_lat: f64,
}

impl AreaMeasures {
    pub(super) fn of(served: &Served, (layer, area): LayerArea) -> Self {
        let area = &served.atlas().layers()[layer].layer().areas()[area];
        let (ground, extent) = (area.geometry(), area.extent());
        let degrees = ground.map_coords(|at| {
            // Coordinates were validated when the atlas was built.
            Bng::new(at.x, at.y).map_or(at, |at| {
                let (degrees, _) = at.to_lng_lat();
                Coord { x: degrees.lon(), y: degrees.lat() }
            })
        });
        let around = degrees.bounding_rect().unwrap_or(extent);
        // An area is never empty, so it has a centroid.
        let middle = ground.centroid().map_or(extent.center(), |point| point.0);
        let middle_degrees = degrees.centroid().map_or(around.center(), |point| point.0);
        Self {
            parts: ground.0.len(),
            srid_en: 27700,
            area: area.area_m2(),
            min_e: extent.min().x,
            min_n: extent.min().y,
            max_e: extent.max().x,
            max_n: extent.max().y,
            centre_e: middle.x,
            centre_n: middle.y,
            min_lon: around.min().x,
            min_lat: around.min().y,
            max_lon: around.max().x,
            max_lat: around.max().y,
            centre_lon: middle_degrees.x,
            centre_lat: middle_degrees.y,
        }
    }
}

/// Returns the first live postcode inside an area, if there is one.
pub(super) fn example_postcode(served: &Served, (layer, area): LayerArea) -> Option<String> {
    let area = &served.atlas().layers()[layer].layer().areas()[area];
    let within = served.atlas().postcodes_within(area.geometry());
    within.first().map(|record| record.postcode.to_string())
}
