//! Changes parishes while they are drawn: blocks across a boundary, a detached part, an enclave.

use super::super::grow::{may_change, may_lose};
use super::super::lattice::{Block, Lattice, NOBODY};
use super::super::rng::Rng;
use super::super::wards::Wards;

/// The parishes while they are being drawn. Group 0 is the unparished area.
pub(super) struct Drawing<'a> {
    pub(super) lattice: &'a Lattice,
    pub(super) wards: &'a Wards,
    pub(super) group: Vec<u32>,
    /// The number of blocks of each group.
    pub(super) blocks: Vec<usize>,
}

impl Drawing<'_> {
    fn change(&mut self, block: Block, to: u32) {
        self.blocks[self.group[block] as usize] -= 1;
        self.blocks[to as usize] += 1;
        self.group[block] = to;
    }

    /// Lets some parishes take blocks across a boundary from their neighbours: one in twelve across
    /// a LAP boundary, one in ten across another ward boundary. Returns the blocks that each took.
    pub(super) fn reach_across(&mut self, order: &[Block], rng: &mut Rng) -> Vec<Vec<Block>> {
        let lap = self.wards.lap();
        let mut taken = vec![Vec::new(); self.blocks.len()];
        let mut involved = vec![false; self.blocks.len()];
        // The unparished area stays within its wards.
        involved[0] = true;
        let parishes = self.blocks.len() - 1;
        for (across_laps, target) in [(true, (parishes / 12).max(1)), (false, parishes / 10)] {
            let mut done = 0;
            for &block in order {
                if done >= target {
                    break;
                }
                let beyond = self.lattice.around(block).into_iter().find(|&b| {
                    self.group[b] != NOBODY
                        && self.wards.ward[b] != self.wards.ward[block]
                        && (lap[b] != lap[block]) == across_laps
                        && !involved[self.group[b] as usize]
                });
                let Some(beyond) = beyond else { continue };
                let (giver, taker) = (self.group[block], self.group[beyond]);
                if giver == taker || involved[giver as usize] {
                    continue;
                }
                let most = rng.between(2, 3 + self.blocks[taker as usize] / 2);
                let got = self.take(block, taker, most);
                if !got.is_empty() {
                    involved[giver as usize] = true;
                    involved[taker as usize] = true;
                    taken[taker as usize] = got;
                    done += 1;
                }
            }
        }
        taken
    }

    /// Gives a block, and up to `most` blocks around it of the same parish and ward, to another
    /// parish. The giver keeps more than half of its blocks.
    fn take(&mut self, start: Block, taker: u32, most: usize) -> Vec<Block> {
        let giver = self.group[start];
        let least = self.blocks[giver as usize] / 2 + 1;
        let mut got = Vec::new();
        let mut edge = std::collections::VecDeque::from([start]);
        while let Some(block) = edge.pop_front() {
            if got.len() >= most || self.blocks[giver as usize] <= least {
                break;
            }
            if self.group[block] != giver || !may_change(self.lattice, &self.group, block, taker) {
                continue;
            }
            self.change(block, taker);
            got.push(block);
            let ward = self.wards.ward[block];
            edge.extend(
                self.lattice.around(block).into_iter().filter(|&b| self.wards.ward[b] == ward),
            );
        }
        got
    }

    /// Gives one parish a detached part, cut from the edge of a parish that it does not adjoin.
    pub(super) fn detach(&mut self, order: &[Block], across: &[Vec<Block>]) -> Option<u32> {
        for &start in order {
            let giver = self.group[start];
            if giver == 0
                || self.blocks[giver as usize] < 8
                || !may_lose(self.lattice, &self.group, start)
            {
                continue;
            }
            // Four blocks to the west or east is another parish, near but not adjoining.
            let owner = [3, 0].into_iter().find_map(|side| {
                let mut there = start;
                for _ in 0..5 {
                    there = self.lattice.across(there, side);
                    if !self.lattice.is_inner(there) {
                        return None;
                    }
                }
                let owner = self.group[there];
                let fits = owner != NOBODY
                    && owner != 0
                    && owner != giver
                    && across[owner as usize].is_empty()
                    && self.is_apart_from(start, owner);
                fits.then_some(owner)
            });
            let Some(owner) = owner else { continue };
            self.change(start, owner);
            let mut part = vec![start];
            for next in self.lattice.around(start) {
                let near_home = self
                    .lattice
                    .around(next)
                    .into_iter()
                    .any(|b| self.group[b] == owner && !part.contains(&b));
                if part.len() < 3
                    && self.group[next] == giver
                    && !near_home
                    && may_change(self.lattice, &self.group, next, owner)
                {
                    self.change(next, owner);
                    part.push(next);
                }
            }
            return Some(owner);
        }
        None
    }

    /// Returns true if no block of a parish is next to a block.
    fn is_apart_from(&self, block: Block, parish: u32) -> bool {
        self.lattice.around(block).into_iter().all(|b| self.group[b] != parish)
    }

    /// Creates an enclave within the largest parish that has room for it and is not in two parts.
    pub(super) fn enclose(&mut self, order: &[Block], enclave: u32, except: Option<u32>) -> bool {
        let is_inside = |group: &[u32], block: Block, host: u32| {
            self.lattice.around(block).into_iter().all(|b| group[b] == host || group[b] == enclave)
        };
        let heart = order
            .iter()
            .copied()
            .filter(|&b| {
                let host = self.group[b];
                host != NOBODY
                    && host != 0
                    && Some(host) != except
                    && is_inside(&self.group, b, host)
            })
            .max_by_key(|&b| (self.blocks[self.group[b] as usize], b));
        let Some(heart) = heart else { return false };
        let host = self.group[heart];
        let mut group = std::mem::take(&mut self.group);
        group[heart] = enclave;
        let beside = self.lattice.around(heart).into_iter().find(|&b| is_inside(&group, b, host));
        if let Some(beside) = beside {
            group[beside] = enclave;
        }
        self.group = group;
        true
    }
}
