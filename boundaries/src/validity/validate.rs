//! Validation of one feature: accepts, repairs or refuses it, with every reason.

use geo::{MultiPolygon, Polygon};

use super::arrangement::Arrangement;
use super::crossings::{Intersection, IntersectionKind, edges_of, intersections};
use super::exact::{self, Ring};
use super::nesting::{RoleRing, by_containment, drop_duplicates};
use super::noding::NodingError;
use super::ring_faults::{RingFaults, maybe_placed, placed};
use super::rings::{Cleaned, clean};
use super::sliver::{SPECK_M2, is_thin};
use super::trace;
use super::winding::{self, Faces};
use crate::fault::{Fault, FaultKind, RingRef, Severity};
use crate::load::raw::RawRing;

/// The ambiguous area may be at most this share of the feature, however thin it is.
const DOUBT_SHARE: f64 = 0.01;

/// A valid feature.
#[derive(Debug)]
pub(super) struct ValidGeometry {
    /// Its valid geometry.
    pub(super) geometry: MultiPolygon<f64>,
    /// Repairs and notes.
    pub(super) faults: Vec<Fault>,
    /// The number of rings with the wrong winding order for RFC 7946.
    pub(super) rewound: usize,
}

/// Validates the polygons of one feature. The drawing error is in metres, or 0 if not stated.
///
/// The faults have ring and coordinates; the caller adds file and feature.
pub(super) fn validate(
    polygons: Vec<Vec<RawRing>>,
    grouped: bool,
    drawing_error_m: f64,
) -> Result<ValidGeometry, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut rings = clean_rings(polygons, grouped, &mut faults);
    if faults.iter().any(|fault| fault.severity == Severity::Error) {
        return Err(faults);
    }
    for duplicate in drop_duplicates(&mut rings, grouped) {
        let what = if duplicate.hole {
            "the hole appears twice in its polygon"
        } else {
            "the polygon appears twice"
        };
        let fault = Fault::repaired(FaultKind::WrongNesting, format!("{what}; kept once"));
        faults.push(placed(fault, duplicate.from, duplicate.points[0]));
    }
    let rewound = |r: &&RoleRing| (exact::signed_area(&r.points) < 0.0) != r.hole;
    let rewound = rings.iter().filter(rewound).count();
    match valid_geometry(rings, drawing_error_m, &mut faults) {
        Some(geometry) => Ok(ValidGeometry { geometry, faults, rewound }),
        None => Err(faults),
    }
}

/// Cleans every ring and assigns its role.
fn clean_rings(
    polygons: Vec<Vec<RawRing>>,
    grouped: bool,
    faults: &mut Vec<Fault>,
) -> Vec<RoleRing> {
    let mut good = Vec::new();
    let mut flat = Vec::new();
    let mut without_exterior: Vec<usize> = Vec::new();
    for (polygon, rings) in polygons.into_iter().enumerate() {
        for (ring, raw) in rings.into_iter().enumerate() {
            let from = RingRef { polygon, ring };
            match clean(raw) {
                Cleaned::Ring(points, of_ring) => {
                    for b in of_ring {
                        let fault = Fault::repaired(b.kind, b.message);
                        faults.push(maybe_placed(fault, from, b.at));
                    }
                    good.push((from, points));
                }
                Cleaned::Flat(fault) => {
                    if ring == 0 {
                        without_exterior.push(polygon);
                    }
                    flat.push((from, fault));
                }
                Cleaned::Broken(of_ring) => {
                    for b in of_ring {
                        faults.push(maybe_placed(Fault::error(b.kind, b.message), from, b.at));
                    }
                }
            }
        }
    }
    // Dropping a ring without area beside good rings changes nothing. But if the exterior ring has
    // no area and its holes do, something is missing.
    let orphaned = |polygon: usize| {
        grouped
            && without_exterior.contains(&polygon)
            && good.iter().any(|(r, _)| r.polygon == polygon)
    };
    for (from, b) in flat {
        let fault = if good.is_empty() {
            Fault::error(
                b.kind,
                format!("{}; the feature has no area: correct or remove it", b.message),
            )
        } else if orphaned(from.polygon) && from.ring == 0 {
            Fault::error(
                b.kind,
                format!(
                    "{}, but it is the exterior ring of a polygon with holes: correct it",
                    b.message
                ),
            )
        } else {
            Fault::repaired(b.kind, format!("{}; dropped", b.message))
        };
        faults.push(maybe_placed(fault, from, b.at));
    }
    if grouped {
        let role = |(from, points): (RingRef, Ring)| RoleRing {
            from,
            polygon: from.polygon as u32,
            hole: from.ring > 0,
            points,
        };
        good.into_iter().map(role).collect()
    } else {
        by_containment(good)
    }
}

