//! Merging areas into larger ones: wards into LAPs, LAPs into localities.

use std::collections::BTreeSet;

use geo::Coord;

use super::lattice::{Block, Lattice, NOBODY};
use super::rng::Rng;

/// The adjacency of groups of blocks, and their positions.
pub(super) struct Neighbours {
    /// The groups adjacent to each group, in order.
    bordering: Vec<Vec<u32>>,
    /// The mean of the middles of each group's blocks, in BNG metres.
    pub(super) middles: Vec<Coord<f64>>,
}

impl Neighbours {
    /// Finds the neighbours of groups 0 to `count`. Each must have at least one block.
    pub(super) fn of(lattice: &Lattice, blocks: &[Block], labels: &[u32], count: usize) -> Self {
        let mut bordering = vec![BTreeSet::new(); count];
        let mut sums = vec![(Coord { x: 0.0, y: 0.0 }, 0.0); count];
        for &block in blocks.iter().filter(|&&b| labels[b] != NOBODY) {
            let group = labels[block] as usize;
            sums[group].0 = sums[group].0 + lattice.middle(block);
            sums[group].1 += 1.0;
            for next in lattice.around(block).map(|b| labels[b]) {
                if next != labels[block] && next != NOBODY {
                    bordering[group].insert(next);
                }
            }
        }
        Self {
            bordering: bordering.into_iter().map(|set| set.into_iter().collect()).collect(),
            middles: sums.into_iter().map(|(sum, n)| sum / f64::max(n, 1.0)).collect(),
        }
    }

    /// Returns the groups adjacent to a group.
    pub(super) fn bordering(&self, group: usize) -> &[u32] {
        &self.bordering[group]
    }

    fn distance2(&self, a: usize, b: usize) -> f64 {
        let d = self.middles[a] - self.middles[b];
        d.x * d.x + d.y * d.y
    }

    /// Merges the groups into `count` connected larger ones of about equal size. Returns the larger
    /// group of each group.
    pub(super) fn join(&self, count: usize, rng: &mut Rng) -> Vec<u32> {
        let seeds = self.spread(count, rng);
        let mut joined = vec![NOBODY; self.bordering.len()];
        let mut members: Vec<Vec<usize>> = seeds.iter().map(|&s| vec![s]).collect();
        for (larger, &seed) in seeds.iter().enumerate() {
            joined[seed] = larger as u32;
        }
        // The smallest group that can still grow takes the free neighbour nearest to its seed.
        let mut growing: BTreeSet<(usize, usize)> = (0..seeds.len()).map(|l| (1, l)).collect();
        while let Some((size, larger)) = growing.pop_first() {
            let nearest = members[larger]
                .iter()
                .flat_map(|&m| &self.bordering[m])
                .map(|&n| n as usize)
                .filter(|&n| joined[n] == NOBODY)
                .min_by(|&a, &b| {
                    let apart = |n| self.distance2(n, seeds[larger]);
                    apart(a).total_cmp(&apart(b)).then(a.cmp(&b))
                });
            if let Some(next) = nearest {
                joined[next] = larger as u32;
                members[larger].push(next);
                growing.insert((size + 1, larger));
            }
        }
        self.balance(&mut joined, &mut members);
        joined
    }

    /// Picks `count` groups far from each other: each is the farthest of a few candidates from
    /// those picked before.
    fn spread(&self, count: usize, rng: &mut Rng) -> Vec<usize> {
        let total = self.bordering.len();
        let mut seeds = vec![rng.below(total)];
        let mut order: Vec<usize> = (0..total).collect();
        rng.shuffle(&mut order);
        while seeds.len() < count.min(total) {
            let from_seeds = |g: usize| {
                seeds.iter().map(|&s| self.distance2(g, s)).fold(f64::INFINITY, f64::min)
            };
            let start = rng.below(total);
            let candidates = (0..total).map(|i| order[(start + i) % total]);
            let free = candidates.filter(|g| !seeds.contains(g)).take(6);
            let best = free.max_by(|&a, &b| from_seeds(a).total_cmp(&from_seeds(b)));
            seeds.extend(best);
        }
        seeds
    }

    /// Moves groups from larger to smaller neighbours while that evens out their sizes and both
    /// stay connected. Each move lowers the sum of squared sizes, so this terminates.
    fn balance(&self, joined: &mut [u32], members: &mut [Vec<usize>]) {
        let mut moved = true;
        while moved {
            moved = false;
            for group in 0..joined.len() {
                let from = joined[group] as usize;
                let to = self.bordering[group]
                    .iter()
                    .map(|&n| joined[n as usize] as usize)
                    .filter(|&to| to != from)
                    .min_by_key(|&to| (members[to].len(), to));
                let Some(to) = to else { continue };
                if members[from].len() < members[to].len() + 2
                    || !self.stays_connected(&members[from], group)
                {
                    continue;
                }
                members[from].retain(|&m| m != group);
                members[to].push(group);
                joined[group] = to as u32;
                moved = true;
            }
        }
    }

    /// Returns true if the members stay connected without one of them.
    fn stays_connected(&self, members: &[usize], without: usize) -> bool {
        let mut left: Vec<usize> = members.iter().copied().filter(|&m| m != without).collect();
        let Some(first) = left.pop() else { return false };
        let mut edge = vec![first];
        while let Some(group) = edge.pop() {
            left.retain(|&m| {
                let reached = self.bordering[group].contains(&(m as u32));
                if reached {
                    edge.push(m);
                }
                !reached
            });
        }
        left.is_empty()
    }
}
