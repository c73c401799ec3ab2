//! Whether the areas of a layer tile: every gap and overlap between them, placed and measured.
//!
//! "No point inside a coverage is ever homeless" is the rule that this protects. The edges of
//! neighbours cancel where they run exactly against each other; what is left is the outline, and
//! the places that do not fit. Those are noded and their faces counted: a face that no area covers
//! but that covered ground surrounds is a gap, one that several cover is an overlap. The cost is
//! about n log n in the vertices, and nothing is snapped.
//!
//! What cannot be told: a notch that opens to the outside is part of the outline, for all that the
//! geometry says, and so is a void whose neighbours only touch in points, unless it is a sliver. An
//! enclave that belongs to no area on purpose is a gap all the same: such a layer is no coverage.

use geo::{Contains as _, Coord, MultiPolygon, Point, Polygon};
use rstar::{AABB, RTree, RTreeObject};

use super::arrangement::Arrangement;
use super::crossings::Edge;
use super::exact::{self, Ring};
use super::nesting::point_inside;
use super::noding::{Unsettled, uncancelled};
use super::sliver::is_sliver;
use super::trace::{self, Extent};
use crate::area::Area;
use crate::fault::{Fault, FaultKind, Report};
use crate::layer::Layer;

/// A gap or an overlap of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Flaw {
    /// [`FaultKind::Gap`] or [`FaultKind::Overlap`].
    pub kind: FaultKind,
    /// Its ground, in BNG metres.
    pub ground: Polygon<f64>,
    /// A point well inside it, in BNG metres.
    pub at: Coord<f64>,
    /// Its measure in m².
    pub area_m2: f64,
    /// The length of its boundary in metres.
    pub perimeter_m: f64,
    /// Whether covered ground surrounds it without a break. Of a gap around which neighbours only
    /// touch in points, nobody can tell whether it is outside on purpose.
    pub enclosed: bool,
    /// The areas that cover an overlap, or that a gap borders, as places in [`Layer::areas`].
    pub areas: Vec<usize>,
}

impl Flaw {
    /// Whether it is no more than the drawing's own error: thinner than that many metres
    /// (2 × area / perimeter), or less than 1 m².
    pub fn is_sliver(&self, tolerance_m: f64) -> bool {
        is_sliver(self.area_m2, self.perimeter_m, tolerance_m)
    }

    /// How wide it is, as if it were a long strip, in metres.
    pub fn width_m(&self) -> f64 {
        2.0 * self.area_m2 / self.perimeter_m
    }
}

/// Reports the gaps and overlaps of a layer that is declared a coverage.
///
/// A sliver, thinner than `tolerance_m` (the layer's drawing error) or under 1 m², is a note; any
/// other gap or overlap an error, because answers about its ground would be wrong. Slivers are
/// also summed up in one note of each kind.
pub fn check(layer: &Layer, tolerance_m: f64, report: &mut Report) {
    let place =
        |fault: Fault| fault.in_layer(&layer.meta().id).in_file(layer.meta().source.clone());
    let flaws: Vec<Flaw> = match flaws(layer.areas()) {
        Ok(flaws) => flaws.into_iter().filter(|f| f.enclosed || f.is_sliver(tolerance_m)).collect(),
        Err(Unsettled { at }) => {
            let message = "the boundaries lie closer than numbers can tell apart, so that gaps and overlaps cannot be found; mend the layer at its source";
            report.add(place(Fault::error(FaultKind::Overlap, message).at(at.x, at.y)));
            return;
        }
    };
    for kind in [FaultKind::Gap, FaultKind::Overlap] {
        let of_kind = || flaws.iter().filter(|flaw| flaw.kind == kind);
        let slivers: Vec<&Flaw> = of_kind().filter(|flaw| flaw.is_sliver(tolerance_m)).collect();
        if !slivers.is_empty() {
            let (what, rule) = match kind {
                FaultKind::Gap => ("gaps", "points in them are in no area"),
                _ => ("overlaps", "points in them are in more than one area"),
            };
            let total: f64 = slivers.iter().map(|flaw| flaw.area_m2).sum();
            let message = format!(
                "{} {what} are slivers, thinner than the drawing error of {tolerance_m} m or under 1 m²; {rule}",
                slivers.len()
            );
            report.add(place(Fault::note(kind, message).with_area(total)));
        }
        for flaw in of_kind() {
            let sliver = flaw.is_sliver(tolerance_m);
            let fault = told(flaw, layer.areas(), sliver);
            report.add(place(fault.at(flaw.at.x, flaw.at.y).with_area(flaw.area_m2)));
        }
    }
}

