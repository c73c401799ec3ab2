//! Admission of raw features as a layer: checks of codes, geometry types and geometries.

use std::collections::HashMap;

use geo::MultiPolygon;
use rayon::prelude::*;

use super::validate::{ValidGeometry, validate};
use crate::area::{Area, Site};
use crate::code::AreaCode;
use crate::fault::{Fault, FaultKind, Report, Severity};
use crate::layer::{Layer, LayerMeta};
use crate::load::raw::{RawFeature, RawGeometry, RawLayer, RawRing};
use crate::position::Bng;

/// A valid geometry, from [`admit_geometry`].
#[derive(Clone, Debug, PartialEq)]
pub struct Admitted {
    /// Valid, in BNG metres: exterior rings counter-clockwise, holes clockwise, never empty.
    pub geometry: MultiPolygon<f64>,
    /// The repairs, with ring and coordinates.
    pub faults: Vec<Fault>,
}

/// Validates the polygons of one geometry, each an exterior ring and its holes, in BNG metres.
///
/// `drawing_error_m` is the drawing error of the source in metres, or 0 if unknown. On failure,
/// returns all faults of the geometry, with ring and coordinates in BNG metres.
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

/// Like [`admit_geometry`]. If the polygons are not `grouped`, each is a single ring, and
/// containment decides which rings are holes.
pub(crate) fn admit_rings(
    polygons: Vec<Vec<RawRing>>,
    grouped: bool,
    drawing_error_m: f64,
) -> Result<Admitted, Vec<Fault>> {
    let points: usize = polygons.iter().flatten().map(Vec::len).sum();
    if points == 0 {
        return Err(vec![no_geometry()]);
    }
    let ValidGeometry { geometry, faults, .. } = validate(polygons, grouped, drawing_error_m)?;
    Ok(Admitted { geometry, faults })
}

