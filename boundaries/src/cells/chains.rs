//! Orders edges so that connected ones are adjacent. The edges near a point are mostly parts of a few
//! lines, so in this order they form a few runs.

use geo::{Coord, Line};

/// Returns the indices of edges in connected order. Where several edges continue from an end, one of
/// the same kind is preferred.
pub(super) fn chained(lines: &[Line<f64>], kinds: &[u64]) -> Vec<usize> {
    let mut ends: Vec<(End, usize)> = lines
        .iter()
        .enumerate()
        .flat_map(|(edge, line)| [(end(line.start), edge), (end(line.end), edge)])
        .collect();
    ends.sort_unstable();
    let mut chains =
        Chains { lines, kinds, ends, is_placed: vec![false; lines.len()], order: Vec::new() };
    // First the lines that start where lines meet or end; the remaining edges form rings.
    for (edge, line) in lines.iter().enumerate() {
        for from in [line.start, line.end] {
            if chains.at(from).len() != 2 {
                chains.follow(edge, from);
            }
        }
    }
    for (edge, line) in lines.iter().enumerate() {
        chains.follow(edge, line.start);
    }
    chains.order
}

/// An end of an edge for comparison, by its bits.
type End = [u64; 2];

fn end(at: Coord<f64>) -> End {
    [at.x.to_bits(), at.y.to_bits()]
}

struct Chains<'a> {
    lines: &'a [Line<f64>],
    kinds: &'a [u64],
    /// The ends of all edges with the index of the edge, sorted.
    ends: Vec<(End, usize)>,
    is_placed: Vec<bool>,
    order: Vec<usize>,
}

impl Chains<'_> {
    /// The edges that end at a vertex.
    fn at(&self, vertex: Coord<f64>) -> &[(End, usize)] {
        let vertex = end(vertex);
        let from = self.ends.partition_point(|(of, _)| *of < vertex);
        let there = &self.ends[from..];
        &there[..there.partition_point(|(of, _)| *of == vertex)]
    }

    /// Appends an edge, unless it was appended before, and the edges that continue from it, starting at
    /// the end `from`.
    fn follow(&mut self, edge: usize, from: Coord<f64>) {
        let (mut next, mut from) = (Some(edge).filter(|&edge| !self.is_placed[edge]), from);
        while let Some(edge) = next {
            self.is_placed[edge] = true;
            self.order.push(edge);
            let line = self.lines[edge];
            from = if from == line.start { line.end } else { line.start };
            let open = self.at(from).iter().map(|&(_, edge)| edge);
            let open = open.filter(|&edge| !self.is_placed[edge]);
            next = open.min_by_key(|&other| (self.kinds[other] != self.kinds[edge], other));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(a: [f64; 2], b: [f64; 2]) -> Line<f64> {
        Line::new(Coord { x: a[0], y: a[1] }, Coord { x: b[0], y: b[1] })
    }

    #[test]
    fn connected_edges_are_adjacent_whatever_their_direction() {
        // A line of five edges and a ring of three, mixed up.
        let at = |n: usize| [n as f64, (n * n) as f64];
        let lines = [
            line(at(2), at(3)),
            line([9.0, 0.0], [8.0, 1.0]),
            line(at(1), at(0)),
            line(at(4), at(5)),
            line([8.0, 1.0], [8.0, -1.0]),
            line(at(1), at(2)),
            line([8.0, -1.0], [9.0, 0.0]),
            line(at(4), at(3)),
        ];
        let order = chained(&lines, &[1; 8]);
        assert_eq!(order[..5], [2, 5, 0, 7, 3]);
        assert_eq!(order.len(), 8);
        let mut all = order;
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn a_line_continues_with_an_edge_of_the_same_kind() {
        let lines = [
            line([0.0, 0.0], [1.0, 0.0]),
            line([1.0, 0.0], [1.0, 1.0]),
            line([1.0, 0.0], [2.0, 0.0]),
            line([2.0, 0.0], [3.0, 0.0]),
        ];
        assert_eq!(chained(&lines, &[1, 2, 1, 1]), [0, 2, 3, 1]);
        assert_eq!(chained(&lines, &[1, 1, 2, 2]), [0, 1, 2, 3]);
    }
}
