//! The cell index: finds the areas of all layers that contain a point, and the distances to their
//! boundaries.
//!
//! The extent of all layers is divided into square blocks, and each block into square cells, which
//! are smaller where there are more edges ([`resolution`]). A cell without edges lies in the same
//! areas everywhere and stores them. Any other cell stores the edges that intersect it and the areas
//! that contain its centre, the *reference*. The areas of a point are those of the reference, toggled
//! for each edge that the segment from the reference to the point crosses.
//!
//! # Exactness
//!
//! Answers equal those of [`crate::index::AreaIndex::containing`], the boundary rule included.
//!
//! - The reference is treated as if it were offset from the centre of its cell by an infinitesimal
//!   (ε, ε²) (Edelsbrunner and Mücke, "Simulation of simplicity", 1990). Then it is on no edge, the
//!   segment from it meets no vertex, and all predicates are consistent ([`mod@reference`]).
//! - A cell stores each edge quantised to small integers, with an error of at most half a unit of
//!   1/16,384 of its side. If that does not decide, the edge itself and exact predicates do
//!   ([`record`]).
//! - Sides are powers of two of a metre, so that centres and the cell of a point are exact.
//!
//! # Layout
//!
//! A header of six numbers and six arrays, and four more arrays for the distances to boundaries
//! ([`candidates`]). They contain no pointers, so they are stored in a file and used in place.
//!
//! | array | content |
//! |---|---|
//! | `blocks: u64` | one per block, row by row from the south-west. If the high half is [`UNIFORM`], the low half is the entry of the whole block. Otherwise the high half is log₂ of the side of its cells in metres, and the low half the index of its first cell in `cells` |
//! | `block_layers: u64` | one per block: bit *l* is set if an edge of layer *l* intersects it (bit 63 for all layers from the 63rd) |
//! | `cells: u32` | the entries of cells, row by row from the south-west of each block |
//! | `sets: u32` | sets of items: a count, then the items, ascending |
//! | `records: u32` | the contents of cells with edges: see [`record`] |
//! | `edges: f64` | four per distinct edge: easting and northing of both ends; block by block, connected edges in sequence ([`chains`]) |
//!
//! An *entry* is an index in `sets`, or, with [`RECORD`] set, an index in `records`. An *item* is an
//! area of a layer: `layer << area_bits | area`, so that ascending items are sorted by layer, then
//! code.

use geo::Coord;
use serde::{Deserialize, Serialize};

use crate::geometry::predicate::Position;
use crate::layer::Layer;
use crate::position::Bng;
use crate::storage::MemoryBudget;
use crate::storage::mmap::Numbers;

mod batch;
mod build;
mod candidates;
mod chains;
mod clip;
mod grid;
mod inventory;
mod nearest;
mod record;
mod reference;
mod resolution;
mod run;
mod stored;

#[cfg(test)]
mod tests;

pub use batch::{CandidatesFound, CellsFound};
use candidates::{Candidates, CandidatesView};
use grid::Grid;

/// The high half of a block that has a single entry.
const UNIFORM: u32 = u32::MAX;

/// The bit of an entry that is an index in `records`.
const RECORD: u32 = 1 << 31;

/// The bit of a layer in `block_layers`.
fn layer_bit(layer: usize) -> u64 {
    1 << layer.min(63)
}

/// An index of the areas of several layers for point queries. A layer is identified by its index in
/// the slice that the cell index was built from, an area by its index in code order.
#[derive(Clone, Debug)]
pub struct CellIndex {
    frame: Frame,
    blocks: Numbers<u64>,
    block_layers: Numbers<u64>,
    cells: Numbers<u32>,
    sets: Numbers<u32>,
    records: Numbers<u32>,
    edges: Numbers<f64>,
    candidates: Candidates,
}

/// A view of a cell index, restricted to one layer.
#[derive(Clone, Copy, Debug)]
pub struct LayerCells<'a> {
    /// The cells of all layers.
    pub cells: CellView<'a>,
    /// The index of the layer.
    pub layer: usize,
}

/// The header: the position of the blocks and the layout of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Frame {
    grid: Grid,
    area_bits: u32,
}

impl Frame {
    fn layer_and_area(self, item: u32) -> (usize, usize) {
        // In 64 bits, since `area_bits` may be 32.
        let layer = u64::from(item) >> self.area_bits;
        (layer as usize, (u64::from(item) & ((1 << self.area_bits) - 1)) as usize)
    }
}

