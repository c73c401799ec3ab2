//! One feature: taken as it is, mended, or refused, with every reason.

use geo::{MultiPolygon, Polygon};

use super::arrangement::Arrangement;
use super::crossings::{How, Meeting, edges_of, meetings};
use super::exact::{self, Ring};
use super::found::{Found, maybe_placed, placed};
use super::nesting::{RoleRing, by_containment, drop_twins};
use super::noding::Unsettled;
use super::rings::{Cleaned, clean};
use super::sliver::{SPECK_M2, is_thin};
use super::trace;
use super::winding::{self, Faces};
use crate::fault::{Fault, FaultKind, RingRef, Severity};
use crate::load::raw::RawRing;

/// Ground in doubt may be at most this share of the feature, however thin.
const DOUBT_SHARE: f64 = 0.01;

/// A feature that was taken.
#[derive(Debug)]
pub(super) struct Taken {
    /// Its valid geometry.
    pub(super) geometry: MultiPolygon<f64>,
    /// What was mended, or is worth knowing.
    pub(super) faults: Vec<Fault>,
    /// How many of its rings ran the other way round than RFC 7946 asks.
    pub(super) rewound: usize,
}

/// Judges the polygons of one feature; the drawing error is in metres, 0 where none is stated.
///
/// The faults name ring and place; the caller adds file and feature.
pub(super) fn judge(
    polygons: Vec<Vec<RawRing>>,
    grouped: bool,
    drawing_error_m: f64,
) -> Result<Taken, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut rings = cleaned(polygons, grouped, &mut faults);
    if faults.iter().any(|fault| fault.severity == Severity::Error) {
        return Err(faults);
    }
    for twin in drop_twins(&mut rings, grouped) {
        let what = if twin.hole {
            "the hole stands twice in its polygon"
        } else {
            "the polygon stands twice"
        };
        let fault = Fault::repaired(FaultKind::WrongNesting, format!("{what}; taken once"));
        faults.push(placed(fault, twin.from, twin.points[0]));
    }
    let rewound = |r: &&RoleRing| (exact::signed_area(&r.points) < 0.0) != r.hole;
    let rewound = rings.iter().filter(rewound).count();
    match sound(rings, drawing_error_m, &mut faults) {
        Some(geometry) => Ok(Taken { geometry, faults, rewound }),
        None => Err(faults),
    }
}

