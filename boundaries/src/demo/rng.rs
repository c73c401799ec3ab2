//! Seeded random numbers, the same on every machine.

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA
/// 2014). It uses integers only, so its numbers are the same everywhere. Weighed against the `rand`
/// crates, whose generators may change between versions: this output must never change.
#[derive(Clone, Debug)]
pub(super) struct Rng(u64);

/// The increment of SplitMix64: the golden ratio in 64 bits.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// The purpose of a stream of numbers. Each purpose has its own stream, so that more postcodes do
/// not move a ward.
#[derive(Clone, Copy)]
#[repr(u64)]
pub(super) enum Purpose {
    Corners = 1,
    Sides,
    Land,
    Towns,
    Wards,
    OldWards,
    SmallAreas,
    Laps,
    Localities,
    Authorities,
    Parishes,
    Names,
    Postcodes,
    Addresses,
    Sites,
}

impl Rng {
    /// Creates the stream of a purpose.
    pub(super) fn new(seed: u64, purpose: Purpose) -> Self {
        Self::at(seed, purpose, 0)
    }

    /// Creates the stream of one item of a purpose, such as one corner or one side.
    pub(super) fn at(seed: u64, purpose: Purpose, index: u64) -> Self {
        Self(mix(mix(seed.wrapping_add((purpose as u64).wrapping_mul(STEP))).wrapping_add(index)))
    }

    /// Returns the next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// Returns a number below `bound`, which must not be 0, as the high half of a product (Lemire).
    /// The bias of `bound` in 2^64 is negligible.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        debug_assert!(bound > 0, "the bound must not be 0");
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// Returns a number from `low` to `high`, inclusive.
    pub(super) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// Returns a number in [0, 1), a multiple of 2^-53.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Returns a number in [-1, 1).
    pub(super) fn signed(&mut self) -> f64 {
        self.unit() * 2.0 - 1.0
    }

    /// Returns true with probability 1 in `times`.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// Shuffles items (Fisher–Yates).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// The output function of SplitMix64.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_matches_the_reference_implementation() {
        // First outputs of the reference implementation (Vigna, splitmix64.c) from state 0.
        let mut rng = Rng(0);
        let first: Vec<u64> = (0..3).map(|_| rng.next()).collect();
        assert_eq!(first, [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F]);
    }

    #[test]
    fn bounded_numbers_stay_within_bounds() {
        let mut rng = Rng::new(7, Purpose::Names);
        for _ in 0..10_000 {
            assert!(rng.below(3) < 3);
            assert!((4..=6).contains(&rng.between(4, 6)));
            assert!((-1.0..1.0).contains(&rng.signed()));
        }
    }
}
