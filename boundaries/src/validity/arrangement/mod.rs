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
use rstar::{AABB, RTree};

use super::crossings::Edge;
use super::exact::{self, Ray, Ring, by_direction, key};
use super::noding::{NodingError, node};

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

/// One cycle of a face, as passed to a visitor.
pub(crate) struct CycleVisit {
    /// The cycle.
    pub(crate) cycle: u32,
    /// Its contribution to the area of its face: positive for the outer cycle, negative for cycles
    /// of components inside the face.
    pub(crate) area: f64,
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

    /// Visits every cycle of every face. `cross` receives each change of winding between faces: a
    /// ring, and the change of its winding number. At each `visit`, the changes so far add up to
    /// the winding numbers of that face.
    pub(crate) fn walk_faces<S>(
        &self,
        state: &mut S,
        mut cross: impl FnMut(&mut S, u32, i32),
        mut visit: impl FnMut(&mut S, &CycleVisit),
    ) {
        let tree = RTree::bulk_load(self.piece_edges());
        let mut seen = vec![false; self.cycles.len()];
        for (component, outer) in self.components() {
            let base = self.winding_around(&tree, &component.of_piece, component.id, outer);
            for &(ring, winding) in &base {
                cross(state, ring, winding);
            }
            self.walk_component(outer, &mut seen, state, &mut cross, &mut visit);
            for &(ring, winding) in &base {
                cross(state, ring, -winding);
            }
        }
    }

    /// Walks the faces of one component depth-first, undoing each crossing on the way back.
    fn walk_component<S>(
        &self,
        outer: u32,
        seen: &mut [bool],
        state: &mut S,
        cross: &mut impl FnMut(&mut S, u32, i32),
        visit: &mut impl FnMut(&mut S, &CycleVisit),
    ) {
        // A frame is the current half-edge of a cycle, the first one of that cycle, and the
        // half-edge by which the cycle was entered.
        struct Frame {
            at: Option<u32>,
            first: u32,
            entered_from: Option<u32>,
        }
        let enter = |h: u32, from: Option<u32>, seen: &mut [bool]| {
            seen[self.cycle_of[h as usize] as usize] = true;
            Frame { at: Some(h), first: h, entered_from: from }
        };
        let mut visit_cycle = |state: &mut S, h: u32| {
            let cycle = self.cycle_of[h as usize];
            visit(state, &CycleVisit { cycle, area: self.cycles[cycle as usize].1 });
        };
        let mut stack = vec![enter(outer, None, seen)];
        visit_cycle(state, outer);
        while let Some(frame) = stack.last_mut() {
            let Some(h) = frame.at else {
                if let Some(from) = frame.entered_from {
                    self.change(from ^ 1, |ring, by| cross(state, ring, by));
                }
                stack.pop();
                continue;
            };
            let next = self.next[h as usize];
            frame.at = (next != frame.first).then_some(next);
            let twin = h ^ 1;
            if !seen[self.cycle_of[twin as usize] as usize] {
                self.change(h, |ring, by| cross(state, ring, by));
                stack.push(enter(twin, Some(h), seen));
                visit_cycle(state, twin);
            }
        }
    }

    /// Passes on the changes of winding from the face left of a half-edge to the face on its right.
    fn change(&self, h: u32, mut cross: impl FnMut(u32, i32)) {
        let away = if h & 1 == 0 { -1 } else { 1 };
        for &(ring, way) in &self.pieces[h as usize / 2].rings {
            cross(ring, way * away);
        }
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

    /// Returns the pieces as edges, with the piece number as ring.
    fn piece_edges(&self) -> Vec<Edge> {
        let at = |n: u32| self.nodes[n as usize];
        let edge =
            |(i, p): (usize, &Piece)| Edge { ring: i as u32, index: 0, a: at(p.lo), b: at(p.hi) };
        self.pieces.iter().enumerate().map(edge).collect()
    }

    /// Returns each connected component with the half-edge at its westernmost node that has the
    /// surrounding face on its left.
    fn components(&self) -> Vec<(Component, u32)> {
        let mut parent: Vec<u32> = (0..self.nodes.len() as u32).collect();
        for piece in &self.pieces {
            let (a, b) = (root(&mut parent, piece.lo), root(&mut parent, piece.hi));
            parent[a as usize] = b;
        }
        let of_piece: std::rc::Rc<[u32]> =
            self.pieces.iter().map(|p| root(&mut parent, p.lo)).collect();
        let mut outer: HashMap<u32, u32> = HashMap::new();
        for h in 0..self.next.len() as u32 {
            let at = |n: u32| self.nodes[n as usize];
            let node = at(self.from(h));
            let better = |best: u32| {
                let best_node = at(self.from(best));
                exact::order(node, best_node)
                    .then_with(|| by_direction(node, at(self.from(best ^ 1)), at(self.from(h ^ 1))))
            };
            let best = outer.entry(of_piece[h as usize / 2]).or_insert(h);
            if better(*best).is_lt() {
                *best = h;
            }
        }
        let mut components: Vec<_> = outer
            .into_iter()
            .map(|(id, h)| (Component { id, of_piece: of_piece.clone() }, h))
            .collect();
        components.sort_by_key(|(_, h)| *h);
        components
    }

    /// Returns the non-zero winding numbers of the rings of other components around the start node
    /// of `outer`.
    fn winding_around(
        &self,
        tree: &RTree<Edge>,
        of_piece: &[u32],
        component: u32,
        outer: u32,
    ) -> Vec<(u32, i32)> {
        let p = self.nodes[self.from(outer) as usize];
        let ray = AABB::from_corners([p.x, p.y], [f64::MAX, p.y]);
        let mut winding: HashMap<u32, i32> = HashMap::new();
        for edge in tree.locate_in_envelope_intersecting(ray) {
            let piece = edge.ring as usize;
            if of_piece[piece] == component {
                continue;
            }
            let by = match exact::crosses_ray(edge.a, edge.b, p) {
                Ray::Up => 1,
                Ray::Down => -1,
                Ray::On | Ray::Misses => continue,
            };
            for &(ring, way) in &self.pieces[piece].rings {
                *winding.entry(ring).or_default() += by * way;
            }
        }
        let mut around: Vec<_> = winding.into_iter().filter(|(_, w)| *w != 0).collect();
        around.sort_unstable();
        around
    }
}

#[derive(Debug)]
struct Component {
    id: u32,
    of_piece: std::rc::Rc<[u32]>,
}

fn root(parent: &mut [u32], mut node: u32) -> u32 {
    while parent[node as usize] != node {
        parent[node as usize] = parent[parent[node as usize] as usize];
        node = parent[node as usize];
    }
    node
}
