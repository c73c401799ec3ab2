//! Combines multi-part geometries into one raw geometry, the same way for every format.

use super::error::FileReport;
use super::fields::Picked;
use super::raw::{RawFeature, RawGeometry, RawRing};
use crate::fault::{Fault, FaultKind};

/// A geometry, and the repair that was made while reading it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadGeometry {
    /// The geometry.
    pub geometry: RawGeometry,
    /// The repair, if there was one, without its location.
    pub fault: Option<Fault>,
}

impl From<RawGeometry> for ReadGeometry {
    fn from(geometry: RawGeometry) -> Self {
        Self { geometry, fault: None }
    }
}

impl RawFeature {
    /// Combines a geometry with the fields picked for it. Reports any repair. If there is no
    /// geometry, reports the fault and returns `None`.
    pub(super) fn from_read(
        index: usize,
        picked: Picked,
        geometry: Result<ReadGeometry, Fault>,
        report: &mut FileReport<'_>,
    ) -> Option<Self> {
        let Picked { code, name, properties } = picked;
        let mut add = |fault: Fault| report.add(fault.of_feature(index, code.as_deref()));
        match geometry {
            Ok(ReadGeometry { geometry, fault }) => {
                fault.into_iter().for_each(add);
                Some(Self { index, code, name, properties, geometry })
            }
            Err(fault) => {
                add(fault);
                None
            }
        }
    }
}

/// Returns grouped polygons, without those that have no rings.
pub(super) fn polygons(polygons: Vec<Vec<RawRing>>) -> ReadGeometry {
    if polygons.iter().flatten().all(Vec::is_empty) {
        return RawGeometry::Empty.into();
    }
    let before = polygons.len();
    let polygons: Vec<_> = polygons.into_iter().filter(|rings| !rings.is_empty()).collect();
    let fault = (polygons.len() < before).then(|| {
        let message = format!(
            "{} of the {before} polygons have no rings and were left out",
            before - polygons.len()
        );
        Fault::repaired(FaultKind::EmptyGeometry, message)
    });
    ReadGeometry { geometry: RawGeometry::Polygons { polygons, grouped: true }, fault }
}

/// Combines the members of a MultiPolygon.
///
/// # Errors
///
/// Fails if a member is not a polygon.
pub(super) fn multipolygon(members: Vec<ReadGeometry>) -> Result<ReadGeometry, String> {
    let mut all = Vec::with_capacity(members.len());
    for member in members {
        match member.geometry {
            RawGeometry::Polygons { polygons, .. } => all.extend(polygons),
            RawGeometry::Empty => all.push(Vec::new()),
            _ => {
                return Err("the MultiPolygon contains a geometry that is not a polygon".to_owned());
            }
        }
    }
    Ok(polygons(all))
}

/// Combines the members of a MultiPoint: one is a point, none is empty.
pub(super) fn points(kind: &str, members: Vec<ReadGeometry>) -> ReadGeometry {
    let mut points = members.into_iter().filter(|m| m.geometry != RawGeometry::Empty);
    match (points.next(), points.next()) {
        (None, _) => RawGeometry::Empty.into(),
        (Some(only), None) => only,
        _ => RawGeometry::Other(kind.to_owned()).into(),
    }
}

/// Reduces a collection to its polygons if its other members have no area. Generalising tools
/// produce such collections where part of an area shrank to a line or point.
pub(super) fn collection(kind: &str, members: Vec<ReadGeometry>) -> ReadGeometry {
    let (mut all, mut others, mut inner) = (Vec::new(), Vec::new(), None);
    for member in members {
        inner = inner.or(member.fault);
        match member.geometry {
            RawGeometry::Polygons { polygons, .. } => all.extend(polygons),
            RawGeometry::Empty => {}
            RawGeometry::Point(_) => others.push("Point".to_owned()),
            RawGeometry::Other(kind) => others.push(kind),
        }
    }
    if all.is_empty() && others.is_empty() {
        return RawGeometry::Empty.into();
    }
    if all.is_empty() || !others.iter().all(|kind| WITHOUT_AREA.contains(&kind.as_str())) {
        return RawGeometry::Other(kind.to_owned()).into();
    }
    let mut combined = polygons(all);
    if !others.is_empty() {
        others.sort();
        others.dedup();
        let message = format!(
            "kept the polygons of the {kind} and left out its other parts ({}), which have no area",
            others.join(", ")
        );
        inner = Some(Fault::repaired(FaultKind::WrongGeometry, message));
    }
    combined.fault = combined.fault.or(inner);
    combined
}

/// Geometry types without area.
const WITHOUT_AREA: [&str; 7] = [
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "CircularString",
    "CompoundCurve",
    "MultiCurve",
];
