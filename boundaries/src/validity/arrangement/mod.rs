//! The planar arrangement of rings: nodes, edge pieces and faces.
//!
//! 1. *Node*: cut every edge where another meets it, until edges meet only at their ends.
//! 2. *Link*: sort the pieces at each node by direction. This gives, for each directed piece, the
//!    next one along the face on its left.
//! 3. *Faces*: follow the links to get the cycles that bound the faces.
//! 4. *Wind*: crossing a piece changes the winding number of its rings by one. Starting from a face
//!    whose winding is known from a ray, a walk over the faces gives the winding of every ring in
//!    every face.
//!
//! All predicates are exact; only the nodes at crossings are rounded.

use std::collections::{BTreeMap, HashMap};

use geo::Coord;

use super::crossings::Edge;
use super::exact::{self, Ring, by_direction, key};
use super::noding::{NodingError, node};

mod faces;

pub(crate) use faces::CycleVisit;

/// A piece of edge between two nodes, and the rings that run along it: `+1` from `lo` to `hi`, `-1`
/// back.
#[derive(Clone, Debug)]
struct Piece {
    lo: u32,
    hi: u32,
    rings: Vec<(u32, i32)>,
}

/// The arrangement of some rings.
///
/// Half-edge `2 i` runs along piece `i` from `lo` to `hi`, half-edge `2 i + 1` back.
#[derive(Debug, Default)]
pub(crate) struct Arrangement {
    nodes: Vec<Coord<f64>>,
    pieces: Vec<Piece>,
    /// For each half-edge, the next one along the face on its left.
    next: Vec<u32>,
    /// For each half-edge, the cycle that contains it.
    cycle_of: Vec<u32>,
    /// For each cycle: one of its half-edges, and its signed area in m².
    cycles: Vec<(u32, f64)>,
    /// For each cycle, true if it bounds a component inside its face rather than the face itself.
    inner: Vec<bool>,
}

/// Faces that are connected by shared pieces.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Region {
    /// The cycles of the faces.
    pub(crate) cycles: Vec<u32>,
    /// Their total area.
    pub(crate) area_m2: f64,
    /// The length of their outer boundary.
    pub(crate) perimeter_m: f64,
}

impl Arrangement {
    /// Builds the arrangement of directed edges, which can cross, touch and coincide.
    ///
    /// The edges of each `ring` number must be closed: every point has as many edges leaving as
    /// arriving.
    pub(crate) fn of(edges: Vec<Edge>) -> Result<Self, NodingError> {
        let edges = node(edges)?;
        let mut numbers: HashMap<(u64, u64), u32> = HashMap::with_capacity(edges.len());
        let mut nodes = Vec::with_capacity(edges.len());
        let mut number = |p: Coord<f64>| {
            *numbers.entry(key(p)).or_insert_with(|| {
                nodes.push(p);
                nodes.len() as u32 - 1
            })
        };
        let mut runs: Vec<(u32, u32, u32, i32)> = edges
            .iter()
            .map(|e| {
                let (a, b) = (number(e.a), number(e.b));
                if a < b { (a, b, e.ring, 1) } else { (b, a, e.ring, -1) }
            })
            .collect();
        runs.sort_unstable();
        let mut pieces: Vec<Piece> = Vec::with_capacity(runs.len());
        for (lo, hi, ring, way) in runs {
            match pieces.last_mut() {
                Some(p) if (p.lo, p.hi) == (lo, hi) => p.rings.push((ring, way)),
                _ => pieces.push(Piece { lo, hi, rings: vec![(ring, way)] }),
            }
        }
        let mut arrangement = Self { nodes, pieces, ..Self::default() };
        arrangement.link();
        arrangement.trace_cycles();
        arrangement.inner = vec![false; arrangement.cycles.len()];
        for (_, outer) in arrangement.components() {
            let cycle = arrangement.cycle_of[outer as usize];
            arrangement.inner[cycle as usize] = true;
        }
        Ok(arrangement)
    }

    /// Returns the number of cycles.
    pub(crate) fn cycle_count(&self) -> usize {
        self.cycles.len()
    }

    /// Returns the points of one cycle.
    pub(crate) fn cycle_points(&self, cycle: u32) -> Ring {
        let first = self.cycles[cycle as usize].0;
        self.walk(first).map(|h| self.nodes[self.from(h) as usize]).collect()
    }

