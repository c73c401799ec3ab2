//! Coverage check: finds and measures every gap and overlap between the areas of a layer.
//!
//! A coverage guarantees that every point inside it is in an area. Shared edges of neighbours
//! cancel where they are exactly equal. The remaining edges are the outline and the places that do
//! not fit. Those are noded and their faces counted: a face that no area covers but that is
//! surrounded by covered faces is a gap; a face covered more than once is an overlap. The cost is
//! about n log n in the number of vertices. Nothing is snapped.
//!
//! Limits: a notch open to the outside looks like part of the outline, and so does a void whose
//! neighbours touch only at points, unless it is a sliver. An enclave that intentionally belongs to
//! no area is reported as a gap, because such a layer is not a coverage.
//!
//! Weighed against GEOS' `CoverageValidator`: a C++ library, which reports invalid edges per
//! polygon rather than each gap and overlap with its area, width and neighbours.

use geo::{Contains as _, Coord, MultiPolygon, Point, Polygon};
use rstar::{AABB, RTree, RTreeObject};

use super::arrangement::Arrangement;
use super::crossings::Edge;
use super::exact::{self, Ring};
use super::nesting::point_inside;
use super::noding::{NodingError, cancel_opposite_edges};
use super::sliver::is_sliver;
use super::trace::{self, Extent};
use crate::area::Area;
use crate::fault::{Fault, FaultKind, Report};
use crate::layer::Layer;

/// A gap or overlap in a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Flaw {
    /// [`FaultKind::Gap`] or [`FaultKind::Overlap`].
    pub kind: FaultKind,
    /// Its polygon, in BNG metres.
    pub polygon: Polygon<f64>,
    /// A point well inside it, in BNG metres.
    pub at: Coord<f64>,
    /// Its area in m².
    pub area_m2: f64,
    /// The length of its boundary in metres.
    pub perimeter_m: f64,
    /// True if covered faces surround it completely. For a gap whose neighbours touch only at
    /// points, it is unknown whether it is outside on purpose.
    pub enclosed: bool,
    /// The areas that cover an overlap or border a gap, as indexes into [`Layer::areas`].
    pub areas: Vec<usize>,
}

impl Flaw {
    /// Returns true if it is a sliver: narrower than `tolerance_m` (2 × area / perimeter), or
    /// smaller than 1 m².
    pub fn is_sliver(&self, tolerance_m: f64) -> bool {
        is_sliver(self.area_m2, self.perimeter_m, tolerance_m)
    }

    /// Returns its width in metres, as if it were a long strip.
    pub fn width_m(&self) -> f64 {
        2.0 * self.area_m2 / self.perimeter_m
    }
}

/// Adds the gaps and overlaps of a layer declared a coverage to the report.
///
/// A sliver (narrower than `tolerance_m`, the layer's drawing error, or smaller than 1 m²) is a
/// note. Any other gap or overlap is an error, because answers about places in it would be wrong.
/// One more note per kind sums up the slivers.
pub fn check(layer: &Layer, tolerance_m: f64, report: &mut Report) {
    let in_layer =
        |fault: Fault| fault.in_layer(&layer.meta().id).in_file(layer.meta().source.clone());
    let flaws: Vec<Flaw> = match flaws(layer.areas()) {
        Ok(flaws) => flaws.into_iter().filter(|f| f.enclosed || f.is_sliver(tolerance_m)).collect(),
        Err(NodingError { at }) => {
            let message = "the boundaries are too close together to be distinguished in floating point, so gaps and overlaps cannot be found: repair the layer at its source";
            report.add(in_layer(Fault::error(FaultKind::Overlap, message).at(at.x, at.y)));
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
                "{} {what} are slivers, narrower than the drawing error of {tolerance_m} m or smaller than 1 m²; {rule}",
                slivers.len()
            );
            report.add(in_layer(Fault::note(kind, message).with_area(total)));
        }
        for flaw in of_kind() {
            let sliver = flaw.is_sliver(tolerance_m);
            let fault = fault_of(flaw, layer.areas(), sliver);
            report.add(in_layer(fault.at(flaw.at.x, flaw.at.y).with_area(flaw.area_m2)));
        }
    }
}

