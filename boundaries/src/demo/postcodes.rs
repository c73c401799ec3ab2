//! Postcodes and addresses, clustered in towns and villages.

use std::cmp::Ordering;

use geo::Coord;

use super::grow::{grow, spread_seeds};
use super::land::Land;
use super::lattice::{Block, Lattice, NOBODY, label_if, whole_cm};
use super::rng::{Purpose, Rng};
use super::towns::Town;
use crate::code::AreaCode;
use crate::gazetteer::{Address, Month, PostcodeRecord};
use crate::position::Bng;
use crate::postcode::Postcode;

/// The letters of the outward codes. No real postcode area uses them.
const POSTCODE_AREAS: [&str; 5] = ["LY", "LX", "LZ", "LW", "LV"];

/// The letters of inward codes. Real ones omit C, I, K, M, O and V too.
const UNIT_LETTERS: &[u8; 20] = b"ABDEFGHJLNPQRSTUWXYZ";

/// The capacity of a sector, and of a district of ten sectors.
const SECTOR: usize = UNIT_LETTERS.len() * UNIT_LETTERS.len();
const DISTRICT: usize = 10 * SECTOR;

/// The maximum number of districts: 99 per postcode area.
const MOST_DISTRICTS: usize = 99 * POSTCODE_AREAS.len();

/// The maximum number of postcodes.
pub(super) const MOST: usize = MOST_DISTRICTS * DISTRICT;

/// The first UPRN. Real ones have at most twelve digits; these have thirteen and cannot belong to a
/// real property.
const FIRST_UPRN: u64 = 9_000_000_000_001;

/// The number of postcodes, from the middle of the county town outward, that have addresses.
const ADDRESSED: usize = 250;

/// Postcodes, and the blocks that contain them.
pub(super) struct Settlement {
    /// The postcodes, in text order.
    pub(super) postcodes: Vec<PostcodeRecord>,
    /// The block of each postcode's position.
    pub(super) blocks: Vec<Block>,
    /// The addresses, in UPRN order.
    pub(super) addresses: Vec<Address>,
}

/// The input for generating postcodes.
pub(super) struct Country<'a> {
    pub(super) lattice: &'a Lattice,
    pub(super) land: &'a Land,
    pub(super) towns: &'a [Town],
    /// The population density of each block.
    pub(super) densities: &'a [f64],
    /// The LAP of each block.
    pub(super) lap: &'a [u32],
    /// The ward of each block.
    pub(super) ward: &'a [u32],
    /// The code of each ward.
    pub(super) ward_codes: &'a [AreaCode],
}

/// A place that gets a postcode.
struct Place {
    position: Bng,
    block: Block,
    /// The addresses of a postcode split between LAPs.
    split: Vec<Bng>,
}

/// Generates `count` postcodes.
pub(super) fn settle(country: &Country<'_>, count: usize, seed: u64) -> Settlement {
    let mut rng = Rng::new(seed, Purpose::Postcodes);
    let mut places = country.split_places((count / 250).max(1), &mut rng);
    places.truncate(count);
    let mut cumulative = Vec::with_capacity(country.land.all.len());
    let mut total = 0.0;
    for &block in &country.land.all {
        total += country.densities[block];
        cumulative.push(total);
    }
    while places.len() < count {
        let drawn = rng.unit() * total;
        let block = country.land.all[cumulative.partition_point(|&c| c <= drawn)];
        let position = whole_metres(country.anywhere_in(block, &mut rng));
        if let Some((position, block)) = country.on_land(position) {
            places.push(Place { position, block, split: Vec::new() });
        }
    }
    let districts = country.districts(places, &mut rng);
    country.name(districts, seed)
}

