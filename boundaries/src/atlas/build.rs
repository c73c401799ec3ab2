//! Building an atlas, in the four steps of the module documentation.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use rayon::prelude::*;

use super::containing_areas::ContainingAreas;
use super::ground::{LayerGround, set_grounds};
use super::names::Names;
use super::postcode_table::PostcodeTable;
use super::precomputed::Precomputed;
use super::{Atlas, AtlasLayer, Computed, Contents, Counts, PairTable, evaluated};
use crate::cells::CellIndex;
use crate::index::PointIndex;
use crate::layer::Layer;
use crate::overlap::{self, OverlapRow};
use crate::position::Bng;
use crate::progress::Progress;
use crate::search::SearchIndex;
use crate::storage::MemoryBudget;

/// The areas of one layer that contain each postcode and each address.
struct LocatedPoints {
    postcodes: ContainingAreas,
    addresses: ContainingAreas,
}

impl Atlas {
    /// Builds an atlas. The build time `built` is only for display and does not affect the id.
    pub fn build(contents: Contents, built: Timestamp, progress: &dyn Progress) -> Self {
        let mut contents = contents;
        contents.postcodes.sort_unstable_by_key(|record| record.postcode);
        contents.addresses.sort_unstable_by_key(|address| (address.postcode, address.uprn));
        progress.begin("indexing", contents.layers.len() as u64);
        let layers = index_layers(std::mem::take(&mut contents.layers), progress);
        let cells = index_cells(&layers, contents.cell_index);
        let postcodes = PostcodeTable::new(&contents.postcodes);
        let positions = contents.postcodes.iter().map(|record| record.position);
        let postcode_points = PointIndex::new(positions);
        let computed = compute(&mut contents, &layers, &cells, progress);
        let indexes = (cells, postcodes, postcode_points);
        let mut atlas = Self::assemble(built, contents, layers, indexes, computed);
        atlas.id = atlas.store().id();
        atlas
    }

    fn assemble(
        built: Timestamp,
        contents: Contents,
        mut layers: Vec<AtlasLayer>,
        (cells, postcodes, postcode_points): (CellIndex, PostcodeTable, PointIndex),
        computed: Computed,
    ) -> Self {
        let count = layers.len();
        let mut overlaps = vec![Vec::new(); count * count];
        for PairTable { first, second, rows } in computed.tables {
            if first == second {
                layers[first].disjoint = rows.iter().all(|row| row.sliver || row.shared_m2 == 0.0);
            } else {
                overlaps[second * count + first] = OverlapRow::all_reversed(&rows);
            }
            overlaps[first * count + second] = rows;
        }
        set_grounds(&mut layers);
        let search = SearchIndex::new(layers.iter().map(AtlasLayer::layer));
        Self {
            id: String::new(),
            built,
            title: contents.title,
            illustrative: contents.illustrative,
            layers,
            cells,
            cell_index: contents.cell_index,
            lookup: contents.lookup,
            postcodes,
            address_count: contents.addresses.len(),
            addresses: evaluated(contents.addresses),
            postcodes_from: contents.postcodes_from,
            addresses_from: contents.addresses_from,
            counts: computed.counts,
            overlaps: overlaps.into_iter().map(evaluated).collect(),
            site_areas: OnceLock::new(),
            precomputed: computed.precomputed,
            postcode_points,
            search,
        }
    }
}

fn index_cells(layers: &[AtlasLayer], budget: MemoryBudget) -> CellIndex {
    let layers: Vec<&Layer> = layers.iter().map(AtlasLayer::layer).collect();
    CellIndex::build(&layers, budget)
}

/// The pairs of indices of area layers, the first not after the second.
fn area_layer_pairs(layers: &[AtlasLayer]) -> impl Iterator<Item = (usize, usize)> + '_ {
    (0..layers.len())
        .flat_map(|first| (first..layers.len()).map(move |second| (first, second)))
        .filter(|&(a, b)| layers[a].layer.is_areas() && layers[b].layer.is_areas())
}

