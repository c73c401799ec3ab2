//! A hash table from postcodes to their indices in the postcode table.

use crate::postcode::Postcode;
use crate::storage::mmap::Numbers;

/// An empty slot; as a result, a postcode that is not in the table.
pub(super) const MISSING: u32 = u32::MAX;

/// An open-addressing hash table with linear probing and two to four slots per postcode. A lookup
/// costs one or two cache misses; a binary search of the country's 1.7 million postcodes costs ten.
#[derive(Debug, Default)]
pub(super) struct PostcodeIndex {
    pub(super) slots: Numbers<u32>,
}

/// The first slot to probe, by Fibonacci hashing (Knuth, "The art of computer programming", 6.4). Only
/// the high bits of the product are well distributed.
fn slot(key: u64, slots: usize) -> usize {
    let bits = slots.trailing_zeros();
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 1 >> (63 - bits)) as usize
}

impl PostcodeIndex {
    /// Indexes packed postcodes, which must be unique.
    pub(super) fn new(keys: &[u64]) -> Self {
        let mut slots = vec![MISSING; (2 * keys.len()).next_power_of_two()];
        let last = slots.len() - 1;
        for (key_index, &key) in (0..).zip(keys) {
            let mut at = slot(key, slots.len());
            while slots[at] != MISSING {
                at = (at + 1) & last;
            }
            slots[at] = key_index;
        }
        Self { slots: slots.into() }
    }

    /// The index of a postcode in `keys`, the keys that the table was built from.
    #[inline]
    pub(super) fn find(&self, postcode: Postcode, keys: &[u64]) -> Option<usize> {
        let slots: &[u32] = &self.slots;
        let last = slots.len().checked_sub(1)?;
        let key = postcode.packed();
        self.find_from(slot(key, slots.len()), last, key, keys)
    }

    /// Like [`Self::find`] for several postcodes, with [`MISSING`] for those that are not found. Takes
    /// each step for all of them before the next, so that their cache misses overlap.
    #[inline]
    pub(super) fn find_batch<const N: usize>(
        &self,
        requested: &[Option<Postcode>; N],
        keys: &[u64],
    ) -> [u32; N] {
        let slots: &[u32] = &self.slots;
        let Some(last) = slots.len().checked_sub(1) else { return [MISSING; N] };
        // 0 stands for `None`; no postcode has that key.
        let requested = requested.map(|postcode| postcode.map_or(0, Postcode::packed));
        let mut indices = requested.map(|key| slots[slot(key, slots.len()) & last]);
        for (key_index, key) in indices.iter_mut().zip(requested) {
            if keys.get(*key_index as usize) != Some(&key) {
                let found = self.find_from(slot(key, slots.len()), last, key, keys);
                *key_index =
                    found.filter(|_| key != 0).map_or(MISSING, |key_index| key_index as u32);
            }
        }
        indices
    }

    /// Probes from a slot onwards.
    fn find_from(&self, mut at: usize, last: usize, key: u64, keys: &[u64]) -> Option<usize> {
        let slots: &[u32] = &self.slots;
        // At least half of the slots are empty. The bound also ends the loop for a corrupt table.
        for _ in 0..=last {
            let key_index = *slots.get(at)?;
            if key_index == MISSING {
                return None;
            }
            if keys.get(key_index as usize) == Some(&key) {
                return Some(key_index as usize);
            }
            at = (at + 1) & last;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_lookup_gives_the_results_of_single_lookups() {
        let postcode = |n: usize| {
            let letter = |n: usize| char::from(b'A' + (n % 26) as u8);
            let text = format!("NN{} {}{}{}", n % 90 + 1, n % 10, letter(n / 7), letter(n / 11));
            Postcode::parse(&text).unwrap()
        };
        let mut keys: Vec<u64> = (0..3000).step_by(2).map(|n| postcode(n).packed()).collect();
        keys.sort_unstable();
        keys.dedup();
        for keys in [&keys[..], &[]] {
            let index = PostcodeIndex::new(keys);
            let mut found = 0;
            for start in 0..3000 {
                let requested: [Option<Postcode>; 16] =
                    std::array::from_fn(|at| (at != 5).then(|| postcode(start + at * 13)));
                let together = index.find_batch(&requested, keys);
                let together =
                    together.map(|key_index| (key_index != MISSING).then_some(key_index as usize));
                let one_by_one = requested.map(|requested| index.find(requested?, keys));
                assert_eq!(together, one_by_one);
                found += together.iter().flatten().count();
            }
            assert_eq!(found > 0, !keys.is_empty());
        }
    }
}
