//! How large a generated world is.

/// How much a generated world holds. Counts are asked for, and met exactly or nearly so: a small
/// world may lack the room for all its parishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldSize {
    /// Wards: at least 4.
    pub wards: usize,
    /// Parishes: about three to a ward.
    pub parishes: usize,
    /// LAPs, each of whole wards: at least 2.
    pub laps: usize,
    /// Localities, each of whole LAPs.
    pub localities: usize,
    /// Authorities, each of whole localities.
    pub authorities: usize,
    /// Small areas within wards, as output areas are; with 0 there is no such layer.
    pub small_areas: usize,
    /// Postcodes, at most 1,980,000.
    pub postcodes: usize,
    /// GP practices.
    pub practices: usize,
    /// Community assets.
    pub assets: usize,
    /// Into how many straight pieces each side of a block is divided, from 1 to 32, rounded up to
    /// a power of two: how finely boundaries are drawn.
    pub pieces: usize,
}

impl WorldSize {
    /// The county of Lyonesse.
    pub const LYONESSE: Self = Self {
        wards: 40,
        parishes: 120,
        laps: 9,
        localities: 2,
        authorities: 1,
        small_areas: 0,
        postcodes: 2_000,
        practices: 30,
        assets: 80,
        pieces: 16,
    };

    /// About as much as England, Wales and Scotland have: 8,000 wards, 36,000 small areas.
    pub const NATIONAL: Self = Self {
        wards: 8_000,
        parishes: 24_000,
        laps: 1_800,
        localities: 600,
        authorities: 330,
        small_areas: 36_000,
        postcodes: 1_700_000,
        practices: 6_500,
        assets: 16_000,
        pieces: 8,
    };

    /// A world of so many wards, and the rest in Lyonesse's proportions.
    pub fn of_wards(wards: usize) -> Self {
        let wards = wards.max(4);
        Self {
            wards,
            parishes: wards * 3,
            laps: (wards * 9 / 40).max(2),
            localities: (wards / 20).max(1),
            authorities: (wards / 40).max(1),
            small_areas: 0,
            postcodes: (wards * 50).min(super::postcodes::MOST),
            practices: (wards * 3 / 4).max(1),
            assets: wards * 2,
            pieces: 16,
        }
    }

    /// The same, with each count brought within what can be drawn.
    pub(super) fn checked(&self) -> Self {
        let wards = self.wards.max(4);
        let laps = self.laps.clamp(2, wards);
        let localities = self.localities.clamp(1, laps);
        Self {
            wards,
            parishes: self.parishes.max(wards + 2),
            laps,
            localities,
            authorities: self.authorities.clamp(1, localities),
            small_areas: self.small_areas,
            postcodes: self.postcodes.clamp(1, super::postcodes::MOST),
            practices: self.practices,
            assets: self.assets,
            pieces: self.pieces.clamp(1, super::ground::MAX_PIECES).next_power_of_two(),
        }
    }

    /// How many blocks of land there are: enough that a parish has 22, a small area 10.
    pub(super) fn blocks(&self) -> usize {
        (self.parishes * 22).max(self.small_areas * 10)
    }
}