/// Returns the valid geometry of clean rings. On failure, adds the reasons to `faults` and returns
/// `None`.
fn valid_geometry(
    rings: Vec<RoleRing>,
    drawing_error_m: f64,
    faults: &mut Vec<Fault>,
) -> Option<MultiPolygon<f64>> {
    let points: Vec<Ring> = rings.iter().map(|r| r.points.clone()).collect();
    let Ok(intersections) = intersections(&points) else {
        let message = "the rings cross in more than 100,000 places: check that this is a boundary";
        faults.push(Fault::error(FaultKind::SelfCrossing, message));
        return None;
    };
    if intersections.is_empty() && rings.len() == 1 {
        return Some(as_given(rings));
    }
    let arrangement = match Arrangement::of(edges_of(&points)) {
        Ok(arrangement) => arrangement,
        Err(NodingError { at }) => {
            let message = "the rings cross along edges that are too close together to be distinguished in floating point: repair the feature at its source";
            faults.push(Fault::error(FaultKind::SelfCrossing, message).at(at.x, at.y));
            return None;
        }
    };
    let faces = winding::classify_faces(&arrangement, &rings);
    let mut found = RingFaults::new(&rings, &intersections, &faces);
    found.nesting();
    found.crossings(tolerable(&arrangement, &faces, drawing_error_m), drawing_error_m);
    let refused = found.faults.iter().any(|fault| fault.severity == Severity::Error);
    let plain = |m: &Intersection| m.kind == IntersectionKind::Touch && m.rings.0 != m.rings.1;
    if refused || faces.inside_m2 <= 0.0 {
        if !refused {
            let message =
                "the feature has no area: its rings cancel each other; correct or remove it";
            found.faults.push(Fault::error(FaultKind::EmptyGeometry, message));
        }
        faults.append(&mut found.faults);
        return None;
    }
    if found.faults.is_empty() && intersections.iter().all(plain) {
        let traced =
            if intersections.is_empty() { None } else { Some(arrangement.boundary(&faces.inside)) };
        match traced.map(|pieces| trace::polygons(&pieces)) {
            None => return Some(as_given(rings)),
            Some(Some(traced)) if counts(&traced) == role_counts(&rings) => {
                return Some(as_given(rings));
            }
            Some(_) => {}
        }
    }
    found.touches();
    faults.append(&mut found.faults);
    let repaired = trace::polygons(&arrangement.boundary(&faces.inside)).filter(is_valid);
    if repaired.is_none() {
        let message = "the rings touch or cross in a way that could not be repaired: repair the file with `ogr2ogr -makevalid OUT IN`";
        let fault = Fault::error(FaultKind::SelfCrossing, message);
        faults.push(match intersections.first() {
            Some(m) => placed(fault, rings[m.rings.0 as usize].from, m.at),
            None => fault,
        });
    }
    repaired
}

/// Returns true if a repaired geometry passes the same validation without further repairs.
pub(crate) fn is_valid(geometry: &MultiPolygon<f64>) -> bool {
    let open = |line: &geo::LineString<f64>| line.0[..line.0.len().saturating_sub(1)].to_vec();
    let rings: Vec<RoleRing> = geometry
        .iter()
        .enumerate()
        .flat_map(|(i, polygon)| {
            std::iter::once(polygon.exterior()).chain(polygon.interiors()).enumerate().map(
                move |(ring, line)| RoleRing {
                    from: RingRef { polygon: i, ring },
                    polygon: i as u32,
                    hole: ring > 0,
                    points: open(line),
                },
            )
        })
        .collect();
    let points: Vec<Ring> = rings.iter().map(|r| r.points.clone()).collect();
    let plain = |m: &Intersection| m.kind == IntersectionKind::Touch && m.rings.0 != m.rings.1;
    let Ok(intersections) = intersections(&points) else { return false };
    if !intersections.iter().all(plain) || rings.iter().any(|r| r.points.len() < 3) {
        return false;
    }
    Arrangement::of(edges_of(&points)).is_ok_and(|arrangement| {
        let faces = winding::classify_faces(&arrangement, &rings);
        faces.doubtful.is_empty()
            && trace::polygons(&arrangement.boundary(&faces.inside))
                .is_some_and(|again| counts(&again) == counts(geometry))
    })
}

fn counts(geometry: &MultiPolygon<f64>) -> (usize, usize) {
    (geometry.0.len(), geometry.iter().map(|p| p.interiors().len()).sum())
}

fn role_counts(rings: &[RoleRing]) -> (usize, usize) {
    let holes = rings.iter().filter(|r| r.hole).count();
    (rings.len() - holes, holes)
}

/// Builds polygons from the rings as in the file, corrected only in winding order.
fn as_given(rings: Vec<RoleRing>) -> MultiPolygon<f64> {
    let mut polygons: Vec<(u32, Ring, Vec<Ring>)> = Vec::new();
    let mut holes: Vec<(u32, Ring)> = Vec::new();
    for RoleRing { polygon, hole, mut points, .. } in rings {
        if exact::is_counter_clockwise(&points) == hole {
            // Keep the first point first.
            points[1..].reverse();
        }
        if hole {
            holes.push((polygon, points));
        } else {
            polygons.push((polygon, points, Vec::new()));
        }
    }
    for (of, hole) in holes {
        if let Some((_, _, own)) = polygons.iter_mut().find(|(polygon, ..)| *polygon == of) {
            own.push(hole);
        }
    }
    polygons
        .into_iter()
        .map(|(_, shell, holes)| trace::polygon(shell, holes))
        .collect::<Vec<Polygon<f64>>>()
        .into()
}

/// Returns true if the whole ambiguous area is within the drawing error.
fn tolerable(arrangement: &Arrangement, faces: &Faces, drawing_error_m: f64) -> bool {
    if drawing_error_m <= 0.0 {
        return faces.doubt_m2 < SPECK_M2;
    }
    let thin = |cycle: &u32| {
        let points = arrangement.cycle_points(*cycle);
        let area = exact::signed_area(&points);
        area <= 0.0 || is_thin(area, exact::perimeter(&points), drawing_error_m)
    };
    faces.doubt_m2 < DOUBT_SHARE * faces.inside_m2 && faces.doubtful.iter().all(thin)
}