impl Country<'_> {
    /// Returns a point in a block, or just across one of its sides.
    fn anywhere_in(&self, block: Block, rng: &mut Rng) -> Coord<f64> {
        let side = rng.below(6);
        let (mut u, mut v) = (rng.unit(), rng.unit());
        if u + v > 1.0 {
            (u, v) = (1.0 - u, 1.0 - v);
        }
        let middle = self.lattice.middle(block);
        let (start, end) = (self.lattice.corner(block, side), self.lattice.corner(block, side + 1));
        middle + (start - middle) * u + (end - middle) * v
    }

    /// Returns the position and block of a point, or `None` in the sea.
    fn on_land(&self, point: Coord<f64>) -> Option<(Bng, Block)> {
        let block = self.lattice.block_at(point).filter(|&b| self.ward[b] != NOBODY)?;
        Some((Bng::new(point.x, point.y).ok()?, block))
    }

    /// Returns places with addresses on both sides of a LAP boundary.
    fn split_places(&self, count: usize, rng: &mut Rng) -> Vec<Place> {
        let mut lines: Vec<(u64, Block, usize)> = Vec::new();
        for &block in &self.land.mainland {
            for side in 0..3 {
                let beyond = self.lattice.across(block, side);
                if self.lap[beyond] != NOBODY && self.lap[beyond] != self.lap[block] {
                    let settled = self.densities[block] + self.densities[beyond];
                    lines.push(((rng.unit() / settled * 1e15) as u64, block, side));
                }
            }
        }
        lines.sort_unstable();
        lines.truncate(count);
        lines
            .into_iter()
            .filter_map(|(_, block, side)| self.split_place(block, side, rng))
            .collect()
    }

    /// Returns a place with addresses along both sides of a block side.
    fn split_place(&self, block: Block, side: usize, rng: &mut Rng) -> Option<Place> {
        let beyond = self.lattice.across(block, side);
        let (start, end) = (self.lattice.corner(block, side), self.lattice.corner(block, side + 1));
        // The number of addresses still needed on each side of the line.
        let mut remaining = [rng.between(4, 12), rng.between(4, 12)];
        let mut addresses: Vec<(Bng, Block)> = Vec::new();
        for _ in 0..1000 {
            let home = rng.below(2);
            let towards = self.lattice.middle([block, beyond][home]);
            let foot = start + (end - start) * (0.3 + 0.4 * rng.unit());
            let point = foot + (towards - foot) * (0.35 * rng.unit());
            let point = Coord { x: whole_cm(point.x), y: whole_cm(point.y) };
            let Some((position, found)) = self.on_land(point) else { continue };
            let of = usize::from(found == beyond);
            if (found == block || found == beyond) && remaining[of] > 0 {
                remaining[of] -= 1;
                addresses.push((position, found));
            }
        }
        if remaining != [0, 0] {
            return None;
        }
        // The postcode is at the address nearest to the mean of all.
        let sum = addresses.iter().fold(Coord { x: 0.0, y: 0.0 }, |sum, (a, _)| sum + a.coord());
        let mean = sum / addresses.len() as f64;
        let distance2 = |a: &Bng| {
            let d = a.coord() - mean;
            d.x * d.x + d.y * d.y
        };
        let nearest = addresses
            .iter()
            .map(|(a, _)| *a)
            .min_by(|a, b| distance2(a).total_cmp(&distance2(b)))?;
        let (position, block) = self.on_land(whole_metres(nearest.coord()))?;
        Some(Place { position, block, split: addresses.into_iter().map(|(a, _)| a).collect() })
    }

    /// Returns the places of each district, the county town's district first, each sorted from its
    /// middle outward.
    fn districts(&self, places: Vec<Place>, rng: &mut Rng) -> Vec<Vec<Place>> {
        let count = (places.len() / 150).clamp(1, MOST_DISTRICTS);
        let mut middles: Vec<Block> = self.towns.iter().map(|t| t.middle).take(count).collect();
        for block in
            spread_seeds(self.lattice, &self.land.mainland, |b| self.densities[b], 2 * count, rng)
        {
            if middles.len() < count && !middles.contains(&block) {
                middles.push(block);
            }
        }
        let county_town = middles[0];
        middles.sort_by(|&a, &b| {
            let apart = |m| self.lattice.distance2(county_town, m);
            apart(a).total_cmp(&apart(b)).then(a.cmp(&b))
        });
        let mainland: Vec<u32> =
            (0..self.lattice.len()).map(|b| label_if(self.land.is_mainland(b))).collect();
        let mut district = grow(self.lattice, &mainland, &middles, |_| 1.0, rng);
        self.land.join_island(self.lattice, &mut district);

        let mut districts: Vec<Vec<Place>> = middles.iter().map(|_| Vec::new()).collect();
        for place in places {
            districts[district[place.block] as usize].push(place);
        }
        for (places, middle) in districts.iter_mut().zip(middles) {
            let from_middle = |place: &Place| {
                let d = place.position.coord() - self.lattice.middle(middle);
                d.x * d.x + d.y * d.y
            };
            places.sort_by(|a, b| {
                // Equal distances mean the same metre or mirrored places: easting and northing
                // decide.
                let by_place = |p: &Place| (p.position.easting(), p.position.northing());
                from_middle(a)
                    .total_cmp(&from_middle(b))
                    .then(by_place(a).partial_cmp(&by_place(b)).unwrap_or(Ordering::Equal))
            });
        }
        spill(districts)
    }

    /// Assigns postcodes to the places of each district and creates their records.
    fn name(&self, districts: Vec<Vec<Place>>, seed: u64) -> Settlement {
        let mut rng = Rng::new(seed, Purpose::Addresses);
        let mut named: Vec<(PostcodeRecord, Block)> = Vec::new();
        let mut addresses = Vec::new();
        let mut add = |postcode, position| {
            let uprn = FIRST_UPRN + addresses.len() as u64;
            addresses.push(Address { uprn, postcode, position });
        };
        for (district, places) in districts.into_iter().enumerate() {
            // Sectors hold at least 40, so that a small district has few.
            let per_sector = places.len().div_ceil(10).max(40);
            for (i, place) in places.into_iter().enumerate() {
                let postcode = postcode(district, i / per_sector, i % per_sector);
                let is_safe = (district, i) == (0, 0) || !place.split.is_empty();
                let mut record = PostcodeRecord {
                    postcode,
                    position: Some(place.position),
                    positional_quality: 10,
                    terminated: None,
                    published_ward: Some(self.ward_codes[self.ward[place.block] as usize].clone()),
                };
                if !is_safe {
                    add_defects(&mut record, &mut rng);
                }
                for &address in &place.split {
                    add(postcode, address);
                }
                // Addresses for the county town, from its middle outward.
                if named.len() < ADDRESSED && place.split.is_empty() && record.terminated.is_none()
                {
                    for _ in 0..rng.between(6, 18) {
                        let near = |rng: &mut Rng| whole_cm(rng.signed() * 45.0);
                        let aside = Coord { x: near(&mut rng), y: near(&mut rng) };
                        let point = place.position.coord() + aside;
                        let point = Coord { x: whole_cm(point.x), y: whole_cm(point.y) };
                        if let Some((position, _)) = self.on_land(point) {
                            add(postcode, position);
                        }
                    }
                }
                named.push((record, place.block));
            }
        }
        named.sort_by_key(|(record, _)| record.postcode);
        let (postcodes, blocks) = named.into_iter().unzip();
        Settlement { postcodes, blocks, addresses }
    }
}

