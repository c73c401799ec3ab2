//! Overlaps of areas, uncovered parts, and counts of postcodes, addresses and sites.

use super::{Atlas, AtlasLayer, containing_areas};
use crate::overlap::{self, OverlapRow};

impl Atlas {
    /// The areas of layer `areas` that contain a site of layer `sites`, including on their boundary, in
    /// code order.
    ///
    /// # Panics
    ///
    /// Panics if there is no such site, or `areas` is not an area layer.
    pub fn areas_of_site(&self, sites: usize, site: usize, areas: usize) -> &[u32] {
        let site_areas =
            self.site_areas.get_or_init(|| containing_areas::of_sites(&self.layers, &self.cells));
        site_areas[sites * self.layers.len() + areas].of(site)
    }

    /// The number of live postcodes in an area.
    pub fn postcodes_in(&self, layer: usize, area: usize) -> u32 {
        self.counts[layer].postcodes[area]
    }

    /// The number of addresses in an area.
    pub fn addresses_in(&self, layer: usize, area: usize) -> u32 {
        self.counts[layer].addresses[area]
    }

    /// The pairs of areas of two area layers that overlap or touch, sorted by both. Those of a layer
    /// with itself are the neighbours of its areas.
    pub fn overlap_rows(&self, from: usize, to: usize) -> &[OverlapRow] {
        &self.overlaps[from * self.layers.len() + to]
    }

    /// The rows of [`Self::overlap_rows`] for one area.
    pub fn overlaps_of(&self, from: usize, area: usize, to: usize) -> &[OverlapRow] {
        let rows = self.overlap_rows(from, to);
        let start = rows.partition_point(|row| (row.from as usize) < area);
        let end = rows.partition_point(|row| row.from as usize <= area);
        &rows[start..end]
    }

    /// The part of an area that no area of another layer covers, in m².
    pub fn uncovered_m2(&self, from: usize, area: usize, to: usize) -> f64 {
        let rows = self.overlaps_of(from, area, to);
        let requested = &self.layers[from].layer.areas()[area];
        if from == to {
            return 0.0;
        }
        let AtlasLayer { layer, disjoint, .. } = &self.layers[to];
        overlap::uncovered_by_m2(requested, rows.iter().copied(), layer, *disjoint)
    }

    /// Returns true if no two areas of a layer overlap by more than a sliver.
    pub fn is_disjoint(&self, layer: usize) -> bool {
        self.layers[layer].disjoint
    }
}
