//! The size of a generated world.

/// The size of a generated world. Counts are met exactly or nearly; a small world may not have room
/// for all its parishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldSize {
    /// Wards, at least 4.
    pub wards: usize,
    /// Parishes, about three per ward.
    pub parishes: usize,
    /// LAPs, each made of whole wards, at least 2.
    pub laps: usize,
    /// Localities, each made of whole LAPs.
    pub localities: usize,
    /// Authorities, each made of whole localities.
    pub authorities: usize,
    /// Small areas within wards, like output areas. With 0 the layer is omitted.
    pub small_areas: usize,
    /// Postcodes, at most 1,980,000.
    pub postcodes: usize,
    /// GP practices.
    pub practices: usize,
    /// Community assets.
    pub assets: usize,
    /// The number of straight pieces per block side, from 1 to 32, rounded up to a power of two:
    /// the detail of boundaries.
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

    /// About the size of England, Wales and Scotland: 8,000 wards, 36,000 small areas.
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

    /// Returns the size of a world with this number of wards and otherwise Lyonesse's proportions.
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

    /// Returns the size with each count clamped to the supported range.
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
            pieces: self.pieces.clamp(1, super::lattice::MAX_PIECES).next_power_of_two(),
        }
    }

    /// Returns the number of land blocks: at least 22 per parish and 10 per small area.
    pub(super) fn blocks(&self) -> usize {
        (self.parishes * 22).max(self.small_areas * 10)
    }
}
