//! How far an answer can be trusted.
//!
//! [`Evidence::level`] is the only place that decides a level, and [`overall`] the only place that
//! combines the levels of several layers. [`Ground::coverage`] is the only place that decides whether
//! a layer without an area at a place really has none there. Everything that states a confidence
//! calls them.

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
    /// The position is an estimate, the postcode's addresses are in several areas of a layer, or the
    /// layer is not known to hold the areas there.
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

/// Whether a layer answers for a place, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Coverage {
    /// An area of the layer contains the place, or the layer certainly has none there.
    Complete,
    /// The place is in no area of a layer whose areas tile their ground, but so close to the edge of
    /// that ground that only the drawing may be the reason.
    Edge,
    /// The place is in no area of the layer, which is not known to hold all areas there.
    Incomplete,
    /// The place is in no area of any layer.
    Outside,
}

impl Coverage {
    /// Why the layer does not answer for the place. `None` if it does.
    pub const fn gap(self) -> Option<CoverageGap> {
        match self {
            Self::Complete | Self::Edge => None,
            Self::Incomplete => Some(CoverageGap::Incomplete),
            Self::Outside => Some(CoverageGap::Outside),
        }
    }
}

/// Why a layer does not answer for a place. An empty answer then does not mean that there is no area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "lowercase")]
pub enum CoverageGap {
    /// The snapshot has other layers there, but the areas of this layer may be missing from it.
    Incomplete,
    /// The place is outside the area that the snapshot covers: in no area of any layer.
    Outside,
}

impl CoverageGap {
    /// All of them. `ALL[gap as usize]` is `gap`.
    pub const ALL: [Self; 2] = [Self::Incomplete, Self::Outside];

    /// The gap as answers write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::Outside => "outside",
        }
    }
}

/// What is known of a layer at a place, besides its areas that contain the place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ground {
    /// True if no area of any layer contains the place.
    pub is_outside: bool,
    /// True if the layer holds every area of its kind there.
    pub is_complete: bool,
    /// How far beyond the edge of the layer, in metres, a place of the same ground may be because of the
    /// drawings. For a layer whose areas tile their ground, its own drawing error and the coarsest of
    /// the other layers, which can add up; otherwise 0.
    pub edge_error_m: f64,
}

impl Ground {
    /// Decides whether the layer answers for the place.
    ///
    /// `is_covered` is true if areas of the layer contain the place: for a postcode by addresses,
    /// every one of them.
    #[inline]
    pub const fn coverage(self, is_covered: bool, boundary_distance_m: f64) -> Coverage {
        if is_covered {
            Coverage::Complete
        } else if self.is_outside {
            Coverage::Outside
        } else if boundary_distance_m < self.edge_error_m {
            Coverage::Edge
        } else if self.is_complete {
            Coverage::Complete
        } else {
            Coverage::Incomplete
        }
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
    /// Whether the layer answers for the place.
    pub coverage: Coverage,
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
        if self.is_split || self.is_estimate || self.coverage.gap().is_some() {
            ConfidenceLevel::Low
        } else if self.is_near() || matches!(self.coverage, Coverage::Edge) {
            ConfidenceLevel::NearBoundary
        } else {
            ConfidenceLevel::High
        }
    }
}

/// How far the answer of one layer can be trusted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerTrust {
    /// The level.
    pub level: ConfidenceLevel,
    /// Whether the layer answers for the place.
    pub coverage: Coverage,
    /// Metres to the nearest boundary of the layer. Infinite for a layer without areas.
    pub boundary_distance_m: f64,
}

impl From<Evidence> for LayerTrust {
    #[inline]
    fn from(evidence: Evidence) -> Self {
        let Evidence { coverage, boundary_distance_m, .. } = evidence;
        Self { level: evidence.level(), coverage, boundary_distance_m }
    }
}

/// The confidence of an answer from several layers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overall<L> {
    /// The worst level of the layers.
    pub level: ConfidenceLevel,
    /// The worst coverage of the layers.
    pub coverage: Coverage,
    /// The layer with the nearest boundary; the first one if several are equally near.
    pub nearest: L,
    /// Metres to that boundary. Infinite if no layer has areas.
    pub boundary_distance_m: f64,
}

/// Combines what each layer answers. Returns `None` without layers. `L` identifies a layer for the
/// caller.
#[inline]
pub fn overall<L>(layers: impl IntoIterator<Item = (L, LayerTrust)>) -> Option<Overall<L>> {
    let mut layers = layers.into_iter();
    let (nearest, LayerTrust { level, coverage, boundary_distance_m }) = layers.next()?;
    let mut overall = Overall { level, coverage, nearest, boundary_distance_m };
    for (layer, trust) in layers {
        overall.level = overall.level.max(trust.level);
        overall.coverage = overall.coverage.max(trust.coverage);
        if trust.boundary_distance_m < overall.boundary_distance_m {
            overall.nearest = layer;
            overall.boundary_distance_m = trust.boundary_distance_m;
        }
    }
    Some(overall)
}

