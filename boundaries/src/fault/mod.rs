//! Faults: everything that can be wrong with input data, each with its location.
//!
//! Loading, validity checks and composition add to one [`Report`]. They report every fault of every
//! feature, not only the first. `lapwing check` prints the report; `lapwing build` fails if any
//! fault is an error.

mod report;

use std::fmt;

use serde::Serialize;

use crate::layer::LayerId;
pub use report::{Report, RowCounts};

/// What a fault means for the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The data is used unchanged. Worth knowing.
    Note,
    /// The data was repaired. The covered area did not change.
    Repaired,
    /// The data is refused and nothing is built.
    Error,
}

/// The kind of fault. Each kind has a stable slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The file cannot be opened, its format is unknown, or it violates its format.
    UnreadableFile,
    /// A field named in the catalogue is missing, or a value has the wrong type.
    BadField,
    /// Neither the file nor the catalogue states the CRS.
    UnknownCrs,
    /// The coordinates cannot be in the stated CRS.
    MislabelledCrs,
    /// A coordinate is NaN or infinite.
    NonFiniteCoordinate,
    /// A coordinate lies outside Britain.
    OutsideBritain,
    /// A feature has no code.
    MissingCode,
    /// A code breaks the rules for codes.
    InvalidCode,
    /// A code appears twice in its layer.
    DuplicateCode,
    /// A feature has no geometry, or an empty one.
    EmptyGeometry,
    /// A feature's geometry type does not fit the layer.
    WrongGeometry,
    /// The last point of a ring differs from its first.
    UnclosedRing,
    /// A ring has fewer than three distinct points.
    TooFewPoints,
    /// A point is repeated immediately.
    RepeatedPoint,
    /// A ring goes out and back along the same line.
    Spike,
    /// A ring has the wrong winding order.
    WrongWinding,
    /// A ring crosses itself.
    SelfCrossing,
    /// A ring touches itself at a point.
    SelfTouching,
    /// Two rings of one area cross, or share part of an edge.
    CrossingRings,
    /// A hole lies outside its shell.
    HoleOutsideShell,
    /// A ring lies inside another ring where that is not allowed.
    WrongNesting,
    /// A hole in a declared coverage: no area covers it.
    Gap,
    /// Two areas of a declared coverage overlap.
    Overlap,
    /// A composed area refers to a layer or code that does not exist.
    UnknownMember,
    /// A composed area is made of areas that are no longer in force.
    SupersededMember,
    /// Two composed areas claim the same area.
    ClaimedTwice,
    /// No composed area claims an area, although other areas of its place are claimed.
    Unclaimed,
    /// The parts of a composed area did not meet exactly. Gaps within the tolerance were closed.
    SliverClosed,
    /// A postcode does not have the form of a UK postcode.
    InvalidPostcode,
    /// A postcode or site has no position.
    NoPosition,
    /// A position lies outside the OSTN15 grid and was converted by the Helmert approximation
    /// (about 5 m).
    Approximate,
    /// A record was left out because the format or the catalogue excludes it, such as a closed
    /// practice.
    LeftOut,
}

impl FaultKind {
    /// Returns the slug used in reports, such as `self_crossing`.
    pub fn slug(self) -> String {
        serde_json::to_value(self)
            .ok()
            .and_then(|v| v.as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

/// A feature of a file: its index, and its code if it has one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FeatureRef {
    /// Index in the file, from 0.
    pub index: usize,
    /// The feature's code, if it has one.
    pub code: Option<String>,
}

/// A ring of a feature. Both indexes count from 0; ring 0 is the exterior ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
pub struct RingRef {
    /// Index of the polygon in the multipolygon.
    pub polygon: usize,
    /// Index of the ring in the polygon.
    pub ring: usize,
}

/// One fault, with its location.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fault {
    /// What the fault means for the data.
    pub severity: Severity,
    /// The kind of fault.
    pub kind: FaultKind,
    /// The catalogue layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<LayerId>,
    /// The file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The feature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<FeatureRef>,
    /// The ring.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ring: Option<RingRef>,
    /// The field, column or key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The coordinates: BNG metres, or the file's own CRS if the fault concerns the CRS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<[f64; 2]>,
    /// The area affected, in m².
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area_m2: Option<f64>,
    /// A sentence that states the problem and what to do.
    pub message: String,
}

impl Fault {
    /// Creates a fault without a location. The `in_`, `of_` and `at` methods add one.
    pub fn new(severity: Severity, kind: FaultKind, message: impl Into<String>) -> Self {
        Self {
            severity,
            kind,
            layer: None,
            file: None,
            feature: None,
            ring: None,
            field: None,
            at: None,
            area_m2: None,
            message: message.into(),
        }
    }

    /// Creates a fault that refuses the data.
    pub fn error(kind: FaultKind, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, kind, message)
    }

    /// Creates a fault that was repaired.
    pub fn repaired(kind: FaultKind, message: impl Into<String>) -> Self {
        Self::new(Severity::Repaired, kind, message)
    }

    /// Creates a note.
    pub fn note(kind: FaultKind, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, kind, message)
    }

    /// Sets the layer.
    #[must_use]
    pub fn in_layer(mut self, layer: &LayerId) -> Self {
        self.layer = Some(layer.clone());
        self
    }

    /// Sets the file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Sets the feature.
    #[must_use]
    pub fn of_feature(mut self, index: usize, code: Option<&str>) -> Self {
        self.feature = Some(FeatureRef { index, code: code.map(str::to_owned) });
        self
    }

    /// Sets the ring.
    #[must_use]
    pub fn of_ring(mut self, polygon: usize, ring: usize) -> Self {
        self.ring = Some(RingRef { polygon, ring });
        self
    }

    /// Sets the field.
    #[must_use]
    pub fn of_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Sets the coordinates.
    #[must_use]
    pub fn at(mut self, x: f64, y: f64) -> Self {
        self.at = Some([x, y]);
        self
    }

    /// Sets the affected area, in m².
    #[must_use]
    pub fn with_area(mut self, area_m2: f64) -> Self {
        self.area_m2 = Some(area_m2);
        self
    }
}

impl fmt::Display for Fault {
    /// Writes `ward: wards.geojson: feature 12 (E05013246), polygon 0, ring 1, at 475486.0
    /// 260275.0: …`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(layer) = &self.layer {
            write!(f, "{layer}: ")?;
        }
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        let mut place = Vec::new();
        if let Some(feature) = &self.feature {
            place.push(match &feature.code {
                Some(code) => format!("feature {} ({code})", feature.index),
                None => format!("feature {}", feature.index),
            });
        }
        if let Some(ring) = self.ring {
            place.push(format!("polygon {}, ring {}", ring.polygon, ring.ring));
        }
        if let Some(field) = &self.field {
            place.push(format!("field {field}"));
        }
        if let Some([x, y]) = self.at {
            place.push(format!("at {x} {y}"));
        }
        if !place.is_empty() {
            write!(f, "{}: ", place.join(", "))?;
        }
        f.write_str(&self.message)?;
        if let Some(area) = self.area_m2 {
            write!(f, " ({area:.3} m²)")?;
        }
        Ok(())
    }
}
