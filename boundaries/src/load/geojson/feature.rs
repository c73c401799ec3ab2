//! Reader for one GeoJSON Feature: its geometry and the needed properties.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::super::collection::ReadGeometry;
use super::super::error::FileReport;
use super::super::fields::FieldPicker;
use super::super::raw::{RawFeature, RawGeometry};
use super::geometry::GeometryParts;
use crate::fault::{Fault, FaultKind};

/// A feature as read, before any check.
#[derive(Default)]
pub(super) struct FeatureParts {
    pub(super) geometry: Option<GeometryParts>,
    pub(super) properties: Vec<(String, Value)>,
}

impl FeatureParts {
    /// Converts to a raw feature. Reports an invalid geometry and returns `None`.
    pub(super) fn into_raw(
        self,
        index: usize,
        fields: &FieldPicker<'_>,
        report: &mut FileReport<'_>,
    ) -> Option<RawFeature> {
        let picked = fields.pick(index, &self.properties, report);
        let geometry = match self.geometry.map(GeometryParts::into_raw) {
            None => Ok(ReadGeometry::from(RawGeometry::Empty)),
            Some(Ok(geometry)) => Ok(geometry),
            Some(Err((message, ring))) => {
                let fault = Fault::error(FaultKind::WrongGeometry, message);
                Err(match ring {
                    Some((polygon, ring)) => fault.of_ring(polygon, ring),
                    None => fault,
                })
            }
        };
        RawFeature::from_read(index, picked, geometry, report)
    }
}

/// Reads a Feature, keeping the properties that the catalogue names.
pub(super) struct FeatureSeed<'s, 'f> {
    pub(super) fields: &'s mut FieldPicker<'f>,
}

impl<'de> DeserializeSeed<'de> for FeatureSeed<'_, '_> {
    type Value = FeatureParts;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<FeatureParts, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FeatureSeed<'_, '_> {
    type Value = FeatureParts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GeoJSON Feature")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FeatureParts, A::Error> {
        let mut parts = FeatureParts::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => {
                    let kind: Value = map.next_value()?;
                    if kind.as_str() != Some("Feature") {
                        return Err(serde::de::Error::custom(format_args!(
                            "\"type\" is {kind}, but a list of features must contain only Features"
                        )));
                    }
                }
                "geometry" => parts.geometry = map.next_value()?,
                "properties" => {
                    parts.properties =
                        map.next_value_seed(PropertiesSeed { fields: self.fields })?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(parts)
    }
}

/// Records the names of all properties, and reads the values of those that are needed.
struct PropertiesSeed<'s, 'f> {
    fields: &'s mut FieldPicker<'f>,
}

impl<'de> DeserializeSeed<'de> for PropertiesSeed<'_, '_> {
    type Value = Vec<(String, Value)>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for PropertiesSeed<'_, '_> {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of properties, or null")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            self.fields.saw(&key);
            if self.fields.wants(&key) {
                values.push((key, map.next_value()?));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(values)
    }
}
