//! The way from a postcode to its place: one probe of a table of places, sorted by a hash.

use crate::postcode::Postcode;
use crate::storage::mmap::Numbers;

/// An empty slot, and the place of what is not there.
pub(super) const NOTHING: u32 = u32::MAX;

/// The places of postcodes in a table of twice to four times as many slots: a postcode stands in
/// the slot of its hash or soon after, so that finding it costs one or two cache misses where a
/// search by halves of the country's 1.7 million costs ten.
#[derive(Debug, Default)]
pub(super) struct Directory {
    pub(super) slots: Numbers<u32>,
}

/// The slot to begin at: Fibonacci hashing (Knuth, "The art of computer programming", 6.4). Only
/// the high bits of the product are good.
fn slot(key: u64, slots: usize) -> usize {
    let bits = slots.trailing_zeros();
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 1 >> (63 - bits)) as usize
}

impl Directory {
    /// The directory of postcodes, none of which stands twice.
    pub(super) fn new(keys: &[u64]) -> Self {
        let mut slots = vec![NOTHING; (2 * keys.len()).next_power_of_two()];
        let last = slots.len() - 1;
        for (place, &key) in (0..).zip(keys) {
            let mut at = slot(key, slots.len());
            while slots[at] != NOTHING {
                at = (at + 1) & last;
            }
            slots[at] = place;
        }
        Self { slots: slots.into() }
    }

    /// The place of a postcode among the keys that the directory was made of.
    #[inline]
    pub(super) fn find(&self, postcode: Postcode, keys: &[u64]) -> Option<usize> {
        let slots: &[u32] = &self.slots;
        let last = slots.len().checked_sub(1)?;
        let key = postcode.packed();
        self.find_from(slot(key, slots.len()), last, key, keys)
    }

    /// The places of several postcodes, as by [`Self::find`] for each, or [`NOTHING`]. Each step is
    /// taken for all of them before the next, so that the memory for all is fetched at the same time.
    #[inline]
    pub(super) fn find_together<const N: usize>(
        &self,
        asked: &[Option<Postcode>; N],
        keys: &[u64],
    ) -> [u32; N] {
        let slots: &[u32] = &self.slots;
        let Some(last) = slots.len().checked_sub(1) else { return [NOTHING; N] };
        // What is not asked for has a key that no postcode has.
        let asked = asked.map(|postcode| postcode.map_or(0, Postcode::packed));
        let mut places = asked.map(|key| slots[slot(key, slots.len()) & last]);
        for (place, key) in places.iter_mut().zip(asked) {
            if keys.get(*place as usize) != Some(&key) {
                let found = self.find_from(slot(key, slots.len()), last, key, keys);
                *place = found.filter(|_| key != 0).map_or(NOTHING, |place| place as u32);
            }
        }
        places
    }

    /// Goes on from a slot.
    fn find_from(&self, mut at: usize, last: usize, key: u64, keys: &[u64]) -> Option<usize> {
        let slots: &[u32] = &self.slots;
        // At least half of the slots are empty, so this ends; a spoilt table ends it too.
        for _ in 0..=last {
            let place = *slots.get(at)?;
            if place == NOTHING {
                return None;
            }
            if keys.get(place as usize) == Some(&key) {
                return Some(place as usize);
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
    fn postcodes_asked_for_together_are_found_as_one_by_one() {
        let postcode = |n: usize| {
            let letter = |n: usize| char::from(b'A' + (n % 26) as u8);
            let text = format!("NN{} {}{}{}", n % 90 + 1, n % 10, letter(n / 7), letter(n / 11));
            Postcode::parse(&text).unwrap()
        };
        let mut keys: Vec<u64> = (0..3000).step_by(2).map(|n| postcode(n).packed()).collect();
        keys.sort_unstable();
        keys.dedup();
        for keys in [&keys[..], &[]] {
            let directory = Directory::new(keys);
            let mut found = 0;
            for start in 0..3000 {
                let asked: [Option<Postcode>; 16] =
                    std::array::from_fn(|at| (at != 5).then(|| postcode(start + at * 13)));
                let together = directory.find_together(&asked, keys);
                let together = together.map(|place| (place != NOTHING).then_some(place as usize));
                let one_by_one = asked.map(|asked| directory.find(asked?, keys));
                assert_eq!(together, one_by_one);
                found += together.iter().flatten().count();
            }
            assert_eq!(found > 0, !keys.is_empty());
        }
    }
}
