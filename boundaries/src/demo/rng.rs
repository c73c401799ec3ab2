//! Numbers drawn from a seed, the same on every machine.

/// The generator SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014): integers only, so its numbers are the same everywhere.
#[derive(Clone, Debug)]
pub(super) struct Rng(u64);

/// The increment of SplitMix64, the golden ratio in 64 bits.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// What a stream of numbers is drawn for. Each purpose has a stream of its own, so that more
/// postcodes do not move a ward.
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
    /// The stream of one purpose.
    pub(super) fn new(seed: u64, purpose: Purpose) -> Self {
        Self::at(seed, purpose, 0)
    }

    /// The stream of one thing of a purpose: of one corner, of one side.
    pub(super) fn at(seed: u64, purpose: Purpose, index: u64) -> Self {
        Self(mix(mix(seed.wrapping_add((purpose as u64).wrapping_mul(STEP))).wrapping_add(index)))
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number from 0 up to, not including, `bound`, which is not 0. By the high half of a
    /// product (Lemire); its bias of `bound` in 2^64 is of no matter here.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        debug_assert!(bound > 0, "nothing is below 0");
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// A number from 0 up to 1, a whole multiple of 2^-53.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number from -1 up to 1.
    pub(super) fn signed(&mut self) -> f64 {
        self.unit() * 2.0 - 1.0
    }

    /// Whether something that happens once in `times` happens now.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// Puts items in random order (Fisher and Yates).
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
    fn the_numbers_are_those_of_the_published_generator() {
        // The first outputs of the reference implementation (Vigna, splitmix64.c) from state 0.
        let mut rng = Rng(0);
        let first: Vec<u64> = (0..3).map(|_| rng.next()).collect();
        assert_eq!(first, [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F]);
    }

    #[test]
    fn bounded_numbers_stay_in_their_bounds() {
        let mut rng = Rng::new(7, Purpose::Names);
        for _ in 0..10_000 {
            assert!(rng.below(3) < 3);
            assert!((4..=6).contains(&rng.between(4, 6)));
            assert!((-1.0..1.0).contains(&rng.signed()));
        }
    }
}
