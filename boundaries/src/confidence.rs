//! How far an answer can be trusted.
//!
//! [`Evidence::level`] is the only place that decides a level, and [`overall`] the only place that
//! combines the levels of several layers. Everything that states a confidence calls them.

use serde::{Serialize, Serializer};

use crate::layer::LayerMeta;

/// The centroid of a postcode may be this far from the homes in it, in metres. An answer closer
/// than this to a boundary is uncertain, however accurately the boundary is drawn.
pub const CENTROID_ERROR_M: f64 = 50.0;

/// From this positional quality on, the position of a postcode is an estimate: 50 is interpolated from
/// neighbouring postcodes, 60 is the centre of the postcode sector.
const ESTIMATE_QUALITY: u8 = 50;

/// True if a position of this quality is an estimate.
pub const fn is_estimate(positional_quality: u8) -> bool {
    positional_quality >= ESTIMATE_QUALITY
}

/// How far an answer can be trusted, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConfidenceLevel {
    /// No boundary is near.
    High,
    /// A boundary is closer than the error of the position or of the boundary itself.
    NearBoundary,
    /// The position is an estimate, or the postcode's addresses are in several areas of a layer.
    Low,
}

impl ConfidenceLevel {
    /// All levels, from best to worst. `ALL[level as usize]` is `level`.
    pub const ALL: [Self; 3] = [Self::High, Self::NearBoundary, Self::Low];

    /// The level as answers write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::NearBoundary => "near_boundary",
            Self::Low => "low",
        }
    }
}

impl Serialize for ConfidenceLevel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for ConfidenceLevel {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ConfidenceLevel".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "enum": Self::ALL})
    }
}

/// What an answer is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// One position: the place itself, or the centroid of a postcode.
    Position,
    /// The addresses of a postcode.
    Addresses,
}

impl Basis {
    /// An answer closer than this to a boundary of the layer, in metres, is uncertain.
    ///
    /// Addresses are where people live, so only the error of the drawing counts.
    pub fn threshold_m(self, layer: &LayerMeta) -> f64 {
        match self {
            Self::Position => CENTROID_ERROR_M.max(layer.drawing_error_m()),
            Self::Addresses => layer.drawing_error_m(),
        }
    }
}

/// The facts that decide the level of one layer's answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// Metres to the nearest boundary of the layer. Infinite for a layer without areas.
    pub boundary_distance_m: f64,
    /// [`Basis::threshold_m`] of the layer.
    pub threshold_m: f64,
    /// True if the addresses of the postcode are in several areas of the layer.
    pub is_split: bool,
    /// True if the answer is based on a position that is an estimate.
    pub is_estimate: bool,
}

impl Evidence {
    /// True if the nearest boundary is closer than the threshold.
    #[inline]
    pub const fn is_near(self) -> bool {
        self.boundary_distance_m < self.threshold_m
    }

    /// The level of the answer.
    #[inline]
    pub const fn level(self) -> ConfidenceLevel {
        if self.is_split || self.is_estimate {
            ConfidenceLevel::Low
        } else if self.is_near() {
            ConfidenceLevel::NearBoundary
        } else {
            ConfidenceLevel::High
        }
    }
}

/// The confidence of an answer from several layers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overall<L> {
    /// The worst level of the layers.
    pub level: ConfidenceLevel,
    /// The layer with the nearest boundary; the first one if several are equally near.
    pub nearest: L,
    /// Metres to that boundary. Infinite if no layer has areas.
    pub boundary_distance_m: f64,
}

/// Combines the level and the boundary distance of each layer. Returns `None` without layers.
///
/// The distances are in metres, infinite for a layer without areas. `L` identifies a layer for the
/// caller.
#[inline]
pub fn overall<L>(
    layers: impl IntoIterator<Item = (L, ConfidenceLevel, f64)>,
) -> Option<Overall<L>> {
    let mut layers = layers.into_iter();
    let (nearest, level, boundary_distance_m) = layers.next()?;
    let mut overall = Overall { level, nearest, boundary_distance_m };
    for (layer, level, distance) in layers {
        overall.level = overall.level.max(level);
        if distance < overall.boundary_distance_m {
            overall.nearest = layer;
            overall.boundary_distance_m = distance;
        }
    }
    Some(overall)
}

#[cfg(test)]
mod tests {
    use super::ConfidenceLevel::{High, Low, NearBoundary};
    use super::*;

    #[test]
    fn a_split_or_an_estimate_is_low_and_a_distance_below_the_threshold_is_near() {
        for (boundary_distance_m, is_split, is_estimate, level) in [
            (500.0, false, false, High),
            (50.0, false, false, High),
            (49.9, false, false, NearBoundary),
            (f64::INFINITY, false, false, High),
            (500.0, true, false, Low),
            (500.0, false, true, Low),
            (0.0, true, true, Low),
        ] {
            let evidence =
                Evidence { boundary_distance_m, threshold_m: 50.0, is_split, is_estimate };
            assert_eq!(evidence.level(), level, "{evidence:?}");
        }
        assert_eq!([49, 50, 60, 90].map(is_estimate), [false, true, true, true]);
    }

    #[test]
    fn several_layers_have_the_worst_level_and_the_first_of_the_nearest_boundaries() {
        let layers = [("a", High, 90.0), ("b", Low, 70.0), ("c", NearBoundary, 70.0)];
        let expected = Overall { level: Low, nearest: "b", boundary_distance_m: 70.0 };
        assert_eq!(overall(layers), Some(expected));
        let expected = Overall { level: High, nearest: "a", boundary_distance_m: f64::INFINITY };
        assert_eq!(overall([("a", High, f64::INFINITY)]), Some(expected));
        assert_eq!(overall::<()>([]), None);
    }

    #[test]
    fn levels_are_numbered_and_written_in_their_order() {
        assert_eq!(ConfidenceLevel::ALL.map(|level| level as usize), [0, 1, 2]);
        let words = serde_json::to_string(&ConfidenceLevel::ALL).unwrap();
        assert_eq!(words, r#"["high","near_boundary","low"]"#);
    }
}
