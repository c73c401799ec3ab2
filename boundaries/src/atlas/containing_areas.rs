//! Which areas hold which points.

use rayon::prelude::*;

use super::AtlasLayer;
use crate::cells::CellIndex;
use crate::position::Bng;

/// Which areas hold each of a sequence of points: the areas of point `i` are
/// `areas[starts[i]..starts[i + 1]]`.
#[derive(Debug, Default)]
pub(super) struct Holders {
    starts: Vec<u32>,
    areas: Vec<u32>,
}

impl Holders {
    /// For each of so many layers, the areas that hold each point, by the boundary rule.
    pub(super) fn locate(cells: &CellIndex, layers: usize, points: &[Bng]) -> Vec<Self> {
        // A piece of the points for each core to answer and to put together.
        let piece = points.len().div_ceil(4 * rayon::current_num_threads()).max(1);
        let found: Vec<Vec<Self>> = points
            .par_chunks(piece)
            .map(|points| {
                let mut of_layers: Vec<Self> = (0..layers).map(|_| Self::default()).collect();
                for &at in points {
                    cells.locate(at, |layer, area, _| of_layers[layer].areas.push(area as u32));
                    for holders in &mut of_layers {
                        holders.starts.push(holders.areas.len() as u32);
                    }
                }
                of_layers
            })
            .collect();
        let mut all: Vec<Self> =
            (0..layers).map(|_| Self { starts: vec![0], areas: Vec::new() }).collect();
        for (whole, piece) in found.into_iter().flat_map(|piece| (0..layers).zip(piece)) {
            let whole = &mut all[whole];
            let before = whole.areas.len() as u32;
            whole.starts.extend(piece.starts.iter().map(|start| before + start));
            whole.areas.extend(piece.areas);
        }
        all
    }

    /// The areas of a point, in code order.
    pub(super) fn of(&self, point: usize) -> &[u32] {
        &self.areas[self.starts[point] as usize..self.starts[point + 1] as usize]
    }

    /// How many points each of so many areas holds.
    pub(super) fn count(&self, areas: usize) -> Vec<u32> {
        let mut counts = vec![0; areas];
        for &area in &self.areas {
            counts[area as usize] += 1;
        }
        counts
    }
}

/// The areas of every area layer in which the sites of every point layer lie, at
/// `sites * layers + areas`; nothing for other pairs.
pub(super) fn of_sites(layers: &[AtlasLayer], cells: &CellIndex) -> Vec<Holders> {
    let of_sites = |layer: &AtlasLayer| {
        let sites: Vec<Bng> = layer.layer.sites().iter().map(|site| site.position).collect();
        Holders::locate(cells, layers.len(), &sites)
    };
    layers.iter().flat_map(of_sites).collect()
}
