//! Towns, and the population density of each block.

use super::lattice::{Block, Lattice};
use super::rng::{Purpose, Rng};

/// A town.
pub(super) struct Town {
    /// Its middle.
    pub(super) middle: Block,
    /// The radius of its outskirts, in block sides.
    pub(super) reach: f64,
    /// How much denser its middle is than open country.
    density: f64,
}

/// Places the towns, the county town first.
pub(super) fn place_towns(
    lattice: &Lattice,
    mainland: &[Block],
    count: usize,
    seed: u64,
) -> Vec<Town> {
    let mut rng = Rng::new(seed, Purpose::Towns);
    let inland = |b: Block| lattice.around(b).iter().all(|n| mainland.binary_search(n).is_ok());
    let mut middles: Vec<Block> = Vec::with_capacity(count);
    while middles.len() < count {
        // Of a few candidates, take the one farthest from the earlier towns.
        let apart = |b: Block| {
            middles.iter().map(|&m| lattice.distance2(b, m)).fold(f64::INFINITY, f64::min)
        };
        let best = (0..8)
            .map(|_| mainland[rng.below(mainland.len())])
            .filter(|&b| inland(b) || mainland.len() < 200)
            .max_by(|&a, &b| apart(a).total_cmp(&apart(b)));
        middles.extend(best);
    }
    middles
        .into_iter()
        .enumerate()
        .map(|(place, middle)| {
            // Each is smaller than the one before; after twelve there is a large one again.
            let rank = (place % 12 + 1) as f64;
            Town { middle, reach: 10.0 / rank.sqrt().sqrt(), density: 40.0 / rank.sqrt() }
        })
        .collect()
}

impl Town {
    /// Returns the blocks of its inner part.
    pub(super) fn inner(&self, lattice: &Lattice) -> Vec<Block> {
        within(lattice, self.middle, self.reach * 0.6)
    }

    /// Returns how much denser a block is than open country because of this town.
    pub(super) fn density_at(&self, lattice: &Lattice, block: Block) -> f64 {
        let near = 1.0 - lattice.distance2(self.middle, block) / (self.reach * self.reach);
        if near > 0.0 { self.density * near * near } else { 0.0 }
    }
}

/// Returns the population density of each block. Open country is 1.
pub(super) fn densities(lattice: &Lattice, towns: &[Town]) -> Vec<f64> {
    let mut densities = vec![1.0; lattice.len()];
    for town in towns {
        for block in within(lattice, town.middle, town.reach) {
            densities[block] += town.density_at(lattice, block);
        }
    }
    densities
}

/// Returns the inner blocks whose middles are within `sides` side lengths of a block's.
fn within(lattice: &Lattice, middle: Block, sides: f64) -> Vec<Block> {
    let (_, columns) = lattice.rows_and_columns();
    let reach = sides.ceil() as usize;
    let (row, column) = (middle / columns, middle % columns);
    let rows = row.saturating_sub(reach)..=row + reach;
    rows.flat_map(|r| (column.saturating_sub(reach)..=column + reach).map(move |c| (r, c)))
        .filter(|&(_, c)| c < columns)
        .map(|(r, c)| r * columns + c)
        .filter(|&b| b < lattice.len() && lattice.is_inner(b))
        .filter(|&b| lattice.distance2(middle, b) <= sides * sides)
        .collect()
}
