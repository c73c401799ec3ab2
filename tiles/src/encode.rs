//! Encoding of features as a Mapbox Vector Tile (version 2.1).

use fast_mvt::{MvtCoord, MvtFeatureBuilder, MvtGeomType, MvtLayerBuilder, MvtResult, MvtValueRef};

use crate::coverage::Polygon;
use crate::input::{Attributes, Value};
use crate::mercator::TilePoint;

/// A tile under construction.
pub(crate) struct Tile {
    origin: TilePoint,
    bytes: Vec<u8>,
}

/// The geometry of a feature.
pub(crate) enum Shape<'a> {
    /// Polygons in tile units of the world.
    Polygons(&'a [Polygon]),
    /// One point in tile units of the world.
    Point(TilePoint),
}

/// One feature of a tile.
pub(crate) struct Feature<'a> {
    pub(crate) attributes: &'a Attributes,
    pub(crate) shape: Shape<'a>,
    /// The number of points in a cluster, written as `count`.
    pub(crate) count: Option<u32>,
}

impl Tile {
    /// Creates an empty tile whose north-west corner is at `origin`.
    pub(crate) fn at(origin: TilePoint) -> Self {
        Self { origin, bytes: Vec::new() }
    }

    /// Returns the bytes, or `None` if the tile has no features.
    pub(crate) fn finish(self) -> Option<Vec<u8>> {
        (!self.bytes.is_empty()).then_some(self.bytes)
    }

    /// Writes one layer, or nothing if it has no features.
    ///
    /// # Errors
    ///
    /// Fails if the layer is too large for the format's 32-bit counts.
    pub(crate) fn add_layer<'a>(
        &mut self,
        name: &str,
        features: impl Iterator<Item = Feature<'a>>,
    ) -> MvtResult<()> {
        let mut layer = MvtLayerBuilder::new(name)?;
        for feature in features {
            layer = self.add_feature(layer, &feature)?;
        }
        if layer.num_features() > 0 {
            // A tile has no content besides its layers, so concatenated layers form a tile.
            self.bytes.extend(layer.encode());
        }
        Ok(())
    }

    fn add_feature(&self, layer: MvtLayerBuilder, feature: &Feature) -> MvtResult<MvtLayerBuilder> {
        let local = |p: &TilePoint| MvtCoord { x: p.x - self.origin.x, y: p.y - self.origin.y };
        let mut builder = match feature.shape {
            Shape::Polygons(polygons) => {
                let mut builder = layer.feature_of(MvtGeomType::Polygon);
                for polygon in polygons {
                    for (index, ring) in polygon.iter().enumerate() {
                        builder.ring(ring.iter().map(local), index == 0)?;
                    }
                }
                builder
            }
            Shape::Point(at) => {
                let mut builder = layer.feature_of(MvtGeomType::Point);
                builder.points([local(&at)])?;
                builder
            }
        };
        write_attributes(&mut builder, feature)?;
        Ok(builder.end())
    }
}

/// Writes the attributes of a feature. A cluster has only its count: other properties would be
/// those of one of its points.
fn write_attributes(builder: &mut MvtFeatureBuilder, feature: &Feature) -> MvtResult<()> {
    if let Some(count) = feature.count {
        builder.tag_ref("count", MvtValueRef::UInt(u64::from(count)))?;
        if count > 1 {
            return Ok(());
        }
    }
    builder.id(Some(feature.attributes.id));
    for (name, value) in &feature.attributes.properties {
        let value = match value {
            Value::Text(text) => MvtValueRef::String(text),
            Value::Integer(number) => MvtValueRef::SInt(*number),
            Value::Number(number) => MvtValueRef::Double(*number),
            Value::Bool(value) => MvtValueRef::Bool(*value),
        };
        builder.tag_ref(name, value)?;
    }
    Ok(())
}
