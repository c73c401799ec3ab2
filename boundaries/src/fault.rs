//! What can be wrong with the data, said with its place.
//!
//! Loading, validity and composition report into one [`Report`]: every fault of every feature,
//! not only the first. `lapwing check` prints it; `lapwing build` refuses if any fault is an
//! error.

use std::fmt;

use serde::Serialize;

use crate::layer::LayerId;

/// What becomes of the data because of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Taken as it is; worth knowing.
    Note,
    /// Mended without changing the covered ground.
    Repaired,
    /// Refused: nothing is built from it.
    Error,
}

/// The kinds of fault, each with a stable slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The file cannot be opened, is of no known format, or breaks its format's rules.
    UnreadableFile,
    /// A field that the catalogue names is not in the file, or a value is not of its kind.
    BadField,
    /// The CRS is neither in the file nor in the catalogue.
    UnknownCrs,
    /// The coordinates cannot belong to the CRS that is stated.
    MislabelledCrs,
    /// A coordinate is NaN or infinite.
    NonFiniteCoordinate,
    /// A coordinate lies outside Britain.
    OutsideBritain,
    /// A feature has no code.
    MissingCode,
    /// A code breaks the rules for codes.
    InvalidCode,
    /// A code stands twice in its layer.
    DuplicateCode,
    /// A feature has no geometry, or an empty one.
    EmptyGeometry,
    /// A feature has a geometry of a kind the layer cannot hold.
    WrongGeometry,
    /// A ring's last point is not its first.
    UnclosedRing,
    /// A ring has fewer than three distinct points.
    TooFewPoints,
    /// The same point stands twice in a row.
    RepeatedPoint,
    /// A ring runs out and back along the same line.
    Spike,
    /// A ring is wound the wrong way round.
    WrongWinding,
    /// A ring crosses itself.
    SelfCrossing,
    /// A ring touches itself in a point.
    SelfTouching,
    /// Two rings of one area cross, or share a line.
    CrossingRings,
    /// A hole lies outside its shell.
    HoleOutsideShell,
    /// A ring lies inside another where it may not.
    WrongNesting,
    /// Ground inside a declared coverage that no area covers.
    Gap,
    /// Ground of a declared coverage that two areas cover.
    Overlap,
    /// A composed area names a layer or code that there is not.
    UnknownMember,
    /// A composed area is made of areas that are not in force any more.
    SupersededMember,
    /// An area is claimed by two composed areas.
    ClaimedTwice,
    /// An area is claimed by no composed area while its place has some.
    Unclaimed,
    /// Pieces of a composed area do not meet exactly and were closed within the tolerance.
    SliverClosed,
    /// A postcode is not of the form of one.
    InvalidPostcode,
    /// A postcode or site has no position.
    NoPosition,
    /// A position was made by the 5 m Helmert approximation, outside the OSTN15 grid.
    Approximate,
    /// A record was left out, as the format's rules say (a closed practice, for example).
    LeftOut,
}

impl FaultKind {
    /// The slug, as reports spell it.
    pub fn slug(self) -> String {
        serde_json::to_value(self)
            .ok()
            .and_then(|v| v.as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

/// Which feature of a file: its place, counted from 0, and its code where it has one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FeatureRef {
    /// Its place in the file, counted from 0.
    pub index: usize,
    /// Its code, if it has one.
    pub code: Option<String>,
}

/// Which ring of a feature: both counted from 0; ring 0 is the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RingRef {
    /// The polygon of the multipolygon.
    pub polygon: usize,
    /// The ring of the polygon.
    pub ring: usize,
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fault {
    /// What becomes of the data.
    pub severity: Severity,
    /// The kind of fault.
    pub kind: FaultKind,
    /// The layer of the catalogue.
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
    /// The place: BNG metres, unless the fault is in the CRS itself, where it is the file's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<[f64; 2]>,
    /// How much ground it concerns, in m².
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area_m2: Option<f64>,
    /// A sentence that says what is wrong and what to do.
    pub message: String,
}

impl Fault {
    /// A fault without a place yet; the `at_`, `in_` and `of_` methods add it.
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

    /// A fault that refuses the data.
    pub fn error(kind: FaultKind, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, kind, message)
    }

    /// A fault that was mended.
    pub fn repaired(kind: FaultKind, message: impl Into<String>) -> Self {
        Self::new(Severity::Repaired, kind, message)
    }

    /// Something worth knowing.
    pub fn note(kind: FaultKind, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, kind, message)
    }

    /// Names the layer.
    #[must_use]
    pub fn in_layer(mut self, layer: &LayerId) -> Self {
        self.layer = Some(layer.clone());
        self
    }

    /// Names the file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Names the feature.
    #[must_use]
    pub fn of_feature(mut self, index: usize, code: Option<&str>) -> Self {
        self.feature = Some(FeatureRef { index, code: code.map(str::to_owned) });
        self
    }

    /// Names the ring.
    #[must_use]
    pub fn of_ring(mut self, polygon: usize, ring: usize) -> Self {
        self.ring = Some(RingRef { polygon, ring });
        self
    }

    /// Names the field.
    #[must_use]
    pub fn of_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Gives the place.
    #[must_use]
    pub fn at(mut self, x: f64, y: f64) -> Self {
        self.at = Some([x, y]);
        self
    }

    /// Gives the m² concerned.
    #[must_use]
    pub fn with_area(mut self, area_m2: f64) -> Self {
        self.area_m2 = Some(area_m2);
        self
    }
}

impl fmt::Display for Fault {
    /// `ward: wards.geojson: feature 12 (E05013246), polygon 0, ring 1, at 475486.0 260275.0: …`
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

/// All faults found in some data.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// The faults, in the order found.
    pub faults: Vec<Fault>,
}

impl Report {
    /// Adds a fault.
    pub fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// Adds all of another report.
    pub fn extend(&mut self, other: Self) {
        self.faults.extend(other.faults);
    }

    /// How many faults have that severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.faults.iter().filter(|fault| fault.severity == severity).count()
    }

    /// Whether any fault refuses the data.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }
}
