//! The way from a postcode to its place: one probe of a table of places, sorted by a hash.

use crate::mapped::Numbers;
use crate::postcode::Postcode;

/// An empty slot.
const NOTHING: u32 = u32::MAX;

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
        let mut at = slot(key, slots.len());
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
