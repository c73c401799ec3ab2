//! Choice of the land blocks: a county with an irregular coast, no lakes, and one island.

use super::lattice::{Block, Lattice, NOBODY, Parts, label_if};
use super::rng::{Purpose, Rng};

/// The mainland and the island of a county.
pub(super) struct Land {
    /// The mainland: connected, without lakes.
    pub(super) mainland: Vec<Block>,
    /// The island: connected, separate from the mainland. Empty if there was no room for it.
    pub(super) island: Vec<Block>,
    /// Both, in lattice order.
    pub(super) all: Vec<Block>,
    is_mainland: Vec<bool>,
}

/// The minimum number of blocks of an island.
const LEAST_ISLAND: usize = 7;

/// Chooses about `blocks` blocks of land.
pub(super) fn lay_out(lattice: &Lattice, seed: u64, blocks: usize) -> Land {
    let mut rng = Rng::new(seed, Purpose::Land);
    let heights = heights(lattice, &mut rng);
    let mut order: Vec<Block> = (0..lattice.len()).filter(|&b| lattice.is_inner(b)).collect();
    order.sort_by_key(|&b| (std::cmp::Reverse(heights[b]), b));
    order.truncate(blocks);
    let mut raised = vec![false; lattice.len()];
    for &block in &order {
        raised[block] = true;
    }
    let mainland = without_lakes(lattice, &largest_part(lattice, &raised));
    let island = island(lattice, &mainland, (blocks / 150).max(LEAST_ISLAND), &mut rng);
    let mut all = mainland.clone();
    for block in blocks_of(&island) {
        all[block] = true;
    }
    Land {
        mainland: blocks_of(&mainland),
        island: blocks_of(&island),
        all: blocks_of(&all),
        is_mainland: mainland,
    }
}

impl Land {
    /// Returns true if a block is on the mainland.
    pub(super) fn is_mainland(&self, block: Block) -> bool {
        self.is_mainland[block]
    }

    /// Adds the island to the nearest group of the mainland.
    pub(super) fn join_island(&self, lattice: &Lattice, labels: &mut [u32]) {
        let Some(&landing) = self.island.first() else { return };
        let nearest = self.mainland.iter().min_by(|&&a, &&b| {
            lattice.distance2(landing, a).total_cmp(&lattice.distance2(landing, b)).then(a.cmp(&b))
        });
        if let Some(&nearest) = nearest {
            for &block in &self.island {
                labels[block] = labels[nearest];
            }
        }
    }
}

fn blocks_of(chosen: &[bool]) -> Vec<Block> {
    (0..chosen.len()).filter(|&b| chosen[b]).collect()
}

/// Returns a height for each block, in millionths: an oblong dome with noise.
fn heights(lattice: &Lattice, rng: &mut Rng) -> Vec<i64> {
    let (rows, columns) = lattice.rows_and_columns();
    let (first, last) = (lattice.middle(0), lattice.middle(rows * columns - 1));
    let noise = Noise::new(rng);
    (0..lattice.len())
        .map(|block| {
            let middle = lattice.middle(block);
            // From -1 to 1 over the square, rotated so that the long axis points north-east.
            let u = (middle.x - first.x) / (last.x - first.x) * 2.0 - 1.0;
            let v = (middle.y - first.y) / (last.y - first.y) * 2.0 - 1.0;
            let (long, across) = (0.8 * u + 0.6 * v, 0.8 * v - 0.6 * u);
            // Falls off steeply towards the edges of the square, so that the square never cuts the
            // coast.
            let edge = u.abs().max(v.abs()).max(0.72) - 0.72;
            let dome = 1.0 - long * long - across * across / 0.40 - 14.0 * edge * edge;
            // Each octave is rotated against the others, so that no direction of coast dominates.
            let rough = noise.at(long * 2.2, across * 2.2)
                + 0.55 * noise.at((0.96 * u - 0.28 * v) * 5.1 + 11.0, (0.96 * v + 0.28 * u) * 5.1)
                + 0.3 * noise.at(u * 11.7, v * 11.7 + 23.0);
            ((dome + 0.75 * rough) * 1e6) as i64
        })
        .collect()
}

