//! Walks over the faces of an arrangement, with the winding number of each ring.

use std::collections::HashMap;

use rstar::{AABB, RTree};

use super::super::crossings::Edge;
use super::super::exact::{self, Ray, by_direction};
use super::{Arrangement, Piece, root};

/// One cycle of a face, as passed to a visitor.
pub(crate) struct CycleVisit {
    /// The cycle.
    pub(crate) cycle: u32,
    /// Its contribution to the area of its face: positive for the outer cycle, negative for cycles
    /// of components inside the face.
    pub(crate) area: f64,
}

impl Arrangement {
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

    /// Returns the pieces as edges, with the piece number as ring.
    fn piece_edges(&self) -> Vec<Edge> {
        let at = |n: u32| self.nodes[n as usize];
        let edge =
            |(i, p): (usize, &Piece)| Edge { ring: i as u32, index: 0, a: at(p.lo), b: at(p.hi) };
        self.pieces.iter().enumerate().map(edge).collect()
    }

    /// Returns each connected component with the half-edge at its westernmost node that has the
    /// surrounding face on its left.
    pub(super) fn components(&self) -> Vec<(Component, u32)> {
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

/// A connected component of the pieces.
#[derive(Debug)]
pub(super) struct Component {
    id: u32,
    of_piece: std::rc::Rc<[u32]>,
}
