//! Directed edges put together as rings: valid polygons, with ground on the left of every edge.

use std::collections::HashMap;

use crate::mercator::{Unit, cross};

/// A ring without its closing repeat: shells counter-clockwise and holes clockwise, with `x` to
/// the right and `y` upward.
pub(crate) type Ring = Vec<Unit>;

/// A polygon: its shell, then its holes.
pub(crate) type Polygon = Vec<Ring>;

/// Twice the signed area of a ring.
pub(crate) fn twice_area(ring: &[Unit]) -> i128 {
    ring.windows(2).map(|w| i128::from(cross(ring[0].into(), w[0].into(), w[1].into()))).sum()
}

/// Outgoing edges by vertex, and what follows each edge.
pub(crate) struct Star {
    /// The edges, sorted by where they start, then by direction counter-clockwise.
    edges: Vec<(Unit, Unit)>,
    /// Whether some vertex has more than one edge out of it.
    branches: bool,
}

impl Star {
    /// Sorts the edges around their starts.
    pub(crate) fn new(mut edges: Vec<(Unit, Unit)>) -> Self {
        edges.sort_unstable();
        let mut branches = false;
        for out in edges.chunk_by_mut(|e, f| e.0 == f.0).filter(|out| out.len() > 1) {
            branches = true;
            let from = out[0].0;
            out.sort_by(|e, f| by_direction(from, e.1, f.1));
        }
        Self { edges, branches }
    }

    /// The edges.
    pub(crate) fn edges(&self) -> &[(Unit, Unit)] {
        &self.edges
    }

    /// The edges.
    pub(crate) fn into_edges(self) -> Vec<(Unit, Unit)> {
        self.edges
    }

    /// The number of an edge that is among them.
    pub(crate) fn find(&self, edge: (Unit, Unit)) -> usize {
        let out = self.out_of(edge.0);
        out.start + self.edges[out].partition_point(|e| by_direction(edge.0, e.1, edge.1).is_lt())
    }

    /// Of the edges out of an edge's start, where no edge leads further left: the one with the
    /// outside on its left.
    pub(crate) fn leftmost_outer(&self, edge: usize) -> usize {
        let from = self.edges[edge].0;
        let out = self.out_of(from);
        // From east counter-clockwise: those upward, then those downward.
        let upward = self.edges[out.clone()].partition_point(|e| (e.1.y, e.1.x) > (from.y, from.x));
        if upward == 0 { out.end - 1 } else { out.start + upward - 1 }
    }

    /// Whether the edges, taken together, are one ring that runs counter-clockwise.
    pub(crate) fn is_one_counter_clockwise_ring(&self) -> bool {
        if self.branches || self.edges.is_empty() {
            return false;
        }
        let (mut area, mut edge) = (0_i128, 0);
        for walked in 1..=self.edges.len() {
            let (a, b) = self.edges[edge];
            area += i128::from(cross(self.edges[0].0.into(), a.into(), b.into()));
            match self.next(edge) {
                Some(0) => return walked == self.edges.len() && area > 0,
                Some(next) => edge = next,
                None => return false,
            }
        }
        false
    }

    /// The edges out of a vertex, as numbers.
    fn out_of(&self, vertex: Unit) -> std::ops::Range<usize> {
        let first = self.edges.partition_point(|e| e.0 < vertex);
        first..first + self.edges[first..].partition_point(|e| e.0 == vertex)
    }

    /// The edge along the same face, on the left, after this one: from its end, the first edge
    /// clockwise from the way back.
    pub(crate) fn next(&self, edge: usize) -> Option<usize> {
        let (from, at) = self.edges[edge];
        let out = self.out_of(at);
        match out.len() {
            0 => None,
            1 => Some(out.start),
            _ => {
                let earlier = self.edges[out.clone()]
                    .partition_point(|e| by_direction(at, e.1, from).is_lt());
                Some(if earlier == 0 { out.end - 1 } else { out.start + earlier - 1 })
            }
        }
    }
}

