//! Building a cell index:
//!
//! 1. choose the blocks, collect the distinct edges, sort them into blocks;
//! 2. sweep each row of blocks from the west for the items that contain each block's centre;
//! 3. choose the size of each block's cells, sort its edges into them, and walk from the block's
//!    centre from cell to cell for the items that contain each cell's reference;
//! 4. concatenate the results of the blocks and deduplicate the sets of items;
//! 5. find the edges that can be nearest, with the rest of the budget ([`candidates`]).
//!
//! [`candidates`]: super::candidates

use std::collections::HashMap;

use geo::{Coord, Line};
use rayon::prelude::*;

use super::candidates::Candidates;
use super::grid::{Grid, Squares};
use super::inventory::{self, EdgesBySquare, Inventory, for_each_in_union};
use super::record::{self, CellEdge};
use super::reference::Reference;
use super::{CellIndex, Frame, RECORD, UNIFORM, layer_bit, resolution};
use crate::layer::Layer;
use crate::storage::MemoryBudget;

/// A set of items, ascending.
type Set = Vec<u32>;

fn toggle(set: &mut Set, items: &[u32]) {
    for item in items {
        match set.binary_search(item) {
            Ok(position) => _ = set.remove(position),
            Err(position) => set.insert(position, *item),
        }
    }
}

/// The result of one block. Cells refer to its own sets and records.
struct BlockPart {
    /// Empty for a block with a single entry.
    cells: Vec<u32>,
    sets: Vec<Set>,
    records: Vec<u32>,
    layers: u64,
}

pub(super) fn build(layers: &[&Layer], budget: MemoryBudget) -> CellIndex {
    let area_bits = inventory::area_bits(layers);
    let grid = grid(layers, area_bits);
    let inventory = Inventory::of(layers, area_bits, grid);
    let frame = Frame { grid, area_bits };
    let indices = 0..inventory.lines.len() as u32;
    let by_block = EdgesBySquare::new(&inventory, indices, grid.squares());
    let references = block_references(&inventory, &by_block, grid);
    let half = MemoryBudget::of_bytes(budget.bytes() / 2);
    let cell_bits = resolution::cell_bits(grid, &inventory, &by_block, half);

    let parts: Vec<BlockPart> = references
        .into_par_iter()
        .enumerate()
        .map(|(block, reference)| {
            let edges = by_block.of(block);
            if edges.is_empty() {
                let sets = vec![reference];
                return BlockPart { cells: Vec::new(), sets, records: Vec::new(), layers: 0 };
            }
            let (column, row) = (block as u32 % grid.columns, block as u32 / grid.columns);
            let squares = grid.cell_squares(column, row, cell_bits[block]);
            let centre = grid.squares().centre(column, row);
            let mut part = cut_block(&inventory, edges, squares, centre, reference);
            let items = edges.iter().flat_map(|&edge| inventory.items(edge));
            part.layers =
                items.fold(0, |bits, &item| bits | layer_bit(frame.layer_and_area(item).0));
            part
        })
        .collect();
    let mut index = assemble(frame, &inventory, parts, &cell_bits);
    let left = budget.bytes().saturating_sub(index.bytes());
    index.candidates = Candidates::of(&inventory, frame, layers.len(), left);
    index
}

fn grid(layers: &[&Layer], area_bits: u32) -> Grid {
    let corner = |pick: fn(f64, f64) -> f64, of: fn(&crate::area::Area) -> Coord<f64>| {
        let areas = layers.iter().flat_map(|layer| layer.areas());
        areas.map(of).reduce(|a, b| Coord { x: pick(a.x, b.x), y: pick(a.y, b.y) })
    };
    let low = corner(f64::min, |area| area.extent().min());
    let high = corner(f64::max, |area| area.extent().max());
    match (low, high) {
        (Some(low), Some(high)) => {
            resolution::grid(low, high, inventory::edges_of(layers, area_bits).count())
        }
        _ => Grid { west: 0, south: 0, columns: 0, rows: 0, block_bits: 0 },
    }
}

/// The items that contain the centre of each block.
fn block_references(inventory: &Inventory, by_block: &EdgesBySquare, grid: Grid) -> Vec<Set> {
    let squares = grid.squares();
    let rows: Vec<Vec<Set>> = (0..grid.rows)
        .into_par_iter()
        .map(|row| {
            let reference = Reference(squares.centre(0, row));
            let mut set = Set::new();
            for &edge in by_block.of(squares.index_of(0, row)) {
                if reference.is_east_of(inventory.line(edge)) {
                    toggle(&mut set, inventory.items(edge));
                }
            }
            let mut sets = Vec::with_capacity(grid.columns as usize);
            sweep_row(inventory, by_block, squares, row, set, |_, set| sets.push(set.clone()));
            sets
        })
        .collect();
    rows.into_iter().flatten().collect()
}

/// Sweeps a row eastward, starting with the items `set` of its first reference, and calls
/// `visit(column, items)` for each reference.
fn sweep_row(
    inventory: &Inventory,
    by_square: &EdgesBySquare,
    squares: Squares,
    row: u32,
    mut set: Set,
    mut visit: impl FnMut(u32, &Set),
) {
    visit(0, &set);
    for column in 1..squares.columns {
        let here = Reference(squares.centre(column - 1, row));
        let next = Reference(squares.centre(column, row));
        // The segment from centre to centre lies in the two squares.
        let around = [column - 1, column].map(|c| by_square.of(squares.index_of(c, row)));
        for_each_in_union(around[0], around[1], |edge| {
            if here.parallel_crosses(next, inventory.line(edge)) {
                toggle(&mut set, inventory.items(edge));
            }
        });
        visit(column, &set);
    }
}

