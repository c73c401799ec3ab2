//! Parishes: mostly within wards, as in reality, but not all.

use super::grow::{grow, spread_seeds};
use super::join::Neighbours;
use super::land::Land;
use super::lattice::{Block, Lattice, NOBODY};
use super::rng::{Purpose, Rng};
use super::towns::Town;
use super::wards::Wards;

mod drawing;

use drawing::Drawing;

/// The parish of each block.
pub(super) struct Parishes {
    /// The parish of each block, or [`NOBODY`] in unparished areas.
    pub(super) parish: Vec<u32>,
    /// The number of parishes.
    pub(super) count: usize,
    /// For each parish, the blocks that it has across a ward boundary, in the order taken.
    pub(super) across: Vec<Vec<Block>>,
}

/// The minimum number of blocks per parish of a ward.
const LEAST_BLOCKS: usize = 5;

impl Parishes {
    /// Draws the parishes in five steps:
    ///
    /// 1. The ward in the middle of the county town, and its nearest neighbour if there are many
    ///    wards, stay unparished.
    /// 2. Each other ward is divided into parishes according to its size.
    /// 3. Some parishes take blocks across a ward boundary, some of them across a LAP boundary.
    /// 4. One parish gets a detached part, one gets an enclave.
    /// 5. The island becomes a parish.
    pub(super) fn draw(
        lattice: &Lattice,
        land: &Land,
        wards: &Wards,
        towns: &[Town],
        count: usize,
        seed: u64,
    ) -> Self {
        let mut rng = Rng::new(seed, Purpose::Parishes);
        let unparished = unparished_wards(lattice, land, wards, towns);
        // Two are reserved for the enclave and the island.
        let seeds = seeds(lattice, land, wards, &unparished, count - 2, &mut rng);
        let domain: Vec<u32> = (0..lattice.len())
            .map(|b| match wards.ward[b] {
                _ if !land.is_mainland(b) => NOBODY,
                ward if unparished.contains(&ward) => unparished[0],
                ward => ward,
            })
            .collect();
        let parish = grow(lattice, &domain, &seeds, |_| 1.0, &mut rng);
        // The first seed is the unparished area, so there is one group more than parishes.
        let mut drawing = Drawing { lattice, wards, group: parish, blocks: Vec::new() };
        drawing.blocks = vec![0; seeds.len()];
        for &block in &land.mainland {
            if let Some(blocks) = drawing.blocks.get_mut(drawing.group[block] as usize) {
                *blocks += 1;
            }
        }
        let mut order = land.mainland.clone();
        rng.shuffle(&mut order);
        let mut across = drawing.reach_across(&order, &mut rng);
        let detached = drawing.detach(&order, &across);
        let mut next = seeds.len() as u32;
        let enclave = drawing.enclose(&order, next, detached);
        next += u32::from(enclave);
        if !land.island.is_empty() {
            for &block in &land.island {
                drawing.group[block] = next;
            }
            next += 1;
        }
        across.resize(next as usize, Vec::new());
        across.remove(0);
        Self {
            parish: drawing
                .group
                .iter()
                .map(|&g| if g == NOBODY || g == 0 { NOBODY } else { g - 1 })
                .collect(),
            count: next as usize - 1,
            across,
        }
    }

    /// Returns the block of each parish's village, and how much denser it is than open country. A
    /// parish that extends across a ward boundary has its village there, so that the smaller part
    /// of its area can hold most of its homes.
    pub(super) fn villages(&self, lattice: &Lattice, land: &Land) -> Vec<(Block, f64)> {
        let middles = Neighbours::of(lattice, &land.all, &self.parish, self.count).middles;
        let mut nearest: Vec<(f64, Block)> = vec![(f64::INFINITY, 0); self.count];
        for &block in land.all.iter().filter(|&&b| self.parish[b] != NOBODY) {
            let parish = self.parish[block] as usize;
            let d = lattice.middle(block) - middles[parish];
            let distance2 = d.x * d.x + d.y * d.y;
            if distance2 < nearest[parish].0 {
                nearest[parish] = (distance2, block);
            }
        }
        nearest
            .into_iter()
            .zip(&self.across)
            .map(|((_, middle), across)| match across.get(across.len() / 2) {
                Some(&village) => (village, 12.0),
                None => (middle, 6.0),
            })
            .collect()
    }
}

/// Returns the wards without parishes: the one in the middle of the county town and, in a larger
/// county, the smallest of its neighbours, which belongs to the town too.
fn unparished_wards(lattice: &Lattice, land: &Land, wards: &Wards, towns: &[Town]) -> Vec<u32> {
    let mut unparished = vec![wards.ward[towns[0].middle]];
    if wards.count() >= 12 {
        let neighbours = Neighbours::of(lattice, &land.mainland, &wards.ward, wards.count());
        let mut blocks = vec![0; wards.count()];
        for &block in &land.mainland {
            blocks[wards.ward[block] as usize] += 1;
        }
        let bordering = neighbours.bordering(unparished[0] as usize).iter().copied();
        unparished.extend(bordering.min_by_key(|&ward| (blocks[ward as usize], ward)));
    }
    unparished
}

/// Returns a seed in the unparished area, then those of the parishes, distributed over wards by
/// size.
fn seeds(
    lattice: &Lattice,
    land: &Land,
    wards: &Wards,
    unparished: &[u32],
    count: usize,
    rng: &mut Rng,
) -> Vec<Block> {
    let mut by_ward = vec![Vec::new(); wards.count()];
    for &block in &land.mainland {
        by_ward[wards.ward[block] as usize].push(block);
    }
    let first = by_ward[unparished[0] as usize][0];
    let parished: Vec<&Vec<Block>> = (0..wards.count())
        .filter(|&w| !unparished.contains(&(w as u32)))
        .map(|w| &by_ward[w])
        .collect();
    // The next parish goes to the ward with the largest parishes.
    let mut shares = vec![1_usize; parished.len()];
    let mut largest: std::collections::BinaryHeap<(usize, usize)> =
        parished.iter().enumerate().map(|(i, blocks)| (blocks.len(), i)).collect();
    for _ in shares.len()..count {
        let Some((blocks, ward)) = largest.pop().filter(|&(blocks, _)| blocks >= 2 * LEAST_BLOCKS)
        else {
            break;
        };
        let _ = blocks;
        shares[ward] += 1;
        largest.push((parished[ward].len() / shares[ward], ward));
    }
    let mut seeds = vec![first];
    for (blocks, share) in parished.into_iter().zip(shares) {
        seeds.extend(spread_seeds(lattice, blocks, |_| 1.0, share, rng));
    }
    seeds
}
