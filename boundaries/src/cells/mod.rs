//! Which areas of all layers hold a point, from flat arrays: as fast as memory allows.
//!
//! The ground of all layers is cut once into square blocks, and each block into square cells,
//! finer where there are more edges ([`resolution`]). A cell that no edge meets lies in the same
//! areas everywhere, and answers at once. Any other cell knows the edges that meet it and which
//! areas hold its centre, its *reference*: the areas of a point in it are those of the reference,
//! save that every edge crossed on the straight way from there changes its areas.
//!
//! # Exactness
//!
//! Answers equal those of [`crate::index::AreaIndex::containing`], the boundary rule included.
//!
//! - The reference is thought to lie off its cell's centre by an infinitesimal (ε, ε²) (Edelsbrunner
//!   and Mücke, "Simulation of simplicity", 1990), so that it lies on no edge and the way from it
//!   meets no vertex: every predicate has one consistent answer ([`mod@reference`]).
//! - A cell keeps each edge drawn in small integers, good to half a unit of 1/16,384 of its side.
//!   If that leaves the least doubt, the edge itself and exact predicates decide ([`record`]).
//! - Sides are powers of two of a metre, so that centres and the cell of a point have no rounding.
//!
//! # Layout
//!
//! Six arrays of little numbers and a header of six, and four more for the distances to boundaries
//! ([`candidates`]); nothing in them is a pointer, so they can be
//! written to a file and used where they lie.
//!
//! | array | holds |
//! |---|---|
//! | `blocks: u64` | one a block, row by row from the south-west. High half [`UNIFORM`]: the low half is the entry of the whole block. Else the high half is log₂ of the side of its cells in metres, and the low half the place of its first cell in `cells` |
//! | `block_layers: u64` | one a block: bit *l* is set if an edge of layer *l* meets it (bit 63 for all layers from the 63rd) |
//! | `cells: u32` | entries of cells, row by row from the south-west of each block |
//! | `sets: u32` | sets of items: how many, then each, ascending |
//! | `records: u32` | what a cell with edges knows: see [`record`] |
//! | `edges: f64` | four an edge, no edge twice: easting and northing of either end; block by block, along the lines that they make ([`chains`]) |
//!
//! An *entry* is a place in `sets`, or with [`RECORD`] set a place in `records`. An *item* is an
//! area of a layer: `layer << area_bits | area`, so that items in ascending order are in order of
//! layer, then code.

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
mod stored;

#[cfg(test)]
mod tests;

pub use batch::{CandidatesFound, CellsFound};
use candidates::{Candidates, CandidatesView};
use grid::Grid;

/// The high half of a block that is one entry.
const UNIFORM: u32 = u32::MAX;

/// The bit of an entry that names a place in `records`.
const RECORD: u32 = 1 << 31;

/// The bit of a layer in `block_layers`.
fn layer_bit(layer: usize) -> u64 {
    1 << layer.min(63)
}

/// The areas of several layers, ready for questions about points. A layer is named by its place in
/// the slice it was built from, an area by its place in its layer's code order.
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

/// The part of a cell index that one layer has.
#[derive(Clone, Copy, Debug)]
pub struct LayerCells<'a> {
    /// The cells of all layers.
    pub cells: CellView<'a>,
    /// The layer, by its place.
    pub layer: usize,
}

/// The header: where the blocks lie and how items are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Frame {
    grid: Grid,
    area_bits: u32,
}

impl Frame {
    fn layer_and_area(self, item: u32) -> (usize, usize) {
        // Two shifts, since `area_bits` may be all 32.
        let layer = u64::from(item) >> self.area_bits;
        (layer as usize, (u64::from(item) & ((1 << self.area_bits) - 1)) as usize)
    }
}

/// A [`CellIndex`] wherever its arrays lie.
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
    /// Indexes the areas of layers as finely as pays and fits the budget. Point layers may be
    /// among them and hold no area.
    ///
    /// # Panics
    ///
    /// When the places of layers and areas need more than 32 bits together, or a table more than
    /// 2³¹ entries: neither comes of data that fit in memory otherwise.
    pub fn build(layers: &[&Layer], budget: MemoryBudget) -> Self {
        build::build(layers, budget)
    }

    /// The index by reference to its arrays.
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

    /// What one layer has of it.
    pub fn of_layer(&self, layer: usize) -> LayerCells<'_> {
        LayerCells { cells: self.view(), layer }
    }

    /// The bytes that its arrays take.
    pub fn bytes(&self) -> u64 {
        let long = self.blocks.len() + self.block_layers.len() + self.edges.len();
        let short = self.cells.len() + self.sets.len() + self.records.len();
        8 * long as u64 + 4 * short as u64 + self.candidates.bytes()
    }
}

/// The entry of the cell of a point, and the cell.
#[derive(Clone, Copy, Debug)]
struct Found {
    entry: u32,
    x: u32,
    y: u32,
    cell_bits: u32,
}

impl CellView<'_> {
    /// Calls `visit(layer, area, position)` with every area that holds `at`, in order of layer and
    /// code; `position` is never [`Position::Outside`]. Nothing is allocated.
    #[inline]
    pub fn locate(&self, at: Bng, mut visit: impl FnMut(usize, usize, Position)) {
        let point = at.coord();
        if let Some(found) = self.find(point) {
            self.answer(found, point, &mut visit);
        }
    }

    #[inline]
    fn find(&self, point: Coord<f64>) -> Option<Found> {
        let grid = self.frame.grid;
        let (x, y) = grid.place(point)?;
        Some(self.cell_of(x, y, self.blocks[grid.block_of(x, y)]))
    }

    /// The cell of a place in that block.
    #[inline]
    fn cell_of(&self, x: u32, y: u32, block: u64) -> Found {
        let (kind, low) = ((block >> 32) as u32, block as u32);
        if kind == UNIFORM {
            return Found { entry: low, x, y, cell_bits: 0 };
        }
        let cell = low as usize + self.frame.grid.cell_in_block(x, y, kind);
        Found { entry: self.cells[cell], x, y, cell_bits: kind }
    }

    #[inline]
    fn answer(
        &self,
        Found { entry, x, y, cell_bits }: Found,
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
