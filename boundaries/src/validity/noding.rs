//! Edges cut up until they meet only at their ends, and edges that cancel each other.

use geo::Coord;

use super::crossings::{Edge, cuts};
use super::exact;

/// A crossing that is rounded may move an edge across a neighbour, which needs another round of
/// cutting. Real data settle in one or two; data that do not in sixteen are refused.
const ROUNDS: usize = 16;

/// The cutting did not settle: the drawing is finer than the numbers that hold it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Unsettled {
    pub(crate) at: Coord<f64>,
}

/// Cuts edges until they meet only at their ends.
pub(crate) fn noded(mut edges: Vec<Edge>) -> Result<Vec<Edge>, Unsettled> {
    let mut last = None;
    for _ in 0..ROUNDS {
        let mut cuts = cuts(&edges);
        let Some(cut) = cuts.first() else { return Ok(edges) };
        last = Some(cut.at);
        cuts.sort_by(|c, d| {
            c.edge.cmp(&d.edge).then_with(|| {
                let Edge { a, b, .. } = edges[c.edge];
                let along = |p: Coord<f64>| (p.x - a.x) * (b.x - a.x) + (p.y - a.y) * (b.y - a.y);
                along(c.at).total_cmp(&along(d.at)).then_with(|| exact::order(c.at, d.at))
            })
        });
        let mut cut_edges = Vec::with_capacity(edges.len() + cuts.len());
        let mut rest = &cuts[..];
        for (i, &edge) in edges.iter().enumerate() {
            let mine = rest.iter().take_while(|cut| cut.edge == i).count();
            let mut a = edge.a;
            for cut in &rest[..mine] {
                if cut.at != a && cut.at != edge.b {
                    cut_edges.push(Edge { a, b: cut.at, ..edge });
                    a = cut.at;
                }
            }
            cut_edges.push(Edge { a, ..edge });
            rest = &rest[mine..];
        }
        edges = cut_edges;
    }
    match last {
        Some(at) => Err(Unsettled { at }),
        None => Ok(edges),
    }
}

/// The edges that are left when each has cancelled one that runs exactly against it.
///
/// Of the edges of neighbours in a coverage this leaves the outline, and the places where they do
/// not fit. The winding number around every point stays the same, and so does every coordinate.
pub(crate) fn uncancelled(edges: Vec<Edge>) -> Vec<Edge> {
    let ends = |e: &Edge| if exact::order(e.a, e.b).is_lt() { (e.a, e.b) } else { (e.b, e.a) };
    let mut by_ends: Vec<usize> = (0..edges.len()).collect();
    let compare = |i: usize, j: usize| {
        let ((a, b), (c, d)) = (ends(&edges[i]), ends(&edges[j]));
        exact::order(a, c).then_with(|| exact::order(b, d))
    };
    by_ends.sort_by(|&i, &j| compare(i, j));
    let mut keep = vec![true; edges.len()];
    for same in by_ends.chunk_by(|&i, &j| compare(i, j).is_eq()) {
        let forth = |i: &&usize| ends(&edges[**i]).0 == edges[**i].a;
        let pairs = same.iter().filter(forth).count();
        let pairs = pairs.min(same.len() - pairs);
        for &i in same.iter().filter(forth).take(pairs) {
            keep[i] = false;
        }
        for &i in same.iter().filter(|i| !forth(i)).take(pairs) {
            keep[i] = false;
        }
    }
    edges.into_iter().zip(keep).filter_map(|(edge, keep)| keep.then_some(edge)).collect()
}
