//! Faults between the rings of one feature, with their messages.

use geo::Coord;

use super::crossings::{Intersection, IntersectionKind};
use super::exact;
use super::nesting::RoleRing;
use super::trace;
use super::winding::Faces;
use crate::fault::{Fault, FaultKind, RingRef, Severity};

/// The number of crossings reported individually per feature; the rest are counted.
const LISTED_PER_FEATURE: usize = 1_000;

/// Collects the faults between rings.
pub(super) struct RingFaults<'a> {
    rings: &'a [RoleRing],
    intersections: &'a [Intersection],
    faces: &'a Faces,
    pub(super) faults: Vec<Fault>,
}

impl<'a> RingFaults<'a> {
    pub(super) fn new(
        rings: &'a [RoleRing],
        intersections: &'a [Intersection],
        faces: &'a Faces,
    ) -> Self {
        Self { rings, intersections, faces, faults: Vec::new() }
    }

    /// Reports rings that do not cross but lie where they must not. Always an error, because two
    /// readers would disagree on the area covered.
    pub(super) fn nesting(&mut self) {
        for (&hole, &outside) in &self.faces.outside_shell {
            if !self.is_whole(hole, outside) {
                continue;
            }
            let message = match self.other_shell_around(hole) {
                Some(other) => format!(
                    "the hole lies outside its exterior ring, inside polygon {}: move it to that polygon",
                    other.from.polygon
                ),
                None => "the hole lies outside its exterior ring: remove it or make it a polygon"
                    .to_owned(),
            };
            self.add(Fault::error(FaultKind::HoleOutsideShell, message), hole, outside);
        }
        for (&(r, s), &shared) in &self.faces.of_pair {
            let smaller = if self.size(r) < self.size(s) { r } else { s };
            if !self.is_whole(smaller, shared) {
                continue;
            }
            let larger = self.rings[if smaller == r { s } else { r } as usize].from;
            let message = if self.rings[r as usize].hole {
                format!(
                    "the hole lies inside hole {} of its polygon: make it a separate polygon if it is an island, otherwise remove it",
                    larger.ring
                )
            } else {
                format!(
                    "the polygon lies inside polygon {}: make it a hole of that polygon or remove it",
                    larger.polygon
                )
            };
            self.add(Fault::error(FaultKind::WrongNesting, message), smaller, shared);
        }
    }

    /// Reports rings that cross themselves or each other.
    pub(super) fn crossings(&mut self, tolerable: bool, drawing_error_m: f64) {
        if self.faces.doubtful.is_empty() {
            return;
        }
        let mut doubts: Vec<((u32, u32), f64)> =
            self.faces.of_ring.iter().map(|(&r, &m2)| ((r, r), m2)).collect();
        doubts.extend(
            self.faces
                .of_pair
                .iter()
                .filter(|((r, s), m2)| !self.is_whole(*r, **m2) && !self.is_whole(*s, **m2))
                .map(|(&pair, &m2)| (pair, m2)),
        );
        for (&hole, &outside) in &self.faces.outside_shell {
            let shell = (0..self.rings.len() as u32).find(|&s| {
                let ring = &self.rings[s as usize];
                !ring.hole && ring.polygon == self.rings[hole as usize].polygon
            });
            if let Some(shell) = shell.filter(|_| !self.is_whole(hole, outside)) {
                doubts.push(((hole.min(shell), hole.max(shell)), outside));
            }
        }
        let has_doubt = |pair: (u32, u32)| doubts.iter().any(|(other, _)| *other == pair);
        let mut crossings: Vec<Crossing> = Vec::new();
        for &(pair, m2) in &doubts {
            let of_pair = || self.intersections.iter().filter(|m| m.rings == pair);
            let mut at: Vec<_> =
                of_pair().filter(|m| m.kind == IntersectionKind::Cross).map(|m| m.at).collect();
            if at.is_empty() {
                // They cross at a vertex or along a shared segment.
                at = of_pair().map(|m| m.at).collect();
            }
            if at.is_empty() {
                at.push(self.rings[pair.0 as usize].points[0]);
            }
            crossings.extend(at.into_iter().map(|at| (pair, at, Some(m2))));
        }
        let crossing = |m: &&Intersection| m.kind == IntersectionKind::Cross && !has_doubt(m.rings);
        crossings.extend(self.intersections.iter().filter(crossing).map(|m| (m.rings, m.at, None)));
        let more = crossings.len().saturating_sub(LISTED_PER_FEATURE);
        let doubt = self.faces.doubt_m2;
        for (pair, at, m2) in crossings.into_iter().take(LISTED_PER_FEATURE) {
            let fault = crossing_fault(self.rings, pair, tolerable, doubt, drawing_error_m);
            let fault = placed(fault, self.rings[pair.1 as usize].from, at);
            self.faults.push(match m2 {
                Some(m2) => fault.with_area(m2),
                None => fault,
            });
        }
        if more > 0 {
            let severity = if tolerable { Severity::Repaired } else { Severity::Error };
            let message = format!("the feature has {more} more crossings");
            self.faults.push(Fault::new(severity, FaultKind::SelfCrossing, message));
        }
    }