#[cfg(test)]
mod tests {
    use super::ConfidenceLevel::{High, Low, NearBoundary};
    use super::Coverage::{Complete, Edge, Incomplete, Outside};
    use super::*;

    #[test]
    fn a_split_an_estimate_or_a_gap_is_low_and_a_distance_below_the_threshold_is_near() {
        for (boundary_distance_m, is_split, is_estimate, coverage, level) in [
            (500.0, false, false, Complete, High),
            (50.0, false, false, Complete, High),
            (49.9, false, false, Complete, NearBoundary),
            (f64::INFINITY, false, false, Complete, High),
            (500.0, true, false, Complete, Low),
            (500.0, false, true, Complete, Low),
            (0.0, true, true, Complete, Low),
            (500.0, false, false, Edge, NearBoundary),
            (500.0, true, false, Edge, Low),
            (500.0, false, false, Incomplete, Low),
            (49.9, false, false, Incomplete, Low),
            (f64::INFINITY, false, false, Outside, Low),
        ] {
            let evidence = Evidence {
                boundary_distance_m,
                threshold_m: 50.0,
                is_split,
                is_estimate,
                coverage,
            };
            assert_eq!(evidence.level(), level, "{evidence:?}");
        }
        assert_eq!([49, 50, 60, 90].map(is_estimate), [false, true, true, true]);
    }

    #[test]
    fn only_a_layer_that_is_declared_complete_answers_none() {
        let ground = |is_outside, is_complete, edge_error_m| Ground {
            is_outside,
            is_complete,
            edge_error_m,
        };
        for (ground, is_covered, distance, coverage) in [
            (ground(false, false, 0.0), true, 500.0, Complete),
            (ground(false, true, 0.0), false, 500.0, Complete),
            (ground(false, false, 0.0), false, 500.0, Incomplete),
            // Near the boundary of a layer with gaps, the missing area may begin.
            (ground(false, false, 0.0), false, 0.5, Incomplete),
            (ground(true, true, 200.0), false, 100.0, Outside),
            // At the edge of layers that tile the same ground, drawn differently.
            (ground(false, false, 200.0), false, 199.9, Edge),
            (ground(false, true, 200.0), false, 199.9, Edge),
            (ground(false, false, 200.0), false, 200.0, Incomplete),
            (ground(false, true, 200.0), false, 200.0, Complete),
            (ground(false, false, 200.0), false, f64::INFINITY, Incomplete),
        ] {
            assert_eq!(ground.coverage(is_covered, distance), coverage, "{ground:?} {distance}");
        }
    }

    #[test]
    fn several_layers_have_the_worst_of_each_and_the_first_of_the_nearest_boundaries() {
        let trust = |level, coverage, boundary_distance_m| LayerTrust {
            level,
            coverage,
            boundary_distance_m,
        };
        let layers = [
            ("a", trust(High, Complete, 90.0)),
            ("b", trust(Low, Incomplete, 70.0)),
            ("c", trust(NearBoundary, Edge, 70.0)),
        ];
        let expected =
            Overall { level: Low, coverage: Incomplete, nearest: "b", boundary_distance_m: 70.0 };
        assert_eq!(overall(layers), Some(expected));
        let none = trust(High, Complete, f64::INFINITY);
        let expected = Overall {
            level: High,
            coverage: Complete,
            nearest: "a",
            boundary_distance_m: f64::INFINITY,
        };
        assert_eq!(overall([("a", none)]), Some(expected));
        assert_eq!(overall::<()>([]), None);
    }

    #[test]
    fn levels_and_gaps_are_numbered_and_written_in_their_order() {
        assert_eq!(ConfidenceLevel::ALL.map(|level| level as usize), [0, 1, 2]);
        let words = serde_json::to_string(&ConfidenceLevel::ALL).unwrap();
        assert_eq!(words, r#"["high","near_boundary","low"]"#);
        assert_eq!(CoverageGap::ALL.map(|gap| gap as usize), [0, 1]);
        let words = serde_json::to_string(&CoverageGap::ALL).unwrap();
        assert_eq!(words, r#"["incomplete","outside"]"#);
        let words = CoverageGap::ALL.map(|gap| format!("{:?}", gap.as_str())).join(",");
        assert_eq!(words, r#""incomplete","outside""#);
        assert_eq!(
            [Complete, Edge, Incomplete, Outside].map(Coverage::gap),
            [None, None, Some(CoverageGap::Incomplete), Some(CoverageGap::Outside)]
        );
    }
}
