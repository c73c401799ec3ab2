//! What areas share with others and hold: overlaps, what no area covers, counts, sites.

use super::{Atlas, AtlasLayer, containing_areas};
use crate::overlap::{self, OverlapRow};

impl Atlas {
    /// The areas of a layer that hold a site of another, its boundary included, in code order.
    ///
    /// # Panics
    ///
    /// When `sites` is no layer of sites with such a site, or `areas` no layer of areas.
    pub fn areas_of_site(&self, sites: usize, site: usize, areas: usize) -> &[u32] {
        let site_areas =
            self.site_areas.get_or_init(|| containing_areas::of_sites(&self.layers, &self.cells));
        site_areas[sites * self.layers.len() + areas].of(site)
    }

    /// How many live postcodes an area holds.
    pub fn postcodes_in(&self, layer: usize, area: usize) -> u32 {
        self.counts[layer].postcodes[area]
    }

    /// How many addresses an area holds.
    pub fn addresses_in(&self, layer: usize, area: usize) -> u32 {
        self.counts[layer].addresses[area]
    }

    /// Every pair of areas of two area layers that share ground or touch, in order of both. The
    /// rows of a layer with itself are its areas' neighbours.
    pub fn overlap_rows(&self, from: usize, to: usize) -> &[OverlapRow] {
        &self.overlaps[from * self.layers.len() + to]
    }

    /// The rows of one area.
    pub fn overlaps_of(&self, from: usize, area: usize, to: usize) -> &[OverlapRow] {
        let rows = self.overlap_rows(from, to);
        let start = rows.partition_point(|row| (row.from as usize) < area);
        let end = rows.partition_point(|row| row.from as usize <= area);
        &rows[start..end]
    }

    /// The ground of an area that no area of another layer covers, in m².
    pub fn uncovered_m2(&self, from: usize, area: usize, to: usize) -> f64 {
        let rows = self.overlaps_of(from, area, to);
        let asked = &self.layers[from].layer.areas()[area];
        if from == to {
            return 0.0;
        }
        let AtlasLayer { layer, disjoint, .. } = &self.layers[to];
        overlap::uncovered_by_m2(asked, rows.iter().copied(), layer, *disjoint)
    }

    /// Whether no two areas of a layer share ground beyond a sliver.
    pub fn is_disjoint(&self, layer: usize) -> bool {
        self.layers[layer].disjoint
    }
}
