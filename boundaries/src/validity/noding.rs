//! Noding: cuts edges until they meet only at their ends, and cancels opposite edges.

use geo::Coord;

use super::crossings::{Edge, cuts};
use super::exact;

/// The maximum number of rounds. Rounding a crossing can move an edge across a neighbour, which
/// needs another round. Real data needs one or two.
const ROUNDS: usize = 16;

/// Noding did not terminate: the drawing is finer than `f64` can represent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NodingError {
    pub(crate) at: Coord<f64>,
}

/// Cuts edges until they meet only at their ends.
pub(crate) fn node(mut edges: Vec<Edge>) -> Result<Vec<Edge>, NodingError> {
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
        Some(at) => Err(NodingError { at }),
        None => Ok(edges),
    }
}

/// Removes pairs of edges that run exactly against each other.
///
/// For neighbours in a coverage this leaves the outline and the places where they do not fit. The
/// winding number at every point and every coordinate stay the same.
pub(crate) fn cancel_opposite_edges(edges: Vec<Edge>) -> Vec<Edge> {
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
