//! Arcs: every stretch of boundary of a layer once, with the areas that it bounds.
//!
//! 1. *Snap* the rings to the fine grid, with a vertex wherever two edges meet.
//! 2. *Sum* the edges: along each edge, count for each area how often it runs one way minus how
//!    often the other. An area that runs both ways cancels out.
//! 3. *Trace*: a vertex with other than two edges is a node. Arcs run from node to node; a ring
//!    without nodes is a closed arc.

use std::collections::HashSet;

use geo::{LineString, MultiPolygon};
use rayon::prelude::*;

use super::crossings::{Edge, crossings};
use super::snap::{HotCells, Point};
use crate::mercator::{FinePoint, Mercator};

/// The arcs of a layer.
#[derive(Debug, Default)]
pub(super) struct Arcs {
    /// The vertices of all arcs, one arc after the other. A closed arc repeats its first vertex at
    /// its end.
    pub(super) points: Vec<FinePoint>,
    /// The start of each arc in `points`, and one past the last.
    starts: Vec<u32>,
    /// For each arc, true if it is closed and its end is not a node, so that none of its vertices
    /// is fixed.
    pub(super) free: Vec<bool>,
    /// For each area: its arcs, with the signed number of times it runs along each; positive in the
    /// arc's direction, with the area to the left.
    pub(super) of_area: Vec<Vec<(u32, i32)>>,
}

impl Arcs {
    /// Cuts the outlines of areas, in degrees, into arcs.
    pub(super) fn of<'a>(areas: impl IntoIterator<Item = &'a MultiPolygon>) -> Self {
        let rings: Vec<Vec<Vec<Point>>> = areas.into_iter().map(rings_of).collect();
        let noded = node(&rings);
        Graph::of(&noded).into_arcs(rings.len())
    }

    /// Returns the number of arcs.
    pub(super) fn len(&self) -> usize {
        self.free.len()
    }

    /// Returns the range of an arc's vertices in `points`.
    pub(super) fn range(&self, arc: usize) -> std::ops::Range<usize> {
        self.starts[arc] as usize..self.starts[arc + 1] as usize
    }
}

/// Returns the closed rings of an area on the fine grid, with the area on the left.
fn rings_of(area: &MultiPolygon) -> Vec<Vec<Point>> {
    let mut rings = Vec::new();
    for polygon in area {
        rings.extend(ring_of(polygon.exterior(), true));
        rings.extend(polygon.interiors().iter().filter_map(|hole| ring_of(hole, false)));
    }
    rings
}

/// Returns one ring on the fine grid, wound as an exterior ring or as a hole, or `None` if nothing
/// is left of it.
fn ring_of(ring: &LineString, shell: bool) -> Option<Vec<Point>> {
    let mut points: Vec<Point> =
        ring.coords().map(|c| Mercator::from_degrees(c.x, c.y).to_fine().into()).collect();
    points.dedup();
    if points.first() != points.last() {
        points.push(points[0]);
    }
    if points.len() < 4 {
        return None;
    }
    let area: i128 = points
        .windows(2)
        .map(|w| i128::from(w[0].0) * i128::from(w[1].1) - i128::from(w[1].0) * i128::from(w[0].1))
        .sum();
    if (area > 0) != shell {
        points.reverse();
    }
    (area != 0).then_some(points)
}

/// Returns the directed edges of every area, with a vertex wherever another edge meets them.
fn node(rings: &[Vec<Vec<Point>>]) -> Vec<(Edge, u32, i32)> {
    let mut edges: Vec<Edge> = rings
        .par_iter()
        .flatten_iter()
        .flat_map_iter(|ring| ring.windows(2).map(|w| undirected(w[0], w[1]).0))
        .collect();
    edges.par_sort_unstable();
    edges.dedup();
    let mut cells = crossings(&edges);
    cells.extend(rings.iter().flatten().flatten());
    let hot = HotCells::new(cells, 0);
    rings
        .par_iter()
        .enumerate()
        .flat_map_iter(|(area, rings)| {
            let mut directed = Vec::new();
            let mut line = Vec::new();
            for pair in rings.iter().flat_map(|ring| ring.windows(2)) {
                line.clear();
                line.push(pair[0]);
                hot.route(pair[0], pair[1], &mut line);
                directed.extend(line.windows(2).map(|w| {
                    let (edge, way) = undirected(w[0], w[1]);
                    (edge, area as u32, way)
                }));
            }
            directed
        })
        .collect()
}

/// Returns an edge with its lesser end first, and `1` if that is its direction, otherwise `-1`.
pub(super) fn undirected<P: Ord>(a: P, b: P) -> ((P, P), i32) {
    if a < b { ((a, b), 1) } else { ((b, a), -1) }
}

