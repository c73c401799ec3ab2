//! Generator for the demonstration county of Lyonesse, and for test worlds of any size.
//!
//! Lyonesse is the land that legend says was drowned off Cornwall. Here it lies in the sea
//! north-west of the Isles of Scilly, so that nothing in it can be mistaken for a real place. Its
//! codes start with X, its postcodes with an area that Royal Mail does not use (`LY`), and its
//! UPRNs have thirteen digits, one more than real ones. Names are invented from Cornish elements;
//! any match with a real farm or hamlet is a coincidence.
//!
//! A world is generated in six steps:
//!
//! 1. `lattice`: small blocks with shared, irregular sides tile the plane.
//! 2. `land`: some of them become land, with an irregular coast and an island.
//! 3. `towns`: places of dense population.
//! 4. `wards`, `join`, `parishes`: blocks are grouped into wards, wards into LAPs, and blocks into
//!    parishes that mostly follow wards.
//! 5. `trace`: groups become multipolygons. Neighbours share their points bit for bit.
//! 6. `postcodes`, `sites`: addresses, practices and community assets; `names`, `label`, `layers`:
//!    names, codes and metadata.
//!
//! The same seed gives the same world on every machine: random numbers are integers, decisions use
//! integers or exact predicates, and positions use only operations that IEEE 754 defines exactly
//! (the four basic ones and the square root). Coordinates are whole centimetres.

mod grow;
mod join;
mod label;
mod land;
mod lattice;
mod layers;
mod names;
mod parishes;
mod postcodes;
mod rng;
mod sites;
mod size;
#[cfg(test)]
mod tests;
mod towns;
mod trace;
mod wards;

use geo::Coord;

use self::label::Labels;
use self::lattice::Lattice;
use self::parishes::Parishes;
use self::postcodes::Country;
use self::sites::Places;
use self::wards::{OldWards, Wards};
use crate::atlas::{Contents, Provenance};
use crate::gazetteer::{Address, PostcodeRecord};
use crate::layer::Layer;

pub use self::size::WorldSize;

/// A generated world: everything that an atlas is built from.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// Its title, which states that it is illustrative.
    pub title: String,
    /// Its layers: `ward`, `ward_2013`, `parish`, `lap`, `locality`, `authority`, optionally
    /// `small_area`, then the sites `gp_practice` and `asset`.
    pub layers: Vec<Layer>,
    /// Its postcodes, in text order.
    pub postcodes: Vec<PostcodeRecord>,
    /// The addresses of some postcodes, in UPRN order.
    pub addresses: Vec<Address>,
}

impl World {
    /// Returns the layer with this id.
    pub fn layer(&self, id: &str) -> Option<&Layer> {
        self.layers.iter().find(|layer| layer.meta().id.as_str() == id)
    }

    /// Converts the world into the contents of an atlas, marked as illustrative.
    pub fn into_contents(self) -> Contents {
        Contents {
            title: self.title,
            illustrative: true,
            layers: self.layers,
            postcodes: self.postcodes,
            addresses: self.addresses,
            postcodes_from: provenance(),
            addresses_from: provenance(),
            ..Contents::default()
        }
    }
}

/// The licence of all generated data.
const LICENCE: &str = "CC0-1.0";

/// The attribution of all generated data.
const ATTRIBUTION: &str = "Illustrative data: the county of Lyonesse does not exist";

fn provenance() -> Provenance {
    Provenance { licence: Some(LICENCE.to_owned()), attribution: Some(ATTRIBUTION.to_owned()) }
}

/// The south-west corner of Lyonesse's sea, in BNG metres.
const SOUTH_WEST: Coord<f64> = Coord { x: 38_500.0, y: 29_000.0 };

/// The side length of a block in metres, before displacement. Lyonesse's 2,640 blocks of 0.375 km²
/// make a county of 990 km².
const SIDE_M: f64 = 380.0;

/// The largest extent of a world from its south-west corner, in metres: to the eastern edge of the
/// grid.
const MOST_M: f64 = 640_000.0;

/// The share of blocks that are land.
const LAND: f64 = 0.40;

/// Generates the county of Lyonesse.
///
/// ```
/// use lapwing_boundaries::demo;
/// let county = demo::lyonesse(1);
/// assert_eq!(county, demo::lyonesse(1));
/// assert_eq!(county.layer("lap").unwrap().len(), 9);
/// ```
pub fn lyonesse(seed: u64) -> World {
    world(seed, &WorldSize::LYONESSE)
}

/// Generates a world of a given size. Larger worlds extend over the real country and are for tests
/// and benchmarks only.
pub fn world(seed: u64, size: &WorldSize) -> World {
    let size = size.checked();
    let lattice_blocks = (size.blocks() as f64 / LAND) as usize;
    // A block has an area of 2.6 squared sides.
    let side_m = SIDE_M.min(MOST_M / (lattice_blocks as f64 * 2.6).sqrt());
    let lattice = Lattice::new(seed, lattice_blocks, side_m, SOUTH_WEST, size.pieces);
    let land = land::lay_out(&lattice, seed, size.blocks());
    let towns = towns::place_towns(&lattice, &land.mainland, (size.parishes / 20).max(2), seed);
    let mut densities = towns::densities(&lattice, &towns);
    let wards = Wards::draw(&lattice, &land, &densities, &size, seed);
    let old_wards = OldWards::draw(&lattice, &land, &densities, &wards, seed);
    let parishes = Parishes::draw(&lattice, &land, &wards, &towns, size.parishes, seed);
    let small_areas = (size.small_areas > 0)
        .then(|| wards::divide(&lattice, &land, &densities, &wards, size.small_areas, seed));

    let mut labels = Labels::new(seed);
    let county = layers::County { lattice: &lattice, land: &land, towns: &towns, seed };
    let mut layers =
        labels.area_layers(&county, &wards, &old_wards, &parishes, small_areas.as_deref());

    for (village, density) in parishes.villages(&lattice, &land) {
        densities[village] += density;
    }
    let lap = wards.lap();
    let country = Country {
        lattice: &lattice,
        land: &land,
        towns: &towns,
        densities: &densities,
        lap: &lap,
        ward: &wards.ward,
        ward_codes: &labels.ward_codes,
    };
    let settlement = postcodes::settle(&country, size.postcodes, seed);
    let places = Places {
        postcodes: &settlement.postcodes,
        names: settlement.blocks.iter().map(|&b| labels.place(&parishes, &wards, b)).collect(),
    };
    let (practices, assets) =
        sites::generate(&places, size.practices, size.assets, &mut labels.names, seed);
    layers.push(layers::practices(practices, seed));
    layers.push(layers::assets(assets, seed));
    World {
        title: "Lyonesse (illustrative)".to_owned(),
        layers,
        postcodes: settlement.postcodes,
        addresses: settlement.addresses,
    }
}