/// Admits the features of a file as a layer.
///
/// Adds every fault of every feature to the report, with file, feature, ring and coordinates (BNG
/// metres). Returns `None` if any is an error. A file of points becomes a layer of sites, a file of
/// polygons a layer of areas.
pub fn admit(raw: RawLayer, meta: LayerMeta, report: &mut Report) -> Option<Layer> {
    let RawLayer { file, features } = raw;
    let mut found: Vec<Fault> = Vec::new();
    let features = merge_parts(features, &mut found);
    if features.is_empty() {
        found.push(Fault::error(
            FaultKind::EmptyGeometry,
            "the file contains no features: a layer needs at least one",
        ));
    }
    let is_point = |f: &&RawFeature| matches!(f.geometry, RawGeometry::Point(_));
    let is_polygon = |f: &&RawFeature| matches!(f.geometry, RawGeometry::Polygons { .. });
    let of_points =
        features.iter().filter(is_point).count() > features.iter().filter(is_polygon).count();
    let codes = codes(&features, &mut found);
    let drawing_error_m = meta.drawing_error_m();
    let checked: Vec<CheckedFeature> = features
        .into_par_iter()
        .map(|feature| check_feature(feature, of_points, drawing_error_m))
        .collect();

    let (mut areas, mut sites) = (Vec::new(), Vec::new());
    let mut rewound = 0;
    for (feature, code) in checked.into_iter().zip(codes) {
        let CheckedFeature {
            index,
            code: text,
            name,
            properties,
            faults,
            geometry,
            rewound: turned,
        } = feature;
        found.extend(faults.into_iter().map(|f| f.of_feature(index, text.as_deref())));
        rewound += turned;
        match (geometry, code) {
            (Some(ValidFeature::Polygons(geometry)), Some(code)) => {
                areas.push(Area::from_valid(code, name, properties, geometry));
            }
            (Some(ValidFeature::Point(position)), Some(code)) => {
                sites.push(Site { code, name, position, properties });
            }
            _ => {}
        }
    }
    if rewound > 0 {
        let rings = if rewound == 1 { "ring has" } else { "rings have" };
        let message = format!(
            "{rewound} {rings} the wrong winding order for RFC 7946 (exterior rings counter-clockwise, holes clockwise); reversed"
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

/// Merges features that are parts of one area: polygons with the same code, name and other
/// properties as an earlier feature. Official files contain such areas (wards split by a district
/// boundary), and so does any file whose multipolygons were split.
///
/// The polygons of the parts follow those of the first and are validated together. Parts that
/// overlap are refused, like any overlapping polygons.
fn merge_parts(features: Vec<RawFeature>, found: &mut Vec<Fault>) -> Vec<RawFeature> {
    let mut first: HashMap<String, usize> = HashMap::with_capacity(features.len());
    let mut kept: Vec<RawFeature> = Vec::with_capacity(features.len());
    for feature in features {
        let code = feature.code.as_deref().map(str::trim).filter(|code| !code.is_empty());
        let Some(code) = code.map(str::to_owned) else {
            kept.push(feature);
            continue;
        };
        let Some(&first_index) = first.get(&code) else {
            first.insert(code, kept.len());
            kept.push(feature);
            continue;
        };
        let earlier = &mut kept[first_index];
        let named = feature.name.as_deref().is_some_and(|name| !name.trim().is_empty());
        let same =
            named && feature.name == earlier.name && feature.properties == earlier.properties;
        match (&mut earlier.geometry, feature.geometry) {
            (
                RawGeometry::Polygons { polygons: of_first, grouped: one },
                RawGeometry::Polygons { polygons, grouped: other },
            ) if same && *one == other => {
                let message = format!(
                    "the feature has the same code, name and properties as feature {}: merged into it, with its polygons numbered from {}",
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

/// The result of checking one feature, apart from its code.
struct CheckedFeature {
    index: usize,
    code: Option<String>,
    name: String,
    properties: crate::area::Properties,
    faults: Vec<Fault>,
    geometry: Option<ValidFeature>,
    rewound: usize,
}

enum ValidFeature {
    Polygons(MultiPolygon<f64>),
    Point(Bng),
}

fn check_feature(feature: RawFeature, of_points: bool, drawing_error_m: f64) -> CheckedFeature {
    let RawFeature { index, code, name, properties, geometry } = feature;
    let mut checked = CheckedFeature {
        index,
        code,
        name: name.map(|n| n.trim().to_owned()).unwrap_or_default(),
        properties,
        faults: Vec::new(),
        geometry: None,
        rewound: 0,
    };
    match geometry {
        RawGeometry::Polygons { polygons, .. }
            if polygons.iter().flatten().all(std::vec::Vec::is_empty) =>
        {
            checked.faults.push(no_geometry());
        }
        RawGeometry::Empty => checked.faults.push(no_geometry()),
        RawGeometry::Polygons { polygons, grouped } if !of_points => {
            match validate(polygons, grouped, drawing_error_m) {
                Ok(valid) => {
                    checked.faults = valid.faults;
                    checked.geometry = Some(ValidFeature::Polygons(valid.geometry));
                    // A format that does not group its rings has its own winding rule.
                    checked.rewound = if grouped { valid.rewound } else { 0 };
                }
                Err(faults) => checked.faults = faults,
            }
        }
        RawGeometry::Point(at) if of_points => match Bng::new(at.x, at.y) {
            Ok(position) => checked.geometry = Some(ValidFeature::Point(position)),
            Err(reason) => {
                let kind = if at.x.is_finite() && at.y.is_finite() {
                    FaultKind::OutsideBritain
                } else {
                    FaultKind::NonFiniteCoordinate
                };
                checked.faults.push(Fault::error(kind, reason.to_string()));
            }
        },
        RawGeometry::Polygons { .. } => checked.faults.push(wrong_kind("polygons", of_points)),
        RawGeometry::Point(at) => {
            checked.faults.push(wrong_kind("a point", of_points).at(at.x, at.y));
        }
        RawGeometry::Other(kind) => checked.faults.push(wrong_kind(&kind, of_points)),
    }
    checked
}

fn no_geometry() -> Fault {
    Fault::error(FaultKind::EmptyGeometry, "the feature has no geometry: remove it or add one")
}

fn wrong_kind(kind: &str, of_points: bool) -> Fault {
    let expected = if of_points { "points" } else { "polygons" };
    let message = format!(
        "the feature's geometry is {kind} in a layer of {expected}: remove it or move it to another layer"
    );
    Fault::error(FaultKind::WrongGeometry, message)
}

/// Returns the code of each feature. Reports missing, invalid and duplicate codes and returns
/// `None` for them.
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
                    "the feature has no code: fill in the field named as `code` in the catalogue",
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
                    "the code {code} is already used by feature {earlier}: if both are parts of one area, dissolve them by code; otherwise name another field as `code`"
                );
                found.push(at(Fault::error(FaultKind::DuplicateCode, message)));
                return None;
            }
            first.insert(code.clone(), feature.index);
            Some(code)
        })
        .collect()
}
