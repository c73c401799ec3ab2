//! Wards, the wards of the earlier vintage, and the areas made of wards.

use super::grow::{grow, spread_seeds};
use super::join::Neighbours;
use super::land::Land;
use super::lattice::{Block, Lattice, NOBODY, Parts, label_if};
use super::rng::{Purpose, Rng};
use super::size::WorldSize;

/// The ward of each block, and the larger areas.
pub(super) struct Wards {
    /// The ward of each block.
    pub(super) ward: Vec<u32>,
    /// The LAP of each ward.
    pub(super) lap_of_ward: Vec<u32>,
    /// The locality of each LAP.
    pub(super) locality_of_lap: Vec<u32>,
    /// The authority of each locality.
    pub(super) authority_of_locality: Vec<u32>,
}

impl Wards {
    /// Draws the wards, smaller where the population is denser, and merges them.
    pub(super) fn draw(
        lattice: &Lattice,
        land: &Land,
        densities: &[f64],
        size: &WorldSize,
        seed: u64,
    ) -> Self {
        let mut rng = Rng::new(seed, Purpose::Wards);
        let weight = |b: Block| densities[b].sqrt();
        let seeds = spread_seeds(lattice, &land.mainland, weight, size.wards, &mut rng);
        let mainland: Vec<u32> =
            (0..lattice.len()).map(|b| label_if(land.is_mainland(b))).collect();
        let mut ward = grow(lattice, &mainland, &seeds, |b| weight(b).sqrt(), &mut rng);
        land.join_island(lattice, &mut ward);

        let wards = Neighbours::of(lattice, &land.mainland, &ward, seeds.len());
        let lap_of_ward = wards.join(size.laps, &mut Rng::new(seed, Purpose::Laps));
        let lap_count = count_of(&lap_of_ward);
        let lap: Vec<u32> = relabel(&ward, &lap_of_ward);
        let laps = Neighbours::of(lattice, &land.mainland, &lap, lap_count);
        let locality_of_lap = laps.join(size.localities, &mut Rng::new(seed, Purpose::Localities));
        let locality = relabel(&lap, &locality_of_lap);
        let localities =
            Neighbours::of(lattice, &land.mainland, &locality, count_of(&locality_of_lap));
        let authority_of_locality =
            localities.join(size.authorities, &mut Rng::new(seed, Purpose::Authorities));
        Self { ward, lap_of_ward, locality_of_lap, authority_of_locality }
    }

    /// Returns the number of wards.
    pub(super) fn count(&self) -> usize {
        self.lap_of_ward.len()
    }

    /// Returns the LAP of each block.
    pub(super) fn lap(&self) -> Vec<u32> {
        relabel(&self.ward, &self.lap_of_ward)
    }

    /// Returns the locality of each block.
    pub(super) fn locality(&self) -> Vec<u32> {
        relabel(&self.lap(), &self.locality_of_lap)
    }

    /// Returns the authority of each block.
    pub(super) fn authority(&self) -> Vec<u32> {
        relabel(&self.locality(), &self.authority_of_locality)
    }
}

/// The wards of the earlier vintage.
pub(super) struct OldWards {
    /// The earlier ward of each block.
    pub(super) ward: Vec<u32>,
    /// For each earlier ward, the later ward that it became unchanged, if any.
    pub(super) kept_as: Vec<Option<u32>>,
}

impl OldWards {
    /// Draws the wards before the review: unchanged in every third LAP; elsewhere a quarter more of
    /// them with different boundaries, which LAPs made of the later wards do not follow.
    pub(super) fn draw(
        lattice: &Lattice,
        land: &Land,
        densities: &[f64],
        wards: &Wards,
        seed: u64,
    ) -> Self {
        let mut rng = Rng::new(seed, Purpose::OldWards);
        let laps = count_of(&wards.lap_of_ward);
        let is_kept = |ward: u32| laps >= 4 && wards.lap_of_ward[ward as usize].is_multiple_of(3);
        // The changed area may have several parts; each is redrawn separately.
        let Parts { part, .. } =
            Parts::of(lattice, |b| label_if(land.is_mainland(b) && !is_kept(wards.ward[b])));
        let redrawn: Vec<Block> =
            land.mainland.iter().copied().filter(|&b| part[b] != NOBODY).collect();
        let changed_wards = (0..wards.count()).filter(|&w| !is_kept(w as u32)).count();
        let weight = |b: Block| densities[b].sqrt();
        let mut seeds =
            spread_seeds(lattice, &redrawn, weight, changed_wards + changed_wards / 4, &mut rng);
        let mut has_seed: Vec<u32> = seeds.iter().map(|&s| part[s]).collect();
        for &block in &redrawn {
            if !has_seed.contains(&part[block]) {
                has_seed.push(part[block]);
                seeds.push(block);
            }
        }
        let mut ward = grow(lattice, &part, &seeds, |b| weight(b).sqrt(), &mut rng);
        let mut kept_as = vec![None; seeds.len()];
        let mut earlier = vec![NOBODY; wards.count()];
        for kept in (0..wards.count() as u32).filter(|&w| is_kept(w)) {
            earlier[kept as usize] = kept_as.len() as u32;
            kept_as.push(Some(kept));
        }
        for &block in land.mainland.iter().filter(|&&b| is_kept(wards.ward[b])) {
            ward[block] = earlier[wards.ward[block] as usize];
        }
        land.join_island(lattice, &mut ward);
        Self { ward, kept_as }
    }
}

/// Divides each ward into smaller areas, `count` in all or slightly fewer. Returns the small area
/// of each block.
pub(super) fn divide(
    lattice: &Lattice,
    land: &Land,
    densities: &[f64],
    wards: &Wards,
    count: usize,
    seed: u64,
) -> Vec<u32> {
    let mut rng = Rng::new(seed, Purpose::SmallAreas);
    let domain: Vec<u32> = (0..lattice.len())
        .map(|b| if land.is_mainland(b) { wards.ward[b] } else { NOBODY })
        .collect();
    let mut by_ward = vec![Vec::new(); wards.count()];
    for &block in &land.mainland {
        by_ward[wards.ward[block] as usize].push(block);
    }
    let weight = |b: Block| densities[b].sqrt();
    let mut seeds = Vec::new();
    for (ward, blocks) in by_ward.iter().enumerate() {
        let share = count * (ward + 1) / wards.count() - count * ward / wards.count();
        seeds.extend(spread_seeds(lattice, blocks, weight, share.max(1), &mut rng));
    }
    let mut small = grow(lattice, &domain, &seeds, |b| weight(b).sqrt(), &mut rng);
    land.join_island(lattice, &mut small);
    small
}

/// Returns the larger group of each block.
fn relabel(labels: &[u32], larger: &[u32]) -> Vec<u32> {
    labels.iter().map(|&l| if l == NOBODY { NOBODY } else { larger[l as usize] }).collect()
}

/// Returns the number of groups.
pub(super) fn count_of(labels: &[u32]) -> usize {
    labels.iter().filter(|&&l| l != NOBODY).max().map_or(0, |&l| l as usize + 1)
}
