//! Assembly of directed edges into valid polygons. Every edge has the interior on its left.

use std::collections::HashMap;

use crate::mercator::{TilePoint, cross};

/// A ring without its closing point: exterior rings counter-clockwise and holes clockwise, with `x`
/// to the right and `y` upward.
pub(crate) type Ring = Vec<TilePoint>;

/// A polygon: its exterior ring, then its holes.
pub(crate) type Polygon = Vec<Ring>;

/// Returns twice the signed area of a ring.
pub(crate) fn twice_area(ring: &[TilePoint]) -> i128 {
    ring.windows(2).map(|w| i128::from(cross(ring[0].into(), w[0].into(), w[1].into()))).sum()
}

/// Outgoing edges by vertex, which give the successor of each edge.
pub(crate) struct OutgoingEdges {
    /// The edges, sorted by their start, then counter-clockwise by direction.
    edges: Vec<(TilePoint, TilePoint)>,
    /// True if some vertex has more than one outgoing edge.
    branches: bool,
}

impl OutgoingEdges {
    /// Sorts the edges around their starts.
    pub(crate) fn new(mut edges: Vec<(TilePoint, TilePoint)>) -> Self {
        edges.sort_unstable();
        let mut branches = false;
        for out in edges.chunk_by_mut(|e, f| e.0 == f.0).filter(|out| out.len() > 1) {
            branches = true;
            let from = out[0].0;
            out.sort_by(|e, f| by_direction(from, e.1, f.1));
        }
        Self { edges, branches }
    }

    /// Returns the edges.
    pub(crate) fn edges(&self) -> &[(TilePoint, TilePoint)] {
        &self.edges
    }

    /// Returns the edges.
    pub(crate) fn into_edges(self) -> Vec<(TilePoint, TilePoint)> {
        self.edges
    }

    /// Returns the index of an edge that must be present.
    pub(crate) fn find(&self, edge: (TilePoint, TilePoint)) -> usize {
        let out = self.out_of(edge.0);
        out.start + self.edges[out].partition_point(|e| by_direction(edge.0, e.1, edge.1).is_lt())
    }

    /// For an edge that starts at the leftmost vertex of its component, returns the edge out of
    /// that vertex with the unbounded face on its left.
    pub(crate) fn leftmost_outer(&self, edge: usize) -> usize {
        let from = self.edges[edge].0;
        let out = self.out_of(from);
        // Sorted counter-clockwise from east: first the upward edges, then the downward ones.
        let upward = self.edges[out.clone()].partition_point(|e| (e.1.y, e.1.x) > (from.y, from.x));
        if upward == 0 { out.end - 1 } else { out.start + upward - 1 }
    }

    /// Returns true if the edges form a single counter-clockwise ring.
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

    /// Returns the indexes of the edges out of a vertex.
    fn out_of(&self, vertex: TilePoint) -> std::ops::Range<usize> {
        let first = self.edges.partition_point(|e| e.0 < vertex);
        first..first + self.edges[first..].partition_point(|e| e.0 == vertex)
    }

    /// Returns the next edge along the face on the left: from the end of this edge, the first one
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

/// Orders the directions from `centre` counter-clockwise from east.
fn by_direction(centre: TilePoint, a: TilePoint, b: TilePoint) -> std::cmp::Ordering {
    let lower = |p: TilePoint| (p.y, p.x) < (centre.y, centre.x);
    lower(a).cmp(&lower(b)).then_with(|| 0.cmp(&cross(centre.into(), a.into(), b.into())))
}

/// Returns the polygons that the edges bound. The edges must come from areas without overlap, with
/// the interior on their left, meet only at vertices, and not repeat in either direction.
pub(crate) fn polygons(edges: Vec<(TilePoint, TilePoint)>) -> Vec<Polygon> {
    let outgoing = OutgoingEdges::new(edges);
    let mut seen = vec![false; outgoing.edges.len()];
    let mut polygons: Vec<Polygon> = Vec::new();
    let mut loose: Vec<Ring> = Vec::new();
    for first in 0..outgoing.edges.len() {
        if seen[first] {
            continue;
        }
        let mut walk = Vec::new();
        let mut edge = Some(first);
        while let Some(e) = edge.filter(|&e| !seen[e]) {
            seen[e] = true;
            walk.push(outgoing.edges[e].0);
            edge = outgoing.next(e);
        }
        let rings = if outgoing.branches { simple_rings(walk) } else { vec![walk] };
        let (shells, holes): (Vec<Ring>, Vec<Ring>) =
            rings.into_iter().filter(|r| r.len() > 2).partition(|ring| twice_area(ring) > 0);
        // The rings of one walk belong to one connected area, so at most one is an exterior ring.
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

/// Splits a closed walk where it returns to a vertex.
fn simple_rings(walk: Vec<TilePoint>) -> Vec<Ring> {
    let mut rings = Vec::new();
    let mut path: Vec<TilePoint> = Vec::with_capacity(walk.len());
    let mut index_of: HashMap<TilePoint, usize> = HashMap::with_capacity(walk.len());
    for vertex in walk {
        if let Some(&start) = index_of.get(&vertex) {
            for removed in &path[start + 1..] {
                index_of.remove(removed);
            }
            let ring: Ring = path.drain(start..).collect();
            path.push(vertex);
            rings.push(ring);
        } else {
            index_of.insert(vertex, path.len());
            path.push(vertex);
        }
    }
    rings.push(path);
    rings
}

/// Assigns each hole to the smallest exterior ring around it.
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

/// Returns true if a shell surrounds a hole. They can share vertices but not edges, so the middle
/// of an edge of the hole is inside or outside the shell, never on it.
fn surrounds(shell: &[TilePoint], hole: &[TilePoint]) -> bool {
    let twice = |p: TilePoint| (2 * i128::from(p.x), 2 * i128::from(p.y));
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