/// Compares the directions from `centre` by their angle, from east counter-clockwise.
fn by_direction(centre: Unit, a: Unit, b: Unit) -> std::cmp::Ordering {
    let lower = |p: Unit| (p.y, p.x) < (centre.y, centre.x);
    lower(a).cmp(&lower(b)).then_with(|| 0.cmp(&cross(centre.into(), a.into(), b.into())))
}

/// The polygons that the edges bound. The edges must be those of a set of areas without overlap,
/// ground on the left, meeting only at vertices, none twice and none both ways.
pub(crate) fn polygons(edges: Vec<(Unit, Unit)>) -> Vec<Polygon> {
    let star = Star::new(edges);
    let mut seen = vec![false; star.edges.len()];
    let mut polygons: Vec<Polygon> = Vec::new();
    let mut loose: Vec<Ring> = Vec::new();
    for first in 0..star.edges.len() {
        if seen[first] {
            continue;
        }
        let mut walk = Vec::new();
        let mut edge = Some(first);
        while let Some(e) = edge.filter(|&e| !seen[e]) {
            seen[e] = true;
            walk.push(star.edges[e].0);
            edge = star.next(e);
        }
        let rings = if star.branches { simple_rings(walk) } else { vec![walk] };
        let (shells, holes): (Vec<Ring>, Vec<Ring>) =
            rings.into_iter().filter(|r| r.len() > 2).partition(|ring| twice_area(ring) > 0);
        // What one walk went around is one piece of ground: at most one ring of it is a shell.
        let mut shells = shells.into_iter();
        if let Some(shell) = shells.next() {
            polygons.push(std::iter::once(shell).chain(holes).collect());
        } else {
            loose.extend(holes);
        }
        polygons.extend(shells.map(|shell| vec![shell]));
    }
    nest(&mut polygons, loose);
    polygons
}

/// Cuts a closed walk where it comes back to a vertex.
fn simple_rings(walk: Vec<Unit>) -> Vec<Ring> {
    let mut rings = Vec::new();
    let mut path: Vec<Unit> = Vec::with_capacity(walk.len());
    let mut place: HashMap<Unit, usize> = HashMap::with_capacity(walk.len());
    for vertex in walk {
        if let Some(&start) = place.get(&vertex) {
            for gone in &path[start + 1..] {
                place.remove(gone);
            }
            let ring: Ring = path.drain(start..).collect();
            path.push(vertex);
            rings.push(ring);
        } else {
            place.insert(vertex, path.len());
            path.push(vertex);
        }
    }
    rings.push(path);
    rings
}

/// Gives each hole to the least shell around it.
fn nest(polygons: &mut [Polygon], holes: Vec<Ring>) {
    for hole in holes {
        let around = if polygons.len() == 1 {
            polygons.first_mut()
        } else {
            polygons
                .iter_mut()
                .filter(|polygon| surrounds(&polygon[0], &hole))
                .min_by_key(|polygon| twice_area(&polygon[0]))
        };
        if let Some(polygon) = around {
            polygon.push(hole);
        }
    }
}

/// Whether a shell goes around a hole. They may share vertices, not edges; so the middle of an
/// edge of the hole lies inside the shell or outside, never on it.
fn surrounds(shell: &[Unit], hole: &[Unit]) -> bool {
    let twice = |p: Unit| (2 * i128::from(p.x), 2 * i128::from(p.y));
    let middle = |a: i32, b: i32| i128::from(a) + i128::from(b);
    let (px, py) = (middle(hole[0].x, hole[1].x), middle(hole[0].y, hole[1].y));
    let mut inside = false;
    for (i, &b) in shell.iter().enumerate() {
        let (ax, ay) = twice(shell[(i + shell.len() - 1) % shell.len()]);
        let (bx, by) = twice(b);
        if (ay <= py) != (by <= py) {
            let side = (bx - ax) * (py - ay) - (by - ay) * (px - ax);
            inside ^= (side > 0) == (by > ay);
        }
    }
    inside
}