fn fault_of(flaw: &Flaw, areas: &[Area], sliver: bool) -> Fault {
    let mut codes: Vec<&str> = flaw.areas.iter().map(|&i| areas[i].code().as_str()).collect();
    let more = codes.len().saturating_sub(6);
    codes.truncate(6);
    let mut codes = codes.join(", ");
    if more > 0 {
        codes = format!("{codes} and {more} more");
    }
    let width = flaw.width_m();
    let what = match flaw.kind {
        FaultKind::Gap => format!("gap between {codes}, {width:.3} m wide"),
        _ => format!("{codes} overlap, {width:.3} m wide"),
    };
    if sliver {
        return Fault::note(flaw.kind, format!("{what}: a sliver"));
    }
    let remedy = match flaw.kind {
        FaultKind::Gap => "if the gap is intended, declare that the layer is not a coverage",
        _ => "if areas of this layer may overlap, declare that it is not a coverage",
    };
    let message = format!("{what}: repair the layer at its source; {remedy} (`coverage = false`)");
    Fault::error(flaw.kind, message)
}

/// Returns the gaps and overlaps between areas, sorted by position.
pub(crate) fn flaws(areas: &[Area]) -> Result<Vec<Flaw>, NodingError> {
    let edges = cancel_opposite_edges(edges_of_areas(areas));
    let arrangement = Arrangement::of(edges)?;
    let covered = cover_counts(&arrangement);
    let noding_error = || NodingError { at: Coord::default() };
    let traced = |marked: &dyn Fn(u32, i32) -> bool| {
        let marks: Vec<bool> =
            (0_u32..).zip(&covered).map(|(c, &count)| marked(c, count)).collect();
        trace::polygons(&arrangement.boundary(&marks)).ok_or_else(noding_error)
    };
    let covered_polygons = traced(&|_, count| count > 0)?;
    // The unbounded face and components inside a void have no outer cycle.
    let voids = traced(&|cycle, count| count <= 0 && arrangement.is_outer(cycle))?;
    let overlaps = traced(&|_, count| count > 1)?;
    let mut found: Vec<(FaultKind, Polygon<f64>)> = less_islands(&voids, &covered_polygons)
        .into_iter()
        .map(|void| (FaultKind::Gap, void))
        .collect();
    found.extend(overlaps.into_iter().map(|polygon| (FaultKind::Overlap, polygon)));
    let holes: Vec<(Extent, Ring)> = covered_polygons
        .iter()
        .flat_map(Polygon::interiors)
        .map(open)
        .map(|hole| (Extent::of(&hole), hole))
        .collect();
    let finder = Finder::of(areas);
    let mut flaws: Vec<Flaw> =
        found.into_iter().map(|(kind, polygon)| finder.flaw(kind, polygon, &holes)).collect();
    flaws.sort_by(|f, g| exact::order(f.at, g.at));
    Ok(flaws)
}

/// Returns the edges of areas, with the index of the area as ring.
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

/// Returns, for each cycle, the number of areas that cover its face.
pub(crate) fn cover_counts(arrangement: &Arrangement) -> Vec<i32> {
    let mut state = (0, vec![0; arrangement.cycle_count()]);
    arrangement.walk_faces(
        &mut state,
        |(count, _), _, by| *count += by,
        |(count, counts), visit| counts[visit.cycle as usize] = *count,
    );
    state.1
}

/// Returns the voids without the covered islands inside them.
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

/// Converts a closed line to an open ring.
fn open(line: &geo::LineString<f64>) -> Ring {
    line.0[..line.0.len().saturating_sub(1)].to_vec()
}

/// Finds the areas around a flaw.
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

    fn flaw(&self, kind: FaultKind, polygon: Polygon<f64>, holes: &[(Extent, Ring)]) -> Flaw {
        let rings: Vec<Ring> =
            std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(open).collect();
        let slices: Vec<&[Coord<f64>]> = rings.iter().map(Vec::as_slice).collect();
        let at = point_inside(&slices);
        let area_m2 = rings.iter().map(|ring| exact::signed_area(ring)).sum();
        let perimeter_m = rings.iter().map(|ring| exact::perimeter(ring)).sum();
        let areas = match kind {
            FaultKind::Gap => self.bordering(&rings),
            _ => self.covering(at),
        };
        let point = Extent::of(&[at]);
        let in_hole = |(extent, hole): &(Extent, Ring)| {
            extent.contains(&point) && exact::ring_position(hole, at) == exact::RingPosition::Inside
        };
        let enclosed = kind != FaultKind::Gap || holes.iter().any(in_hole);
        Flaw { kind, polygon, at, area_m2, perimeter_m, enclosed, areas }
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

    /// Returns the areas that share a vertex with the rings.
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
