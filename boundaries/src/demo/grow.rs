//! Groups of blocks, grown and shifted so that no group ever has a hole.
//!
//! A group of blocks without a hole keeps that form when it gains or loses a block around which
//! the group's blocks are one unbroken run (in digital topology, a simple point). Every step here
//! keeps to that rule; a hole is only made on purpose, for the enclave.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use super::ground::{Block, Ground, NOBODY};
use super::rng::Rng;

/// How many unbroken runs of a group's blocks there are around a block, and how many blocks.
pub(super) fn runs(ground: &Ground, labels: &[u32], block: Block, group: u32) -> (usize, usize) {
    let around = ground.around(block).map(|b| labels[b] == group);
    let count = around.iter().filter(|&&a| a).count();
    let starts = (0..6).filter(|&i| around[i] && !around[(i + 5) % 6]).count();
    (if count == 6 { 1 } else { starts }, count)
}

/// Whether a group may gain a block without closing a ring.
fn may_gain(ground: &Ground, labels: &[u32], block: Block, group: u32) -> bool {
    runs(ground, labels, block, group).0 == 1
}

/// Whether a group may lose a block without being cut in two or getting a hole.
pub(super) fn may_lose(ground: &Ground, labels: &[u32], block: Block) -> bool {
    let (runs, count) = runs(ground, labels, block, labels[block]);
    runs == 1 && count < 6
}

/// Whether a block can change to another group, with no harm to the form of either.
pub(super) fn may_change(ground: &Ground, labels: &[u32], block: Block, to: u32) -> bool {
    labels[block] != to
        && labels[block] != NOBODY
        && may_lose(ground, labels, block)
        && may_gain(ground, labels, block, to)
}

/// Grows one group from each seed until the blocks that have a domain are shared out, none
/// growing out of its seed's domain. `cost` is how long it takes to grow into a block; chance
/// makes it up to twice as long.
pub(super) fn grow(
    ground: &Ground,
    domain: &[u32],
    seeds: &[Block],
    cost: impl Fn(Block) -> f64,
    rng: &mut Rng,
) -> Vec<u32> {
    let mut labels = vec![NOBODY; ground.len()];
    // Costs in millionths, so that the order is one of integers; the block and the group after
    // it decide between equals.
    let mut queue: BinaryHeap<Reverse<(u64, Block, u32)>> =
        seeds.iter().enumerate().map(|(group, &seed)| Reverse((0, seed, group as u32))).collect();
    while let Some(Reverse((reached, block, group))) = queue.pop() {
        let is_seed = reached == 0;
        if labels[block] != NOBODY || !(is_seed || may_gain(ground, &labels, block, group)) {
            continue;
        }
        labels[block] = group;
        for next in ground.around(block) {
            if labels[next] == NOBODY && domain[next] == domain[block] {
                let step = 1.0 + (cost(next) * (1.0 + rng.unit()) * 1e6);
                queue.push(Reverse((reached + step as u64, next, group)));
            }
        }
    }
    fill_pockets(ground, domain, &mut labels);
    labels
}

/// Gives every block that was left out to a group beside it, of its own domain.
fn fill_pockets(ground: &Ground, domain: &[u32], labels: &mut [u32]) {
    let mut left: Vec<Block> =
        (0..labels.len()).filter(|&b| domain[b] != NOBODY && labels[b] == NOBODY).collect();
    while !left.is_empty() {
        let before = left.len();
        left.retain(|&block| {
            let best = ground
                .around(block)
                .into_iter()
                .filter(|&b| labels[b] != NOBODY && domain[b] == domain[block])
                .map(|b| (runs(ground, labels, block, labels[b]).0, labels[b]))
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

/// Picks `count` blocks of `among` (all, if it has no more), the heavier the likelier and the
/// closer together: each keeps others away from ground of about one `count`th of all weight.
pub(super) fn spread_seeds(
    ground: &Ground,
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
    // Each round asks for less room than the one before; the last asks for none.
    for room in [0.55, 0.42, 0.3, 0.15, 0.0] {
        let room2 = |b: Block| room * room * total / weight(b) / count.max(1) as f64;
        let mut taken = HashSet::new();
        for &seed in &seeds {
            mark_around(ground, seed, room2(seed), &mut taken);
        }
        for &(_, block) in &order {
            if seeds.len() >= count {
                return seeds;
            }
            if !taken.contains(&block) {
                seeds.push(block);
                mark_around(ground, block, room2(block), &mut taken);
            }
        }
    }
    seeds
}

/// Marks a block and those within a radius whose square, in the areas of blocks, is `radius2`.
fn mark_around(ground: &Ground, middle: Block, radius2: f64, marked: &mut HashSet<Block>) {
    // A block has an area of 2.6 sides squared.
    let radius2 = radius2 * 2.6;
    marked.insert(middle);
    let mut seen = vec![middle];
    let mut at = 0;
    while at < seen.len() {
        for next in ground.around(seen[at]) {
            let within = ground.is_inner(next) && ground.apart2(middle, next) < radius2;
            if within && !seen.contains(&next) {
                marked.insert(next);
                seen.push(next);
            }
        }
        at += 1;
    }
}
