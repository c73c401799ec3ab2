//! Raw features to a layer: codes, kinds of geometry, and the verdict on each.

use std::collections::HashMap;

use geo::MultiPolygon;
use rayon::prelude::*;

use super::judge::{Taken, judge};
use crate::area::{Area, Site};
use crate::code::AreaCode;
use crate::fault::{Fault, FaultKind, Report, Severity};
use crate::layer::{Layer, LayerMeta};
use crate::load::raw::{RawFeature, RawGeometry, RawLayer, RawRing};
use crate::position::Bng;

/// One geometry that was taken: see [`admit_geometry`].
#[derive(Clone, Debug, PartialEq)]
pub struct Admitted {
    /// Valid, in BNG metres: shells counter-clockwise, holes clockwise, never empty.
    pub geometry: MultiPolygon<f64>,
    /// What was mended, with ring and place.
    pub faults: Vec<Fault>,
}

/// Takes the polygons of one geometry, each a shell and its holes, in BNG metres.
///
/// `drawing_error_m` is how far the drawing may be off, in metres; 0 if nothing is known. The
/// errors are all faults of the geometry, with ring and place, in BNG metres.
///
/// ```
/// use geo::Coord;
/// use lapwing_boundaries::validity::admit_geometry;
/// let ring = |points: &[(f64, f64)]| points.iter().map(|&(x, y)| Coord { x, y }).collect();
/// let bow_tie = vec![vec![ring(&[(0., 0.), (100., 100.), (100., 0.), (0., 100.), (0., 0.)])]];
/// let faults = admit_geometry(bow_tie, 0.0).unwrap_err();
/// assert_eq!(faults[0].at, Some([50.0, 50.0]));
/// ```
pub fn admit_geometry(
    polygons: Vec<Vec<RawRing>>,
    drawing_error_m: f64,
) -> Result<Admitted, Vec<Fault>> {
    admit_rings(polygons, true, drawing_error_m)
}

/// As [`admit_geometry`]; if the polygons are not `grouped`, each is one ring, and containment
/// tells shells from holes.
pub(crate) fn admit_rings(
    polygons: Vec<Vec<RawRing>>,
    grouped: bool,
    drawing_error_m: f64,
) -> Result<Admitted, Vec<Fault>> {
    let points: usize = polygons.iter().flatten().map(Vec::len).sum();
    if points == 0 {
        return Err(vec![no_geometry()]);
    }
    let Taken { geometry, faults, .. } = judge(polygons, grouped, drawing_error_m)?;
    Ok(Admitted { geometry, faults })
}

/// Takes the features of a file as a layer.
///
/// Every fault of every feature goes into the report, with file, feature, ring and place (BNG
/// metres). `None` when any is an error: nothing is half taken. A file of points gives a layer of
/// sites, a file of polygons a layer of areas.
pub fn admit(raw: RawLayer, meta: LayerMeta, report: &mut Report) -> Option<Layer> {
    let RawLayer { file, features } = raw;
    let mut found: Vec<Fault> = Vec::new();
    let features = gathered(features, &mut found);
    if features.is_empty() {
        found.push(Fault::error(
            FaultKind::EmptyGeometry,
            "the file has no features: a layer needs at least one",
        ));
    }
    let is_point = |f: &&RawFeature| matches!(f.geometry, RawGeometry::Point(_));
    let is_polygon = |f: &&RawFeature| matches!(f.geometry, RawGeometry::Polygons { .. });
    let of_points =
        features.iter().filter(is_point).count() > features.iter().filter(is_polygon).count();
    let codes = codes(&features, &mut found);
    let drawing_error_m = meta.drawing_error_m();
    let verdicts: Vec<Verdict> = features
        .into_par_iter()
        .map(|feature| verdict(feature, of_points, drawing_error_m))
        .collect();

    let (mut areas, mut sites) = (Vec::new(), Vec::new());
    let mut rewound = 0;
    for (verdict, code) in verdicts.into_iter().zip(codes) {
        let Verdict { index, code: text, name, properties, faults, thing, rewound: turned } =
            verdict;
        found.extend(faults.into_iter().map(|f| f.of_feature(index, text.as_deref())));
        rewound += turned;
        match (thing, code) {
            (Some(Thing::Ground(geometry)), Some(code)) => {
                areas.push(Area::from_valid(code, name, properties, geometry));
            }
            (Some(Thing::Position(position)), Some(code)) => {
                sites.push(Site { code, name, position, properties });
            }
            _ => {}
        }
    }
    if rewound > 0 {
        let rings = if rewound == 1 { "ring runs" } else { "rings run" };
        let message = format!(
            "{rewound} {rings} the other way round than RFC 7946 asks (shells counter-clockwise, holes clockwise); taken all the same"
        );
        found.push(Fault::note(FaultKind::WrongWinding, message));
    }
    let refused = found.iter().any(|fault| fault.severity == Severity::Error);
    for fault in found {
        report.add(fault.in_layer(&meta.id).in_file(file.clone()));
    }
    if refused {
        None
    } else if of_points {
        Some(Layer::of_sites(meta, sites))
    } else {
        Some(Layer::of_areas(meta, areas))
    }
}

