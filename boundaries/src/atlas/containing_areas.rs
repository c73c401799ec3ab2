//! The areas that contain each of a sequence of points.

use rayon::prelude::*;

use super::AtlasLayer;
use crate::cells::CellIndex;
use crate::position::Bng;

/// The areas of one layer that contain each of a sequence of points. Those of point `i` are
/// `areas[starts[i]..starts[i + 1]]`.
#[derive(Debug, Default)]
pub(super) struct ContainingAreas {
    starts: Vec<u32>,
    areas: Vec<u32>,
}

impl ContainingAreas {
    /// For each of the first `layers` layers, the areas that contain each point, by the boundary rule.
    pub(super) fn locate(cells: &CellIndex, layers: usize, points: &[Bng]) -> Vec<Self> {
        // Several chunks per core, since their cost varies.
        let chunk_len = points.len().div_ceil(4 * rayon::current_num_threads()).max(1);
        let found: Vec<Vec<Self>> = points
            .par_chunks(chunk_len)
            .map(|points| {
                let mut of_layers: Vec<Self> = (0..layers).map(|_| Self::default()).collect();
                for &at in points {
                    cells.locate(at, |layer, area, _| of_layers[layer].areas.push(area as u32));
                    for layer in &mut of_layers {
                        layer.starts.push(layer.areas.len() as u32);
                    }
                }
                of_layers
            })
            .collect();
        let mut all: Vec<Self> =
            (0..layers).map(|_| Self { starts: vec![0], areas: Vec::new() }).collect();
        for (layer, chunk) in found.into_iter().flat_map(|chunk| (0..layers).zip(chunk)) {
            let whole = &mut all[layer];
            let before = whole.areas.len() as u32;
            whole.starts.extend(chunk.starts.iter().map(|start| before + start));
            whole.areas.extend(chunk.areas);
        }
        all
    }

    /// The areas of a point, in code order.
    pub(super) fn of(&self, point: usize) -> &[u32] {
        &self.areas[self.starts[point] as usize..self.starts[point + 1] as usize]
    }

    /// The number of points in each of `areas` areas.
    pub(super) fn count(&self, areas: usize) -> Vec<u32> {
        let mut counts = vec![0; areas];
        for &area in &self.areas {
            counts[area as usize] += 1;
        }
        counts
    }
}

/// The areas of each area layer that contain the sites of each point layer, at
/// `sites * layers + areas`; empty for other pairs.
pub(super) fn of_sites(layers: &[AtlasLayer], cells: &CellIndex) -> Vec<ContainingAreas> {
    let of_sites = |layer: &AtlasLayer| {
        let sites: Vec<Bng> = layer.layer.sites().iter().map(|site| site.position).collect();
        ContainingAreas::locate(cells, layers.len(), &sites)
    };
    layers.iter().flat_map(of_sites).collect()
}