/// The edges as a graph.
struct Graph {
    vertices: Vec<Point>,
    /// The two ends of each edge, as vertex indexes.
    edges: Vec<(u32, u32)>,
    /// For each edge: the areas along it with their counts, and one past the last.
    uses: Vec<(u32, i32)>,
    use_starts: Vec<u32>,
    /// For each vertex: its edges, and one past the last.
    at: Vec<u32>,
    at_starts: Vec<u32>,
}

impl Graph {
    fn of(directed: &[(Edge, u32, i32)]) -> Self {
        let mut sorted = directed.to_vec();
        sorted.par_sort_unstable();
        let (mut kept, mut uses, mut use_starts) = (Vec::new(), Vec::new(), vec![0]);
        for same_edge in sorted.chunk_by(|a, b| a.0 == b.0) {
            for same_area in same_edge.chunk_by(|a, b| a.1 == b.1) {
                let sum: i32 = same_area.iter().map(|e| e.2).sum();
                if sum != 0 {
                    uses.push((same_area[0].1, sum));
                }
            }
            if uses.len() as u32 > use_starts[kept.len()] {
                kept.push(same_edge[0].0);
                use_starts.push(uses.len() as u32);
            }
        }
        let mut vertices: Vec<Point> = kept.iter().flat_map(|e| [e.0, e.1]).collect();
        vertices.par_sort_unstable();
        vertices.dedup();
        let number = |p: &Point| vertices.binary_search(p).unwrap_or(0) as u32;
        let edges: Vec<(u32, u32)> = kept.par_iter().map(|(a, b)| (number(a), number(b))).collect();
        let mut at_starts = vec![0_u32; vertices.len() + 1];
        for &(a, b) in &edges {
            at_starts[a as usize + 1] += 1;
            at_starts[b as usize + 1] += 1;
        }
        for v in 0..vertices.len() {
            at_starts[v + 1] += at_starts[v];
        }
        let mut free = at_starts.clone();
        let mut at = vec![0_u32; edges.len() * 2];
        for (edge, &(a, b)) in edges.iter().enumerate() {
            for v in [a, b] {
                at[free[v as usize] as usize] = edge as u32;
                free[v as usize] += 1;
            }
        }
        Self { vertices, edges, uses, use_starts, at, at_starts }
    }

    fn edges_at(&self, vertex: u32) -> &[u32] {
        let vertex = vertex as usize;
        &self.at[self.at_starts[vertex] as usize..self.at_starts[vertex + 1] as usize]
    }

    fn into_arcs(self, areas: usize) -> Arcs {
        let mut arcs =
            Arcs { of_area: vec![Vec::new(); areas], starts: vec![0], ..Arcs::default() };
        let mut seen = vec![false; self.edges.len()];
        for vertex in 0..self.vertices.len() as u32 {
            if self.edges_at(vertex).len() != 2 {
                for &edge in self.edges_at(vertex) {
                    self.trace(vertex, edge, &mut seen, &mut arcs);
                }
            }
        }
        for edge in 0..self.edges.len() as u32 {
            self.trace(self.edges[edge as usize].0, edge, &mut seen, &mut arcs);
        }
        arcs
    }

    /// Follows the edges from a vertex to the next node, or back to the vertex.
    fn trace(&self, start: u32, first: u32, seen: &mut [bool], arcs: &mut Arcs) {
        if seen[first as usize] {
            return;
        }
        let point = |v: u32| {
            let (x, y) = self.vertices[v as usize];
            FinePoint { x, y }
        };
        arcs.points.push(point(start));
        let (mut vertex, mut edge) = (start, first);
        loop {
            seen[edge as usize] = true;
            let (a, b) = self.edges[edge as usize];
            vertex = if vertex == a { b } else { a };
            arcs.points.push(point(vertex));
            let here = self.edges_at(vertex);
            if vertex == start || here.len() != 2 {
                break;
            }
            edge = if here[0] == edge { here[1] } else { here[0] };
        }
        let way = if self.edges[first as usize].0 == start { 1 } else { -1 };
        let uses =
            self.use_starts[first as usize] as usize..self.use_starts[first as usize + 1] as usize;
        for &(area, times) in &self.uses[uses] {
            arcs.of_area[area as usize].push((arcs.free.len() as u32, way * times));
        }
        arcs.free.push(vertex == start && self.edges_at(start).len() == 2);
        arcs.starts.push(arcs.points.len() as u32);
    }
}

impl Arcs {
    /// Returns the arcs that are single edges between two nodes. No other arc may be simplified to
    /// one of these.
    pub(super) fn single_edges(&self) -> HashSet<(FinePoint, FinePoint)> {
        (0..self.len())
            .map(|arc| &self.points[self.range(arc)])
            .filter(|points| points.len() == 2)
            .map(|points| undirected(points[0], points[1]).0)
            .collect()
    }
}
