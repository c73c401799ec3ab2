//! Winding numbers of the rings of a feature: which faces are inside the feature, and which are
//! ambiguous.

use std::collections::{BTreeMap, BTreeSet};

use super::arrangement::{Arrangement, CycleVisit};
use super::exact;
use super::nesting::RoleRing;

/// The classification of the faces of a feature's arrangement.
///
/// A face is *inside* if it lies in some polygon: inside its exterior ring by the even-odd rule,
/// and in none of its holes. It is *ambiguous* ("in doubt") if readings of the rings differ: a ring
/// (oriented so that its larger part counts positive) winds around it other than 0 or 1 times, a
/// hole covers it where no exterior ring does, or two holes of one polygon or two polygons both
/// cover it.
#[derive(Debug, Default)]
pub(super) struct Faces {
    /// For each cycle, true if its face is inside.
    pub(super) inside: Vec<bool>,
    /// The m² inside.
    pub(super) inside_m2: f64,
    /// The m² in doubt.
    pub(super) doubt_m2: f64,
    /// The cycles around faces in doubt.
    pub(super) doubtful: Vec<u32>,
    /// The m² in doubt because a ring crosses itself.
    pub(super) of_ring: BTreeMap<u32, f64>,
    /// The m² of a hole that its exterior ring does not cover.
    pub(super) outside_shell: BTreeMap<u32, f64>,
    /// The m² covered by two holes of one polygon or by two polygons.
    pub(super) of_pair: BTreeMap<(u32, u32), f64>,
}

/// Classifies every face.
pub(crate) fn classify_faces(arrangement: &Arrangement, rings: &[RoleRing]) -> Faces {
    let mut state = Winding::new(rings);
    state.faces.inside = vec![false; arrangement.cycle_count()];
    arrangement.walk_faces(&mut state, Winding::cross, Winding::visit);
    state.faces
}

/// The winding numbers at the current face, with sets that make each classification cheap.
struct Winding<'a> {
    rings: &'a [RoleRing],
    /// `-1` for rings whose larger part is wound clockwise.
    sign: Vec<i32>,
    winding: Vec<i32>,
    polygons: BTreeMap<u32, Polygon>,
    /// Rings that wind other than 0 or 1 times.
    odd_rings: BTreeSet<u32>,
    /// Polygons whose shell less holes is other than 0 or 1.
    odd_polygons: BTreeSet<u32>,
    /// Polygons whose shell less holes is 1 or more.
    covering: BTreeSet<u32>,
    /// The number of polygons that contain the face.
    containing: usize,
    faces: Faces,
}

#[derive(Default)]
struct Polygon {
    rings: Vec<u32>,
    shell_less_holes: i32,
    shell_odd: bool,
    odd_holes: usize,
}

impl Polygon {
    fn is_inside(&self) -> bool {
        self.shell_odd && self.odd_holes == 0
    }
}

impl<'a> Winding<'a> {
    fn new(rings: &'a [RoleRing]) -> Self {
        let sign = |r: &RoleRing| if exact::signed_area(&r.points) < 0.0 { -1 } else { 1 };
        let mut polygons: BTreeMap<u32, Polygon> = BTreeMap::new();
        for (i, ring) in rings.iter().enumerate() {
            polygons.entry(ring.polygon).or_default().rings.push(i as u32);
        }
        Self {
            rings,
            sign: rings.iter().map(sign).collect(),
            winding: vec![0; rings.len()],
            polygons,
            odd_rings: BTreeSet::new(),
            odd_polygons: BTreeSet::new(),
            covering: BTreeSet::new(),
            containing: 0,
            faces: Faces::default(),
        }
    }

    fn cross(&mut self, ring: u32, by: i32) {
        let by = by * self.sign[ring as usize];
        let RoleRing { polygon: number, hole, .. } = self.rings[ring as usize];
        let winding = &mut self.winding[ring as usize];
        let was_odd = *winding % 2 != 0;
        *winding += by;
        let is_odd = *winding % 2 != 0;
        set(&mut self.odd_rings, ring, !(0..=1).contains(winding));
        let polygon = self.polygons.entry(number).or_default();
        self.containing -= usize::from(polygon.is_inside());
        if hole {
            polygon.shell_less_holes -= by;
            polygon.odd_holes = polygon.odd_holes + usize::from(is_odd) - usize::from(was_odd);
        } else {
            polygon.shell_less_holes += by;
            polygon.shell_odd = is_odd;
        }
        self.containing += usize::from(polygon.is_inside());
        set(&mut self.odd_polygons, number, !(0..=1).contains(&polygon.shell_less_holes));
        set(&mut self.covering, number, polygon.shell_less_holes > 0);
    }

    fn visit(&mut self, visit: &CycleVisit) {
        let inside = self.containing > 0;
        self.faces.inside[visit.cycle as usize] = inside;
        if inside {
            self.faces.inside_m2 += visit.area;
        }
        if self.odd_rings.is_empty() && self.odd_polygons.is_empty() && self.covering.len() < 2 {
            return;
        }
        self.faces.doubt_m2 += visit.area;
        self.faces.doubtful.push(visit.cycle);
        if !self.odd_rings.is_empty() {
            for &ring in &self.odd_rings {
                *self.faces.of_ring.entry(ring).or_default() += visit.area;
            }
        } else if !self.odd_polygons.is_empty() {
            for number in &self.odd_polygons {
                let around = |r: &&u32| self.winding[**r as usize] != 0;
                let inside: Vec<u32> =
                    self.polygons[number].rings.iter().filter(around).copied().collect();
                let (holes, shells): (Vec<u32>, Vec<u32>) =
                    inside.iter().partition(|r| self.rings[**r as usize].hole);
                if shells.is_empty() {
                    for hole in holes {
                        *self.faces.outside_shell.entry(hole).or_default() += visit.area;
                    }
                } else {
                    add_pairs(&mut self.faces.of_pair, &holes, visit.area);
                }
            }
        } else {
            let shell_of = |number: &u32| {
                let rings = &self.polygons[number].rings;
                rings.iter().copied().find(|r| !self.rings[*r as usize].hole)
            };
            let shells: Vec<u32> = self.covering.iter().filter_map(shell_of).collect();
            add_pairs(&mut self.faces.of_pair, &shells, visit.area);
        }
    }
}

fn set(of: &mut BTreeSet<u32>, member: u32, is: bool) {
    if is {
        of.insert(member);
    } else {
        of.remove(&member);
    }
}

/// The number of rings reported in pairs where more overlap. Further rings appear in other pairs,
/// and the report stays readable.
const PAIRED: usize = 8;

fn add_pairs(to: &mut BTreeMap<(u32, u32), f64>, rings: &[u32], area: f64) {
    let rings = &rings[..rings.len().min(PAIRED)];
    for (i, &r) in rings.iter().enumerate() {
        for &s in &rings[i + 1..] {
            *to.entry((r.min(s), r.max(s))).or_default() += area;
        }
    }
}
