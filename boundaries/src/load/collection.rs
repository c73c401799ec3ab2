//! Geometries of several parts to one raw geometry, the same in every format.

use super::error::FileReport;
use super::fields::Picked;
use super::raw::{RawFeature, RawGeometry, RawRing};
use crate::fault::{Fault, FaultKind};

/// A geometry, and what was mended on the way to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Mended {
    /// The geometry.
    pub geometry: RawGeometry,
    /// What was mended, if anything was; not yet placed.
    pub fault: Option<Fault>,
}

impl From<RawGeometry> for Mended {
    fn from(geometry: RawGeometry) -> Self {
        Self { geometry, fault: None }
    }
}

impl RawFeature {
    /// Of a geometry, with what was picked of its fields. What was mended is told; without a
    /// geometry there is no feature, and it is told why.
    pub(super) fn admit(
        index: usize,
        picked: Picked,
        geometry: Result<Mended, Fault>,
        report: &mut FileReport<'_>,
    ) -> Option<Self> {
        let Picked { code, name, properties } = picked;
        let mut tell = |fault: Fault| report.add(fault.of_feature(index, code.as_deref()));
        match geometry {
            Ok(Mended { geometry, fault }) => {
                fault.into_iter().for_each(tell);
                Some(Self { index, code, name, properties, geometry })
            }
            Err(fault) => {
                tell(fault);
                None
            }
        }
    }
}

/// Polygons whose holes the file groups, without those that have no ring, which cover nothing.
pub(super) fn polygons(polygons: Vec<Vec<RawRing>>) -> Mended {
    if polygons.iter().flatten().all(Vec::is_empty) {
        return RawGeometry::Empty.into();
    }
    let before = polygons.len();
    let polygons: Vec<_> = polygons.into_iter().filter(|rings| !rings.is_empty()).collect();
    let fault = (polygons.len() < before).then(|| {
        let message = format!(
            "{} of the {before} polygons have no ring, and were left out",
            before - polygons.len()
        );
        Fault::repaired(FaultKind::EmptyGeometry, message)
    });
    Mended { geometry: RawGeometry::Polygons { polygons, grouped: true }, fault }
}

/// A MultiPolygon out of its members.
///
/// # Errors
///
/// When one of them is no polygon.
pub(super) fn multipolygon(members: Vec<Mended>) -> Result<Mended, String> {
    let mut all = Vec::with_capacity(members.len());
    for member in members {
        match member.geometry {
            RawGeometry::Polygons { polygons, .. } => all.extend(polygons),
            RawGeometry::Empty => all.push(Vec::new()),
            _ => return Err("a MultiPolygon holds what is no polygon".to_owned()),
        }
    }
    Ok(polygons(all))
}

/// Several points: one is a point, none is nothing.
pub(super) fn points(kind: &str, members: Vec<Mended>) -> Mended {
    let mut points = members.into_iter().filter(|m| m.geometry != RawGeometry::Empty);
    match (points.next(), points.next()) {
        (None, _) => RawGeometry::Empty.into(),
        (Some(only), None) => only,
        _ => RawGeometry::Other(kind.to_owned()).into(),
    }
}

/// A collection: its polygons, if it has any and nothing else that covers ground. Generalising
/// tools leave such collections where part of an area shrank to a line or point; those are left
/// out.
pub(super) fn collection(kind: &str, members: Vec<Mended>) -> Mended {
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
    if all.is_empty() || !others.iter().all(|kind| GROUNDLESS.contains(&kind.as_str())) {
        return RawGeometry::Other(kind.to_owned()).into();
    }
    let mut mended = polygons(all);
    if !others.is_empty() {
        others.sort();
        others.dedup();
        let message = format!(
            "the {kind} was taken for its polygons; what else it holds ({}) covers no ground and was left out",
            others.join(", ")
        );
        inner = Some(Fault::repaired(FaultKind::WrongGeometry, message));
    }
    mended.fault = mended.fault.or(inner);
    mended
}

/// The kinds of geometry that cover no ground.
const GROUNDLESS: [&str; 7] = [
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "CircularString",
    "CompoundCurve",
    "MultiCurve",
];