/// Divides a block with edges into cells.
fn cut_block(
    inventory: &Inventory,
    edges: &[u32],
    squares: Squares,
    centre: Coord<f64>,
    mut set: Set,
) -> BlockPart {
    let by_cell = EdgesBySquare::new(inventory, edges.iter().copied(), squares);
    let mut cutter = Cutter::new(inventory, &by_cell, squares);

    // From the block's centre to that of its first cell, first east-west, then north-south.
    let first = squares.centre(0, 0);
    let corner = Coord { x: first.x, y: centre.y };
    let [from, via, to] = [centre, corner, first].map(Reference);
    for &edge in edges {
        let line = inventory.line(edge);
        if from.parallel_crosses(via, line) != via.meridian_crosses(to, line) {
            toggle(&mut set, inventory.items(edge));
        }
    }
    for row in 0..squares.rows {
        if row > 0 {
            let [here, next] = [row - 1, row].map(|r| Reference(squares.centre(0, r)));
            let around = [row - 1, row].map(|r| by_cell.of(squares.index_of(0, r)));
            for_each_in_union(around[0], around[1], |edge| {
                if here.meridian_crosses(next, inventory.line(edge)) {
                    toggle(&mut set, inventory.items(edge));
                }
            });
        }
        sweep_row(inventory, &by_cell, squares, row, set.clone(), |column, set| {
            cutter.cell(column, row, set);
        });
    }
    // All blocks are in memory at once, so spare capacity would add up.
    cutter.part.records.shrink_to_fit();
    cutter.part
}

/// Writes the cells of a block in order.
struct Cutter<'a> {
    inventory: &'a Inventory,
    by_cell: &'a EdgesBySquare,
    squares: Squares,
    set_indices: HashMap<Set, u32>,
    part: BlockPart,
}

impl<'a> Cutter<'a> {
    fn new(inventory: &'a Inventory, by_cell: &'a EdgesBySquare, squares: Squares) -> Self {
        let cells = Vec::with_capacity(squares.len());
        let part = BlockPart { cells, sets: Vec::new(), records: Vec::new(), layers: 0 };
        Self { inventory, by_cell, squares, set_indices: HashMap::new(), part }
    }

    fn cell(&mut self, column: u32, row: u32, reference: &Set) {
        let indices = self.by_cell.of(self.squares.index_of(column, row));
        let entry = if indices.is_empty() {
            self.set(reference)
        } else {
            let edge = |&position: &u32| {
                let (line, items) = (self.inventory.line(position), self.inventory.items(position));
                CellEdge { index: position, line, items }
            };
            let edges: Vec<CellEdge<'_>> = indices.iter().map(edge).collect();
            let start = self.part.records.len() as u32;
            let centre = self.squares.centre(column, row);
            record::write(&mut self.part.records, centre, self.squares.side, reference, &edges);
            RECORD | start
        };
        self.part.cells.push(entry);
    }

    fn set(&mut self, set: &Set) -> u32 {
        if let Some(&position) = self.set_indices.get(set) {
            return position;
        }
        let position = self.part.sets.len() as u32;
        self.part.sets.push(set.clone());
        self.set_indices.insert(set.clone(), position);
        position
    }
}

/// Checks that an index is below [`RECORD`].
fn entry(len: usize) -> u32 {
    u32::try_from(len).ok().filter(|len| len & RECORD == 0).expect("fewer than 2³¹ entries")
}

fn assemble(
    frame: Frame,
    inventory: &Inventory,
    parts: Vec<BlockPart>,
    cell_bits: &[u32],
) -> CellIndex {
    let ends = |line: &Line<f64>| [line.start.x, line.start.y, line.end.x, line.end.y];
    let (mut blocks, mut block_layers) = (Vec::new(), Vec::new());
    let mut cells: Vec<u32> = Vec::with_capacity(parts.iter().map(|part| part.cells.len()).sum());
    let mut records: Vec<u32> =
        Vec::with_capacity(parts.iter().map(|part| part.records.len()).sum());
    // The empty set is entry 0.
    let mut sets = vec![0];
    let mut set_indices: HashMap<Set, u32> = HashMap::from([(Set::new(), 0)]);
    for (part, &bits) in parts.into_iter().zip(cell_bits) {
        let indices: Vec<u32> = part
            .sets
            .into_iter()
            .map(|set| {
                let sets = &mut sets;
                *set_indices.entry(set).or_insert_with_key(|set| {
                    let position = entry(sets.len());
                    sets.push(set.len() as u32);
                    sets.extend(set);
                    position
                })
            })
            .collect();
        block_layers.push(part.layers);
        if part.cells.is_empty() {
            blocks.push(u64::from(UNIFORM) << 32 | u64::from(indices[0]));
            continue;
        }
        blocks.push(u64::from(bits) << 32 | u64::from(entry(cells.len())));
        let records_before = entry(records.len());
        records.extend(part.records);
        entry(records.len());
        cells.extend(part.cells.iter().map(|&cell| {
            if cell & RECORD == 0 { indices[cell as usize] } else { cell + records_before }
        }));
    }
    CellIndex {
        frame,
        blocks: blocks.into(),
        block_layers: block_layers.into(),
        cells: cells.into(),
        sets: sets.into(),
        records: records.into(),
        edges: inventory.lines.iter().flat_map(ends).collect::<Vec<f64>>().into(),
        candidates: Candidates::default(),
    }
}
