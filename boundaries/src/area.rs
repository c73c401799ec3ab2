//! One area of a layer, and one site of a point layer.

use geo::{Area as _, BoundingRect as _, MultiPolygon, Rect};
use serde::{Deserialize, Serialize};

use crate::code::AreaCode;
use crate::position::Bng;

/// Other properties of an area or site that the catalogue asked to keep, in the catalogue's
/// order. Numbers and booleans of a source keep their kind.
pub type Properties = Vec<(String, serde_json::Value)>;

/// A ward, parish, LAP…: a code, a name and the ground it covers.
///
/// The geometry is valid in the sense of OGC 06-103r4, section 6.1.11 (closed simple rings, holes
/// inside their shell, shells apart), with shells counter-clockwise and holes clockwise, and never
/// empty: [`crate::validity`] is the only door.
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
    /// An area out of geometry that [`crate::validity`] has admitted, in BNG metres.
    ///
    /// # Panics
    ///
    /// When the geometry is empty, which validity has refused before.
    pub fn from_valid(
        code: AreaCode,
        name: String,
        properties: Properties,
        geometry: MultiPolygon<f64>,
    ) -> Self {
        let extent = geometry.bounding_rect().expect("validity refuses an empty geometry");
        let area_m2 = geometry.unsigned_area();
        Self { code, name, properties, geometry, extent, area_m2 }
    }

    /// Its code, unique in its layer.
    pub fn code(&self) -> &AreaCode {
        &self.code
    }

    /// Its name, empty where the source gives none.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The other properties that the catalogue keeps.
    pub fn properties(&self) -> &Properties {
        &self.properties
    }

    /// The ground it covers, in BNG metres.
    pub fn geometry(&self) -> &MultiPolygon<f64> {
        &self.geometry
    }

    /// Its bounding box, in BNG metres.
    pub fn extent(&self) -> Rect<f64> {
        self.extent
    }

    /// Its planar measure in BNG m².
    pub fn area_m2(&self) -> f64 {
        self.area_m2
    }

    /// Every edge of every ring, from vertex to vertex, in BNG metres.
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
    /// Its code, unique in its layer.
    pub code: AreaCode,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub position: Bng,
    /// The other properties that the catalogue keeps.
    pub properties: Properties,
}
