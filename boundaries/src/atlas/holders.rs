//! Which areas hold which points.

use rayon::prelude::*;

use super::AtlasLayer;
use crate::position::Bng;

/// Which areas hold each of a sequence of points: the areas of point `i` are
/// `areas[starts[i]..starts[i + 1]]`.
#[derive(Debug, Default)]
pub(super) struct Holders {
    starts: Vec<u32>,
    areas: Vec<u32>,
}

impl Holders {
    /// The areas of a layer that hold each point, by the boundary rule.
    pub(super) fn locate(layer: &AtlasLayer, points: &[Bng]) -> Self {
        let found: Vec<Vec<u32>> = points
            .par_iter()
            .map(|&at| {
                let holders = layer.areas.containing(at);
                holders.into_iter().map(|(area, _)| area as u32).collect()
            })
            .collect();
        let mut starts = vec![0];
        for areas in &found {
            starts.push(starts[starts.len() - 1] + areas.len() as u32);
        }
        Self { starts, areas: found.concat() }
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