/// A [`CellIndex`] by reference to its arrays.
#[derive(Clone, Copy, Debug)]
pub struct CellView<'a> {
    frame: Frame,
    blocks: &'a [u64],
    block_layers: &'a [u64],
    cells: &'a [u32],
    sets: &'a [u32],
    records: &'a [u32],
    edges: &'a [f64],
    candidates: CandidatesView<'a>,
}

impl CellIndex {
    /// Indexes the areas of layers, as finely as is useful and fits the budget. Point layers are allowed
    /// and have no areas.
    ///
    /// # Panics
    ///
    /// Panics if the indices of layers and areas together need more than 32 bits, or if an array would
    /// have more than 2³¹ entries.
    pub fn build(layers: &[&Layer], budget: MemoryBudget) -> Self {
        build::build(layers, budget)
    }

    /// A view of the index.
    pub fn view(&self) -> CellView<'_> {
        CellView {
            frame: self.frame,
            blocks: &self.blocks,
            block_layers: &self.block_layers,
            cells: &self.cells,
            sets: &self.sets,
            records: &self.records,
            edges: &self.edges,
            candidates: self.candidates.view(),
        }
    }

    /// See [`CellView::locate`].
    pub fn locate(&self, at: Bng, visit: impl FnMut(usize, usize, Position)) {
        self.view().locate(at, visit);
    }

    /// See [`CellView::boundary_distance_m`].
    pub fn boundary_distance_m(&self, layer: usize, at: Bng) -> Option<f64> {
        self.view().boundary_distance_m(layer, at)
    }

    /// See [`CellView::edges_within`].
    pub fn edges_within(&self, layer: usize, at: Bng, reach_m: f64) -> Vec<(usize, f64)> {
        self.view().edges_within(layer, at, reach_m)
    }

    /// A view of the index, restricted to one layer.
    pub fn of_layer(&self, layer: usize) -> LayerCells<'_> {
        LayerCells { cells: self.view(), layer }
    }

    /// The size of its arrays in bytes.
    pub fn bytes(&self) -> u64 {
        let long = self.blocks.len() + self.block_layers.len() + self.edges.len();
        let short = self.cells.len() + self.sets.len() + self.records.len();
        8 * long as u64 + 4 * short as u64 + self.candidates.bytes()
    }
}

/// The cell of a point, and its entry.
#[derive(Clone, Copy, Debug)]
struct FoundCell {
    entry: u32,
    x: u32,
    y: u32,
    cell_bits: u32,
}

impl CellView<'_> {
    /// Calls `visit(layer, area, position)` for every area that contains `at`, in order of layer and
    /// code. `position` is never [`Position::Outside`]. Does not allocate.
    #[inline]
    pub fn locate(&self, at: Bng, mut visit: impl FnMut(usize, usize, Position)) {
        let point = at.coord();
        if let Some(found) = self.find(point) {
            self.answer(found, point, &mut visit);
        }
    }

    #[inline]
    fn find(&self, point: Coord<f64>) -> Option<FoundCell> {
        let grid = self.frame.grid;
        let (x, y) = grid.cell_of(point)?;
        Some(self.cell_of(x, y, self.blocks[grid.block_of(x, y)]))
    }

    /// The cell in `block` of a position in whole metres from the corner of the grid.
    #[inline]
    fn cell_of(&self, x: u32, y: u32, block: u64) -> FoundCell {
        let (kind, low) = ((block >> 32) as u32, block as u32);
        if kind == UNIFORM {
            return FoundCell { entry: low, x, y, cell_bits: 0 };
        }
        let cell = low as usize + self.frame.grid.cell_in_block(x, y, kind);
        FoundCell { entry: self.cells[cell], x, y, cell_bits: kind }
    }

    #[inline]
    fn answer(
        &self,
        FoundCell { entry, x, y, cell_bits }: FoundCell,
        point: Coord<f64>,
        visit: &mut impl FnMut(usize, usize, Position),
    ) {
        if entry & RECORD == 0 {
            let start = entry as usize;
            let count = self.sets[start] as usize;
            for &item in &self.sets[start + 1..start + 1 + count] {
                let (layer, area) = self.frame.layer_and_area(item);
                visit(layer, area, Position::Inside);
            }
        } else {
            let centre = self.frame.grid.centre(x, y, cell_bits);
            let records = &self.records[(entry & !RECORD) as usize..];
            record::locate(records, self.edges, centre, cell_bits, point, |item, position| {
                let (layer, area) = self.frame.layer_and_area(item);
                visit(layer, area, position);
            });
        }
    }
}