/// Cleans every ring and gives it its role.
fn cleaned(polygons: Vec<Vec<RawRing>>, grouped: bool, faults: &mut Vec<Fault>) -> Vec<RoleRing> {
    let mut good = Vec::new();
    let mut flat = Vec::new();
    let mut shellless: Vec<usize> = Vec::new();
    for (polygon, rings) in polygons.into_iter().enumerate() {
        for (ring, raw) in rings.into_iter().enumerate() {
            let from = RingRef { polygon, ring };
            match clean(raw) {
                Cleaned::Ring(points, blemishes) => {
                    for b in blemishes {
                        let fault = Fault::repaired(b.kind, b.message);
                        faults.push(maybe_placed(fault, from, b.at));
                    }
                    good.push((from, points));
                }
                Cleaned::Flat(blemish) => {
                    if ring == 0 {
                        shellless.push(polygon);
                    }
                    flat.push((from, blemish));
                }
                Cleaned::Broken(blemishes) => {
                    for b in blemishes {
                        faults.push(maybe_placed(Fault::error(b.kind, b.message), from, b.at));
                    }
                }
            }
        }
    }
    // A ring without ground beside good ones is dropped: the covered ground is the same. A flat
    // shell that has good holes is another matter: something is missing.
    let orphaned = |polygon: usize| {
        grouped && shellless.contains(&polygon) && good.iter().any(|(r, _)| r.polygon == polygon)
    };
    for (from, b) in flat {
        let fault = if good.is_empty() {
            Fault::error(b.kind, format!("{}; the feature covers no ground", b.message))
        } else if orphaned(from.polygon) && from.ring == 0 {
            Fault::error(
                b.kind,
                format!("{}; yet it is the shell of a polygon with holes", b.message),
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

/// The valid geometry of clean rings, or `None` with the reasons among the faults.
fn sound(
    rings: Vec<RoleRing>,
    drawing_error_m: f64,
    faults: &mut Vec<Fault>,
) -> Option<MultiPolygon<f64>> {
    let points: Vec<Ring> = rings.iter().map(|r| r.points.clone()).collect();
    let Ok(meetings) = meetings(&points) else {
        let message = "the rings cross in more than 100,000 places: this is no boundary";
        faults.push(Fault::error(FaultKind::SelfCrossing, message));
        return None;
    };
    if meetings.is_empty() && rings.len() == 1 {
        return Some(as_given(rings));
    }
    let arrangement = match Arrangement::of(edges_of(&points)) {
        Ok(arrangement) => arrangement,
        Err(Unsettled { at }) => {
            let message = "the rings cross in edges that lie closer than numbers can tell apart; mend it at its source";
            faults.push(Fault::error(FaultKind::SelfCrossing, message).at(at.x, at.y));
            return None;
        }
    };
    let faces = winding::judge(&arrangement, &rings);
    let mut found = Found::new(&rings, &meetings, &faces);
    found.nesting();
    found.crossings(tolerable(&arrangement, &faces, drawing_error_m), drawing_error_m);
    let refused = found.faults.iter().any(|fault| fault.severity == Severity::Error);
    let plain = |m: &Meeting| m.how == How::Touch && m.rings.0 != m.rings.1;
    if refused || faces.ground_m2 <= 0.0 {
        if !refused {
            let message = "the feature covers no ground: its rings cancel each other";
            found.faults.push(Fault::error(FaultKind::EmptyGeometry, message));
        }
        faults.append(&mut found.faults);
        return None;
    }
    if found.faults.is_empty() && meetings.iter().all(plain) {
        let traced =
            if meetings.is_empty() { None } else { Some(arrangement.boundary(&faces.ground)) };
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
    let mended = trace::polygons(&arrangement.boundary(&faces.ground)).filter(is_sound);
    if mended.is_none() {
        let message = "the rings touch or cross in a way that could not be mended; mend the file with `ogr2ogr -makevalid OUT IN`";
        let fault = Fault::error(FaultKind::SelfCrossing, message);
        faults.push(match meetings.first() {
            Some(m) => placed(fault, rings[m.rings.0 as usize].from, m.at),
            None => fault,
        });
    }
    mended
}

/// Whether a mended geometry passes the same judgement, with nothing left to mend.
pub(crate) fn is_sound(geometry: &MultiPolygon<f64>) -> bool {
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
    let plain = |m: &Meeting| m.how == How::Touch && m.rings.0 != m.rings.1;
    let Ok(meetings) = meetings(&points) else { return false };
    if !meetings.iter().all(plain) || rings.iter().any(|r| r.points.len() < 3) {
        return false;
    }
    Arrangement::of(edges_of(&points)).is_ok_and(|arrangement| {
        let faces = winding::judge(&arrangement, &rings);
        faces.doubtful.is_empty()
            && trace::polygons(&arrangement.boundary(&faces.ground))
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

/// The rings as the file has them, but for their winding.
fn as_given(rings: Vec<RoleRing>) -> MultiPolygon<f64> {
    let mut polygons: Vec<(u32, Ring, Vec<Ring>)> = Vec::new();
    let mut holes: Vec<(u32, Ring)> = Vec::new();
    for RoleRing { polygon, hole, mut points, .. } in rings {
        if exact::is_counter_clockwise(&points) == hole {
            // The first point stays first.
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

/// Whether all ground in doubt is no more than the drawing's own error.
fn tolerable(arrangement: &Arrangement, faces: &Faces, drawing_error_m: f64) -> bool {
    if drawing_error_m <= 0.0 {
        return faces.doubt_m2 < SPECK_M2;
    }
    let thin = |cycle: &u32| {
        let points = arrangement.cycle_points(*cycle);
        let area = exact::signed_area(&points);
        area <= 0.0 || is_thin(area, exact::perimeter(&points), drawing_error_m)
    };
    faces.doubt_m2 < DOUBT_SHARE * faces.ground_m2 && faces.doubtful.iter().all(thin)
}
