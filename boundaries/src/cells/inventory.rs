//! The distinct edges of all layers, each with the items that have it in their boundary.

use std::cmp::Ordering;
use std::ops::Range;

use geo::{Coord, Line};
use rayon::prelude::*;

use super::chains::chained;
use super::clip::for_each_square;
use super::grid::{Grid, Squares};
use super::layer_bit;
use crate::layer::Layer;

/// The edges and their items, block by block, with connected edges in sequence.
pub(super) struct Inventory {
    pub(super) lines: Vec<Line<f64>>,
    /// The start of the items of each edge, and finally the number of items.
    starts: Vec<u32>,
    items: Vec<u32>,
}

/// An edge of one area, with its ends in ascending order.
#[derive(Clone, Copy)]
struct AreaEdge {
    block: u32,
    line: Line<f64>,
    item: u32,
}

impl AreaEdge {
    fn order(&self, other: &Self) -> Ordering {
        let ends = |s: &Self| [s.line.start.x, s.line.start.y, s.line.end.x, s.line.end.y];
        let by_ends = || {
            let pairs = ends(self).into_iter().zip(ends(other));
            pairs.fold(Ordering::Equal, |order, (a, b)| order.then(a.total_cmp(&b)))
        };
        self.block.cmp(&other.block).then_with(by_ends).then(self.item.cmp(&other.item))
    }
}

/// The number of bits of an item that identify the area.
pub(super) fn area_bits(layers: &[&Layer]) -> u32 {
    let bits = |count: usize| usize::BITS - count.saturating_sub(1).leading_zeros();
    let area_bits = bits(layers.iter().map(|layer| layer.areas().len()).max().unwrap_or(0));
    assert!(area_bits + bits(layers.len()) <= 32, "layers and areas need more than 32 bits");
    area_bits
}

/// The edges of all areas, each with the area's item.
pub(super) fn edges_of<'a>(
    layers: &'a [&'a Layer],
    area_bits: u32,
) -> impl ParallelIterator<Item = (u32, Line<f64>)> + 'a {
    layers.par_iter().enumerate().flat_map(move |(index, layer)| {
        layer.areas().par_iter().enumerate().flat_map_iter(move |(area, content)| {
            let item = ((index as u64) << area_bits) as u32 | area as u32;
            content.edges().filter(|e| e.start != e.end).map(move |edge| (item, edge))
        })
    })
}

impl Inventory {
    /// Collects the edges of all layers.
    pub(super) fn of(layers: &[&Layer], area_bits: u32, grid: Grid) -> Self {
        // Adding zero turns -0.0 into 0.0, so that equal ends have equal bits.
        let positive = |end: Coord<f64>| Coord { x: end.x + 0.0, y: end.y + 0.0 };
        let mut edges: Vec<AreaEdge> = edges_of(layers, area_bits)
            .map(|(item, edge)| {
                let (a, b) = (positive(edge.start), positive(edge.end));
                let line = if (a.x, a.y) <= (b.x, b.y) { Line::new(a, b) } else { Line::new(b, a) };
                let block = grid.cell_of(line.start).map_or(0, |(x, y)| grid.block_of(x, y));
                AreaEdge { block: block as u32, line, item }
            })
            .collect();
        edges.par_sort_unstable_by(AreaEdge::order);

        let mut all = Self { lines: Vec::new(), starts: vec![0], items: Vec::new() };
        let mut blocks = Vec::new();
        for same in edges.chunk_by(|a, b| a.line == b.line) {
            // An area with an edge twice in its boundary crosses it twice: it needs two edges.
            let mut items: Vec<u32> = same.iter().map(|side| side.item).collect();
            while !items.is_empty() {
                let mut again = Vec::new();
                for (index, &item) in items.iter().enumerate() {
                    let seen = index > 0 && items[index - 1] == item;
                    if seen { again.push(item) } else { all.items.push(item) }
                }
                all.lines.push(same[0].line);
                blocks.push(same[0].block);
                all.starts.push(u32::try_from(all.items.len()).expect("fewer than 2³² edges"));
                items = again;
            }
        }
        all.along_lines(&blocks, area_bits)
    }