fn told(flaw: &Flaw, areas: &[Area], sliver: bool) -> Fault {
    let mut codes: Vec<&str> = flaw.areas.iter().map(|&i| areas[i].code().as_str()).collect();
    let more = codes.len().saturating_sub(6);
    codes.truncate(6);
    let mut codes = codes.join(", ");
    if more > 0 {
        codes = format!("{codes} and {more} more");
    }
    let width = flaw.width_m();
    let what = match flaw.kind {
        FaultKind::Gap => format!("between {codes} no area covers the ground, {width:.3} m wide"),
        _ => format!("{codes} cover the same ground, {width:.3} m wide"),
    };
    if sliver {
        return Fault::note(flaw.kind, format!("{what}: a sliver"));
    }
    let remedy = match flaw.kind {
        FaultKind::Gap => "if it belongs to none on purpose, the layer is no coverage",
        _ => "if areas of this layer may overlap, it is no coverage",
    };
    let message = format!("{what}: mend the layer at its source; {remedy} (`coverage = false`)");
    Fault::error(flaw.kind, message)
}

/// The gaps and overlaps between areas, in the order of their places.
pub(crate) fn flaws(areas: &[Area]) -> Result<Vec<Flaw>, Unsettled> {
    let edges = uncancelled(edges_of_areas(areas));
    let arrangement = Arrangement::of(edges)?;
    let covered = cover_counts(&arrangement);
    let unsettled = || Unsettled { at: Coord::default() };
    let traced = |marked: &dyn Fn(u32, i32) -> bool| {
        let marks: Vec<bool> =
            (0_u32..).zip(&covered).map(|(c, &count)| marked(c, count)).collect();
        trace::polygons(&arrangement.boundary(&marks)).ok_or_else(unsettled)
    };
    let ground = traced(&|_, count| count > 0)?;
    // The face around everything, and what lies in a void, have no cycle around them.
    let voids = traced(&|cycle, count| count <= 0 && arrangement.is_outer(cycle))?;
    let overlaps = traced(&|_, count| count > 1)?;
    let mut grounds: Vec<(FaultKind, Polygon<f64>)> =
        less_islands(&voids, &ground).into_iter().map(|void| (FaultKind::Gap, void)).collect();
    grounds.extend(overlaps.into_iter().map(|ground| (FaultKind::Overlap, ground)));
    let holes: Vec<(Extent, Ring)> = ground
        .iter()
        .flat_map(Polygon::interiors)
        .map(open)
        .map(|hole| (Extent::of(&hole), hole))
        .collect();
    let finder = Finder::of(areas);
    let mut flaws: Vec<Flaw> =
        grounds.into_iter().map(|(kind, ground)| finder.flaw(kind, ground, &holes)).collect();
    flaws.sort_by(|f, g| exact::order(f.at, g.at));
    Ok(flaws)
}

/// The edges of areas, each with the area's place as ring.
pub(crate) fn edges_of_areas<'a>(areas: impl IntoIterator<Item = &'a Area>) -> Vec<Edge> {
    let of_area = |(ring, area): (usize, &'a Area)| {
        area.edges().enumerate().map(move |(index, line)| Edge {
            ring: ring as u32,
            index: index as u32,
            a: line.start,
            b: line.end,
        })
    };
    areas.into_iter().enumerate().flat_map(of_area).collect()
}

/// Of each cycle, how many areas cover its face.
pub(crate) fn cover_counts(arrangement: &Arrangement) -> Vec<i32> {
    let mut state = (0, vec![0; arrangement.cycle_count()]);
    arrangement.walk_faces(
        &mut state,
        |(count, _), _, by| *count += by,
        |(count, counts), visit| counts[visit.cycle as usize] = *count,
    );
    state.1
}