/// Value noise: random heights on a square lattice of side 1, smoothly interpolated.
struct Noise([f64; (Self::SIDE * Self::SIDE) as usize]);

impl Noise {
    const SIDE: i64 = 32;

    fn new(rng: &mut Rng) -> Self {
        Self(std::array::from_fn(|_| rng.signed()))
    }

    fn at(&self, x: f64, y: f64) -> f64 {
        let (left, below) = (x.floor(), y.floor());
        // 3t² - 2t³ is flat at both ends, so that no seam is visible.
        let smooth = |t: f64| t * t * (3.0 - 2.0 * t);
        let (across, up) = (smooth(x - left), smooth(y - below));
        let corner = |dx: i64, dy: i64| {
            let column = (left as i64 + dx).rem_euclid(Self::SIDE);
            let row = (below as i64 + dy).rem_euclid(Self::SIDE);
            self.0[(row * Self::SIDE + column) as usize]
        };
        let low = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * across;
        let high = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * across;
        low + (high - low) * up
    }
}

/// Returns the largest connected part of the raised blocks.
fn largest_part(lattice: &Lattice, raised: &[bool]) -> Vec<bool> {
    let Parts { part, sizes } = Parts::of(lattice, |b| label_if(raised[b]));
    let largest = (0..sizes.len()).max_by_key(|&p| (sizes[p], std::cmp::Reverse(p)));
    part.into_iter().map(|p| Some(p as usize) == largest).collect()
}

/// Returns the land with its lakes filled.
fn without_lakes(lattice: &Lattice, land: &[bool]) -> Vec<bool> {
    // Inner sea blocks next to the edge of the lattice are connected beyond it.
    let Parts { part, sizes } = Parts::of(lattice, |b| label_if(!land[b]));
    let mut is_open_sea = vec![false; sizes.len()];
    for block in (0..lattice.len()).filter(|&b| part[b] != NOBODY) {
        if lattice.around(block).iter().any(|&b| !lattice.is_inner(b)) {
            is_open_sea[part[block] as usize] = true;
        }
    }
    (0..lattice.len())
        .map(|b| lattice.is_inner(b) && (land[b] || !is_open_sea[part[b] as usize]))
        .collect()
}

/// Returns an island of about `size` blocks, a few sea blocks away from the mainland.
fn island(lattice: &Lattice, mainland: &[bool], size: usize, rng: &mut Rng) -> Vec<bool> {
    let mut island = vec![false; lattice.len()];
    let from_coast = steps_from(lattice, mainland);
    // Keep at least two sea blocks between.
    let free = |b: Block| lattice.is_inner(b) && from_coast[b] > 2;
    let mut starts: Vec<Block> =
        (0..lattice.len()).filter(|&b| free(b) && (4..=9).contains(&from_coast[b])).collect();
    rng.shuffle(&mut starts);
    for start in starts.into_iter().take(40) {
        let mut chosen = vec![start];
        let mut tries = 0;
        while chosen.len() < size && tries < 40 * size {
            tries += 1;
            let next = lattice.across(chosen[rng.below(chosen.len())], rng.below(6));
            if free(next) && !chosen.contains(&next) {
                chosen.push(next);
            }
        }
        if chosen.len() == size {
            for block in chosen {
                island[block] = true;
            }
            return without_lakes(lattice, &island);
        }
    }
    island
}

/// Returns the number of steps of each inner block from the land: 0 on land, `u32::MAX` if
/// unreachable.
fn steps_from(lattice: &Lattice, land: &[bool]) -> Vec<u32> {
    let mut steps: Vec<u32> = land.iter().map(|&l| if l { 0 } else { u32::MAX }).collect();
    let mut edge = blocks_of(land);
    let mut step = 0;
    while !edge.is_empty() {
        step += 1;
        let mut next_edge = Vec::new();
        for block in edge {
            for next in lattice.around(block) {
                if lattice.is_inner(next) && steps[next] == u32::MAX {
                    steps[next] = step;
                    next_edge.push(next);
                }
            }
        }
        edge = next_edge;
    }
    steps
}