    /// Reorders the edges of each block so that connected ones are adjacent. The edges are sorted by
    /// block already.
    fn along_lines(&self, blocks: &[u32], area_bits: u32) -> Self {
        let kind = |edge: usize| {
            let layer = |&item: &u32| (u64::from(item) >> area_bits) as usize;
            self.items(edge as u32).iter().fold(0, |bits, item| bits | layer_bit(layer(item)))
        };
        let kinds: Vec<u64> = (0..self.lines.len()).map(kind).collect();
        let mut end = 0;
        let of_blocks: Vec<Range<usize>> = blocks
            .chunk_by(|a, b| a == b)
            .map(|block| {
                end += block.len();
                end - block.len()..end
            })
            .collect();
        let order: Vec<usize> = of_blocks
            .into_par_iter()
            .flat_map_iter(|own| {
                let order = chained(&self.lines[own.clone()], &kinds[own.clone()]);
                order.into_iter().map(move |edge| own.start + edge)
            })
            .collect();
        self.in_order(&order)
    }

    /// The same edges in the order of these indices.
    fn in_order(&self, order: &[usize]) -> Self {
        let lines = order.iter().map(|&edge| self.lines[edge]).collect();
        let (mut starts, mut items) = (vec![0], Vec::with_capacity(self.items.len()));
        for &edge in order {
            items.extend(self.items(edge as u32));
            starts.push(items.len() as u32);
        }
        Self { lines, starts, items }
    }

    /// The items that have an edge in their boundary, ascending.
    pub(super) fn items(&self, edge: u32) -> &[u32] {
        let edge = edge as usize;
        &self.items[self.starts[edge] as usize..self.starts[edge + 1] as usize]
    }

    /// An edge.
    pub(super) fn line(&self, edge: u32) -> Line<f64> {
        self.lines[edge as usize]
    }
}

/// The indices of the edges that intersect each square.
pub(super) struct EdgesBySquare {
    starts: Vec<u32>,
    edges: Vec<u32>,
}

impl EdgesBySquare {
    /// Sorts ascending edges into squares.
    pub(super) fn new(
        inventory: &Inventory,
        edges: impl Iterator<Item = u32> + Clone,
        squares: Squares,
    ) -> Self {
        let mut starts = vec![0_u32; squares.len() + 1];
        for edge in edges.clone() {
            for_each_square(inventory.line(edge), squares, |column, row| {
                starts[squares.index_of(column, row) + 1] += 1;
            });
        }
        for square in 0..squares.len() {
            let sum = starts[square].checked_add(starts[square + 1]);
            starts[square + 1] = sum.expect("fewer than 2³² edges in squares");
        }
        let mut next = starts.clone();
        let mut indices = vec![0; starts[squares.len()] as usize];
        for edge in edges {
            for_each_square(inventory.line(edge), squares, |column, row| {
                let next = &mut next[squares.index_of(column, row)];
                indices[*next as usize] = edge;
                *next += 1;
            });
        }
        Self { starts, edges: indices }
    }

    fn run(&self, square: usize) -> Range<usize> {
        self.starts[square] as usize..self.starts[square + 1] as usize
    }

    /// The edges that intersect a square, ascending.
    pub(super) fn of(&self, square: usize) -> &[u32] {
        &self.edges[self.run(square)]
    }
}

/// Calls `visit` once for each edge in the union of two ascending lists.
pub(super) fn for_each_in_union(mut a: &[u32], mut b: &[u32], mut visit: impl FnMut(u32)) {
    while let (Some(&x), Some(&y)) = (a.first(), b.first()) {
        visit(x.min(y));
        if x <= y {
            a = &a[1..];
        }
        if y <= x {
            b = &b[1..];
        }
    }
    a.iter().chain(b).copied().for_each(visit);
}