    /// Returns the directed pieces with a marked face on their left and an unmarked one on their
    /// right. `inside` has a mark for each cycle.
    pub(crate) fn boundary(&self, inside: &[bool]) -> Vec<(Coord<f64>, Coord<f64>)> {
        let left = |h: u32| inside[self.cycle_of[h as usize] as usize];
        (0..self.next.len() as u32)
            .filter(|&h| left(h) && !left(h ^ 1))
            .map(|h| (self.nodes[self.from(h) as usize], self.nodes[self.from(h ^ 1) as usize]))
            .collect()
    }

    /// Returns true if a cycle is the outer boundary of its face, which is then bounded.
    pub(crate) fn is_outer(&self, cycle: u32) -> bool {
        !self.inner[cycle as usize]
    }

    /// Groups the marked cycles into regions whose faces share a piece of edge.
    pub(crate) fn regions(&self, marked: &[bool]) -> Vec<Region> {
        let mut parent: Vec<u32> = (0..self.cycles.len() as u32).collect();
        let inner = |h: u32| {
            let (left, right) = (self.cycle_of[h as usize], self.cycle_of[(h ^ 1) as usize]);
            (marked[left as usize] && marked[right as usize]).then_some((left, right))
        };
        for (left, right) in (0..self.next.len() as u32).step_by(2).filter_map(inner) {
            let (left, right) = (root(&mut parent, left), root(&mut parent, right));
            parent[left as usize] = right;
        }
        let mut regions: BTreeMap<u32, Region> = BTreeMap::new();
        for cycle in (0..self.cycles.len() as u32).filter(|&cycle| marked[cycle as usize]) {
            let (first, area) = self.cycles[cycle as usize];
            let region = regions.entry(root(&mut parent, cycle)).or_default();
            region.area_m2 += area;
            let outline = self.walk(first).filter(|&h| inner(h).is_none());
            region.perimeter_m += outline.map(|h| self.length(h)).sum::<f64>();
            region.cycles.push(cycle);
        }
        regions.into_values().collect()
    }

    fn length(&self, h: u32) -> f64 {
        let at = |h: u32| self.nodes[self.from(h) as usize];
        (at(h ^ 1).x - at(h).x).hypot(at(h ^ 1).y - at(h).y)
    }

    fn from(&self, h: u32) -> u32 {
        let piece = &self.pieces[h as usize / 2];
        if h & 1 == 0 { piece.lo } else { piece.hi }
    }

    fn walk(&self, first: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(first), move |&h| {
            Some(self.next[h as usize]).filter(|&n| n != first)
        })
    }

    fn link(&mut self) {
        let half_edges = self.pieces.len() as u32 * 2;
        let mut leaving: Vec<u32> = (0..half_edges).collect();
        leaving.sort_by(|&g, &h| {
            let node = self.from(g);
            node.cmp(&self.from(h)).then_with(|| {
                let at = |n: u32| self.nodes[n as usize];
                by_direction(at(node), at(self.from(g ^ 1)), at(self.from(h ^ 1)))
            })
        });
        let mut next = vec![0; half_edges as usize];
        for around in leaving.chunk_by(|&g, &h| self.from(g) == self.from(h)) {
            for (i, &h) in around.iter().enumerate() {
                // The face to the left of the arriving half-edge continues along the next edge
                // clockwise.
                let clockwise = around[(i + around.len() - 1) % around.len()];
                next[(h ^ 1) as usize] = clockwise;
            }
        }
        self.next = next;
    }

    fn trace_cycles(&mut self) {
        self.cycle_of = vec![u32::MAX; self.next.len()];
        for first in 0..self.next.len() as u32 {
            if self.cycle_of[first as usize] != u32::MAX {
                continue;
            }
            let cycle = self.cycles.len() as u32;
            let around: Vec<u32> = self.walk(first).collect();
            for &h in &around {
                self.cycle_of[h as usize] = cycle;
            }
            let points: Ring = around.iter().map(|&h| self.nodes[self.from(h) as usize]).collect();
            self.cycles.push((first, exact::signed_area(&points)));
        }
    }
}

fn root(parent: &mut [u32], mut node: u32) -> u32 {
    while parent[node as usize] != node {
        parent[node as usize] = parent[parent[node as usize] as usize];
        node = parent[node as usize];
    }
    node
}
