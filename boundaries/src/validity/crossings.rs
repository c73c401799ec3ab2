//! Intersections between the edges of one feature: crossings, touches and shared segments.
//!
//! An R-tree over the edges' extents gives candidate pairs; bulk loading keeps the cost at about n
//! log n for n edges. Each pair is decided with exact predicates. Only the coordinates of a
//! crossing are rounded, because two `f64` edges seldom cross exactly at an `f64` point.

use std::collections::HashMap;

use geo::Coord;
use rstar::{AABB, RTree, RTreeObject};

use super::exact::{self, Ring, key, side, strictly_between, turn};

/// An edge and its ring.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Edge {
    pub(crate) ring: u32,
    pub(crate) index: u32,
    pub(crate) a: Coord<f64>,
    pub(crate) b: Coord<f64>,
}

impl RTreeObject for Edge {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners([self.a.x, self.a.y], [self.b.x, self.b.y])
    }
}

/// IntersectionKind two rings, or a ring and itself, intersect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum IntersectionKind {
    /// Two edges cross between their ends.
    Cross,
    /// A vertex lies on another edge or coincides with another vertex.
    Touch,
    /// Two edges share a segment.
    Overlap,
}

/// An intersection and its position. `rings.0 <= rings.1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Intersection {
    pub(super) kind: IntersectionKind,
    pub(super) rings: (u32, u32),
    pub(super) at: Coord<f64>,
}

/// A point at which an edge must be cut so that edges meet only at their ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    pub(crate) edge: usize,
    pub(crate) at: Coord<f64>,
}

/// Returns the edges of all rings, numbered ring by ring.
pub(crate) fn edges_of<'a>(rings: impl IntoIterator<Item = &'a Ring>) -> Vec<Edge> {
    let mut all = Vec::new();
    for (ring, points) in rings.into_iter().enumerate() {
        let of_ring = exact::edges(points).enumerate();
        all.extend(of_ring.map(|(i, (a, b))| Edge { ring: ring as u32, index: i as u32, a, b }));
    }
    all
}

/// The maximum number of intersections of a feature, in addition to its number of edges. `n` edges
/// can cross in `n²` places; beyond this limit a report would be useless.
const MOST_INTERSECTIONS: usize = 100_000;

/// The edges intersect in too many places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany;

/// Returns the intersections of the rings, sorted by position. Consecutive edges that meet at their
/// common vertex do not count.
pub(super) fn intersections(rings: &[Ring]) -> Result<Vec<Intersection>, TooMany> {
    let edges = edges_of(rings);
    let mut found = Vec::new();
    let ordered = |r: u32, s: u32| (r.min(s), r.max(s));
    let most = edges.len() + MOST_INTERSECTIONS;
    let all = for_each_intersection(&edges, most, |i, j, met| {
        let rings = ordered(edges[i].ring, edges[j].ring);
        match met {
            EdgeIntersection::Cross(at) => {
                found.push(Intersection { kind: IntersectionKind::Cross, rings, at });
            }
            EdgeIntersection::Along { .. } => {
                // The shared segment starts at the eastern one of the two western ends.
                let west = |e: &Edge| if exact::order(e.a, e.b).is_lt() { e.a } else { e.b };
                let (p, q) = (west(&edges[i]), west(&edges[j]));
                let at = if exact::order(p, q).is_lt() { q } else { p };
                found.push(Intersection { kind: IntersectionKind::Overlap, rings, at });
            }
            EdgeIntersection::Touch { on_first, on_second } => {
                // A vertex ends two edges: count it only as the start of one.
                let starts = |p: Option<Coord<f64>>, e: &Edge| p.filter(|p| *p == e.a);
                let at = starts(on_first, &edges[j]).or(starts(on_second, &edges[i]));
                found.extend(at.map(|at| Intersection {
                    kind: IntersectionKind::Touch,
                    rings,
                    at,
                }));
            }
        }
    });
    all?;
    let mut seen: HashMap<(u64, u64), u32> = HashMap::with_capacity(edges.len());
    for edge in &edges {
        if let Some(earlier) = seen.insert(key(edge.a), edge.ring) {
            let rings = ordered(earlier, edge.ring);
            found.push(Intersection { kind: IntersectionKind::Touch, rings, at: edge.a });
        }
    }
    found.sort_by(|m, n| {
        exact::order(m.at, n.at).then(m.kind.cmp(&n.kind)).then(m.rings.cmp(&n.rings))
    });
    found.dedup();
    Ok(found)
}