fn index_layers(layers: Vec<Layer>, progress: &dyn Progress) -> Vec<AtlasLayer> {
    layers
        .into_par_iter()
        .map(|layer| {
            let indexed = AtlasLayer {
                names: Names::of(&layer),
                // Built for the overlaps, after the cells: together they would need the most memory.
                areas: OnceLock::new(),
                sites: OnceLock::new(),
                layer,
                disjoint: true,
                ground: LayerGround::UNKNOWN,
            };
            progress.advance(1);
            indexed
        })
        .collect()
}

fn compute(
    contents: &mut Contents,
    layers: &[AtlasLayer],
    cells: &CellIndex,
    progress: &dyn Progress,
) -> Computed {
    let postcodes: Vec<Bng> = contents
        .postcodes
        .iter()
        .filter(|record| record.terminated.is_none())
        .filter_map(|record| record.position)
        .collect();
    let addresses: Vec<Bng> = contents.addresses.iter().map(|address| address.position).collect();

    progress.begin("locating postcodes", 3);
    let of_postcodes = ContainingAreas::locate(cells, layers.len(), &postcodes);
    progress.advance(1);
    let of_addresses = ContainingAreas::locate(cells, layers.len(), &addresses);
    progress.advance(1);
    let precomputed = Precomputed::compute(&contents.postcodes, &contents.addresses, layers, cells);
    // The postcode table has everything that is still needed of them.
    contents.postcodes = Vec::new();
    progress.advance(1);
    let located: Vec<LocatedPoints> = of_postcodes
        .into_iter()
        .zip(of_addresses)
        .map(|(postcodes, addresses)| LocatedPoints { postcodes, addresses })
        .collect();
    let counts = located
        .iter()
        .zip(layers)
        .map(|(located, layer)| Counts {
            postcodes: located.postcodes.count(layer.layer.areas().len()),
            addresses: located.addresses.count(layer.layer.areas().len()),
        })
        .collect();

    let pairs: Vec<(usize, usize)> = area_layer_pairs(layers).collect();
    progress.begin("measuring overlaps", pairs.len() as u64);
    let tables = pairs
        .into_iter()
        .map(|(first, second)| {
            let mut rows = overlap::pairs(
                (&layers[first].layer, layers[first].area_index()),
                (&layers[second].layer, layers[second].area_index()),
            );
            if first == second {
                rows.retain(|row| row.from != row.to);
            }
            count_pairs(
                &mut rows,
                &located[first],
                &located[second],
                postcodes.len(),
                addresses.len(),
            );
            progress.advance(1);
            PairTable { first, second, rows }
        })
        .collect();
    Computed { counts, tables, precomputed }
}

/// Counts the postcodes and addresses that are in both areas of each row.
fn count_pairs(
    rows: &mut [OverlapRow],
    first: &LocatedPoints,
    second: &LocatedPoints,
    postcodes: usize,
    addresses: usize,
) {
    let count =
        |points: usize, first: &ContainingAreas, second: &ContainingAreas| -> Vec<AtomicU32> {
            let counts: Vec<AtomicU32> = rows.iter().map(|_| AtomicU32::new(0)).collect();
            (0..points).into_par_iter().for_each(|point| {
                for &from in first.of(point) {
                    for &to in second.of(point) {
                        if let Ok(row) = rows.binary_search_by_key(&(from, to), |r| (r.from, r.to))
                        {
                            counts[row].fetch_add(1, Ordering::Relaxed);
                        }
                    }
                }
            });
            counts
        };
    let of_postcodes = count(postcodes, &first.postcodes, &second.postcodes);
    let of_addresses = count(addresses, &first.addresses, &second.addresses);
    for ((row, postcodes), addresses) in rows.iter_mut().zip(of_postcodes).zip(of_addresses) {
        row.postcodes = postcodes.into_inner();
        row.addresses = addresses.into_inner();
    }
}
