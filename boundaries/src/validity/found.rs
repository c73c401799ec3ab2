//! The faults between the rings of one feature, put into words.

use geo::Coord;

use super::crossings::{How, Meeting};
use super::exact;
use super::nesting::RoleRing;
use super::trace;
use super::winding::Faces;
use crate::fault::{Fault, FaultKind, RingRef, Severity};

/// So many crossings of one feature are told one by one; the rest are counted.
const TOLD_PER_FEATURE: usize = 1_000;

/// The faults between rings, as they are put into words.
pub(super) struct Found<'a> {
    rings: &'a [RoleRing],
    meetings: &'a [Meeting],
    faces: &'a Faces,
    pub(super) faults: Vec<Fault>,
}

impl<'a> Found<'a> {
    pub(super) fn new(rings: &'a [RoleRing], meetings: &'a [Meeting], faces: &'a Faces) -> Self {
        Self { rings, meetings, faces, faults: Vec::new() }
    }

    /// Rings that do not cross but lie where they may not: always refused, because two readers
    /// would see two different grounds.
    pub(super) fn nesting(&mut self) {
        for (&hole, &outside) in &self.faces.outside_shell {
            if !self.is_whole(hole, outside) {
                continue;
            }
            let message = match self.other_shell_around(hole) {
                Some(other) => format!(
                    "the hole lies outside its shell, inside polygon {}: move it to that polygon",
                    other.from.polygon
                ),
                None => {
                    "the hole lies outside its shell: remove it, or make it a polygon".to_owned()
                }
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
                    "the hole lies inside hole {} of its polygon: make it a polygon of its own if it is an island, else remove it",
                    larger.ring
                )
            } else {
                format!(
                    "the polygon lies on the ground of polygon {}: make it a hole of that polygon, or remove it",
                    larger.polygon
                )
            };
            self.add(Fault::error(FaultKind::WrongNesting, message), smaller, shared);
        }
    }

    /// Rings that cross themselves or each other.
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
        let told = |pair: (u32, u32)| doubts.iter().any(|(other, _)| *other == pair);
        let mut places: Vec<Crossing> = Vec::new();
        for &(pair, m2) in &doubts {
            let of_pair = || self.meetings.iter().filter(|m| m.rings == pair);
            let mut at: Vec<_> = of_pair().filter(|m| m.how == How::Cross).map(|m| m.at).collect();
            if at.is_empty() {
                // They go through each other at a vertex or along a line.
                at = of_pair().map(|m| m.at).collect();
            }
            if at.is_empty() {
                at.push(self.rings[pair.0 as usize].points[0]);
            }
            places.extend(at.into_iter().map(|at| (pair, at, Some(m2))));
        }
        let crossing = |m: &&Meeting| m.how == How::Cross && !told(m.rings);
        places.extend(self.meetings.iter().filter(crossing).map(|m| (m.rings, m.at, None)));
        let more = places.len().saturating_sub(TOLD_PER_FEATURE);
        let doubt = self.faces.doubt_m2;
        for (pair, at, m2) in places.into_iter().take(TOLD_PER_FEATURE) {
            let fault = crossing_fault(self.rings, pair, tolerable, doubt, drawing_error_m);
            let fault = placed(fault, self.rings[pair.1 as usize].from, at);
            self.faults.push(match m2 {
                Some(m2) => fault.with_area(m2),
                None => fault,
            });
        }
        if more > 0 {
            let severity = if tolerable { Severity::Repaired } else { Severity::Error };
            let message = format!("and {more} more crossings of this feature");
            self.faults.push(Fault::new(severity, FaultKind::SelfCrossing, message));
        }
    }

    /// Rings that touch or run along themselves or each other, mended by splitting and merging.
    pub(super) fn touches(&mut self) {
        let cut_apart = self.faults.is_empty()
            && self.meetings.iter().all(|m| m.how == How::Touch && m.rings.0 != m.rings.1);
        for m in self.meetings {
            let own = m.rings.0 == m.rings.1;
            let (kind, message) = match m.how {
                How::Touch if own => (
                    FaultKind::SelfTouching,
                    "the ring touches itself here; split into rings at the point",
                ),
                How::Share if own => (
                    FaultKind::SelfTouching,
                    "the ring runs along itself from here; the line is dropped",
                ),
                How::Share => (
                    FaultKind::CrossingRings,
                    "two rings of the feature share a line from here; merged along it",
                ),
                How::Touch if cut_apart => (
                    FaultKind::SelfTouching,
                    "two rings touch here and elsewhere and cut the polygon apart; split into polygons",
                ),
                How::Touch | How::Cross => continue,
            };
            let fault = Fault::repaired(kind, message);
            self.faults.push(placed(fault, self.rings[m.rings.1 as usize].from, m.at));
        }
    }

    fn add(&mut self, fault: Fault, ring: u32, area_m2: f64) {
        let ring = &self.rings[ring as usize];
        self.faults.push(placed(fault, ring.from, ring.points[0]).with_area(area_m2));
    }

    /// The m² that a ring bounds; of a shell, less its holes.
    fn size(&self, ring: u32) -> f64 {
        let size = |ring: &RoleRing| exact::signed_area(&ring.points).abs();
        let own = &self.rings[ring as usize];
        if own.hole {
            return size(own);
        }
        let holes = self.rings.iter().filter(|r| r.hole && r.polygon == own.polygon);
        size(own) - holes.map(size).sum::<f64>()
    }

    /// Whether so many m² are the whole of a ring, but for rounding.
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

/// The rings that cross, where, and the m² they leave in doubt, if it is theirs alone.
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
        format!("the drawing's own error of {drawing_error_m} m")
    } else {
        "1 m², the most that is mended where the resolution is not stated".to_owned()
    };
    if tolerable {
        let message = format!(
            "{what}; mended by the even-odd rule, because the ground in doubt, {doubt_m2:.3} m² of the feature, is less than {than}"
        );
        Fault::repaired(kind, message)
    } else {
        let message = format!(
            "{what} and leaves {doubt_m2:.3} m² of the feature in doubt, more than {than}: mend it at its source, or choose a reading with `ogr2ogr -makevalid OUT IN`"
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