/// Gathers features that are parts of one area: polygons with the code, name and other properties
/// of an earlier feature. Official files have such areas (wards split by a district's boundary),
/// and so has every file whose multipolygons were taken apart.
///
/// The parts' polygons follow those of the first, and are judged with them: parts that overlap are
/// refused as polygons that do.
fn gathered(features: Vec<RawFeature>, found: &mut Vec<Fault>) -> Vec<RawFeature> {
    let mut first: HashMap<String, usize> = HashMap::with_capacity(features.len());
    let mut kept: Vec<RawFeature> = Vec::with_capacity(features.len());
    for feature in features {
        let code = feature.code.as_deref().map(str::trim).filter(|code| !code.is_empty());
        let Some(code) = code.map(str::to_owned) else {
            kept.push(feature);
            continue;
        };
        let Some(&place) = first.get(&code) else {
            first.insert(code, kept.len());
            kept.push(feature);
            continue;
        };
        let earlier = &mut kept[place];
        let named = feature.name.as_deref().is_some_and(|name| !name.trim().is_empty());
        let same =
            named && feature.name == earlier.name && feature.properties == earlier.properties;
        match (&mut earlier.geometry, feature.geometry) {
            (
                RawGeometry::Polygons { polygons: of_first, grouped: one },
                RawGeometry::Polygons { polygons, grouped: other },
            ) if same && *one == other => {
                let message = format!(
                    "the feature has code, name and properties of feature {}: taken as a part of it, its polygons counted from {}",
                    earlier.index,
                    of_first.len()
                );
                let fault = Fault::repaired(FaultKind::DuplicateCode, message);
                found.push(fault.of_feature(feature.index, Some(&code)));
                of_first.extend(polygons);
            }
            (_, geometry) => kept.push(RawFeature { geometry, ..feature }),
        }
    }
    kept
}

/// What became of one feature, apart from its code.
struct Verdict {
    index: usize,
    code: Option<String>,
    name: String,
    properties: crate::area::Properties,
    faults: Vec<Fault>,
    thing: Option<Thing>,
    rewound: usize,
}

enum Thing {
    Ground(MultiPolygon<f64>),
    Position(Bng),
}

fn verdict(feature: RawFeature, of_points: bool, drawing_error_m: f64) -> Verdict {
    let RawFeature { index, code, name, properties, geometry } = feature;
    let mut verdict = Verdict {
        index,
        code,
        name: name.map(|n| n.trim().to_owned()).unwrap_or_default(),
        properties,
        faults: Vec::new(),
        thing: None,
        rewound: 0,
    };
    match geometry {
        RawGeometry::Polygons { polygons, .. }
            if polygons.iter().flatten().all(std::vec::Vec::is_empty) =>
        {
            verdict.faults.push(no_geometry());
        }
        RawGeometry::Empty => verdict.faults.push(no_geometry()),
        RawGeometry::Polygons { polygons, grouped } if !of_points => {
            match judge(polygons, grouped, drawing_error_m) {
                Ok(taken) => {
                    verdict.faults = taken.faults;
                    verdict.thing = Some(Thing::Ground(taken.geometry));
                    // A file that does not group its rings has a winding rule of its own.
                    verdict.rewound = if grouped { taken.rewound } else { 0 };
                }
                Err(faults) => verdict.faults = faults,
            }
        }
        RawGeometry::Point(at) if of_points => match Bng::new(at.x, at.y) {
            Ok(position) => verdict.thing = Some(Thing::Position(position)),
            Err(reason) => {
                let kind = if at.x.is_finite() && at.y.is_finite() {
                    FaultKind::OutsideBritain
                } else {
                    FaultKind::NonFiniteCoordinate
                };
                verdict.faults.push(Fault::error(kind, reason.to_string()));
            }
        },
        RawGeometry::Polygons { .. } => verdict.faults.push(wrong_kind("polygons", of_points)),
        RawGeometry::Point(at) => {
            verdict.faults.push(wrong_kind("a point", of_points).at(at.x, at.y));
        }
        RawGeometry::Other(kind) => verdict.faults.push(wrong_kind(&kind, of_points)),
    }
    verdict
}

fn no_geometry() -> Fault {
    Fault::error(FaultKind::EmptyGeometry, "the feature has no geometry: remove it, or draw it")
}

fn wrong_kind(kind: &str, of_points: bool) -> Fault {
    let wanted = if of_points { "points" } else { "polygons" };
    let message = format!(
        "the feature's geometry is {kind}, in a layer of {wanted}: remove it, or put it in a layer of its own"
    );
    Fault::error(FaultKind::WrongGeometry, message)
}

/// The code of each feature, `None` where it has none or may not have it.
fn codes(features: &[RawFeature], found: &mut Vec<Fault>) -> Vec<Option<AreaCode>> {
    let mut first: HashMap<AreaCode, usize> = HashMap::with_capacity(features.len());
    features
        .iter()
        .map(|feature| {
            let text = feature.code.as_deref().map(str::trim).filter(|text| !text.is_empty());
            let at = |fault: Fault| fault.of_feature(feature.index, text);
            let Some(text) = text else {
                found.push(at(Fault::error(
                    FaultKind::MissingCode,
                    "the feature has no code: fill the field that the catalogue names as `code`",
                )));
                return None;
            };
            let code = match AreaCode::parse(text) {
                Ok(code) => code,
                Err(reason) => {
                    found.push(at(Fault::error(FaultKind::InvalidCode, reason.to_string())));
                    return None;
                }
            };
            if let Some(earlier) = first.get(&code) {
                let message = format!(
                    "the code {code} is that of feature {earlier} already: if both are parts of one area, dissolve them by code; else name another field as `code`"
                );
                found.push(at(Fault::error(FaultKind::DuplicateCode, message)));
                return None;
            }
            first.insert(code.clone(), feature.index);
            Some(code)
        })
        .collect()
}