/// Returns the points at which edges must be cut so that they meet only at their ends.
pub(crate) fn cuts(edges: &[Edge]) -> Vec<Cut> {
    let mut cuts = Vec::new();
    let _all = for_each_intersection(edges, usize::MAX, |i, j, met| match met {
        EdgeIntersection::Cross(at) => {
            let inner = |e: usize| at != edges[e].a && at != edges[e].b;
            cuts.extend([i, j].into_iter().filter(|e| inner(*e)).map(|edge| Cut { edge, at }));
        }
        EdgeIntersection::Touch { on_first, on_second } => {
            cuts.extend(on_first.map(|at| Cut { edge: i, at }));
            cuts.extend(on_second.map(|at| Cut { edge: j, at }));
        }
        EdgeIntersection::Along { on_first, on_second } => {
            cuts.extend(on_first.into_iter().flatten().map(|at| Cut { edge: i, at }));
            cuts.extend(on_second.into_iter().flatten().map(|at| Cut { edge: j, at }));
        }
    });
    cuts
}

/// IntersectionKind two edges intersect, other than at a common end.
enum EdgeIntersection {
    /// They cross between their ends, at about this point.
    Cross(Coord<f64>),
    /// An end of one lies between the ends of the other.
    Touch { on_first: Option<Coord<f64>>, on_second: Option<Coord<f64>> },
    /// They share a segment. Holds the ends of each that lie inside the other.
    Along { on_first: [Option<Coord<f64>>; 2], on_second: [Option<Coord<f64>>; 2] },
}

fn for_each_intersection(
    edges: &[Edge],
    most: usize,
    mut found: impl FnMut(usize, usize, EdgeIntersection),
) -> Result<(), TooMany> {
    struct Numbered(usize, AABB<[f64; 2]>);
    impl RTreeObject for Numbered {
        type Envelope = AABB<[f64; 2]>;
        fn envelope(&self) -> Self::Envelope {
            self.1
        }
    }
    // The edges of a triangle meet only at their ends.
    if edges.len() <= 3 && edges.iter().all(|e| e.ring == edges[0].ring) {
        return Ok(());
    }
    let numbered = edges.iter().enumerate().map(|(i, edge)| Numbered(i, edge.envelope())).collect();
    let tree = RTree::bulk_load(numbered);
    let mut count = 0;
    for (i, edge) in edges.iter().enumerate() {
        for Numbered(j, _) in tree.locate_in_envelope_intersecting(edge.envelope()) {
            if i < *j
                && let Some(met) = meet(edge, &edges[*j])
            {
                count += 1;
                if count > most {
                    return Err(TooMany);
                }
                found(i, *j, met);
            }
        }
    }
    Ok(())
}

fn meet(s: &Edge, t: &Edge) -> Option<EdgeIntersection> {
    let (ta, tb) = (side(s.a, s.b, t.a), side(s.a, s.b, t.b));
    if ta == tb && ta.is_ne() {
        return None;
    }
    let (sa, sb) = (side(t.a, t.b, s.a), side(t.a, t.b, s.b));
    if sa == sb && sa.is_ne() {
        return None;
    }
    let within = |e: &Edge, p: Coord<f64>| Some(p).filter(|p| strictly_between(e.a, e.b, *p));
    if ta.is_eq() && tb.is_eq() {
        let on_first = [within(s, t.a), within(s, t.b)];
        let on_second = [within(t, s.a), within(t, s.b)];
        let same = (s.a == t.a && s.b == t.b) || (s.a == t.b && s.b == t.a);
        let any = on_first.iter().chain(&on_second).any(Option::is_some);
        return (same || any).then_some(EdgeIntersection::Along { on_first, on_second });
    }
    if ta.is_ne() && tb.is_ne() && sa.is_ne() && sb.is_ne() {
        return Some(EdgeIntersection::Cross(crossing(s, t)));
    }
    let on = |zero: bool, e: &Edge, p: Coord<f64>| if zero { within(e, p) } else { None };
    let on_first = on(ta.is_eq(), s, t.a).or(on(tb.is_eq(), s, t.b));
    let on_second = on(sa.is_eq(), t, s.a).or(on(sb.is_eq(), t, s.b));
    (on_first.is_some() || on_second.is_some())
        .then_some(EdgeIntersection::Touch { on_first, on_second })
}

/// Returns the crossing point of two edges that cross, clamped to both extents.
fn crossing(s: &Edge, t: &Edge) -> Coord<f64> {
    let (from, to) = (turn(t.a, t.b, s.a), turn(t.a, t.b, s.b));
    let part = from / (from - to);
    let clamp = |value: f64, s: (f64, f64), t: (f64, f64)| {
        let low = s.0.min(s.1).max(t.0.min(t.1));
        let high = s.0.max(s.1).min(t.0.max(t.1));
        value.max(low).min(high) + 0.0
    };
    Coord {
        x: clamp(s.a.x + part * (s.b.x - s.a.x), (s.a.x, s.b.x), (t.a.x, t.b.x)),
        y: clamp(s.a.y + part * (s.b.y - s.a.y), (s.a.y, s.b.y), (t.a.y, t.b.y)),
    }
}
