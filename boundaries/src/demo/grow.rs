//! Growing and reshaping groups of blocks without creating holes.
//!
//! A group without holes stays so when it gains or loses a block whose neighbours in the group form
//! a single unbroken run (in digital topology, a simple point). Every step here keeps this rule.
//! The only hole is made on purpose, for the enclave.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use super::lattice::{Block, Lattice, NOBODY};
use super::rng::Rng;

/// Returns the number of unbroken runs of a group's blocks around a block, and the number of those
/// blocks.
pub(super) fn runs(lattice: &Lattice, labels: &[u32], block: Block, group: u32) -> (usize, usize) {
    let around = lattice.around(block).map(|b| labels[b] == group);
    let count = around.iter().filter(|&&a| a).count();
    let starts = (0..6).filter(|&i| around[i] && !around[(i + 5) % 6]).count();
    (if count == 6 { 1 } else { starts }, count)
}

/// Returns true if a group can gain a block without closing a ring.
fn may_gain(lattice: &Lattice, labels: &[u32], block: Block, group: u32) -> bool {
    runs(lattice, labels, block, group).0 == 1
}

/// Returns true if a group can lose a block without splitting or getting a hole.
pub(super) fn may_lose(lattice: &Lattice, labels: &[u32], block: Block) -> bool {
    let (runs, count) = runs(lattice, labels, block, labels[block]);
    runs == 1 && count < 6
}

/// Returns true if a block can move to another group without harm to either.
pub(super) fn may_change(lattice: &Lattice, labels: &[u32], block: Block, to: u32) -> bool {
    labels[block] != to
        && labels[block] != NOBODY
        && may_lose(lattice, labels, block)
        && may_gain(lattice, labels, block, to)
}

/// Grows one group from each seed until all blocks with a domain are assigned. No group leaves the
/// domain of its seed. `cost` is the time to grow into a block; randomness makes it up to twice as
/// long.
pub(super) fn grow(
    lattice: &Lattice,
    domain: &[u32],
    seeds: &[Block],
    cost: impl Fn(Block) -> f64,
    rng: &mut Rng,
) -> Vec<u32> {
    let mut labels = vec![NOBODY; lattice.len()];
    // Costs are in millionths, so that the order is that of integers. Block and group break ties.
    let mut queue: BinaryHeap<Reverse<(u64, Block, u32)>> =
        seeds.iter().enumerate().map(|(group, &seed)| Reverse((0, seed, group as u32))).collect();
    while let Some(Reverse((reached, block, group))) = queue.pop() {
        let is_seed = reached == 0;
        if labels[block] != NOBODY || !(is_seed || may_gain(lattice, &labels, block, group)) {
            continue;
        }
        labels[block] = group;
        for next in lattice.around(block) {
            if labels[next] == NOBODY && domain[next] == domain[block] {
                let step = 1.0 + (cost(next) * (1.0 + rng.unit()) * 1e6);
                queue.push(Reverse((reached + step as u64, next, group)));
            }
        }
    }
    fill_pockets(lattice, domain, &mut labels);
    labels
}

/// Assigns every remaining block to an adjacent group of the same domain.
fn fill_pockets(lattice: &Lattice, domain: &[u32], labels: &mut [u32]) {
    let mut left: Vec<Block> =
        (0..labels.len()).filter(|&b| domain[b] != NOBODY && labels[b] == NOBODY).collect();
    while !left.is_empty() {
        let before = left.len();
        left.retain(|&block| {
            let best = lattice
                .around(block)
                .into_iter()
                .filter(|&b| labels[b] != NOBODY && domain[b] == domain[block])
                .map(|b| (runs(lattice, labels, block, labels[b]).0, labels[b]))
                .min();
            if let Some((_, group)) = best {
                labels[block] = group;
            }
            best.is_none()
        });
        if left.len() == before {
            return;
        }
    }
}

/// Picks up to `count` blocks from `among`. A heavier block is more likely and its neighbours may
/// be closer: each seed keeps others out of an area with about 1/`count` of the total weight.
pub(super) fn spread_seeds(
    lattice: &Lattice,
    among: &[Block],
    weight: impl Fn(Block) -> f64,
    count: usize,
    rng: &mut Rng,
) -> Vec<Block> {
    let total: f64 = among.iter().map(|&b| weight(b)).sum();
    let mut order: Vec<(u64, Block)> =
        among.iter().map(|&b| ((rng.unit() / weight(b) * 1e15) as u64, b)).collect();
    order.sort_unstable();
    let mut seeds: Vec<Block> = Vec::with_capacity(count);
    // Each round requires less distance than the one before; the last requires none.
    for room in [0.55, 0.42, 0.3, 0.15, 0.0] {
        let room2 = |b: Block| room * room * total / weight(b) / count.max(1) as f64;
        let mut taken = HashSet::new();
        for &seed in &seeds {
            mark_around(lattice, seed, room2(seed), &mut taken);
        }
        for &(_, block) in &order {
            if seeds.len() >= count {
                return seeds;
            }
            if !taken.contains(&block) {
                seeds.push(block);
                mark_around(lattice, block, room2(block), &mut taken);
            }
        }
    }
    seeds
}

/// Marks a block and those within a radius. `radius2` is its square, in areas of blocks.
fn mark_around(lattice: &Lattice, middle: Block, radius2: f64, marked: &mut HashSet<Block>) {
    // A block has an area of 2.6 squared sides.
    let radius2 = radius2 * 2.6;
    marked.insert(middle);
    let mut seen = vec![middle];
    let mut at = 0;
    while at < seen.len() {
        for next in lattice.around(seen[at]) {
            let within = lattice.is_inner(next) && lattice.distance2(middle, next) < radius2;
            if within && !seen.contains(&next) {
                marked.insert(next);
                seen.push(next);
            }
        }
        at += 1;
    }
}