/// Voids, less the covered ground inside them.
fn less_islands(voids: &MultiPolygon<f64>, covered: &MultiPolygon<f64>) -> Vec<Polygon<f64>> {
    if voids.0.is_empty() {
        return Vec::new();
    }
    let shells: Vec<Ring> = covered.iter().map(|polygon| open(polygon.exterior())).collect();
    let around: Vec<Ring> = voids.iter().map(|void| open(void.exterior())).collect();
    let mut islands: Vec<Vec<Ring>> =
        voids.iter().map(|void| void.interiors().iter().map(open).collect()).collect();
    let owners = trace::owners(&shells, &around);
    for (mut shell, owner) in shells.into_iter().zip(owners) {
        if let Some(void) = owner {
            shell.reverse();
            islands[void].push(shell);
        }
    }
    around.into_iter().zip(islands).map(|(ring, within)| trace::polygon(ring, within)).collect()
}

/// A closed line as an open ring.
fn open(line: &geo::LineString<f64>) -> Ring {
    line.0[..line.0.len().saturating_sub(1)].to_vec()
}

/// Finds the areas at a flaw.
struct Finder<'a> {
    areas: &'a [Area],
    tree: RTree<Numbered>,
}

struct Numbered(usize, AABB<[f64; 2]>);

impl RTreeObject for Numbered {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        self.1
    }
}

impl<'a> Finder<'a> {
    fn of(areas: &'a [Area]) -> Self {
        let numbered = areas
            .iter()
            .enumerate()
            .map(|(i, area)| {
                let (low, high) = (area.extent().min(), area.extent().max());
                Numbered(i, AABB::from_corners([low.x, low.y], [high.x, high.y]))
            })
            .collect();
        Self { areas, tree: RTree::bulk_load(numbered) }
    }

    fn flaw(&self, kind: FaultKind, ground: Polygon<f64>, holes: &[(Extent, Ring)]) -> Flaw {
        let rings: Vec<Ring> =
            std::iter::once(ground.exterior()).chain(ground.interiors()).map(open).collect();
        let slices: Vec<&[Coord<f64>]> = rings.iter().map(Vec::as_slice).collect();
        let at = point_inside(&slices);
        let area_m2 = rings.iter().map(|ring| exact::signed_area(ring)).sum();
        let perimeter_m = rings.iter().map(|ring| exact::perimeter(ring)).sum();
        let areas = match kind {
            FaultKind::Gap => self.bordering(&rings),
            _ => self.covering(at),
        };
        let place = Extent::of(&[at]);
        let in_hole = |(extent, hole): &(Extent, Ring)| {
            extent.holds(&place) && exact::place(hole, at) == exact::Place::Inside
        };
        let enclosed = kind != FaultKind::Gap || holes.iter().any(in_hole);
        Flaw { kind, ground, at, area_m2, perimeter_m, enclosed, areas }
    }

    fn covering(&self, at: Coord<f64>) -> Vec<usize> {
        let mut found: Vec<usize> = self
            .tree
            .locate_in_envelope_intersecting(AABB::from_point([at.x, at.y]))
            .map(|Numbered(i, _)| *i)
            .filter(|&i| self.areas[i].geometry().contains(&Point(at)))
            .collect();
        found.sort_unstable();
        found
    }

    /// The areas that have a vertex of the rings as vertex.
    fn bordering(&self, rings: &[Ring]) -> Vec<usize> {
        let corners: std::collections::HashSet<_> =
            rings.iter().flatten().map(|p| exact::key(*p)).collect();
        let points: Ring = rings.iter().flatten().copied().collect();
        let extent = Extent::of(&points).envelope();
        let mut found: Vec<usize> = self
            .tree
            .locate_in_envelope_intersecting(extent)
            .map(|Numbered(i, _)| *i)
            .filter(|&i| self.areas[i].edges().any(|e| corners.contains(&exact::key(e.start))))
            .collect();
        found.sort_unstable();
        found
    }
}