    /// Reports rings that touch or overlap themselves or each other, which are repaired by
    /// splitting and merging.
    pub(super) fn touches(&mut self) {
        let cut_apart = self.faults.is_empty()
            && self
                .intersections
                .iter()
                .all(|m| m.kind == IntersectionKind::Touch && m.rings.0 != m.rings.1);
        for m in self.intersections {
            let own = m.rings.0 == m.rings.1;
            let (kind, message) = match m.kind {
                IntersectionKind::Touch if own => (
                    FaultKind::SelfTouching,
                    "the ring touches itself here; split into rings at this point",
                ),
                IntersectionKind::Overlap if own => (
                    FaultKind::SelfTouching,
                    "the ring runs along itself from here; removed the double line",
                ),
                IntersectionKind::Overlap => (
                    FaultKind::CrossingRings,
                    "two rings of the feature share a line from here; merged along it",
                ),
                IntersectionKind::Touch if cut_apart => (
                    FaultKind::SelfTouching,
                    "two rings touch here and elsewhere and cut the polygon apart; split into polygons",
                ),
                IntersectionKind::Touch | IntersectionKind::Cross => continue,
            };
            let fault = Fault::repaired(kind, message);
            self.faults.push(placed(fault, self.rings[m.rings.1 as usize].from, m.at));
        }
    }

    fn add(&mut self, fault: Fault, ring: u32, area_m2: f64) {
        let ring = &self.rings[ring as usize];
        self.faults.push(placed(fault, ring.from, ring.points[0]).with_area(area_m2));
    }

    /// Returns the m² that a ring bounds, for an exterior ring without its holes.
    fn size(&self, ring: u32) -> f64 {
        let size = |ring: &RoleRing| exact::signed_area(&ring.points).abs();
        let own = &self.rings[ring as usize];
        if own.hole {
            return size(own);
        }
        let holes = self.rings.iter().filter(|r| r.hole && r.polygon == own.polygon);
        size(own) - holes.map(size).sum::<f64>()
    }

    /// Returns true if `m2` is the whole area of a ring, except for rounding.
    fn is_whole(&self, ring: u32, m2: f64) -> bool {
        m2 >= self.size(ring) * (1.0 - 1e-9)
    }

    fn other_shell_around(&self, hole: u32) -> Option<&RoleRing> {
        let hole = &self.rings[hole as usize];
        self.rings.iter().find(|shell| {
            !shell.hole
                && shell.polygon != hole.polygon
                && trace::lies_in(&hole.points, &shell.points)
        })
    }
}

/// The rings that cross, the position, and the m² in doubt if only this pair causes it.
type Crossing = ((u32, u32), Coord<f64>, Option<f64>);

fn crossing_fault(
    rings: &[RoleRing],
    (r, s): (u32, u32),
    tolerable: bool,
    doubt_m2: f64,
    drawing_error_m: f64,
) -> Fault {
    let (kind, what) = if r == s {
        (FaultKind::SelfCrossing, "the ring crosses itself here".to_owned())
    } else {
        let other = rings[r as usize].from;
        let what =
            format!("the ring crosses ring {} of polygon {} here", other.ring, other.polygon);
        (FaultKind::CrossingRings, what)
    };
    let than = if drawing_error_m > 0.0 {
        format!("the drawing error of {drawing_error_m} m")
    } else {
        "1 m², the limit for repairs if the catalogue states no resolution".to_owned()
    };
    if tolerable {
        let message = format!(
            "{what}; repaired by the even-odd rule, because only {doubt_m2:.3} m² of the feature are ambiguous, less than {than}"
        );
        Fault::repaired(kind, message)
    } else {
        let message = format!(
            "{what} and leaves {doubt_m2:.3} m² of the feature ambiguous, more than {than}: repair it at its source, or with `ogr2ogr -makevalid OUT IN`"
        );
        Fault::error(kind, message)
    }
}

pub(super) fn placed(fault: Fault, ring: RingRef, at: Coord<f64>) -> Fault {
    fault.of_ring(ring.polygon, ring.ring).at(at.x, at.y)
}

pub(super) fn maybe_placed(fault: Fault, ring: RingRef, at: Option<Coord<f64>>) -> Fault {
    match at {
        Some(at) => placed(fault, ring, at),
        None => fault.of_ring(ring.polygon, ring.ring),
    }
}