/// Gives some records the defects of real ones: an older or rougher position, no position, or a
/// termination.
fn add_defects(record: &mut PostcodeRecord, rng: &mut Rng) {
    if rng.once_in(25) {
        let years = rng.between(0, 29) as u8;
        let month = rng.between(1, 12) as u8;
        record.terminated = Some(Month { year: 1996 + i16::from(years), month });
    }
    if rng.once_in(20) {
        record.positional_quality = [20, 20, 30, 40, 50, 50, 60][rng.below(7)];
    }
    if rng.once_in(400) {
        record.positional_quality = 90;
        record.position = None;
        record.published_ward = None;
    }
}

/// Moves the places that exceed a district's capacity to the following districts.
fn spill(mut districts: Vec<Vec<Place>>) -> Vec<Vec<Place>> {
    let mut carried: Vec<Place> = Vec::new();
    // Go round twice: what the last district cannot hold, the first can.
    for i in (0..districts.len()).chain(0..districts.len()) {
        if districts[i].len() > DISTRICT {
            carried.extend(districts[i].split_off(DISTRICT));
        } else {
            let room = (DISTRICT - districts[i].len()).min(carried.len());
            let taken = carried.split_off(carried.len() - room);
            districts[i].extend(taken);
        }
    }
    districts
}

/// Returns the postcode of a unit in a sector. `LY1 1AA` is the first.
fn postcode(district: usize, sector: usize, unit: usize) -> Postcode {
    let area = POSTCODE_AREAS[district / 99];
    let letter = |i: usize| char::from(UNIT_LETTERS[i % UNIT_LETTERS.len()]);
    let text = format!(
        "{area}{} {}{}{}",
        district % 99 + 1,
        (sector + 1) % 10,
        letter(unit / UNIT_LETTERS.len()),
        letter(unit)
    );
    Postcode::parse(&text).expect("the letters and digits form a valid postcode")
}

fn whole_metres(point: Coord<f64>) -> Coord<f64> {
    Coord { x: point.x.round(), y: point.y.round() }
}
