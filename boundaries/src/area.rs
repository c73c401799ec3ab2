//! One area of an area layer, and one site of a point layer.

use geo::{Area as _, BoundingRect as _, MultiPolygon, Rect};
use serde::{Deserialize, Serialize};

use crate::code::AreaCode;
use crate::position::Bng;

/// The further properties of an area or site that the catalogue names, in the catalogue's order.
/// Numbers and booleans keep their type.
pub type Properties = Vec<(String, serde_json::Value)>;

/// A ward, parish, LAP…: a code, a name and a geometry.
///
/// The geometry is valid in the sense of OGC 06-103r4, section 6.1.11 (closed simple rings, holes
/// inside their shell, disjoint shells), with shells counter-clockwise and holes clockwise, and
/// never empty. The module `validity` checks this when a layer is loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    code: AreaCode,
    name: String,
    properties: Properties,
    geometry: MultiPolygon<f64>,
    extent: Rect<f64>,
    area_m2: f64,
}

impl Area {
    /// Creates an area from a valid geometry in BNG metres.
    ///
    /// # Panics
    ///
    /// Panics if the geometry is empty.
    pub fn from_valid(
        code: AreaCode,
        name: String,
        properties: Properties,
        geometry: MultiPolygon<f64>,
    ) -> Self {
        let extent = geometry.bounding_rect().expect("a valid geometry is not empty");
        let area_m2 = geometry.unsigned_area();
        Self { code, name, properties, geometry, extent, area_m2 }
    }

    /// The code, unique in the layer.
    pub fn code(&self) -> &AreaCode {
        &self.code
    }

    /// The name; empty if the source has none.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The further properties that the catalogue names.
    pub fn properties(&self) -> &Properties {
        &self.properties
    }

    /// The geometry, in BNG metres.
    pub fn geometry(&self) -> &MultiPolygon<f64> {
        &self.geometry
    }

    /// The bounding box, in BNG metres.
    pub fn extent(&self) -> Rect<f64> {
        self.extent
    }

    /// The planar area, in m².
    pub fn area_m2(&self) -> f64 {
        self.area_m2
    }

    /// The edges of all rings, in BNG metres.
    pub fn edges(&self) -> impl Iterator<Item = geo::Line<f64>> + '_ {
        self.geometry.iter().flat_map(|polygon| {
            std::iter::once(polygon.exterior())
                .chain(polygon.interiors())
                .flat_map(geo::LineString::lines)
        })
    }
}

/// A point of a point layer: a GP practice, a pharmacy, a village hall.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// The code, unique in the layer.
    pub code: AreaCode,
    /// The name.
    pub name: String,
    /// The position.
    pub position: Bng,
    /// The further properties that the catalogue names.
    pub properties: Properties,
}
